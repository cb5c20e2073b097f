import Boosting

/// A row whose predictions are stored with the models: whoever loads them must get the same.
struct GoldenRow: Sendable, Hashable, Codable {
    /// What a system said. All numbers are nil where it was skipped.
    struct Output: Sendable, Hashable, Codable {
        var system: PointsSystem
        var mean: Double?
        var median: Double?
        var deviation: Double?
        /// The probability of more points than the half above the mean's whole points.
        var overProbability: Double?
        var minutes: Double?
        var skipped: String?
    }

    /// In the order of ``PointsFeature/all``; nil where not known.
    var values: [Float?]
    var profile: PointsProfile
    var outputs: [Output]

    /// Points, minutes and probabilities by which outputs may differ. Trees add leaves in single precision, in an order that
    /// another processor's build may change: that moves a prediction of 30 points by some 10⁻⁵. Other features, parameters
    /// or a wrong file move it by tenths.
    static let tolerance = 1e-3

    init(_ row: PointsFeatureRow, outcomes: [SystemOutcome]) throws(BoostingError) {
        values = row.values.map { $0.isNaN ? nil : $0 }
        profile = row.profile
        outputs = try Self.outputs(outcomes)
    }

    static func outputs(_ outcomes: [SystemOutcome]) throws(BoostingError) -> [Output] {
        var outputs: [Output] = []
        for outcome in outcomes {
            switch outcome {
            case .skipped(let skipped): outputs.append(Output(system: skipped.system, skipped: skipped.reason.name))
            case .predicted(let prediction):
                let line = prediction.mean.rounded(.down) + 0.5
                outputs.append(
                    Output(
                        system: prediction.system,
                        mean: prediction.mean,
                        median: prediction.median,
                        deviation: prediction.deviation,
                        overProbability: try prediction.outcome.probabilities(line: line).over,
                        minutes: prediction.minutes
                    )
                )
            }
        }
        return outputs
    }

    /// The first system whose output is another one now; nil when all are the same.
    func firstDifference(from now: [Output]) -> PointsSystem? {
        guard now.map(\.system) == outputs.map(\.system) else { return outputs.first?.system ?? now.first?.system }
        return zip(outputs, now).first { !$0.isSame(as: $1) }?.0.system
    }
}

extension GoldenRow.Output {
    fileprivate func isSame(as other: Self) -> Bool {
        guard skipped == other.skipped else { return false }
        let pairs = [
            (mean, other.mean), (median, other.median), (deviation, other.deviation),
            (overProbability, other.overProbability), (minutes, other.minutes),
        ]
        return pairs.allSatisfy { stored, now in
            guard let stored, let now else { return stored == nil && now == nil }
            return abs(stored - now) <= GoldenRow.tolerance
        }
    }
}
