import Basketball
public import Boosting

/// A player's points before a game: minutes by ridge regression, the mean by ridge regression and boosted trees on top of
/// it, the median by trees of their own, and the distribution by what the same way of training missed in seasons that it
/// had not seen. `docs/points-model.md` says why.
///
/// Training blocks its thread for about half a minute on the league's last five seasons.
public struct PointsModel: Sendable {
    /// The version of the features that it was trained with.
    public let featureVersion: String
    let minutes: RidgeRegression
    let mean: MeanModel
    let median: BoostedTrees
    let distribution: ResidualDistribution

    /// Changes with the way of training.
    static let recipeVersion = "1.0"
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
        /// Addends of the mean; they sum to it.
        public var terms: [PointsTerm]
    }

    /// Examples of the last training seasons with the means that models of the seasons before them predict.
    struct OutOfSample {
        /// Indices of the examples.
        var rows: [Int] = []
        var means: [Double] = []
    }

    /// Trains on all examples. They must be of three seasons or more: the last two also tell how far off a model of the
    /// seasons before them is.
    ///
    /// - Parameter seed: draws the rows and columns of the trees; the same seed and examples give the same model.
    /// - Throws: ``PointsModelError`` `tooFewSeasons`, and what ``RidgeRegression`` and ``BoostedTrees`` throw.
    public init(training examples: PointsExamples, seed: Int = 1) throws {
        self = try Self.train(examples, seed: seed).model
    }

    /// The same, with what it took to learn the distribution.
    static func train(_ examples: PointsExamples, seed: Int) throws -> (model: PointsModel, outOfSample: OutOfSample) {
        let seasons = Set(examples.seasons).sorted()
        guard seasons.count > calibrationSeasons else { throw PointsModelError.tooFewSeasons(seasons.count) }
        let expected = try minutesBeforehand(examples, seasons)
        var outOfSample = OutOfSample()
        for season in seasons.suffix(calibrationSeasons) {
            let model = try MeanModel(examples, examples.rows { $0 < season }, expected, seed: seed)
            let rows = examples.rows { $0 == season }
            outOfSample.rows += rows
            outOfSample.means += try model.predict(try inputs(examples, rows, expected))
        }
        let rows = examples.rows { _ in true }
        let inputs = try inputs(examples, rows, expected)
        let labels = rows.map { Double(examples.points[$0]) }
        let mean = try MeanModel(inputs, labels: labels, seed: seed)
        let model = PointsModel(
            featureVersion: PointsFeature.version,
            minutes: try minutes(examples, rows),
            mean: mean,
            median: try BoostedTrees.train(
                inputs,
                labels: labels,
                baseMargin: try mean.predict(inputs).map { $0 - medianOffset },
                parameters: .init(objective: .pseudoHuber(slope: 1), rounds: 200, seed: seed)
            ),
            distribution: try ResidualDistribution(
                means: outOfSample.means,
                counts: outOfSample.rows.map { examples.points[$0] }
            )
        )
        return (model, outOfSample)
    }

    init(
        featureVersion: String,
        minutes: RidgeRegression,
        mean: MeanModel,
        median: BoostedTrees,
        distribution: ResidualDistribution
    ) {
        self.featureVersion = featureVersion
        self.minutes = minutes
        self.mean = mean
        self.median = median
        self.distribution = distribution
    }

    /// Predicts rows whose values are in the order of ``PointsFeature/all``, one after the other.
    public func predict(_ values: [Float]) throws -> [Prediction] {
        let features = try FeatureMatrix(names: PointsFeature.all.map(\.name), values: values)
        let expected = try minutes.predict(features).map(Self.clamped)
        let inputs = try features.adding(columnsOf: try Self.minuteInputs(features, expected))
        let means = try mean.predict(inputs)
        let terms = try mean.terms(inputs, means)
        let medians = try median.predict(inputs, baseMargin: means.map { $0 - Self.medianOffset })
        return try expected.indices.map { row in
            Prediction(
                minutes: expected[row],
                mean: means[row],
                median: max(medians[row], 0),
                outcome: try distribution.outcome(mean: means[row]),
                terms: terms[row]
            )
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

    static func inputs(
        _ examples: PointsExamples,
        _ rows: [Int],
        _ expected: [Double]
    ) throws -> FeatureMatrix {
        let features = try examples.matrix(rows)
        return try features.adding(columnsOf: try minuteInputs(features, rows.map { expected[$0] }))
    }

    /// What the player scores and uses in the minutes that are expected, at several half lives.
    private static func minuteInputs(_ features: FeatureMatrix, _ expected: [Double]) throws -> FeatureMatrix {
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
        return try FeatureMatrix(names: minuteInputNames, values: values)
    }

    /// Rates that are multiplied with the expected minutes.
    private static let rates = [
        "points_per_minute_h25", "points_per_minute_h10", "points_per_minute_h60", "points_per_minute_h4",
        "usage_per_minute_h10", "usage_per_minute_h25",
    ]
    private static let minuteInputNames =
        ["minutes_expected"] + rates.map { $0.replacing("_per_minute", with: "_expected") }
        + ["points_expected_today", "minutes_gained"]

    /// The columns of the mean and the median.
    static let inputNames = PointsFeature.all.map(\.name) + minuteInputNames

    private static func column(_ name: String) throws(PointsModelError) -> Int {
        guard let index = PointsFeature.index(of: name) else { throw .unknownFeature(name) }
        return index
    }
}
