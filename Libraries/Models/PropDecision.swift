import Foundation

/// What a prediction means for a points line. The points of a game are taken as normally distributed whole numbers.
public struct PropDecision: Sendable, Hashable {
    /// The predictions that a system may make.
    public static let pointsRange: ClosedRange<Double> = 0...60
    /// Points that prediction and line must differ by before a side is taken.
    public static let minimumEdge = 2.0
    /// The share of bets that must win at the usual price of -110: 110/210.
    public static let breakEven = 110.0 / 210.0

    public var recommendation: Recommendation
    /// Probability (0 … 1) that the points end over the line; nil without a line. A push is left out: it returns the
    /// stake, so the two sides always sum to one.
    public var overProbability: Double?
    /// Prediction less line, in points; nil without a line.
    public var edge: Double?
    /// The probability (0.5 … 1) of the likelier side; without a line 0.5, because nothing is claimed.
    public var confidence: Double

    public init(points: Double, deviation: Double, line: Double?) {
        guard let line else {
            recommendation = .noLine
            confidence = 0.5
            return
        }
        let over = Self.overProbability(points: points, deviation: deviation, line: line)
        let edge = points - line
        overProbability = over
        self.edge = edge
        confidence = max(over, 1 - over)
        switch edge {
        case _ where confidence <= Self.breakEven: recommendation = .pass
        case _ where edge > Self.minimumEdge && over > 0.5: recommendation = .over
        case _ where edge < -Self.minimumEdge && over < 0.5: recommendation = .under
        default: recommendation = .pass
        }
    }

    /// The chance of more points than the line, given that there is no push. Points are whole: for 20.5 the border lies
    /// at 20.5 for both sides, for 20 over begins at 20.5 and under ends at 19.5.
    static func overProbability(points: Double, deviation: Double, line: Double) -> Double {
        let over = upperTail((line.rounded(.down) + 0.5 - points) / deviation)
        let under = upperTail((points - (line.rounded(.up) - 0.5)) / deviation)
        // Both tails vanish only when the line is reached for certain.
        return over + under > 0 ? over / (over + under) : 0.5
    }

    /// The standard normal distribution's probability of a value above `z`.
    static func upperTail(_ z: Double) -> Double { 0.5 * erfc(z / 2.0.squareRoot()) }
}
