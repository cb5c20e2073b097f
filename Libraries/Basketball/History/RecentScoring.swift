/// How a player has been scoring lately, beside his form. Not rounded.
public struct RecentScoring: Sendable, Hashable {
    /// Mean points of the last three games; nil below three.
    public var pointsAverageLast3: Double?
    /// Mean points of the last 60 days.
    public var pointsAverage60Days: Double?
    /// Sample standard deviation (n − 1) of the points of the last 60 days; nil below two games.
    public var pointsDeviation60Days: Double?
    /// Mean over the last ten games of points a minute.
    public var pointsPerMinuteLast10: Double?
    /// Sample standard deviation (n − 1) of the minutes of the last ten games; nil below three.
    public var minutesDeviationLast10: Double?
    /// Mean usage (0–100) of the last five games; nil when fewer than three of them have one.
    public var usagePercentLast5: Double?
    /// Mean of points less the line over the last five games; nil when fewer than three of them had a line.
    public var lineMarginLast5: Double?

    /// The figures on the history's day.
    public init(_ history: PlayerHistory) {
        let columns = GameColumns([history.games])
        self = Self.scoring(columns, at: columns.segments.before([history.date]))[0]
    }

    private init() {}

    /// The figures at each moment, from the games before it; as ``PlayerForm/forms(_:at:)``.
    public static func scoring(_ columns: GameColumns<PlayerGame>, at moments: Moments) -> [RecentScoring] {
        let segments = columns.segments
        let last3 = segments.windows(.last(3), at: moments)
        let last5 = segments.windows(.last(5), at: moments)
        let last10 = segments.windows(.last(10), at: moments)
        let days60 = segments.windows(.days(60), at: moments)
        let points = columns.column { Double($0.points) }
        let usage = columns.column(\.usagePercent)
        let margins = columns.column { game in game.pointsLine.map { Double(game.points) - $0 } }
        let points3 = points.means(over: last3)
        let points60 = points.means(over: days60)
        let deviation60 = points.sampleDeviations(over: days60)
        let perMinute10 = columns.column { Double($0.points) / $0.minutes }.means(over: last10)
        let minutesDeviation10 = columns.column(\.minutes).sampleDeviations(over: last10)
        let usage5 = usage.means(over: last5)
        let margins5 = margins.means(over: last5)
        return (0..<moments.count).map { index in
            var scoring = RecentScoring()
            scoring.pointsAverageLast3 = last3.rows(index).count == 3 ? points3[index] : nil
            scoring.pointsAverage60Days = points60[index]
            scoring.pointsDeviation60Days = deviation60[index]
            scoring.pointsPerMinuteLast10 = perMinute10[index]
            scoring.minutesDeviationLast10 = last10.rows(index).count >= 3 ? minutesDeviation10[index] : nil
            scoring.usagePercentLast5 = usage.count(in: last5, index) >= 3 ? usage5[index] : nil
            scoring.lineMarginLast5 = margins.count(in: last5, index) >= 3 ? margins5[index] : nil
            return scoring
        }
    }
}
