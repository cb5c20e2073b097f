import Pipeline

/// Whether the shown predictions of a date are plausible as a whole. What breaks a rule is told and blocks nothing.
struct PredictionBatchChecks: Sendable, Hashable {
    /// Games of the date that are not postponed.
    var games: Int
    /// Players who should have a prediction.
    var expected: Int
    /// Those of them who have one.
    var covered: Int
    /// Expected players without a prediction, of whom nothing says why.
    var unexplained: Int
    /// Players with a shown prediction, expected or not.
    var predicted: Int
    /// Of the predicted points; nil without predictions.
    var meanPoints: Double?
    var lowestPoints: Double?
    var highestPoints: Double?
    /// Predictions that know a line.
    var lined: Int
    /// Mean of prediction less line, points; nil without lines.
    var meanMargin: Double?
    var overs: Int
    var unders: Int
    /// Lines that bookmakers offer for the date before its games begin.
    var offers: Int

    enum Rule: String, Sendable, Hashable, CaseIterable {
        case noPredictions = "no_predictions"
        case coverage
        case unexplained
        case meanPoints = "mean_points"
        case range
        case allEqual = "all_equal"
        case lineMargin = "line_margin"
        case oneSided = "one_sided"
        case noLines = "no_lines"
    }

    struct Breach: Sendable, Hashable {
        var rule: Rule
        var level: Alerts.Level
        var text: String
        /// How far beyond what is allowed, in the rule's own unit; compares two breaches of one rule.
        var excess: Double
    }

    /// Points that the mean of a slate lies in.
    static let meanRange = 5.0...50.0
    /// Points that each prediction lies in.
    static let pointsRange = 0.0...100.0
    /// Fewer values than these say nothing about a slate.
    static let minimumCount = 10
    /// Shares of the expected players, 0 … 1.
    static let coverageGoal = 0.95
    static let unexplainedShare = 0.05
    /// Points that predictions may lie beside the lines in the mean.
    static let marginLimit = 2.0
    /// Share of the recommendations that the rarer side has at least, 0 … 1.
    static let sideShare = 0.15

    var breaches: [Breach] {
        guard games > 0 else { return [] }
        return [
            predicted == 0
                ? Breach(rule: .noPredictions, level: .critical, text: "no prediction for \(games) games", excess: 1)
                : nil,
            missing, reasons, mean, range, spread, margin, sides, lines,
        ].compactMap { $0 }
    }

    private var missing: Breach? {
        guard expected > 0 else { return nil }
        let share = Double(covered) / Double(expected)
        guard share < Self.coverageGoal else { return nil }
        return Breach(
            rule: .coverage,
            level: .error,
            text: "predictions for \(covered) of \(expected) expected players",
            excess: Self.coverageGoal - share
        )
    }

    private var reasons: Breach? {
        guard expected > 0 else { return nil }
        let share = Double(unexplained) / Double(expected)
        guard share > Self.unexplainedShare else { return nil }
        return Breach(
            rule: .unexplained,
            level: .error,
            text: "nothing says why \(unexplained) of \(expected) expected players have no prediction",
            excess: share - Self.unexplainedShare
        )
    }

    private var mean: Breach? {
        guard let meanPoints else { return nil }
        guard let excess = Self.distance(meanPoints, from: Self.meanRange) else { return nil }
        return Breach(
            rule: .meanPoints,
            level: .error,
            text: "mean prediction is \(Self.tenths(meanPoints)) points",
            excess: excess
        )
    }

    private var range: Breach? {
        guard let lowestPoints, let highestPoints else { return nil }
        let outside = [lowestPoints, highestPoints].compactMap { points in
            Self.distance(points, from: Self.pointsRange).map { (points, $0) }
        }
        guard let worst = outside.max(by: { $0.1 < $1.1 }) else { return nil }
        return Breach(
            rule: .range,
            level: .error,
            text: "a prediction is \(Self.tenths(worst.0)) points",
            excess: worst.1
        )
    }

    private var spread: Breach? {
        guard predicted >= Self.minimumCount, let lowestPoints, lowestPoints == highestPoints else { return nil }
        return Breach(
            rule: .allEqual,
            level: .error,
            text: "all \(predicted) predictions are \(Self.tenths(lowestPoints)) points",
            excess: 1
        )
    }

    private var margin: Breach? {
        guard lined >= Self.minimumCount, let meanMargin else { return nil }
        guard let excess = Self.distance(meanMargin, from: -Self.marginLimit...Self.marginLimit) else { return nil }
        return Breach(
            rule: .lineMargin,
            level: .error,
            text: "\(lined) predictions lie \(Self.tenths(meanMargin)) points beside their lines in the mean",
            excess: excess
        )
    }

    private var sides: Breach? {
        let recommended = overs + unders
        guard recommended >= Self.minimumCount else { return nil }
        let share = Double(min(overs, unders)) / Double(recommended)
        guard share < Self.sideShare else { return nil }
        return Breach(
            rule: .oneSided,
            level: .warning,
            text: "\(overs) recommendations over and \(unders) under",
            excess: Self.sideShare - share
        )
    }

    private var lines: Breach? {
        guard predicted > 0, lined == 0, offers > 0 else { return nil }
        return Breach(
            rule: .noLines,
            level: .warning,
            text: "no prediction has a line although \(offers) are offered",
            excess: 1
        )
    }

    /// How far outside; nil inside. A value that is no number is infinitely far outside.
    private static func distance(_ value: Double, from range: ClosedRange<Double>) -> Double? {
        if value.isNaN { return .infinity }
        return range.contains(value) ? nil : max(range.lowerBound - value, value - range.upperBound)
    }

    private static func tenths(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        return "\((value * 10).rounded() / 10)"
    }

    /// All numbers, for the alert.
    var json: JSONValue {
        func number(_ value: Double?) -> JSONValue {
            value.map { $0.isFinite ? .double($0) : .string("\($0)") } ?? .null
        }
        return [
            "games": .int(Int64(games)), "expected": .int(Int64(expected)), "covered": .int(Int64(covered)),
            "unexplained": .int(Int64(unexplained)), "predicted": .int(Int64(predicted)),
            "mean_points": number(meanPoints), "lowest_points": number(lowestPoints),
            "highest_points": number(highestPoints), "lined": .int(Int64(lined)),
            "mean_line_margin": number(meanMargin), "overs": .int(Int64(overs)), "unders": .int(Int64(unders)),
            "offers": .int(Int64(offers)),
            "breaches": .array(
                breaches.map { breach in
                    [
                        "rule": .string(breach.rule.rawValue), "level": .string(breach.level.rawValue),
                        "text": .string(breach.text), "excess": number(breach.excess),
                    ]
                }
            ),
        ]
    }

    /// Whether a rule is broken that was kept, or one is broken further than before.
    ///
    /// - Parameter before: the detail of the alert that is open.
    func isWorse(than before: JSONValue) -> Bool {
        var excesses: [String: Double] = [:]
        for breach in before["breaches"]?.arrayValue ?? [] {
            guard let rule = breach["rule"]?.stringValue else { continue }
            excesses[rule] = breach["excess"]?.doubleValue ?? .infinity
        }
        return breaches.contains { breach in
            guard let known = excesses[breach.rule.rawValue] else { return true }
            return breach.excess > known + 1e-9
        }
    }
}
