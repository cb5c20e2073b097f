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

    /// The figures for the history's day.
    public init(_ history: PlayerHistory) {
        let columns = GameColumns([history.games])
        self = Self.loads(columns, at: columns.segments.before([history.date]))[0]
    }

    /// The figures at each moment, from the games before it; as ``PlayerForm/forms(_:at:)``.
    public static func loads(_ columns: GameColumns<PlayerGame>, at moments: Moments) -> [RestAndLoad] {
        let segments = columns.segments
        let last2 = segments.windows(.last(2), at: moments)
        let last7 = segments.windows(.days(7), at: moments)
        let last14 = segments.windows(.days(14), at: moments)
        let minutes = columns.column(\.minutes)
        let minutes7 = minutes.sums(over: last7)
        let minutes14 = minutes.sums(over: last14)
        let average7 = minutes.means(over: last7)
        let usage7 = columns.column(\.usagePercent).means(over: last7)
        return (0..<moments.count).map { index in
            let daysRest = segments.daysRest(at: moments, index)
            return RestAndLoad(
                daysRest: daysRest,
                daysRestBeforeLastGame: segments.gaps(in: last2.rows(index)).first,
                isBackToBack: daysRest.map { $0 == 1 },
                gamesLast7: last7.rows(index).count,
                gamesLast14: last14.rows(index).count,
                minutesLast7: minutes7.values[index].stored,
                minutesLast14: minutes14.values[index].stored,
                minutesPerGameLast7: average7[index]?.stored,
                backToBacksLast14: segments.gaps(in: last14.rows(index)).count { $0 == 1 },
                usagePercentLast7: usage7[index]?.stored
            )
        }
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
