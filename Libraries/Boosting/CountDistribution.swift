/// How a count of 0 or more scatters, each count's mass spread evenly over ±0.5.
///
/// Quantiles are known for the probabilities 0.5/99 … 98.5/99, and the distribution function is a line between them. Beyond
/// them it is half of the outermost probability, 0.25 %, from 0 and from 1; at −0.5 and below it is 0.
public struct CountDistribution: Sendable, Hashable {
    /// The predicted mean.
    public let mean: Double
    /// The standard deviation of the count around its expectation.
    public let standardDeviation: Double
    /// At ``ResidualDistribution/levels``; they never fall.
    let quantiles: [Double]

    /// The median of the spread count, 0 or more: the prediction with the least expected absolute error.
    public var median: Double { quantile(0.5) }

    /// The spread count that is not exceeded with a probability, 0 or more; never falls as the probability rises.
    ///
    /// - Parameter probability: one below 0.5/99 or above 98.5/99 gives the quantile there, since none further out is known.
    public func quantile(_ probability: Double) -> Double {
        let last = quantiles.count - 1
        let place = min(max(probability * Double(quantiles.count) - 0.5, 0), Double(last))
        let index = min(Int(place), last - 1)
        let share = place - Double(index)
        return max(quantiles[index] * (1 - share) + quantiles[index + 1] * share, 0)
    }

    /// The probability that the spread count is at most a value; never falls as the value rises.
    public func cumulative(_ value: Double) -> Double {
        let levels = ResidualDistribution.levels
        guard value > -0.5 else { return 0 }
        guard value >= quantiles[0] else { return levels[0] / 2 }
        guard value <= quantiles[quantiles.count - 1] else { return 1 - levels[0] / 2 }
        // The last quantile that is not above the value, and the one after it.
        var (low, high) = (0, quantiles.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if quantiles[middle] <= value { low = middle } else { high = middle }
        }
        guard high < quantiles.count else { return levels[low] }
        let share = (value - quantiles[low]) / (quantiles[high] - quantiles[low])
        return levels[low] + share * (levels[high] - levels[low])
    }

    /// The probabilities of the count above, at and below a line.
    ///
    /// - Parameter line: any number. A line of halves cannot be hit.
    /// - Throws: ``BoostingError`` `not_finite`.
    public func probabilities(line: Double) throws(BoostingError) -> LineProbabilities {
        guard line.isFinite else { throw BoostingError(.notFinite, "the line is \(line)") }
        let (below, upTo) = (cumulative(line.rounded(.up) - 0.5), cumulative(line.rounded(.down) + 0.5))
        return LineProbabilities(over: 1 - upTo, push: max(upTo - below, 0), under: below)
    }
}

/// What can happen at a line; the three sum to 1.
public struct LineProbabilities: Sendable, Hashable {
    public let over: Double
    /// The count is the line; 0 for a line of halves.
    public let push: Double
    public let under: Double

    /// The probability of over when it is not a push; falls, or stays, as the line rises.
    public var overWithoutPush: Double { over / (over + under) }
}
