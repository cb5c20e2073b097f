import Basketball
import Boosting

/// An appearance of the test season with what was said of it beforehand.
struct JudgedAppearance: Sendable {
    /// A point prediction.
    struct Said: Sendable {
        var mean: Double
        var median: Double
    }

    /// What a distribution said.
    struct Spread: Sendable {
        /// The probability of more points than the line.
        var over: Double
        /// How much of the points' mass lies within the middle 80 % of the distribution, 0 … 1.
        var within80: Double
    }

    var date: GameDate
    var isRotation: Bool
    /// The season's mean before the game.
    var seasonAverage: Double
    var points: Int
    var minutes: Double
    var expectedMinutes: Double?
    var minutesLast10: Double?
    /// The half above the whole points of the exponentially weighted mean.
    var line: Double
    /// In the order of ``PointsEvaluation/System``; nil where a system said nothing.
    var said: [Said?]
    /// The same; nil for baselines, which have no distribution.
    var spreads: [Spread?]

    init(_ box: PlayerBox, record: ScoringRecord, outcomes: [SystemOutcome]) throws {
        date = box.side.date
        isRotation = (record.minutesLast10 ?? 0) >= PointsExamples.rotationMinutes
        seasonAverage = record.seasonAverage
        points = box.points
        minutes = box.minutes
        minutesLast10 = record.minutesLast10
        line = record.exponentiallyWeighted.rounded(.down) + 0.5
        expectedMinutes = outcomes.compactMap { $0.prediction?.minutes }.first
        let count = PointsEvaluation.System.allCases.count
        said = Array(repeating: nil, count: count)
        spreads = Array(repeating: nil, count: count)
        for (index, system) in PointsEvaluation.System.allCases.enumerated() {
            if let baseline = system.baseline(record) {
                said[index] = Said(mean: baseline, median: baseline)
                continue
            }
            guard let prediction = outcomes.first(where: { $0.system.rawValue == system.rawValue })?.prediction else {
                continue
            }
            said[index] = Said(mean: prediction.mean, median: prediction.median)
            spreads[index] = Spread(
                over: try prediction.outcome.probabilities(line: line).over,
                within80: Self.share(of: box.points, within: 0.1...0.9, of: prediction.outcome)
            )
        }
    }

    /// The part of a count's mass whose levels lie in a range: the count's levels are spread evenly between the distribution
    /// function half a point below and above it (Czado, Gneiting and Held, "Predictive model assessment for count data",
    /// 2009).
    private static func share(
        of count: Int,
        within levels: ClosedRange<Double>,
        of outcome: CountDistribution
    ) -> Double {
        let (low, high) = (outcome.cumulative(Double(count) - 0.5), outcome.cumulative(Double(count) + 0.5))
        guard high > low else { return levels.contains(low) ? 1 : 0 }
        return max(min(high, levels.upperBound) - max(low, levels.lowerBound), 0) / (high - low)
    }
}

extension PointsEvaluation.System {
    /// Nil for a system that is no baseline.
    func baseline(_ record: ScoringRecord) -> Double? {
        switch self {
        case .seasonAverage: record.seasonAverage
        case .last5: record.last5
        case .last10: record.last10
        case .exponentiallyWeighted: record.exponentiallyWeighted
        case .movingAverage, .zoneMatchup, .similarity, .gradientBoosted, .ensemble: nil
        }
    }

    /// Whether it is a mean that everybody can compute.
    public var isBaseline: Bool { baseline(ScoringRecord()) != nil }
}
