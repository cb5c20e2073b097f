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

    /// The form on the history's day; all averages are nil without a game.
    public init(_ history: PlayerHistory) {
        let columns = GameColumns([history.games])
        self = Self.forms(columns, at: columns.segments.before([history.date]))[0]
    }

    /// The form at each moment, from the games before it. Serving asks for one day of each player, training and backfill
    /// for the day of every game (``GameSegments/beforeEachGame``). Games without minutes do not belong in the columns.
    public static func forms(_ columns: GameColumns<PlayerGame>, at moments: Moments) -> [PlayerForm] {
        let segments = columns.segments
        let last5 = segments.windows(.last(5), at: moments)
        let last10 = segments.windows(.last(10), at: moments)
        let season = segments.windows(.season, at: moments)
        let points = columns.column { Double($0.points) }
        let minutes = columns.column(\.minutes)
        let usage = columns.column(\.usagePercent)
        let points5 = points.means(over: last5)
        let points10 = points.means(over: last10)
        let pointsSeason = points.means(over: season)
        let deviation10 = points.sampleDeviations(over: last10)
        let minutes10 = minutes.means(over: last10)
        let minutesSeason = minutes.means(over: season)
        let usage10 = usage.means(over: last10)
        let usageSeason = usage.means(over: season)
        let shooting10 = columns.column(\.trueShooting).means(over: last10)
        return (0..<moments.count).map { index in
            PlayerForm(
                gamesPlayed: season.rows(index).count,
                lastGameDate: segments.lastGame(before: moments, index),
                pointsAverageLast5: points5[index]?.stored,
                pointsAverageLast10: points10[index]?.stored,
                pointsAverageSeason: pointsSeason[index]?.stored,
                pointsDeviationLast10: deviation10[index]?.stored,
                minutesAverageLast10: minutes10[index]?.stored,
                minutesAverageSeason: minutesSeason[index]?.stored,
                usagePercentLast10: usage10[index]?.stored,
                usagePercentSeason: usageSeason[index]?.stored,
                trueShootingLast10: shooting10[index]?.stored
            )
        }
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
