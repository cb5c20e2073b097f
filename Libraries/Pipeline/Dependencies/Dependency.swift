/// What a processor expects of a table that it reads.
public struct Dependency: Sendable, Hashable {
    /// The name under which its figures stand beside a row: `source_<prefix>_rows_found`.
    public var prefix: String
    /// Without any of its rows the processor does not end well; with less than all of them, or without another table, it
    /// ends degraded.
    public var isCritical: Bool
    /// Tables of one chain stand in for each other, game by game; nil for a table that stands alone.
    public var chain: String?
    public var expected: ExpectedRows
    /// The least share of the expected rows, 0 … 1, below which an optional table degrades.
    public var minimumCoverage: Double
    /// Ages after which the rows count as late and as stale: for a raw table since its source was last read well for
    /// the date, for a derived table since the oldest change that its processor has not carried out.
    public var lateAfter: Duration
    public var staleAfter: Duration

    /// - Parameters:
    ///   - late: hours.
    ///   - stale: hours.
    public init(
        _ prefix: String,
        isCritical: Bool = false,
        chain: String? = nil,
        _ expected: ExpectedRows,
        minimumCoverage: Double = 0.8,
        late: Double = 24,
        stale: Double = 72
    ) {
        self.prefix = prefix
        self.isCritical = isCritical
        self.chain = chain
        self.expected = expected
        self.minimumCoverage = minimumCoverage
        lateAfter = .seconds(late * 3600)
        staleAfter = .seconds(stale * 3600)
    }
}

/// The rows that a table must hold of a date. The schedule says of whom, the registry how many of each.
public struct ExpectedRows: Sendable, Hashable {
    /// Games that count, of the date.
    public enum Games: String, Sendable, Hashable {
        case final
        /// To be played or played: all but the postponed.
        case open
    }

    public enum Measure: Sendable, Hashable {
        /// Some game of the date's season: the schedule itself, of which nothing else can say what it must hold.
        case season
        /// One row of a date with open games.
        case report
        /// Each game, under its home team.
        case games(Games)
        /// Both teams of each game.
        case teams(Games)
        /// Both teams of each open game, when they have had a final game in the last ``ExpectedRows/historyDays`` days.
        case seasonedTeams
        /// The same teams, for each of those final games: a table that is read strictly before the date.
        case history
        /// Each player whom `upcoming_player_game_context` expects, or each of them with a game before the date.
        case players(withHistory: Bool)
    }

    /// Days before the date in which a team's games are looked for.
    public static let historyDays = 14

    public var measure: Measure
    /// Rows of each.
    public var rows: Int
    /// The tricode by which rows are counted; nil where the table has none, and only the date's sum is compared.
    public var column: String?
    public var dateColumn: String
    /// Only rows with this value count.
    public var filter: Filter?

    public struct Filter: Sendable, Hashable {
        public var column: String
        public var value: String

        public init(_ column: String, _ value: String) {
            self.column = column
            self.value = value
        }
    }

    public init(
        _ measure: Measure,
        rows: Int = 1,
        by column: String? = "team_abbr",
        dateColumn: String = "game_date",
        only filter: Filter? = nil
    ) {
        self.measure = measure
        self.rows = rows
        self.column = column
        self.dateColumn = dateColumn
        self.filter = filter
    }

    /// Five a side: with fewer no team has played.
    public static let playersOfTeam = 5
}

/// The least that a processor must bring for its task to be a success.
public struct MinimumRows: Sendable, Hashable {
    /// Of its output.
    public var expected: ExpectedRows
    /// 0 … 1 of the expected rows.
    public var share: Double

    public init(_ expected: ExpectedRows, share: Double) {
        self.expected = expected
        self.share = share
    }
}
