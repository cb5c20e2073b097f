/// One game of a team, as later dates look back at it.
public struct TeamGame: DatedGame {
    /// The league day of the game.
    public var date: GameDate
    /// Tricode of the other team.
    public var opponent: String
    /// In the team's own arena.
    public var isHome: Bool?
    /// Possessions per 48 minutes.
    public var pace: Double?
    /// Points scored per 100 possessions.
    public var offensiveRating: Double?
    /// Points allowed per 100 possessions of the opponent.
    public var defensiveRating: Double?
    /// From the score.
    public var isWin: Bool?
    /// Own score minus the opponent's.
    public var margin: Int?
    /// Where it was played.
    public var site = GameSite.homeArena

    /// One game of a team.
    public init(
        date: GameDate,
        opponent: String,
        isHome: Bool? = nil,
        pace: Double? = nil,
        offensiveRating: Double? = nil,
        defensiveRating: Double? = nil,
        isWin: Bool? = nil,
        margin: Int? = nil
    ) {
        self.date = date
        self.opponent = opponent
        self.isHome = isHome
        self.pace = pace
        self.offensiveRating = offensiveRating
        self.defensiveRating = defensiveRating
        self.isWin = isWin
        self.margin = margin
    }
}

/// What was known of a team before a day: its games of the season strictly before it.
public struct TeamHistory: Sendable, Hashable {
    /// The day that the history describes.
    public let date: GameDate
    /// Oldest first, all before `date`.
    public let games: [TeamGame]
    /// What the games come to on the day.
    public let averages: TeamAverages

    /// Keeps the games strictly before `date`, oldest first.
    public init(_ games: some Sequence<TeamGame>, before date: GameDate) {
        self.date = date
        let columns = GameColumns([games.filter { $0.date < date }.sorted { $0.date < $1.date }])
        self.games = columns.games
        averages = TeamAverages.averages(columns, at: columns.segments.before([date]))[0]
    }

    /// Days since the last game (1 is a back-to-back); nil without one.
    public var daysRest: Int? { games.last.map { date - $0.date } }
}
