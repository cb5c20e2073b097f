extension SampleStatistics {
    /// The normal distribution's 97.5 % point: 95 % lie within so many standard errors.
    private static let z = 1.959963984540054

    /// The 95 % interval of a share by Wilson's score (Wilson 1927, JASA 22:209), which holds for few trials and shares
    /// near 0 and 1 too; nil without a trial.
    ///
    /// - Returns: fractions 0 … 1.
    public static func wilsonInterval(hits: Int, of trials: Int) -> ClosedRange<Double>? {
        guard trials > 0 else { return nil }
        let n = Double(trials)
        let share = Double(hits) / n
        let denominator = 1 + z * z / n
        let centre = (share + z * z / (2 * n)) / denominator
        let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / denominator
        return max(0, centre - half)...min(1, centre + half)
    }

    /// The 95 % interval of a mean of independent values by the normal approximation; nil below two values.
    ///
    /// - Parameter standardDeviation: with n − 1.
    public static func meanInterval(mean: Double, standardDeviation: Double, count: Int) -> ClosedRange<Double>? {
        guard count >= 2 else { return nil }
        let half = z * standardDeviation / Double(count).squareRoot()
        return mean - half...mean + half
    }
}
