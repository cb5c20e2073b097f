/// Small-sample statistics; nil where the figure is not defined.
public enum SampleStatistics {
    /// Arithmetic mean; nil when empty.
    public static func mean(_ values: some Collection<Double>) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Standard deviation with n − 1 (two passes, so large offsets lose nothing); nil below two values.
    public static func standardDeviation(_ values: some Collection<Double>) -> Double? {
        guard values.count >= 2, let mean = mean(values) else { return nil }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// Least-squares slope of the values over 0, 1, 2 …, oldest first (change per step); nil below two values.
    public static func slope(_ values: some Collection<Double>) -> Double? {
        slope(x: (0..<values.count).map(Double.init), y: Array(values))
    }

    /// Least-squares slope of y over x; nil when the counts differ, below two points, or when x does not vary.
    public static func slope(x: [Double], y: [Double]) -> Double? {
        guard x.count == y.count, x.count >= 2, let meanX = mean(x), let meanY = mean(y) else { return nil }
        var (covariance, variance) = (0.0, 0.0)
        for (a, b) in zip(x, y) {
            covariance += (a - meanX) * (b - meanY)
            variance += (a - meanX) * (a - meanX)
        }
        return variance > 0 ? covariance / variance : nil
    }
}
