/// How probabilities agree with how often what they are of happened.
public struct CalibrationScore: Sendable, Hashable {
    /// Ten bins of equal width, the last one closed.
    public struct Bin: Sendable, Hashable {
        public fileprivate(set) var count = 0
        fileprivate var probabilities = 0.0
        fileprivate var hits = 0.0

        /// The mean of what was predicted; nil without a prediction.
        public var predicted: Double? { count == 0 ? nil : probabilities / Double(count) }
        /// The share that happened.
        public var observed: Double? { count == 0 ? nil : hits / Double(count) }
    }

    public private(set) var bins = Array(repeating: Bin(), count: 10)
    private var squaredErrors = 0.0

    public init() {}

    /// Adds a probability, 0 … 1, and whether it happened.
    public mutating func add(_ probability: Double, _ hasHappened: Bool) {
        let bin = min(Int(probability * Double(bins.count)), bins.count - 1)
        let outcome = hasHappened ? 1.0 : 0
        bins[bin].count += 1
        bins[bin].probabilities += probability
        bins[bin].hits += outcome
        squaredErrors += (probability - outcome) * (probability - outcome)
    }

    public var count: Int { bins.reduce(0) { $0 + $1.count } }

    /// The expected calibration error: the bins' differences of predicted and observed, weighted by their counts; nil
    /// without a prediction.
    public var expectedCalibrationError: Double? {
        guard count > 0 else { return nil }
        return bins.reduce(0) { $0 + abs($1.probabilities - $1.hits) } / Double(count)
    }

    /// The mean squared difference of probability and outcome.
    public var brierScore: Double? { count == 0 ? nil : squaredErrors / Double(count) }
}
