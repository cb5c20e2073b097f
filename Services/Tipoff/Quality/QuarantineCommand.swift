import ArgumentParser
import Basketball
import Pipeline
import Warehouse

/// Rows that were not written.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Looks at rows that break a rule of their table and were not written.",
        discussion: """
            A row leaves quarantine by itself when its processor brings a sound one, or none, under its key.

            Example: tipoff quarantine ls --date 2024-01-15
            """,
        subcommands: [List.self, Show.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists rows in quarantine, the newest first; exit 1 when there are any.",
            discussion: "Example: tipoff quarantine ls --table player_game_summary"
        )

        @Option(name: .long, help: "A table, with or without its schema.")
        var table: String?

        @Option(name: .long, help: "Only rows of a date: today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument?

        @Flag(name: .long, help: "Also rows that have left quarantine; then the exit code is 0.")
        var all = false

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            let named = try table.map { try WarehouseTables.table(named: $0).name }
            let isQuiet = try await Session.with([.database]) { session in
                let rows = try await QuarantineStore(pool: session.pool).list(
                    table: named,
                    date: date?.resolved(session.clock),
                    isOpen: !all,
                    limit: number
                )
                if format.json {
                    try session.output.json(.array(rows.map { $0.json(withRow: false) }))
                } else if rows.isEmpty {
                    session.output.line(all ? "nothing was in quarantine" : "nothing is in quarantine")
                } else {
                    session.output.lines(QuarantineText.table(rows, on: session.clock.leagueDay))
                    session.output.line("next: tipoff quarantine show \(rows[0].id)")
                }
                return all || rows.isEmpty
            }
            if !isQuiet { throw CommandProblem.alreadyTold }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Prints one row in quarantine with the rules that it breaks.",
            discussion: "Example: tipoff quarantine show 17"
        )

        @Argument(help: "The number of `tipoff quarantine ls`.")
        var id: Int64

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let row = try await QuarantineStore(pool: session.pool).load(id)
                if format.json {
                    try session.output.json(row.json(withRow: true))
                } else {
                    session.output.lines(QuarantineText.row(row))
                }
            }
        }
    }
}
