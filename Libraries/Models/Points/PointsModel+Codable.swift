import Boosting
import Foundation

/// Trees are coded as their own bytes in base 64, which carry a checksum.
extension PointsModel: Codable {
    private enum CodingKeys: String, CodingKey {
        case featureVersion, minutes, base, trees, medianTrees, distribution
    }

    /// Decodes and checks that all parts are of these features.
    ///
    /// - Throws: ``PointsModelError`` `otherFeatures` or `incomplete`, ``BoostingError`` and `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(String.self, forKey: .featureVersion)
        guard version == PointsFeature.version else { throw PointsModelError.otherFeatures(version) }
        let minutes = try container.decode(RidgeRegression.self, forKey: .minutes)
        guard minutes.standardizer.names == PointsFeature.all.map(\.name) else {
            throw PointsModelError.incomplete("the inputs of minutes")
        }
        let base = try container.decode(RidgeRegression.self, forKey: .base)
        guard base.standardizer.names == Self.inputNames else {
            throw PointsModelError.incomplete("the inputs of the mean")
        }
        func trees(_ key: CodingKeys) throws -> BoostedTrees {
            let trees = try BoostedTrees(
                serialized: Array(try container.decode(Data.self, forKey: key)),
                featureNames: Self.inputNames
            )
            guard trees.expectsBaseMargin else { throw PointsModelError.incomplete("\(key.rawValue) without a base") }
            return trees
        }
        self.init(
            featureVersion: version,
            minutes: minutes,
            mean: MeanModel(base: base, trees: try trees(.trees)),
            median: try trees(.medianTrees),
            distribution: try container.decode(ResidualDistribution.self, forKey: .distribution)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(featureVersion, forKey: .featureVersion)
        try container.encode(minutes, forKey: .minutes)
        try container.encode(mean.base, forKey: .base)
        try container.encode(Data(mean.trees.serialized), forKey: .trees)
        try container.encode(Data(median.serialized), forKey: .medianTrees)
        try container.encode(distribution, forKey: .distribution)
    }
}
