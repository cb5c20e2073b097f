import Basketball
import Pipeline
import Postgres
import Serving

/// Whether enough of a slate's expected players have a prediction, as it is judged at the deadline.
struct SlateVerdict: Sendable, Hashable {
    /// Games of the date that are not postponed.
    var games: Int
    /// Whether a batch of the date is open or complete.
    var hasStarted: Bool
    /// Players who should have a prediction, and those of them who have one that is shown.
    var expected: Int
    var predicted: Int

    /// Percent of the expected players below which the verdict is critical, and below which it is a warning.
    static let criticalPercent = 90
    static let warningPercent = 95

    /// Nil when nothing is wrong.
    var level: Alerts.Level? {
        guard games > 0 else { return nil }
        guard hasStarted else { return .critical }
        if 100 * predicted < Self.criticalPercent * expected { return .critical }
        return 100 * predicted < Self.warningPercent * expected ? .warning : nil
    }

    var text: String {
        guard hasStarted else { return "no predictions for \(games) games" }
        guard expected > 0 else { return "nobody is expected" }
        let tenths = (1000 * Double(predicted) / Double(expected)).rounded(.down) / 10
        return "\(predicted) of \(expected) expected players have a prediction (\(tenths) %)"
    }

    var json: JSONValue {
        [
            "games": .int(Int64(games)), "has_started": .bool(hasStarted), "expected": .int(Int64(expected)),
            "predicted": .int(Int64(predicted)),
            "coverage": expected == 0 ? .null : .double(Double(predicted) / Double(expected)),
        ]
    }
}

extension SlateVerdict {
    static func signature(_ date: GameDate) -> String { "predictions:verdict:\(date)" }

    /// Reads a date as the transaction sees it.
    init(of date: GameDate, in transaction: PostgresTransaction) async throws {
        let gaps = try await SlateGaps.of(date, in: transaction)
        self.init(
            games: try await Self.games(on: date, in: transaction),
            hasStarted: try await PredictionRuns.haveStarted(date, in: transaction),
            expected: gaps.expected,
            predicted: gaps.predicted
        )
    }

    /// Games that somebody is to be predicted for: the ones that the planner plans for.
    static func games(on date: GameDate, in transaction: PostgresTransaction) async throws -> Int {
        try await transaction.query(
            """
            SELECT count(*) FROM nba_raw.nbac_schedule
            WHERE game_date = \(date.postgresDate) AND removed_at IS NULL AND NOT is_postponed
                AND season_type NOT IN ('preseason', 'all_star')
            """
        ).scalar()
    }

    /// Tells the verdict as one alert of the date, or resolves it.
    ///
    /// - Returns: true when an alert was raised.
    func tell(_ date: GameDate, by role: String, in transaction: PostgresTransaction) async throws -> Bool {
        guard let level else {
            try await transaction.execute(Alerts.resolve(signature: Self.signature(date)))
            return false
        }
        return try await StandingAlert(
            level: level,
            signature: Self.signature(date),
            title: "predictions of \(date) at the deadline: \(text)",
            detail: json,
            gameDate: date
        ).tell(by: role, in: transaction) { before, _ in level.severity > before.severity }
    }

    /// Judges again where the verdict was bad; elsewhere it was spoken once, or not yet.
    static func follow(_ date: GameDate, by role: String, in transaction: PostgresTransaction) async throws {
        guard try await StandingAlert.isOpen(signature(date), in: transaction) else { return }
        _ = try await SlateVerdict(of: date, in: transaction).tell(date, by: role, in: transaction)
    }
}
