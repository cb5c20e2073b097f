import Basketball
public import Models

/// What a model must show on a season that it has not seen before it may serve. A demand that nobody could measure does not
/// hold.
public enum PromotionGates {
    /// Appearances of a held-out season, of players of ten minutes or more.
    static let leastAppearances = 5000.0
    /// Share of the best baseline's mean absolute error, of the same appearances.
    static let mostOfBaseline = 0.99
    /// Points.
    static let mostBias = 0.3
    static let mostCalibrationError = 0.02
    static let coverage = 0.77...0.83

    /// - Parameter evaluation: of the recipe, trained on earlier seasons and judged on the last one; nil when there were too
    ///   few seasons for it.
    public static func judge(_ evaluation: PointsEvaluation?) -> [ModelGate] {
        let ensemble = evaluation?.report[.ensemble]
        let members: [PointsEvaluation.System] = [.movingAverage, .zoneMatchup, .similarity, .gradientBoosted]
        let best = members.compactMap { evaluation?.report[$0]?.rootMeanSquaredError.value }.min()
        return [
            ModelGate("appearances", "5,000 or more appearances judged", measured: ensemble.map { Double($0.count) }) {
                $0 >= leastAppearances
            },
            ModelGate(
                "accuracy",
                "mean absolute error at most 99 % of the best baseline's",
                measured: ensemble.map { $0.meanAbsoluteError.value / $0.absoluteComparison.error }
            ) { $0 <= mostOfBaseline },
            ModelGate("bias", "bias within ±0.3 points", measured: ensemble?.bias.value) { abs($0) <= mostBias },
            ModelGate(
                "calibration",
                "expected calibration error of P(over) at most 0.02",
                measured: ensemble?.calibration?.expectedCalibrationError
            ) { $0 <= mostCalibrationError },
            ModelGate("coverage", "77 to 83 % of games within the 80 % interval", measured: ensemble?.coverage80) {
                coverage.contains($0)
            },
            ModelGate(
                "ensemble",
                "the ensemble's root mean squared error at most 0.005 points above its best member's",
                measured: ensemble.flatMap { own in best.map { own.rootMeanSquaredError.value - $0 } }
            ) { $0 <= PointsEnsemble.tolerance },
            ModelGate(
                "no_leak",
                "shuffled results of a date change no prediction of it, and change later ones",
                measured: evaluation.map { leaks($0.leakProbe) }
            ) { $0 == 0 },
        ]
    }

    /// Predictions that knew their own date; infinite for a probe that cannot see anything.
    private static func leaks(_ probe: LeakProbe) -> Double {
        probe.changedFollowers > 0 ? Double(probe.changed) : .infinity
    }
}
