import Foundation

extension CountDistribution {
    /// A normal distribution as that of a spread count, where nothing better is known than a mean and a deviation. What
    /// lies below −0.5 counts as 0 points.
    ///
    /// - Throws: ``BoostingError`` `not_finite`, or `invalid_parameter` for a deviation that is not above 0.
    public init(normalMean mean: Double, standardDeviation: Double) throws(BoostingError) {
        guard mean.isFinite, standardDeviation.isFinite else {
            throw BoostingError(.notFinite, "the mean is \(mean), the deviation \(standardDeviation)")
        }
        guard standardDeviation > 0 else {
            throw BoostingError(.invalidParameter, "the deviation is \(standardDeviation)")
        }
        self.init(
            mean: mean,
            standardDeviation: standardDeviation,
            quantiles: Self.standardNormalQuantiles.map { mean + standardDeviation * $0 }
        )
    }

    /// At ``ResidualDistribution/levels``.
    private static let standardNormalQuantiles = ResidualDistribution.levels.map(standardNormalQuantile)

    /// The value that a standard normal variable does not exceed with a probability, by bisection of its distribution
    /// function, 0.5·erfc(−z/√2), to the last bits that a number between −8 and 8 has.
    private static func standardNormalQuantile(_ probability: Double) -> Double {
        var (low, high) = (-8.0, 8.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
