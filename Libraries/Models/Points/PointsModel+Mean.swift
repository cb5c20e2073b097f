import Boosting

extension PointsModel {
    /// The mean: ridge regression, and trees that correct it.
    struct MeanModel: Sendable {
        let base: RidgeRegression
        let trees: BoostedTrees

        init(base: RidgeRegression, trees: BoostedTrees) {
            self.base = base
            self.trees = trees
        }

        init(_ inputs: FeatureMatrix, labels: [Double], seed: Int) throws {
            base = try RidgeRegression(fitting: inputs, labels: labels, penalty: penalty)
            let start = try base.predict(inputs)
            // The spread of points grows with their mean, so that high means would rule the squared error.
            let weights = start.map { 1 / (3 + min(max($0, 1), 40)) }
            let scale = Double(weights.count) / weights.reduce(0, +)
            trees = try BoostedTrees.train(
                inputs,
                labels: labels,
                weights: weights.map { $0 * scale },
                baseMargin: start,
                parameters: .init(rounds: 200, seed: seed)
            )
        }

        init(_ examples: PointsExamples, _ rows: [Int], _ expected: [Double], seed: Int) throws {
            try self.init(
                try PointsModel.inputs(examples, rows, expected),
                labels: rows.map { Double(examples.points[$0]) },
                seed: seed
            )
        }

        func predict(_ inputs: FeatureMatrix) throws -> [Double] {
            try trees.predict(inputs, baseMargin: try base.predict(inputs)).map { max($0, lowestMean) }
        }

        /// Addends of predicted means: the ridge regression's coefficients by group of inputs, and what trees and limits
        /// make of them.
        func terms(_ inputs: FeatureMatrix, _ means: [Double]) throws -> [[PointsTerm]] {
            let standardized = try base.standardizer.standardize(inputs)
            return means.indices.map { row in
                var sums = [base.intercept] + Array(repeating: 0, count: TermGroup.allCases.count - 1)
                for (column, value) in standardized[row: row].enumerated() {
                    sums[TermGroup.ofInput[column].rawValue] += Double(value) * base.coefficients[column]
                }
                let terms = zip(TermGroup.allCases, sums).map { PointsTerm($0.name, $1) }
                return terms + [PointsTerm("trees", means[row] - sums.reduce(0, +))]
            }
        }
    }

    /// Groups of inputs whose addends are shown together. What a player usually does is one: its inputs say nearly the
    /// same, so that single coefficients mean nothing.
    private enum TermGroup: Int, CaseIterable {
        case usual, rest, matchup, absences

        var name: String {
            switch self {
            case .usual: "usual_scoring"
            case .rest: "rest_and_venue"
            case .matchup: "matchup"
            case .absences: "absences"
            }
        }

        /// By the column of ``PointsModel/inputNames``.
        static let ofInput: [TermGroup] = {
            let groups = [
                (PointsFeature.rest, rest), (PointsFeature.matchups, matchup), (PointsFeature.absences, absences),
            ]
            let named = Dictionary(
                uniqueKeysWithValues: groups.flatMap { features, group in features.map { ($0.name, group) } }
            )
            return inputNames.map { named[$0] ?? .usual }
        }()
    }
}
