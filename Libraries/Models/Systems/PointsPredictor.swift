import Boosting

/// Predicts with every system that there is. Pure: the same rows and models give the same predictions.
public struct PointsPredictor: Sendable {
    private let models: PointsModelSet?
    /// In the order of showing; every list of outcomes has it.
    public let systems: [PointsSystem]

    /// - Parameter models: nil: the rules alone, whose points then scatter normally with the player's own deviation.
    ///   Nothing stands in for a learnt system that is not there.
    public init(models: PointsModelSet?) {
        self.models = models
        let rules = PointsRules.all.map(\.system)
        systems = models == nil ? rules : [.ensemble, .gradientBoosted] + rules
    }

    /// Predicts players before games: a list a row, with an outcome a system in the order of ``systems``.
    ///
    /// - Throws: ``BoostingError`` when a model cannot be asked.
    public func predict(_ rows: [PointsFeatureRow]) throws -> [[SystemOutcome]] {
        try predict(values: rows.flatMap(\.values), profiles: rows.map(\.profile))
    }

    /// The same from the parts of rows; `values` are those of all rows, one after the other.
    func predict(values: [Float], profiles: [PointsProfile]) throws -> [[SystemOutcome]] {
        guard !profiles.isEmpty else { return [] }
        let boosted = try models?.boosted.predict(values)
        return try profiles.enumerated().map { row, profile in
            let rules = try PointsRules.all.indices.map { try outcome(ofRule: $0, profile) }
            guard let models, let boosted else { return rules }
            let learnt = SystemPrediction(boosted[row])
            let ensemble = try models.ensemble.outcome(rules.compactMap(\.prediction) + [learnt])
            return [ensemble, .predicted(learnt)] + rules
        }
    }

    private func outcome(ofRule index: Int, _ profile: PointsProfile) throws -> SystemOutcome {
        let rule = PointsRules.all[index]
        switch rule.estimate(profile) {
        case .skipped(let reason): return .skipped(SkippedSystem(system: rule.system, reason: reason))
        case .terms(var terms):
            let sum = terms.reduce(0) { $0 + $1.points }
            let mean = max(sum, 0)
            if sum < 0 { terms.append(PointsTerm("limit", -sum)) }
            let outcome =
                try models?.ruleDistributions[index].outcome(mean: mean)
                ?? CountDistribution(normalMean: mean, standardDeviation: profile.pointsDeviation)
            return .predicted(
                SystemPrediction(
                    system: rule.system,
                    mean: mean,
                    median: outcome.median,
                    minutes: nil,
                    outcome: outcome,
                    terms: terms
                )
            )
        }
    }
}

extension SystemPrediction {
    init(_ prediction: PointsModel.Prediction) {
        self.init(
            system: .gradientBoosted,
            mean: prediction.mean,
            median: prediction.median,
            minutes: prediction.minutes,
            outcome: prediction.outcome,
            terms: prediction.terms
        )
    }
}
