import Basketball
import Pipeline

/// What predictions were worth, group by group.
struct AccuracyReport: Sendable, Hashable {
    /// What a system's predictions are divided by.
    enum Aspect: String, Sendable, Hashable, CaseIterable { case system, tier, direction, month, book }

    struct Window: Sendable, Hashable {
        /// Nil is unbounded.
        var first: GameDate?
        var last: GameDate?
        var lane: Lane
    }

    /// The mean of a sample, with what its uncertainty follows from.
    struct Figure: Sendable, Hashable {
        var mean: Double?
        /// With n − 1.
        var deviation: Double?
        var count = 0

        /// 95 %, normal approximation.
        var interval: ClosedRange<Double>? {
            guard let mean, let deviation else { return nil }
            return SampleStatistics.meanInterval(mean: mean, standardDeviation: deviation, count: count)
        }

        /// For what is never below 0.
        var nonnegativeInterval: ClosedRange<Double>? {
            interval.map { max(0, $0.lowerBound)...$0.upperBound }
        }

        /// The square root of a mean of squares.
        var root: Double? { mean?.squareRoot() }
        var rootInterval: ClosedRange<Double>? {
            nonnegativeInterval.map { $0.lowerBound.squareRoot()...$0.upperBound.squareRoot() }
        }
    }

    struct Group: Sendable, Hashable {
        var system: String
        /// Empty where only the system divides.
        var label: String
        /// Predictions of players who played, each once however many lines a book had.
        var graded = 0
        var voided = 0
        /// Points.
        var absoluteError = Figure()
        var signedError = Figure()
        /// Points².
        var squaredError = Figure()
        /// Fractions 0 … 1.
        var within3: Double?
        var intervalCoverage: Double?
        /// Sides taken of the prediction's own line, pushes and voids included.
        var recommendations = 0
        /// Those that won or lost.
        var decided = 0
        var hits = 0
        /// Rows of players who played and that have a line.
        var lined = 0
        /// The line's mean absolute error, and the prediction's on the same rows.
        var lineError = Figure()
        var errorOnLined = Figure()
        /// Of stakes of 1 on bookmakers' lines, returned ones included.
        var profitPerUnit = Figure()
        /// Rows whose line was made up.
        var syntheticLines = 0

        var hitRate: Double? { decided == 0 ? nil : Double(hits) / Double(decided) }
        var hitRateInterval: ClosedRange<Double>? { SampleStatistics.wilsonInterval(hits: hits, of: decided) }
    }

    /// How often what a system gave a probability happened. Pushes are left out.
    struct Calibration: Sendable, Hashable {
        struct Bin: Sendable, Hashable {
            /// 0 … 9: the tenth of the probabilities.
            var tenth: Int
            var count: Int
            var predicted: Double
            var observed: Double
        }

        var system: String
        var bins: [Bin]
        var brierScore: Double

        var count: Int { bins.reduce(0) { $0 + $1.count } }
        /// The bins' differences of predicted and observed, weighted by their counts.
        var expectedCalibrationError: Double {
            bins.reduce(0) { $0 + abs($1.predicted - $1.observed) * Double($1.count) } / Double(count)
        }
    }

    var window: Window
    var aspect: Aspect
    var groups: [Group]
    /// Judged predictions of lane live that were made after tip-off, and those of an unknown lane or time.
    var leftOut: Int
    /// Nil when it was not asked for.
    var calibration: [Calibration]?
}

extension AccuracyReport {
    var json: JSONValue {
        var object: [String: JSONValue] = [
            "from": window.first.map { .string("\($0)") } ?? .null, "to": window.last.map { .string("\($0)") } ?? .null,
            "lane": .string(window.lane.rawValue), "by": .string(aspect.rawValue), "left_out": .int(Int64(leftOut)),
            "groups": .array(groups.map(\.json)),
        ]
        if let calibration { object["calibration"] = .array(calibration.map(\.json)) }
        return .dictionary(object)
    }
}

extension AccuracyReport.Group {
    fileprivate var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        func count(_ value: Int) -> JSONValue { .int(Int64(value)) }
        var object: [String: JSONValue] = [
            "system_id": .string(system), "group": label.isEmpty ? .null : .string(label), "n": count(graded),
            "voided": count(voided), "within_3_fraction": number(within3),
            "interval_coverage_fraction": number(intervalCoverage), "recommendations": count(recommendations),
            "decided": count(decided), "hits": count(hits), "bets": count(profitPerUnit.count),
            "lined": count(lined), "synthetic_lines": count(syntheticLines),
        ]
        func add(_ name: String, _ unit: String, _ value: Double?, _ interval: ClosedRange<Double>?) {
            object["\(name)_\(unit)"] = number(value)
            object["\(name)_low_\(unit)"] = number(interval?.lowerBound)
            object["\(name)_high_\(unit)"] = number(interval?.upperBound)
        }
        add("mae", "points", absoluteError.mean, absoluteError.nonnegativeInterval)
        add("rmse", "points", squaredError.root, squaredError.rootInterval)
        add("bias", "points", signedError.mean, signedError.interval)
        add("line_mae", "points", lineError.mean, lineError.nonnegativeInterval)
        add("mae_on_lined", "points", errorOnLined.mean, errorOnLined.nonnegativeInterval)
        add("hit_rate", "fraction", hitRate, hitRateInterval)
        add("profit", "per_unit", profitPerUnit.mean, profitPerUnit.interval)
        return .dictionary(object)
    }
}

extension AccuracyReport.Calibration {
    fileprivate var json: JSONValue {
        [
            "system_id": .string(system), "n": .int(Int64(count)),
            "expected_calibration_error_fraction": .double(expectedCalibrationError),
            "brier_score": .double(brierScore),
            "bins": .array(
                bins.map { bin in
                    [
                        "from_fraction": .double(Double(bin.tenth) / 10), "n": .int(Int64(bin.count)),
                        "predicted_fraction": .double(bin.predicted), "observed_fraction": .double(bin.observed),
                    ]
                }
            ),
        ]
    }
}
