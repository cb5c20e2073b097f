/// How rested a player comes to a day. A window of N days holds the games with day − N < game < day.
///
/// Rest is coded once for everybody: the difference of league days, so that 1 is a back-to-back.
public struct RestAndLoad: Sendable, Hashable {
    /// Days since the last game; nil without an earlier game in the season.
    public var daysRest: Int?
    /// Days between the last two games.
    public var daysRestBeforeLastGame: Int?
    /// The last game was yesterday; nil without one.
    public var isBackToBack: Bool?
    /// Games in the last 7 days.
    public var gamesLast7: Int
    /// Games in the last 14 days.
    public var gamesLast14: Int
    /// Minutes in the last 7 days.
    public var minutesLast7: Double
    /// Minutes in the last 14 days.
    public var minutesLast14: Double
    /// Minutes a game in the last 7 days; nil without one.
    public var minutesPerGameLast7: Double?
    /// Pairs of games on consecutive days, both in the last 14 days.
    public var backToBacksLast14: Int
    /// Mean usage (0–100) over the games of the last 7 days that have one.
    public var usagePercentLast7: Double?

    /// Computes the figures for the history's day.
    public init(_ history: PlayerHistory) {
        let last7 = history.within(days: 7)
        let last14 = history.within(days: 14)
        let dates = history.games.suffix(2).map(\.date)
        daysRest = history.lastDate.map { history.date - $0 }
        daysRestBeforeLastGame = dates.count == 2 ? dates[1] - dates[0] : nil
        isBackToBack = daysRest.map { $0 == 1 }
        gamesLast7 = last7.count
        gamesLast14 = last14.count
        minutesLast7 = last7.reduce(0) { $0 + $1.minutes }.stored
        minutesLast14 = last14.reduce(0) { $0 + $1.minutes }.stored
        minutesPerGameLast7 = SampleStatistics.mean(last7.map(\.minutes))?.stored
        backToBacksLast14 = zip(last14, last14.dropFirst()).count { $1.date - $0.date == 1 }
        usagePercentLast7 = SampleStatistics.mean(last7.compactMap(\.usagePercent))?.stored
    }

    /// Figures read back from where they were stored.
    public init(
        daysRest: Int?,
        daysRestBeforeLastGame: Int?,
        isBackToBack: Bool?,
        gamesLast7: Int,
        gamesLast14: Int,
        minutesLast7: Double,
        minutesLast14: Double,
        minutesPerGameLast7: Double?,
        backToBacksLast14: Int,
        usagePercentLast7: Double?
    ) {
        self.daysRest = daysRest
        self.daysRestBeforeLastGame = daysRestBeforeLastGame
        self.isBackToBack = isBackToBack
        self.gamesLast7 = gamesLast7
        self.gamesLast14 = gamesLast14
        self.minutesLast7 = minutesLast7
        self.minutesLast14 = minutesLast14
        self.minutesPerGameLast7 = minutesPerGameLast7
        self.backToBacksLast14 = backToBacksLast14
        self.usagePercentLast7 = usagePercentLast7
    }
}
