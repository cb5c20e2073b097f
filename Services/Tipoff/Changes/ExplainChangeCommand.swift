import ArgumentParser
import Pipeline
import Warehouse

/// What one run or one execution changed.
struct ExplainChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain-change",
        abstract: "Shows what a run or an execution changed: by table, by column, and row by row old and new.",
        discussion: """
            Takes a run or execution id, of which the first 8 characters are enough, or a table and a date. Rows that \
            appeared are not among the changes, which are kept for \(ChangeHistory.days) days.

            Example: tipoff explain-change 3fa94c11
            Example: tipoff explain-change --table player_game_summary --date yesterday
            """
    )

    @Argument(help: "A run or execution id, or how it begins.", transform: { try IDPrefix($0) })
    var id: IDPrefix?

    @Option(name: .long, help: "All changes of this table, with --date.")
    var table: String?

    @Option(name: .long, help: "The game date that the changes concern, with --table.")
    var date: DayArgument?

    @Option(name: .long, help: "At most this many rows.")
    var limit = 20

    @OptionGroup var format: FormatOptions

    private static let choice = ValidationError("give either an id, or --table and --date")

    func validate() throws {
        guard (id == nil) == (table != nil), (table == nil) == (date == nil) else { throw Self.choice }
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000") }
    }

    func run() async throws {
        try await Session.with([.database]) { session in
            let history = ChangeHistory(pool: session.pool, registry: session.registry)
            let report = try await history.report(on: subject(session.clock, history), limit: limit)
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(ChangeText.report(report))
            }
        }
    }

    private func subject(_ clock: PipelineClock, _ history: ChangeHistory) async throws -> ChangeSubject {
        if let id { return try await history.subject(id) }
        guard let table, let date else { throw Self.choice }
        return .table(try WarehouseTables.table(named: table), date.resolved(clock))
    }
}

/// How an id begins.
struct IDPrefix: Sendable {
    let text: String
    /// The first and the last id that begin so.
    let bounds: (first: String, last: String)

    /// Throws for what has fewer than 8 characters or is no id.
    init(_ text: String) throws {
        let digits = text.lowercased().filter { $0 != "-" }
        guard (8...32).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw ValidationError("an id has hexadecimal digits, of which 8 are enough")
        }
        self.text = text
        let missing = 32 - digits.count
        bounds = (digits + String(repeating: "0", count: missing), digits + String(repeating: "f", count: missing))
    }
}
