import Basketball
import Models
import Pipeline

/// An evaluation's report as tables and as JSON.
struct EvaluationReport {
    private let evaluation: PointsEvaluation

    init(_ evaluation: PointsEvaluation) { self.evaluation = evaluation }

    static func text(_ value: Double?, _ places: Int) -> String {
        guard let value else { return "-" }
        return "\(Rounding.halfAway(value, places: places))"
    }

    // MARK: Text

    func show(_ output: Output) {
        let report = evaluation.report
        output.line("")
        output.line(
            "population B, \(report.dates) dates, 95 % intervals; differences to the best baseline on the same rows"
        )
        var table = TextTable([
            "SYSTEM", "N", "SKIPPED", "MAE", "DIFFERENCE", "RMSE", "DIFFERENCE", "BIAS", "ECE", "BRIER", "IN 80 %",
        ])
        for system in report.systems {
            table.add([
                system.system.rawValue, String(system.count), String(system.skipped),
                Self.text(system.meanAbsoluteError), Self.text(system.absoluteComparison.difference),
                Self.text(system.rootMeanSquaredError), Self.text(system.squaredComparison.difference),
                Self.text(system.bias), Self.text(system.calibration?.expectedCalibrationError, 4),
                Self.text(system.calibration?.brierScore, 4), Self.text(system.coverage80, 3),
            ])
        }
        output.lines(table.lines)
        for (title, slices) in [("SEASON AVERAGE", \PointsEvaluation.SystemReport.tiers), ("MONTH", \.months)] {
            output.line("")
            var table = TextTable([title, "SYSTEM", "N", "MAE", "RMSE", "BIAS"])
            for system in report.systems {
                for slice in system[keyPath: slices] {
                    table.add([
                        slice.name, system.system.rawValue, String(slice.accuracy.count),
                        Self.text(slice.accuracy.meanAbsoluteError, 3),
                        Self.text(slice.accuracy.rootMeanSquaredError, 3),
                        Self.text(slice.accuracy.bias, 3),
                    ])
                }
            }
            output.lines(table.lines)
        }
        output.line("")
        output.line(
            "minutes: MAE \(Self.text(report.minutesError, 3)), of the last ten games' mean "
                + Self.text(report.minutesLast10Error, 3)
        )
        let probe = evaluation.leakProbe
        output.line(
            "leak probe: \(probe.changed) of \(probe.appearances) appearances changed on \(probe.dates) shuffled dates, "
                + "\(probe.changedFollowers) of \(probe.followers) after them"
        )
    }

    private static func text(_ interval: PointsEvaluation.Interval) -> String {
        "\(text(interval.value, 3)) (\(text(interval.low, 3)) to \(text(interval.high, 3)))"
    }

    // MARK: JSON

    /// The score of a system and population.
    static func json(_ score: PointsEvaluation.Score) -> JSONValue {
        let names: [(String, JSONValue)] = [
            ("system", .string(score.system.rawValue)), ("population", .string(score.population.rawValue)),
        ]
        return .object(JSONObject(names + accuracy(score.accuracy)))
    }

    var json: JSONValue {
        let (report, probe, training) = (evaluation.report, evaluation.leakProbe, evaluation.models.training)
        let ensemble = evaluation.models.ensemble
        return [
            "test": .string(evaluation.test.label),
            "train": .array(training.seasons.map { .string($0.label) }),
            "trained_on": .int(Int64(training.appearances)),
            "seed": .int(Int64(training.seed)),
            "scores": .array(evaluation.scores.map(Self.json)),
            "population": "B", "n": .int(Int64(report.appearances)), "dates": .int(Int64(report.dates)),
            "systems": .array(report.systems.map(Self.json)),
            "minutes_mae": Self.number(report.minutesError),
            "minutes_last_10_mae": Self.number(report.minutesLast10Error),
            "ensemble": [
                "n": .int(Int64(ensemble.rows)), "rmse": .double(ensemble.mixtureError),
                "members": .array(
                    PointsEnsemble.members.indices.map { member in
                        [
                            "system": .string(PointsEnsemble.members[member].rawValue),
                            "weight": .double(ensemble.weights[member]), "rmse": .double(ensemble.memberErrors[member]),
                        ]
                    }
                ),
            ],
            "leak_probe": [
                "dates": .int(Int64(probe.dates)), "n": .int(Int64(probe.appearances)),
                "changed": .int(Int64(probe.changed)), "followers": .int(Int64(probe.followers)),
                "changed_followers": .int(Int64(probe.changedFollowers)),
            ],
        ]
    }

    private static func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }

    private static func accuracy(_ score: AccuracyScore) -> [(String, JSONValue)] {
        [
            ("n", .int(Int64(score.count))), ("mae", number(score.meanAbsoluteError)),
            ("rmse", number(score.rootMeanSquaredError)), ("bias", number(score.bias)),
        ]
    }

    private static func json(_ interval: PointsEvaluation.Interval) -> JSONValue {
        ["value": .double(interval.value), "low": .double(interval.low), "high": .double(interval.high)]
    }

    private static func json(_ comparison: PointsEvaluation.Comparison) -> JSONValue {
        [
            "baseline": .string(comparison.baseline.rawValue), "error": .double(comparison.error),
            "difference": json(comparison.difference),
        ]
    }

    private static func json(_ slices: [PointsEvaluation.Slice]) -> JSONValue {
        .array(
            slices.map { .object(JSONObject([("name", .string($0.name))] + accuracy($0.accuracy))) }
        )
    }

    private static func json(_ score: CalibrationScore) -> JSONValue {
        [
            "n": .int(Int64(score.count)), "ece": number(score.expectedCalibrationError),
            "brier": number(score.brierScore),
            "bins": .array(
                score.bins.map { bin in
                    [
                        "n": .int(Int64(bin.count)), "predicted": number(bin.predicted),
                        "observed": number(bin.observed),
                    ]
                }
            ),
        ]
    }

    private static func json(_ system: PointsEvaluation.SystemReport) -> JSONValue {
        [
            "system": .string(system.system.rawValue), "n": .int(Int64(system.count)),
            "skipped": .int(Int64(system.skipped)), "mae": json(system.meanAbsoluteError),
            "rmse": json(system.rootMeanSquaredError), "bias": json(system.bias),
            "mae_against_baseline": json(system.absoluteComparison),
            "rmse_against_baseline": json(system.squaredComparison),
            "tiers": json(system.tiers), "months": json(system.months),
            "calibration": system.calibration.map(json) ?? .null, "in_80_percent": number(system.coverage80),
        ]
    }
}
