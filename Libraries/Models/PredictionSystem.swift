/// One way to predict a player's points. It is pure: the same vector always gives the same result.
public protocol PredictionSystem: Sendable {
    /// The stable name that predictions are stored under, such as `moving_average`.
    var id: String { get }
    /// Changes whenever the same vector may give another result.
    var version: String { get }
    /// The features without which there is no prediction.
    var requiredFeatures: [Feature] { get }

    func predict(_ features: ModelInput) -> PredictionResult
}

/// A prediction, or why there is none.
public enum PredictionResult: Sendable, Hashable {
    case predicted(Prediction)
    case skipped(PredictionSkip)
}

/// Why a player is not predicted. None of these passes by trying again.
public enum PredictionSkip: Sendable, Hashable {
    /// Required features have no value: too few games were played.
    case insufficientHistory([Feature])
    /// A value lies outside what the feature can be.
    case invalidFeatures([Feature])

    /// The name in logs and counts.
    public var reason: String {
        switch self {
        case .insufficientHistory: "insufficient_history"
        case .invalidFeatures: "invalid_features"
        }
    }

    /// The features at fault.
    public var features: [Feature] {
        switch self {
        case .insufficientHistory(let features), .invalidFeatures(let features): features
        }
    }
}

/// What to do with a line.
public enum Recommendation: String, Sendable, Hashable, CaseIterable {
    case over = "OVER"
    case under = "UNDER"
    /// There is a line, and no reason to take a side.
    case pass = "PASS"
    case noLine = "NO_LINE"
}

/// The outcome of a system for one player.
public struct Prediction: Sendable, Hashable {
    /// Expected points, within ``PropDecision/pointsRange``.
    public var points: Double
    /// The standard deviation of the points around the expectation.
    public var deviation: Double
    /// The addends of the expectation by name, in points.
    public var components: [String: Double]
    /// Optional features that had no value and so contributed nothing.
    public var missing: [Feature]
    public var decision: PropDecision

    public init(points: Double, deviation: Double, components: [String: Double], missing: [Feature], line: Double?) {
        self.points = points
        self.deviation = deviation
        self.components = components
        self.missing = missing
        decision = PropDecision(points: points, deviation: deviation, line: line)
    }
}
