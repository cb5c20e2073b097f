/// How far predictions were from what happened. Errors are prediction minus actual, in points.
public struct AccuracyScore: Sendable, Hashable {
    public private(set) var count = 0
    private var absoluteErrors = 0.0
    private var squaredErrors = 0.0
    private var errors = 0.0

    public init() {}

    /// Adds one. The absolute error is judged on the median, squared error and bias on the mean: each is the figure that
    /// makes its error least.
    public mutating func add(mean: Double, median: Double, actual: Int) {
        let error = mean - Double(actual)
        count += 1
        absoluteErrors += abs(median - Double(actual))
        squaredErrors += error * error
        errors += error
    }

    /// Mean absolute error of the medians; nil without a prediction.
    public var meanAbsoluteError: Double? { count == 0 ? nil : absoluteErrors / Double(count) }
    /// Root of the mean squared error of the means.
    public var rootMeanSquaredError: Double? { count == 0 ? nil : (squaredErrors / Double(count)).squareRoot() }
    /// Mean error of the means; above zero when too much is predicted.
    public var bias: Double? { count == 0 ? nil : errors / Double(count) }
}
