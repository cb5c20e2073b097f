/// A player's season so far, as the daily cache stores it. Rounded to four decimals.
public struct PlayerForm: Sendable, Hashable {
    /// Games played this season before the day.
    public var gamesPlayed: Int
    /// The day of the last of them.
    public var lastGameDate: GameDate?
    /// Mean points of the last five games played, or of all when there are fewer.
    public var pointsAverageLast5: Double?
    /// Mean points of the last ten.
    public var pointsAverageLast10: Double?
    /// Mean points of the season.
    public var pointsAverageSeason: Double?
    /// Sample standard deviation (n − 1) of the points of the last ten; nil below two games.
    public var pointsDeviationLast10: Double?
    /// Mean minutes of the last ten.
    public var minutesAverageLast10: Double?
    /// Mean minutes of the season.
    public var minutesAverageSeason: Double?
    /// Mean usage (0–100) of the last ten, over the games that have one.
    public var usagePercentLast10: Double?
    /// Mean usage (0–100) of the season, over the games that have one.
    public var usagePercentSeason: Double?
    /// Mean true shooting (fraction) of the last ten, over the games that have one.
    public var trueShootingLast10: Double?

    /// Computes the averages; all are nil without a game.
    public init(_ history: PlayerHistory) {
        let last10 = history.last(10)
        let points10 = last10.map { Double($0.points) }
        gamesPlayed = history.games.count
        lastGameDate = history.lastDate
        pointsAverageLast5 = Self.mean(points10.suffix(5))
        pointsAverageLast10 = Self.mean(points10)
        pointsAverageSeason = Self.mean(history.games.map { Double($0.points) })
        pointsDeviationLast10 = SampleStatistics.standardDeviation(points10)?.stored
        minutesAverageLast10 = Self.mean(last10.map(\.minutes))
        minutesAverageSeason = Self.mean(history.games.map(\.minutes))
        usagePercentLast10 = Self.mean(last10.compactMap(\.usagePercent))
        usagePercentSeason = Self.mean(history.games.compactMap(\.usagePercent))
        trueShootingLast10 = Self.mean(last10.compactMap(\.trueShooting))
    }

    /// A form read back from where it was stored.
    public init(
        gamesPlayed: Int,
        lastGameDate: GameDate?,
        pointsAverageLast5: Double?,
        pointsAverageLast10: Double?,
        pointsAverageSeason: Double?,
        pointsDeviationLast10: Double?,
        minutesAverageLast10: Double?,
        minutesAverageSeason: Double?,
        usagePercentLast10: Double?,
        usagePercentSeason: Double?,
        trueShootingLast10: Double?
    ) {
        self.gamesPlayed = gamesPlayed
        self.lastGameDate = lastGameDate
        self.pointsAverageLast5 = pointsAverageLast5
        self.pointsAverageLast10 = pointsAverageLast10
        self.pointsAverageSeason = pointsAverageSeason
        self.pointsDeviationLast10 = pointsDeviationLast10
        self.minutesAverageLast10 = minutesAverageLast10
        self.minutesAverageSeason = minutesAverageSeason
        self.usagePercentLast10 = usagePercentLast10
        self.usagePercentSeason = usagePercentSeason
        self.trueShootingLast10 = trueShootingLast10
    }

    private static func mean(_ values: some Collection<Double>) -> Double? { SampleStatistics.mean(values)?.stored }
}

extension Double {
    /// The value as tables hold it: four decimals, half away from zero.
    package var stored: Double { Rounding.halfAway(self, places: 4) }
}

/// How much a sample of games can carry.
public enum SampleTier: String, Sendable, Hashable, CaseIterable {
    /// Ten games or more.
    case gold
    /// Five to nine.
    case silver
    /// Three or four.
    case bronze
    /// Fewer than three.
    case poor

    /// The tier of a number of games.
    public init(games: Int) {
        self =
            switch games {
            case 10...: .gold
            case 5...: .silver
            case 3...: .bronze
            default: .poor
            }
    }
}
