public import Pipeline

/// What the rows of one table and date must look like together.
public struct TableAudit: Sendable, Hashable {
    /// How many rows there should be, by what another phase holds of the date.
    enum ExpectedRows: Sendable, Hashable {
        /// Two for every game that is over.
        case teamsOfFinalGames
        /// Eight for every team of a game that is over.
        case playersOfFinalGames
        /// The same, and as many as the league's box scores have.
        case playersOfBoxScores
        /// Two for every game.
        case teamsOfGames
        /// Eight for every team of a game that has had a final game in the last fourteen days: before its first game of a
        /// season nothing says who plays for a team.
        case playersOfSeasonedTeams
        /// The players with a context who have played at least so many games of the season.
        case contexts(games: Int)
        /// The players whose features are ready.
        case readyFeatures
    }

    public let table: TableDefinition
    public let phase: Phase
    let expected: ExpectedRows?
    /// The column whose different values are counted as rows; nil when each row counts.
    let counted: String?
    let monitors: [ColumnMonitor]

    /// At least this share of the expected rows must be there, 0 … 1.
    static let minimumShare = 0.9
    static let rowsMonitor = "rows"

    /// Traps on a monitor of a column that is not there or that it cannot read.
    init(
        _ table: TableDefinition,
        _ phase: Phase,
        expected: ExpectedRows?,
        counted: String? = nil,
        _ monitors: [[ColumnMonitor]]
    ) {
        self.table = table
        self.phase = phase
        self.expected = expected
        self.counted = counted
        self.monitors = monitors.flatMap { $0 }
        let places = self.monitors.map { "\($0.columnName) \($0.name)" }
        precondition(Set(places).count == places.count, "\(table.name): a monitor stands twice")
        for monitor in self.monitors {
            let type = table.columns[table.index(of: monitor.column)].type
            precondition(
                monitor.element == nil
                    ? type == .integer || type == .double || type == .boolean : type == .json,
                "\(table.name): \(monitor.columnName) holds no numbers"
            )
            switch monitor.condition {
            case .text(let column, _), .atLeast(let column, _), .isTrue(let column): _ = table.index(of: column)
            case nil: continue
            }
        }
        precondition(table.dateColumn != nil, "\(table.name) has no date to audit")
    }

    /// Every table that is audited, in the order of the phases.
    public static let all: [TableAudit] = raw + analytics + precompute + predictions
}
