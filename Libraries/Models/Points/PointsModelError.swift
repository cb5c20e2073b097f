/// Why a model cannot be trained or decoded.
public enum PointsModelError: Error, Sendable, Hashable, CustomStringConvertible {
    case tooFewSeasons(Int)
    case unknownFeature(String)
    /// A model of another list of features.
    case otherFeatures(String)
    /// Coded parts that do not belong together.
    case incomplete(String)

    public var description: String {
        switch self {
        case .tooFewSeasons(let count): "\(count) seasons to train on where three are the least"
        case .unknownFeature(let name): "no feature is called \(name)"
        case .otherFeatures(let version): "the model is of features \(version), these are \(PointsFeature.version)"
        case .incomplete(let what): "the model's parts do not belong together: \(what)"
        }
    }
}
