import Boosting

/// A weighted mean of the other systems, or the best of them.
///
/// Weights of 0 or more that sum to 1 are fitted by least squares to what happened, on predictions of seasons that the
/// learnt member had not seen, of players of ten minutes or more. Fitted weights are never worse than the best member on the
/// rows that they are fitted to, and a few thousandths better by chance alone; what they learn of one season has been lost
/// again in the next. So unless their root mean squared error is below the best member's by more than ``tolerance``, the
/// ensemble is that member, with its median and its distribution, and no worse than it anywhere.
public struct PointsEnsemble: Sendable, Hashable, Codable {
    /// Changes with the way of learning.
    static let recipeVersion = "1.0"
    /// Points of root mean squared error that a mixture must gain.
    public static let tolerance = 0.005
    /// The systems that are weighed, in the order of their columns.
    public static let members = PointsRules.all.map(\.system) + [.gradientBoosted]

    /// In the order of ``members``.
    public let weights: [Double]
    /// Root mean squared errors on the rows that the weights were learnt from, points: of each member, and of the mixture.
    public let memberErrors: [Double]
    public let mixtureError: Double
    /// Rows behind them.
    public let rows: Int
    /// How a mixture's points scatter. Not asked when there is a ``soleMember``.
    let distribution: ResidualDistribution

    /// - Parameters:
    ///   - means: a list a member, in the order of ``members``, out of sample.
    ///   - counts: what happened, a list as long.
    ///   - isWeighed: which rows the weights are learnt from.
    /// - Throws: ``BoostingError``.
    init(means: [[Double]], counts: [Int], isWeighed: [Bool]) throws(BoostingError) {
        let chosen = counts.indices.filter { isWeighed[$0] }
        let columns = means.map { column in chosen.map { column[$0] } }
        let target = chosen.map { Double(counts[$0]) }
        let fitted = try NonNegativeLeastSquares.weights(columns: columns, target: target, constraint: .sumToOne)
        func error(_ predicted: [Double]) -> Double {
            let squares = zip(predicted, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return (squares / Double(target.count)).squareRoot()
        }
        let memberErrors = columns.map(error)
        let mixtureError = error(Self.mixture(columns, fitted))
        var best = 0
        for member in memberErrors.indices where memberErrors[member] < memberErrors[best] { best = member }
        if memberErrors[best] - mixtureError > Self.tolerance {
            weights = fitted
        } else {
            weights = memberErrors.indices.map { $0 == best ? 1 : 0 }
        }
        self.memberErrors = memberErrors
        self.mixtureError = mixtureError
        rows = chosen.count
        distribution = try ResidualDistribution(means: Self.mixture(means, weights), counts: counts)
    }

    /// Decodes and checks the weights.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weights = try container.decode([Double].self, forKey: .weights)
        memberErrors = try container.decode([Double].self, forKey: .memberErrors)
        mixtureError = try container.decode(Double.self, forKey: .mixtureError)
        rows = try container.decode(Int.self, forKey: .rows)
        distribution = try container.decode(ResidualDistribution.self, forKey: .distribution)
        guard weights.count == Self.members.count, memberErrors.count == weights.count,
            weights.allSatisfy({ $0 >= 0 }), abs(weights.reduce(0, +) - 1) < 1e-9
        else { throw PointsModelError.incomplete("the ensemble's weights") }
    }

    /// The member that is all of the ensemble; nil for a mixture.
    public var soleMember: PointsSystem? {
        let weighed = zip(Self.members, weights).filter { $0.1 > 0 }
        return weighed.count == 1 ? weighed[0].0 : nil
    }

    /// What the ensemble says; `members` may lack some, whose weights the others share.
    func outcome(_ members: [SystemPrediction]) throws(BoostingError) -> SystemOutcome {
        let weighed = members.compactMap { member -> (prediction: SystemPrediction, weight: Double)? in
            guard let index = Self.members.firstIndex(of: member.system), weights[index] > 0 else { return nil }
            return (member, weights[index])
        }
        let sum = weighed.reduce(0) { $0 + $1.weight }
        guard sum > 0 else { return .skipped(SkippedSystem(system: .ensemble, reason: .noMember)) }
        if soleMember != nil {
            var prediction = weighed[0].prediction
            prediction.terms = [PointsTerm(prediction.system.rawValue, prediction.mean)]
            prediction.system = .ensemble
            return .predicted(prediction)
        }
        let terms = weighed.map { PointsTerm($0.prediction.system.rawValue, $0.weight / sum * $0.prediction.mean) }
        let mean = terms.reduce(0) { $0 + $1.points }
        let outcome = try distribution.outcome(mean: mean)
        return .predicted(
            SystemPrediction(
                system: .ensemble,
                mean: mean,
                median: outcome.median,
                minutes: weighed.compactMap(\.prediction.minutes).first,
                outcome: outcome,
                terms: terms
            )
        )
    }

    private static func mixture(_ columns: [[Double]], _ weights: [Double]) -> [Double] {
        columns[0].indices.map { row in zip(columns, weights).reduce(0) { $0 + $1.0[row] * $1.1 } }
    }
}
