public import Basketball

/// What an artefact says of itself.
public struct ModelManifest: Sendable, Hashable, Codable {
    /// A figure from an evaluation before the models were trained for service.
    public struct Metric: Sendable, Hashable, Codable {
        public var system: String
        public var population: String
        public var season: Season
        /// Appearances.
        public var count: Int
        public var meanAbsoluteError: Double
        public var rootMeanSquaredError: Double
        public var bias: Double

        public init(
            system: String,
            population: String,
            season: Season,
            count: Int,
            meanAbsoluteError: Double,
            rootMeanSquaredError: Double,
            bias: Double
        ) {
            self.system = system
            self.population = population
            self.season = season
            self.count = count
            self.meanAbsoluteError = meanAbsoluteError
            self.rootMeanSquaredError = rootMeanSquaredError
            self.bias = bias
        }
    }

    /// Of the artefact's own form.
    public static let currentFormatVersion = 1

    public var formatVersion: Int
    /// When it was trained, as the caller tells it, in ISO 8601.
    public var trainedAt: String
    public var featureVersion: String
    /// In the order of a row's values.
    public var featureNames: [String]
    /// By system.
    public var systemVersions: [PointsSystem: String]
    public var training: PointsModelSet.Training
    public var metrics: [Metric]

    init(models: PointsModelSet, trainedAt: String, metrics: [Metric]) {
        formatVersion = Self.currentFormatVersion
        self.trainedAt = trainedAt
        featureVersion = models.boosted.featureVersion
        featureNames = PointsFeature.all.map(\.name)
        systemVersions = Self.currentSystemVersions
        training = models.training
        self.metrics = metrics
    }

    /// Versions of the recipes; which training made a learnt system is told by the artefact's id.
    static let currentSystemVersions: [PointsSystem: String] = {
        var versions = Dictionary(uniqueKeysWithValues: PointsRules.all.map { ($0.system, $0.version) })
        versions[.gradientBoosted] = PointsModel.recipeVersion
        versions[.ensemble] = PointsEnsemble.recipeVersion
        return versions
    }()
}
