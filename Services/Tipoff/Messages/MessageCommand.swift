import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// What the services have told each other.
struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Looks at the messages that were committed with what they tell of.",
        discussion: """
            A message is written with its data and then sent, again and again until what it starts has ended. The broker may have \
            it several times; here it stands once.

            Example: tipoff messages ls --topic nba-phase3-trigger -n 20
            """,
        subcommands: [List.self, Show.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists messages, the newest first.",
            discussion: "Example: tipoff messages ls --state pending"
        )

        @Option(name: .long, help: "One topic, without a prefix.")
        var topic: String?

        @Option(name: .long, help: "Those of one run.")
        var run: UUID?

        @Option(name: .long, help: "Those of all runs of one correlation id.")
        var correlation: String?

        @Option(
            name: .long,
            help: "pending (the broker has not got it), sent (what it starts has not ended), done or all."
        )
        var state = "all"

        @Option(name: .long, help: "Written since: an ISO 8601 instant, or 30m, 6h, 2d ago.")
        var since: SinceArgument?

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard ["pending", "sent", "done", "all"].contains(state) else {
                throw ValidationError("--state is pending, sent, done or all")
            }
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
            guard topic == nil || topic.flatMap(Topic.init) != nil else {
                throw ValidationError("--topic is one of \(Topic.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let messages = try await StoredMessage.list(
                    topic: topic,
                    run: run,
                    correlation: correlation,
                    state: state == "all" ? nil : state,
                    since: since?.instant(before: Date()),
                    limit: number,
                    session.pool
                )
                if format.json { return try session.output.json(.array(messages.map { $0.json() })) }
                guard !messages.isEmpty else { return session.output.line("no messages") }
                let today = LeagueClock.gameDate(of: .now)
                var table = TextTable(["WRITTEN", "PRODUCER", "TOPIC", "STATE", "SENDS", "DATE", "WHAT", "MESSAGE"])
                for message in messages {
                    table.add([
                        EasternTime.short(message.createdAt, on: today), message.producer, message.topic, message.state,
                        String(message.sends), message.payload["game_date"]?.stringValue ?? "-",
                        SafeText.cut(message.subject, to: 60), message.id,
                    ])
                }
                session.output.lines(table.lines)
                if messages.count == number { session.output.error("only the newest \(number); more with -n") }
                session.output.line("next: tipoff messages show \(messages[0].id)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Prints one message with its headers and payload.",
            discussion: "Example: tipoff messages show 6f1d2c3b-0000-4000-8000-000000000001"
        )

        @Argument(help: "A message id of `tipoff messages ls` or `tipoff trace`.")
        var id: UUID

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                guard let message = try await StoredMessage.load(id, session.pool) else {
                    throw CommandProblem.problem(
                        "no message \(id.uuidString.lowercased()) is on record",
                        next: "tipoff messages ls"
                    )
                }
                let document = message.json(withPayload: true)
                if format.json { return try session.output.json(document) }
                let lines = try document.text(.indented).split(separator: "\n")
                session.output.lines(lines.map { SafeText.lines(String($0)) })
                if let correlation = message.payload["correlation_id"]?.stringValue {
                    session.output.line("next: tipoff trace \(SafeText.lines(correlation))")
                }
            }
        }
    }
}
