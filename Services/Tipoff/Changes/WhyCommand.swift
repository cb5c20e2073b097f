import ArgumentParser
import Pipeline
import Warehouse

/// Where one row comes from.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Says why a row of the warehouse is what it is: who wrote it, from what, and what it was before.",
        discussion: """
            KEY holds the values of the table's natural key, in its order and with slashes. What a row was is kept for \
            \(ChangeHistory.days) days.

            Example: tipoff why player_game_summary 2024-01-15/joelembiid
            """
    )

    @Argument(help: "A table, with or without its schema.")
    var table: String

    @Argument(help: "The row's key, such as 2024-01-15/joelembiid.")
    var key: String

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let key = try RowKey(key, of: WarehouseTables.table(named: table))
        try await Session.with([.database]) { session in
            let history = ChangeHistory(pool: session.pool, registry: session.registry)
            guard let story = try await history.story(of: key) else {
                let close = try await history.key(closeTo: key)
                throw CommandProblem.problem(
                    "\(key.table.name) has no row \(key.text)",
                    next: close.map { "perhaps tipoff why \(key.table.shortName) \(SafeText.escaped($0.text))" }
                        ?? key.date.map { "tipoff status --date \($0)" } ?? "tipoff digest --table \(key.table.name)"
                )
            }
            if format.json {
                try session.output.json(story.json)
            } else {
                session.output.lines(ChangeText.story(story))
            }
        }
    }
}
