public import Basketball

/// A game of a player's past, with what was known before it.
public struct PastGame: Sendable, Hashable, Codable {
    public var date: GameDate
    public var season: Season
    public var isHome: Bool
    /// Days since his game before, at most ``PointsProfile/longestRest``; nil for his first.
    public var restDays: Int?
    /// What the opponent allowed before the game, as a multiple of the league's mean of the season to date.
    public var opponentScoring: Double
    /// Mean points of the last five games less those of the season before the game; nil without both.
    public var form: Double?
    /// What came of it.
    public var minutes: Double
    public var points: Int

    public init(
        date: GameDate,
        season: Season,
        isHome: Bool,
        restDays: Int?,
        opponentScoring: Double,
        form: Double?,
        minutes: Double,
        points: Int
    ) {
        self.date = date
        self.season = season
        self.isHome = isHome
        self.restDays = restDays
        self.opponentScoring = opponentScoring
        self.form = form
        self.minutes = minutes
        self.points = points
    }
}
