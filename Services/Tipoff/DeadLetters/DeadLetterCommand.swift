import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Rejected messages.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "Looks at rejected messages, replays or drops them.",
        discussion: "Example: tipoff dlq ls",
        subcommands: [List.self, Show.self, Replay.self, Resolve.self, Drop.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Counts dead letters by what they have in common, then lists them, the newest first.",
            discussion: """
                Letters that are alike have one fingerprint: their topic and reason, and the detail without ids and numbers.

                Example: tipoff dlq ls --topic nba-phase3-trigger --by fingerprint
                """
        )

        @OptionGroup var which: DeadLetterOptions

        @Option(name: .long, help: "The same as --error.")
        var reason: String?

        @Option(name: .long, help: "new, replayed, dropped, resolved or all.")
        var state = "new"

        @Option(
            name: .long,
            help: "Only counts: by fingerprint, reason, topic, processor, date, run or correlation."
        )
        var by: DeadLetterStore.Grouping?

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard ["new", "replayed", "dropped", "resolved", "all"].contains(state) else {
                throw ValidationError("--state is new, replayed, dropped, resolved or all")
            }
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
            guard which.error == nil || reason == nil else {
                throw ValidationError("--error and --reason are the same")
            }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let store = DeadLetterStore(pool: session.pool)
                var filter = which.filter(session: session)
                filter.error = filter.error ?? reason
                let state = state == "all" ? nil : state
                if let by {
                    let groups = try await store.groups(filter, by: by, state: state, limit: number)
                    return try tell(groups, session)
                }
                let letters = try await store.list(filter, state: state, limit: number)
                if format.json {
                    try session.output.json(.array(letters.map { $0.json(withPayload: false) }))
                    return
                }
                guard !letters.isEmpty else {
                    session.output.line(state.map { "no dead letters in state \($0)" } ?? "no dead letters")
                    return
                }
                if letters.count > 1 {
                    let groups = try await store.groups(filter, by: .fingerprint, state: state, limit: 5)
                    session.output.lines(table(of: groups).lines + [""])
                }
                session.output.lines(Self.table(of: letters).lines)
                if letters.count == number { session.output.error("only the newest \(number); more with -n") }
                session.output.line("next: tipoff dlq show \(letters[0].id)")
            }
        }

        private func tell(_ groups: [DeadLetterStore.Group], _ session: Session) throws {
            if format.json {
                try session.output.json(.array(groups.map(\.json)))
            } else if groups.isEmpty {
                session.output.line("no dead letters")
            } else {
                session.output.lines(table(of: groups).lines)
                session.output.line("next: tipoff dlq show \(groups[0].example)")
            }
        }

        private func table(of groups: [DeadLetterStore.Group]) -> TextTable {
            let today = LeagueClock.gameDate(of: .now)
            var table = TextTable([
                "COUNT", (by ?? .fingerprint).rawValue.uppercased(), "TOPIC", "REASON", "TIMES", "OLDEST", "NEWEST",
                "FOR EXAMPLE",
            ])
            for group in groups {
                table.add([
                    String(group.count), group.name ?? "-", group.topic, group.reason, String(group.attempts),
                    EasternTime.short(group.oldest, on: today), EasternTime.short(group.newest, on: today),
                    "\(group.example): \(SafeText.cut(group.detail, to: 80))",
                ])
            }
            return table
        }

        private static func table(of letters: [DeadLetter]) -> TextTable {
            let today = LeagueClock.gameDate(of: .now)
            var table = TextTable(["ID", "STATE", "TOPIC", "REASON", "TIMES", "LAST SEEN", "DETAIL"])
            for letter in letters {
                table.add([
                    String(letter.id), letter.state, letter.topic, letter.reason, String(letter.attempts),
                    EasternTime.short(letter.lastSeenAt, on: today), SafeText.cut(letter.detail, to: 100),
                ])
            }
            return table
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
                let store = DeadLetterStore(pool: session.pool)
                let letter = try await store.load(id)
                let history = try await store.history(of: id)
                if format.json {
                    var object = letter.json(withPayload: true).objectValue ?? JSONObject()
                    object["history"] = .array(history.map { .string($0) })
                    object["headers"] = try await store.headers(id)
                    try session.output.json(.object(object))
                } else {
                    let lines = letter.lines
                    session.output.lines(Array(lines.dropLast()) + history + lines.suffix(1))
                }
            }
        }
    }
}

extension DeadLetterStore.Grouping: ExpressibleByArgument {}
