extension PointsModelCard {
    static func calibration(_ evaluation: PointsEvaluation) -> String {
        let reports = evaluation.report.systems.filter { $0.calibration != nil }
        let rows = reports.map { report in
            "| \(report.system.rawValue) | \(groupedText(report.calibration?.count ?? 0)) "
                + "| \(fixedText(report.calibration?.expectedCalibrationError, 4)) "
                + "| \(fixedText(report.calibration?.brierScore, 4)) "
                + "| \(fixedText(report.coverage80.map { 100 * $0 }, 1)) % |"
        }
        let shown = reports.first { $0.system == .ensemble }?.calibration
        return """
            ## Calibration, B

            P(over) at market-free lines: the half above the whole points of the exponentially weighted mean. Ten bins of equal
            width; ECE is their mean difference of predicted and observed, weighted by count. The interval is the share of
            points within the middle 80 % of the distribution.

            | system | n | ECE | Brier score | 80 % interval holds |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            The ensemble's bins; `o` is what was observed, `|` what was predicted, `*` both:

            ```text
            predicted  observed       n  0        20        40        60        80       100 %
            \(shown.map(drawing) ?? "")
            ```

            The shared odds are of points, rebounds and assists together, so that real lines and prices cannot judge points:
            calibration against bookmakers' lines, which are sharper than these, is not known.
            """
    }

    /// A line a bin that has predictions, its place in percent a character for two.
    private static func drawing(_ score: CalibrationScore) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(width - text.count, 0)) + text
        }
        return score.bins.compactMap { bin -> String? in
            guard let predicted = bin.predicted, let observed = bin.observed else { return nil }
            var cells = Array(repeating: Character("."), count: 51)
            let (at, seen) = (Int((50 * predicted).rounded()), Int((50 * observed).rounded()))
            cells[at] = "|"
            cells[seen] = at == seen ? "*" : "o"
            return padded(fixedText(100 * predicted, 1) + " %", 9) + padded(fixedText(100 * observed, 1) + " %", 10)
                + padded(groupedText(bin.count), 8) + "  " + String(cells)
        }.joined(separator: "\n")
    }

    static func slices(_ evaluation: PointsEvaluation) -> String {
        let reports = evaluation.report.systems.filter { !$0.system.isBaseline || $0.system == .exponentiallyWeighted }
        func table(_ slices: (PointsEvaluation.SystemReport) -> [PointsEvaluation.Slice], _ title: String) -> String {
            let names = reports.first.map { slices($0).map(\.name) } ?? []
            let heading = "| \(title) | n | " + reports.map(\.system.rawValue).joined(separator: " | ") + " |"
            let rule = String(repeating: "|---", count: reports.count + 2) + "|"
            let rows = names.map { name in
                let cells = reports.map { report in slices(report).first { $0.name == name }?.accuracy }
                let count = cells.compactMap { $0?.count }.max() ?? 0
                let texts = cells.map { accuracy in
                    "\(fixedText(accuracy?.meanAbsoluteError, 3)), \(fixedText(accuracy?.rootMeanSquaredError, 3)), "
                        + fixedText(accuracy?.bias, 2)
                }
                return "| \(name) | \(groupedText(count)) | " + texts.joined(separator: " | ") + " |"
            }
            return ([heading, rule] + rows).joined(separator: "\n")
        }
        return """
            ## Where it is good and where not, B

            MAE, RMSE and bias. By the player's season average before the game, not by what he then scored:

            \(table(\.tiers, "season average"))

            By month:

            \(table(\.months, "month"))
            """
    }

    static func leaks(_ evaluation: PointsEvaluation) -> String {
        let probe = evaluation.leakProbe
        return """
            ## Leak probes

            | probe | showed |
            |---|---|
            | results of a date shuffled among its players and teams, the date walked again (\(probe.dates) dates, \
            \(groupedText(probe.appearances)) appearances): features, profiles, baselines and predictions of all systems, bit \
            for bit | \(groupedText(probe.changed)) changed |
            | the same, dates after the shuffled ones: a probe that sees nothing would be none | \
            \(groupedText(probe.changedFollowers)) of \(groupedText(probe.followers)) changed |
            | a boosted MAE below 4.5 on B, which only knowledge of the day has reached | \
            \(fixedText(evaluation.report[.gradientBoosted]?.meanAbsoluteError.value, 3)) |

            Features are asked from a state that refuses dates it has absorbed, so that a row cannot know its own game.
            """
    }

    static let limits = """
        ## Limits

        - Rows are of players who appeared. Who will not play is only expected from earlier absences; no injury report, line-up
          or late scratch is known, and no line or price is an input.
        - No shot locations: zones are two-pointers, three-pointers and free throws.
        - Game logs alone are read: schedules and game lines beside them add nothing that a feature uses.
        - Minutes are whole in the source, and plus-minus and starts are as far as box scores tell them.
        - One seed, one test season, no search over settings. The rules' weights were chosen among a few.
        - What single groups of features contribute is not measured here.
        - Regular seasons only; playoffs are another game.
        - Means differ from season to season by about a tenth of a point; a correction by predicted mean did not carry over from
          one season to the next and is not made.
        """
}
