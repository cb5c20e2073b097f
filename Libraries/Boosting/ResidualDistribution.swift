/// How counts, such as points, scatter around a predicted mean, learnt from predictions that were made out of sample.
///
/// The rows are cut into bins of equally many by the predicted mean. A bin keeps 99 quantiles of count − mean, each count's
/// mass spread evenly over ±0.5: the mid-distribution of the counts (Parzen, "Quantile probability and statistical data
/// modeling", 2004), computed exactly. Between the centres of two bins quantiles are interpolated; outside the outermost
/// bin holds.
public struct ResidualDistribution: Sendable, Hashable, Codable {
    /// Of equally many rows, unless ``init(means:counts:bins:)`` is told otherwise.
    public static let defaultBins = 12
    /// The fewest rows for each bin that is asked for.
    public static let leastRowsPerBin = 20
    /// The probabilities of the quantiles: (k + ½) / 99 for k = 0 … 98.
    static let levels = (0..<99).map { (Double($0) + 0.5) / 99 }

    /// Rows whose predicted means are next to each other.
    struct Bin: Sendable, Hashable, Codable {
        /// The mean of the predicted means.
        var center: Double
        /// The sample standard deviation of count − mean.
        var deviation: Double
        /// Of count − mean, at ``ResidualDistribution/levels``; they never fall.
        var quantiles: [Double]
    }

    /// By their centres, which rise.
    let bins: [Bin]

    /// Learns the scatter. The order of the rows makes no difference.
    ///
    /// - Parameters:
    ///   - means: predicted means, from models that had not seen the row.
    ///   - counts: what happened, one a row, 0 or more.
    ///   - bins: how many bins, at least 1. Rows of equal mean share one, so that there may be fewer.
    /// - Throws: ``BoostingError`` `wrong_shape`, `not_finite`, `invalid_parameter` for a negative count or no bins, or
    ///   `too_few_rows` below ``leastRowsPerBin`` for each bin.
    public init(means: [Double], counts: [Int], bins: Int = defaultBins) throws(BoostingError) {
        try BoostingError.require(counts.count, of: "counts", toBe: means.count)
        try BoostingError.requireFinite(means, "mean")
        guard bins > 0 else { throw BoostingError(.invalidParameter, "bins is \(bins)") }
        if let index = counts.firstIndex(where: { $0 < 0 }) {
            throw BoostingError(.invalidParameter, "count \(index) is \(counts[index])")
        }
        guard means.count / Self.leastRowsPerBin >= bins else {
            throw BoostingError(.tooFewRows, "\(means.count) rows for \(bins) bins")
        }
        let rows = zip(means, counts).sorted { $0 < $1 }
        var kept: [Bin] = []
        var start = 0
        for bin in 1...bins {
            var end = max(rows.count * bin / bins, start)
            while end > start, end < rows.count, rows[end].0 == rows[end - 1].0 { end += 1 }
            if end > start { kept.append(Bin(rows[start..<end])) }
            start = end
        }
        guard kept.allSatisfy(\.isValid) else {
            throw BoostingError(.notFinite, "the means are too large to be summed")
        }
        self.bins = kept
    }

    /// Decodes and checks what the type promises.
    public init(from decoder: any Decoder) throws {
        bins = try decoder.container(keyedBy: CodingKeys.self).decode([Bin].self, forKey: .bins)
        guard !bins.isEmpty, zip(bins, bins.dropFirst()).allSatisfy({ $0.center < $1.center }),
            bins.allSatisfy(\.isValid)
        else { throw BoostingError(.invalidModel, "a residual distribution's bins are incomplete or out of order") }
    }

    /// How the count scatters when its predicted mean is the given one.
    ///
    /// - Throws: ``BoostingError`` `not_finite`.
    public func outcome(mean: Double) throws(BoostingError) -> CountDistribution {
        guard mean.isFinite else { throw BoostingError(.notFinite, "the mean is \(mean)") }
        let upper = bins.firstIndex { $0.center > mean } ?? bins.count
        let (low, high) = (bins[max(upper - 1, 0)], bins[min(upper, bins.count - 1)])
        let share = high.center > low.center ? (mean - low.center) / (high.center - low.center) : 0
        func between(_ low: Double, _ high: Double) -> Double { low * (1 - share) + high * share }
        return CountDistribution(
            mean: mean,
            standardDeviation: between(low.deviation, high.deviation),
            quantiles: zip(low.quantiles, high.quantiles).map { mean + between($0, $1) }
        )
    }
}

extension ResidualDistribution.Bin {
    /// Of at least one row, ascending.
    fileprivate init(_ rows: ArraySlice<(Double, Int)>) {
        let residuals = rows.map { Double($1) - $0 }.sorted()
        let count = Double(residuals.count)
        let average = residuals.reduce(0, +) / count
        let squares = residuals.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        center = rows.reduce(0) { $0 + $1.0 } / count
        deviation = count > 1 ? (squares / (count - 1)).squareRoot() : 0
        quantiles = Self.quantiles(residuals)
    }

    /// The quantiles of residuals, ascending, whose mass is spread evenly over ±0.5: the distribution function is a line
    /// between the places where a residual's mass begins or ends.
    static func quantiles(_ residuals: [Double]) -> [Double] {
        let levels = ResidualDistribution.levels
        var quantiles: [Double] = []
        quantiles.reserveCapacity(levels.count)
        // Residuals whose mass has begun, and has ended; the mass up to a place, in residuals.
        var (begun, ended, mass) = (0, 0, 0.0)
        var place = residuals[0] - 0.5
        while ended < residuals.count, quantiles.count < levels.count {
            let next =
                begun < residuals.count
                ? min(residuals[begun] - 0.5, residuals[ended] + 0.5) : residuals[ended] + 0.5
            let slope = Double(begun - ended)
            let added = slope * (next - place)
            while quantiles.count < levels.count, slope > 0 {
                let missing = levels[quantiles.count] * Double(residuals.count) - mass
                guard missing <= added else { break }
                quantiles.append(min(place + max(missing, 0) / slope, next))
            }
            mass += added
            place = next
            while begun < residuals.count, residuals[begun] - 0.5 <= place { begun += 1 }
            while ended < begun, residuals[ended] + 0.5 <= place { ended += 1 }
        }
        return quantiles
    }

    fileprivate var isValid: Bool {
        center.isFinite && deviation.isFinite && deviation >= 0
            && quantiles.count == ResidualDistribution.levels.count && quantiles.allSatisfy(\.isFinite)
            && zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 <= $1 }
    }
}
