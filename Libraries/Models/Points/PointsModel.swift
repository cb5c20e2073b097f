public import Basketball
public import Boosting

/// A player's points before a game: minutes by ridge regression, the mean by ridge regression and boosted trees on top of
/// it, the median by trees of their own, and the distribution by what the same way of training missed in seasons that it
/// had not seen. `docs/points-model.md` says why.
///
/// Training blocks its thread for about half a minute on the league's last five seasons.
public struct PointsModel: Sendable {
    /// The version of the features that it was trained with.
    public let featureVersion: String
    private let minutes: RidgeRegression
    private let mean: MeanModel
    private let median: BoostedTrees
    private let distribution: ResidualDistribution

    /// The ridge penalty of minutes and points.
    static let penalty = 300.0
    /// Minutes are taken to lie between these.
    static let minutesRange = 2.0...42.0
    /// The least mean that is predicted, points.
    static let lowestMean = 0.3
    /// The trees of the median begin this far below the mean, points: where it lies for most players.
    static let medianOffset = 0.3
    /// How many of the last training seasons tell what a model of earlier seasons misses.
    static let calibrationSeasons = 2

    /// What is said of one appearance.
    public struct Prediction: Sendable, Hashable {
        /// Expected minutes.
        public var minutes: Double
        /// Expected points: the prediction with the least squared error.
        public var mean: Double
        /// The prediction with the least absolute error, points.
        public var median: Double
        /// The probabilities of each count.
        public var outcome: CountDistribution
    }

    /// Trains on all examples. They must be of three seasons or more: the last two also tell how far off a model of the
    /// seasons before them is.
    ///
    /// - Parameter seed: draws the rows and columns of the trees; the same seed and examples give the same model.
    /// - Throws: ``PointsModelError`` `tooFewSeasons`, and what ``RidgeRegression`` and ``BoostedTrees`` throw.
    public init(training examples: PointsExamples, seed: Int = 1) throws {
        let seasons = Set(examples.seasons).sorted()
        guard seasons.count > Self.calibrationSeasons else { throw PointsModelError.tooFewSeasons(seasons.count) }
        let expected = try Self.minutesBeforehand(examples, seasons)
        featureVersion = PointsFeature.version
        minutes = try Self.minutes(examples, examples.rows { _ in true })

        var means: [Double] = []
        var counts: [Int] = []
        for season in seasons.suffix(Self.calibrationSeasons) {
            let model = try MeanModel(examples, examples.rows { $0 < season }, expected, seed: seed)
            let rows = examples.rows { $0 == season }
            means += try model.predict(try Self.inputs(examples, rows, expected))
            counts += rows.map { examples.points[$0] }
        }
        distribution = try ResidualDistribution(means: means, counts: counts)

        let rows = examples.rows { _ in true }
        let inputs = try Self.inputs(examples, rows, expected)
        mean = try MeanModel(inputs, labels: rows.map { Double(examples.points[$0]) }, seed: seed)
        median = try BoostedTrees.train(
            inputs,
            labels: rows.map { Double(examples.points[$0]) },
            baseMargin: try mean.predict(inputs).map { $0 - Self.medianOffset },
            parameters: .init(objective: .pseudoHuber(slope: 1), rounds: 200, seed: seed)
        )
    }

    /// Predicts rows whose values are in the order of ``PointsFeature/all``, one after the other.
    public func predict(_ values: [Float]) throws -> [Prediction] {
        let features = try FeatureMatrix(names: PointsFeature.all.map(\.name), values: values)
        let expected = try minutes.predict(features).map(Self.clamped)
        let inputs = try features.adding(columnsOf: try Self.minuteInputs(features, expected))
        let means = try mean.predict(inputs)
        let medians = try median.predict(inputs, baseMargin: means.map { $0 - Self.medianOffset })
        return try expected.indices.map { row in
            Prediction(
                minutes: expected[row],
                mean: means[row],
                median: max(medians[row], 0),
                outcome: try distribution.outcome(mean: means[row])
            )
        }
    }

    /// The mean: ridge regression, and trees that correct it.
    private struct MeanModel: Sendable {
        let base: RidgeRegression
        let trees: BoostedTrees

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
    }

    private static func clamped(_ minutes: Double) -> Double {
        min(max(minutes, minutesRange.lowerBound), minutesRange.upperBound)
    }

    private static func minutes(_ examples: PointsExamples, _ rows: [Int]) throws -> RidgeRegression {
        try RidgeRegression(
            fitting: try examples.matrix(rows),
            labels: rows.map { examples.minutes[$0] },
            penalty: penalty
        )
    }

    /// Each row's minutes by a model of the seasons before its own, as they are when it serves; the first season's by
    /// itself.
    private static func minutesBeforehand(_ examples: PointsExamples, _ seasons: [Season]) throws -> [Double] {
        var expected = Array(repeating: 0.0, count: examples.count)
        for season in seasons {
            let model = try minutes(
                examples,
                examples.rows { season == seasons[0] ? $0 == season : $0 < season }
            )
            let rows = examples.seasons.indices.filter { examples.seasons[$0] == season }
            for (row, value) in zip(rows, try model.predict(try examples.matrix(rows))) {
                expected[row] = clamped(value)
            }
        }
        return expected
    }

    private static func inputs(
        _ examples: PointsExamples,
        _ rows: [Int],
        _ expected: [Double]
    ) throws -> FeatureMatrix {
        let features = try examples.matrix(rows)
        return try features.adding(columnsOf: try minuteInputs(features, rows.map { expected[$0] }))
    }

    /// What the player scores and uses in the minutes that are expected, at several half lives.
    private static func minuteInputs(_ features: FeatureMatrix, _ expected: [Double]) throws -> FeatureMatrix {
        let rates = [
            "points_per_minute_h25", "points_per_minute_h10", "points_per_minute_h60", "points_per_minute_h4",
            "usage_per_minute_h10", "usage_per_minute_h25",
        ]
        let columns = try rates.map(column)
        let (multiple, usual) = (try column("scoring_multiple"), try column("minutes_h10"))
        var values: [Float] = []
        values.reserveCapacity(expected.count * (rates.count + 3))
        for (index, minutes) in expected.enumerated() {
            let row = features[row: index]
            func at(_ column: Int) -> Double { Double(row[row.startIndex + column]) }
            values.append(Float(minutes))
            for column in columns { values.append(Float(minutes * at(column))) }
            values.append(Float(minutes * at(columns[0]) * at(multiple)))
            values.append(Float(minutes - at(usual)))
        }
        let names = rates.map { $0.replacing("_per_minute", with: "_expected") }
        return try FeatureMatrix(
            names: ["minutes_expected"] + names + ["points_expected_today", "minutes_gained"],
            values: values
        )
    }

    private static func column(_ name: String) throws(PointsModelError) -> Int {
        guard let index = PointsFeature.index(of: name) else { throw .unknownFeature(name) }
        return index
    }
}

/// Why a model cannot be trained.
public enum PointsModelError: Error, Sendable, Hashable, CustomStringConvertible {
    case tooFewSeasons(Int)
    case unknownFeature(String)

    public var description: String {
        switch self {
        case .tooFewSeasons(let count): "\(count) seasons to train on where three are the least"
        case .unknownFeature(let name): "no feature is called \(name)"
        }
    }
}
