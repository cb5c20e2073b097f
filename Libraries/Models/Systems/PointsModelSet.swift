public import Basketball
import Boosting

/// Everything that is learnt: the boosted model, how the points of every system scatter, and the ensemble's weights.
public struct PointsModelSet: Sendable, Codable {
    /// What it was trained on.
    public struct Training: Sendable, Hashable, Codable {
        public var seasons: [Season]
        /// The date of the last example.
        public var lastDate: GameDate
        public var appearances: Int
        public var seed: Int
    }

    /// The parts of training, told as they begin.
    public enum Step: Sendable, Hashable {
        case boosted, distributions, ensemble
    }

    public let training: Training
    public let boosted: PointsModel
    public let ensemble: PointsEnsemble
    /// Of the rules, in the order of ``PointsRules/all``.
    let ruleDistributions: [ResidualDistribution]

    /// Trains on all examples, of three seasons or more. Blocks its thread for about half a minute on five seasons.
    ///
    /// The scatter of every system and the ensemble's weights come from the last two of the seasons: rules learn nothing,
    /// and the boosted model is trained for each of the two on the seasons before it.
    ///
    /// - Parameters:
    ///   - seed: draws the rows and columns of the trees; the same seed and examples give the same models.
    ///   - progress: called when a part begins.
    /// - Throws: ``PointsModelError`` and ``BoostingError``.
    public init(training examples: PointsExamples, seed: Int = 1, progress: (Step) -> Void = { _ in }) throws {
        progress(.boosted)
        let (model, outOfSample) = try PointsModel.train(examples, seed: seed)
        guard let lastDate = examples.dates.max() else { throw PointsModelError.tooFewSeasons(0) }
        boosted = model
        training = Training(
            seasons: Set(examples.seasons).sorted(),
            lastDate: lastDate,
            appearances: examples.count,
            seed: seed
        )
        progress(.distributions)
        ruleDistributions = try PointsRules.all.indices.map { rule in
            let rows = outOfSample.rows.filter { examples.ruleMeans[$0][rule] != nil }
            return try ResidualDistribution(
                means: rows.compactMap { examples.ruleMeans[$0][rule] },
                counts: rows.map { examples.points[$0] }
            )
        }
        progress(.ensemble)
        let complete = outOfSample.rows.indices.filter { index in
            examples.ruleMeans[outOfSample.rows[index]].allSatisfy { $0 != nil }
        }
        let rows = complete.map { outOfSample.rows[$0] }
        ensemble = try PointsEnsemble(
            means: PointsRules.all.indices.map { rule in rows.compactMap { examples.ruleMeans[$0][rule] } }
                + [complete.map { outOfSample.means[$0] }],
            counts: rows.map { examples.points[$0] },
            isWeighed: rows.map { examples.isRotation[$0] }
        )
    }

    /// Decodes and checks that there is a distribution a rule.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        training = try container.decode(Training.self, forKey: .training)
        boosted = try container.decode(PointsModel.self, forKey: .boosted)
        ensemble = try container.decode(PointsEnsemble.self, forKey: .ensemble)
        ruleDistributions = try container.decode([ResidualDistribution].self, forKey: .ruleDistributions)
        guard ruleDistributions.count == PointsRules.all.count else {
            throw PointsModelError.incomplete("the distributions of the rules")
        }
    }
}
