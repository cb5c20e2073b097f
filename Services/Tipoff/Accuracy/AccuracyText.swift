import Basketball
import Pipeline

/// ``AccuracyReport`` as lines for people.
enum AccuracyText {
    static func lines(_ report: AccuracyReport) -> [String] {
        var lines = ["accuracy of \(report.window.lane.rawValue) predictions \(span(report.window))", ""]
        lines += errors(report) + [""] + sides(report)
        let synthetic = report.groups.reduce(0) { $0 + $1.syntheticLines }
        if synthetic > 0 { lines.append("rows with a made-up line, in no figure of lines: \(synthetic)") }
        if report.leftOut > 0, report.window.lane == .live { lines.append(leftOut(report.leftOut)) }
        for calibration in report.calibration ?? [] { lines += [""] + bins(calibration) }
        if report.calibration?.isEmpty == true { lines += ["", "no probability has an outcome yet"] }
        return lines
    }

    static func span(_ window: AccuracyReport.Window) -> String {
        switch (window.first, window.last) {
        case (nil, nil): "on any date"
        case (let first?, nil): "since \(first)"
        case (nil, let last?): "until \(last)"
        case (let first?, let last?): first == last ? "on \(first)" : "from \(first) to \(last)"
        }
    }

    static func leftOut(_ count: Int) -> String {
        "judged predictions left out, made after tip-off or nobody knows when: \(count)"
    }

    private static func errors(_ report: AccuracyReport) -> [String] {
        var table = TextTable(
            heading(report) + ["N", "VOIDED", "MAE", "95 %", "RMSE", "95 %", "BIAS", "95 %", "WITHIN 3", "IN INTERVAL"]
        )
        for group in report.groups {
            table.add(
                names(group, report) + [
                    String(group.graded), String(group.voided), points(group.absoluteError.mean),
                    interval(group.absoluteError.nonnegativeInterval, points), points(group.squaredError.root),
                    interval(group.squaredError.rootInterval, points), points(group.signedError.mean),
                    interval(group.signedError.interval, points), percent(group.within3),
                    percent(group.intervalCoverage),
                ]
            )
        }
        return table.lines
    }

    private static func sides(_ report: AccuracyReport) -> [String] {
        var table = TextTable(
            heading(report) + [
                "SIDES", "DECIDED", "HIT RATE", "95 %", "BETS", "PROFIT", "95 %", "LINED", "LINE MAE", "MAE THERE",
            ]
        )
        for group in report.groups {
            table.add(
                names(group, report) + [
                    String(group.recommendations), String(group.decided), percent(group.hitRate),
                    interval(group.hitRateInterval, percent), String(group.profitPerUnit.count),
                    points(group.profitPerUnit.mean), interval(group.profitPerUnit.interval, points),
                    String(group.lined), points(group.lineError.mean), points(group.errorOnLined.mean),
                ]
            )
        }
        return table.lines
    }

    private static func bins(_ calibration: AccuracyReport.Calibration) -> [String] {
        var table = TextTable(["PROBABILITY", "N", "PREDICTED", "OBSERVED"])
        for bin in calibration.bins {
            table.add([
                "\(bin.tenth * 10)–\(bin.tenth * 10 + 10) %", String(bin.count), percent(bin.predicted),
                percent(bin.observed),
            ])
        }
        return [
            "\(calibration.system): P(over), n \(calibration.count), expected calibration error "
                + "\(percent(calibration.expectedCalibrationError)), Brier score \(points(calibration.brierScore))"
        ] + table.lines
    }

    private static func heading(_ report: AccuracyReport) -> [String] {
        report.aspect == .system ? ["SYSTEM"] : ["SYSTEM", report.aspect.rawValue.uppercased()]
    }

    private static func names(_ group: AccuracyReport.Group, _ report: AccuracyReport) -> [String] {
        report.aspect == .system ? [group.system] : [group.system, group.label]
    }

    private static func points(_ value: Double?) -> String {
        value.map { "\(Rounding.halfAway($0, places: 3))" } ?? "-"
    }

    private static func percent(_ value: Double?) -> String {
        value.map { "\(Rounding.halfAway($0 * 100, places: 1)) %" } ?? "-"
    }

    private static func interval(_ range: ClosedRange<Double>?, _ text: (Double?) -> String) -> String {
        range.map { "\(text($0.lowerBound))…\(text($0.upperBound))" } ?? "-"
    }
}
