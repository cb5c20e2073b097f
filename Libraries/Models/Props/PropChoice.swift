import Basketball
import Boosting

/// One side of a points line.
public enum PropSide: String, Sendable, Hashable, Codable, CaseIterable {
    case over, under
}

/// What to do with a line.
public enum Recommendation: String, Sendable, Hashable, CaseIterable {
    case over = "OVER"
    case under = "UNDER"
    /// There is a line, and no reason to take a side.
    case pass = "PASS"
    case noLine = "NO_LINE"
}

/// What a side at its real price is worth.
public struct PricedSide: Sendable, Hashable {
    /// American odds.
    public var price: Int
    /// The probability (fraction) that it wins when it is not a push.
    public var probability: Double
    /// The probability at which a bet at the price breaks even.
    public var breakEven: Double
    /// What one unit of stake is expected to gain; a push returns the stake.
    public var expectedValue: Double

    /// How far the probability lies beyond break-even.
    public var margin: Double { probability - breakEven }
}

/// What a prediction means for a points line and its prices.
///
/// A side is recommended only when the expected points lie on it by ``minimumEdge`` or more and its probability is beyond
/// the break-even of its real price by ``minimumMargin`` or more. Without a price nothing is recommended.
public struct PropChoice: Sendable, Hashable {
    /// Points that expectation and line must differ by.
    public static let minimumEdge = 1.0
    /// How far a probability must be beyond break-even: the calibration error that the model set must stay below.
    public static let minimumMargin = 0.02

    /// Why the recommendation is as it is.
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case noLine = "no_line"
        /// The side that expected points lie on has no price.
        case noPrice = "no_price"
        case smallEdge = "small_edge"
        case withinMargin = "within_margin"
        case beyondBreakEven = "beyond_break_even"
    }

    public var recommendation: Recommendation
    public var reason: Reason
    /// Expected points less the line; nil without one.
    public var edge: Double?
    /// The probability (fraction) of more points than the line when it is not a push; nil without a line.
    public var overProbability: Double?
    /// The probability of exactly the line: 0 for a line of halves, nil without one.
    public var pushProbability: Double?
    /// Nil without a line or its price.
    public var over: PricedSide?
    public var under: PricedSide?

    /// The probability (0.5 … 1) of the likelier side; nil without a line.
    public var confidence: Double? { overProbability.map { max($0, 1 - $0) } }

    /// - Parameters:
    ///   - line: points, nil when none is offered.
    ///   - overPrice: American odds of the line's sides, nil where none is known.
    /// - Throws: ``PropChoiceError``.
    public init(
        _ prediction: SystemPrediction,
        line: Double?,
        overPrice: Int? = nil,
        underPrice: Int? = nil
    ) throws(PropChoiceError) {
        guard let line else {
            recommendation = .noLine
            reason = .noLine
            return
        }
        guard line.isFinite else { throw .badLine(line) }
        let chances: (over: Double, push: Double, under: Double, share: Double)
        do {
            let chance = try prediction.outcome.probabilities(line: line)
            chances = (chance.over, chance.push, chance.under, chance.overWithoutPush)
        } catch { throw .badLine(line) }
        let edge = prediction.mean - line
        self.edge = edge
        overProbability = chances.share
        pushProbability = chances.push
        over = try Self.priced(overPrice, wins: chances.over, loses: chances.under)
        under = try Self.priced(underPrice, wins: chances.under, loses: chances.over)
        recommendation = .pass
        let side = edge > 0 ? over : under
        if over == nil, under == nil {
            reason = .noPrice
        } else if abs(edge) < Self.minimumEdge {
            reason = .smallEdge
        } else if let side {
            let isBeyond = side.margin >= Self.minimumMargin
            reason = isBeyond ? .beyondBreakEven : .withinMargin
            if isBeyond { recommendation = edge > 0 ? .over : .under }
        } else {
            reason = .noPrice
        }
    }

    private static func priced(
        _ price: Int?,
        wins: Double,
        loses: Double
    ) throws(PropChoiceError) -> PricedSide? {
        guard let price else { return nil }
        guard let decimal = Odds.decimal(american: price) else { throw .badPrice(price) }
        return PricedSide(
            price: price,
            probability: wins / (wins + loses),
            breakEven: 1 / decimal,
            expectedValue: wins * (decimal - 1) - loses
        )
    }
}

/// Why a line cannot be judged.
public enum PropChoiceError: Error, Sendable, Hashable, CustomStringConvertible {
    case badLine(Double)
    /// Odds between −100 and 100, which the notation lacks.
    case badPrice(Int)

    public var description: String {
        switch self {
        case .badLine(let line): "the line is \(line)"
        case .badPrice(let price): "\(price) are no American odds"
        }
    }
}
