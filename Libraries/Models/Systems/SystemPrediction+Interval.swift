import Boosting

extension SystemPrediction {
    /// The points between which the game ends but for a tail on each side.
    ///
    /// - Parameter tail: the probability (0 … 0.5) of fewer points than the lower bound, and of more than the upper.
    public func interval(tail: Double) -> ClosedRange<Double> {
        let (low, high) = (max(outcome.quantile(tail), 0), max(outcome.quantile(1 - tail), 0))
        return low...max(low, high)
    }
}
