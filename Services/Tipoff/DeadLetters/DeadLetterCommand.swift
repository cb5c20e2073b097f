import ArgumentParser
import Basketball
import Foundation
import Kafka
import Pipeline
import Postgres

/// Rejected messages.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "Looks at rejected messages, replays or drops them.",
        discussion: "Example: tipoff dlq ls",
        subcommands: [List.self, Show.self, Replay.self, Drop.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists dead letters, the newest first.",
            discussion: "Example: tipoff dlq ls --topic nba-phase3-trigger --state new"
        )

        @Option(name: .long, help: "For example missing_field, unknown_processor, not_json.")
        var reason: String?

        @Option(name: .long, help: "A topic, without prefix.")
        var topic: String?

        @Option(name: .long, help: "new, replayed, dropped, resolved or all.")
        var state = "new"

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard ["new", "replayed", "dropped", "resolved", "all"].contains(state) else {
                throw ValidationError("--state is new, replayed, dropped, resolved or all")
            }
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let letters = try await DeadLetterStore(pool: session.pool).list(
                    reason: reason,
                    topic: topic,
                    state: state == "all" ? nil : state,
                    limit: number
                )
                if format.json {
                    try session.output.json(.array(letters.map { $0.json(withPayload: false) }))
                    return
                }
                guard !letters.isEmpty else {
                    session.output.line(state == "all" ? "no dead letters" : "no dead letters in state \(state)")
                    return
                }
                var table = TextTable(["ID", "STATE", "TOPIC", "REASON", "TIMES", "LAST SEEN", "DETAIL"])
                for letter in letters {
                    table.add([
                        String(letter.id), letter.state, letter.topic, letter.reason, String(letter.attempts),
                        EasternTime.short(letter.lastSeenAt, on: LeagueClock.gameDate(of: .now)),
                        SafeText.cut(letter.detail, to: 100),
                    ])
                }
                session.output.lines(table.lines)
                session.output.line("next: tipoff dlq show \(letters[0].id)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Prints one dead letter with its original bytes.",
            discussion: "Example: tipoff dlq show 17"
        )

        @Argument(help: "The number of `tipoff dlq ls`.")
        var id: Int64

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let letter = try await DeadLetterStore(pool: session.pool).load(id)
                if format.json {
                    try session.output.json(letter.json(withPayload: true))
                } else {
                    session.output.lines(letter.lines)
                }
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Sends a dead letter again, corrected or as it was, exactly once.",
            discussion: """
                The replay is a new message with a new id, checked like any other before it is sent. Without a run_id in the \
                payload it opens a manual run.

                Example: tipoff dlq replay 17 --payload corrected.json --reason "status was misspelt"
                """
        )

        @Argument(help: "The number of `tipoff dlq ls`.")
        var id: Int64

        @Option(name: .long, help: "A file with the corrected payload.", completion: .file())
        var payload: String?

        @Option(name: .long, help: "Why, for the record.")
        var reason = "replayed by hand"

        @OptionGroup var format: FormatOptions

        func run() async throws {
            let corrected = try payload.map { path -> [UInt8] in
                do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
                    throw CommandProblem.usage("\(path) cannot be read: \(error.localizedDescription)")
                }
            }
            try await Session.with([.database, .broker]) { session in
                let replay = DeadLetterReplay(
                    pool: session.pool,
                    registry: session.registry,
                    today: session.clock.leagueDay,
                    now: session.clock.now,
                    actor: session.actor
                )
                let message = try await session.withProducer { producer in
                    let message = try await replay.record(id, corrected: corrected, reason: reason)
                    await session.relay(producer).sendNow([message])
                    return message
                }
                let messageID = message.envelope.messageID.uuidString.lowercased()
                if format.json {
                    try session.output.json([
                        "dead_letter_id": .int(id), "message_id": .string(messageID),
                        "topic": .string(message.topic.rawValue),
                        "correlation_id": .string(message.envelope.correlationID),
                    ])
                } else {
                    session.output.line("replayed \(id) as message \(messageID) on \(message.topic.rawValue)")
                    session.output.line("next: tipoff trace \(messageID)")
                }
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drop",
            abstract: "Marks a dead letter as done with.",
            discussion: "Example: tipoff dlq drop 17 --reason \"arrived again by itself\""
        )

        @Argument(help: "The number of `tipoff dlq ls`.")
        var id: Int64

        @Option(name: .long, help: "Why, for the record.")
        var reason: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                try await DeadLetterStore(pool: session.pool).drop(id, actor: session.actor, reason: reason)
                if format.json {
                    try session.output.json(["dead_letter_id": .int(id), "state": "dropped"])
                } else {
                    session.output.line("dropped \(id)")
                }
            }
        }
    }
}
