import Basketball
import Foundation
import Pipeline
import Postgres
import Serving

/// Reads a ``PredictStatus`` in one snapshot of the database.
struct PredictReader: Sendable {
    let session: Session

    func status(_ date: GameDate) async throws -> PredictStatus {
        let now = session.clock.now
        return try await session.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            // Stored instants are the database's; the clock of the services may be moved (TIPOFF_CLOCK).
            let databaseNow: Date = try await transaction.query("SELECT now()").scalar()
            let shift = now.timeIntervalSince(databaseNow)
            let shown = try await transaction.query(
                """
                SELECT count(*) AS predicted, count(current_points_line) AS lined
                FROM nba_predictions.shown_prediction WHERE game_date = \(date.sqlDate)
                """
            ).one()
            let batches = try await transaction.query(
                """
                SELECT b.run_id, r.kind, r.opened_by, b.state, b.expected_count, b.predicted_count, b.open_count, b.skipped,
                       b.model_id, b.systems, b.readiness, b.started_at, b.completed_at,
                       (SELECT count(*) FROM nba_orchestration.task AS t
                        WHERE t.run_id = b.run_id AND t.processor = 'player_predictions' AND t.state = 'failed') AS failed
                FROM nba_predictions.prediction_batch AS b JOIN nba_orchestration.run AS r ON r.run_id = b.run_id
                WHERE b.game_date = \(date.sqlDate) ORDER BY b.started_at DESC, b.batch_id LIMIT 50
                """
            )
            let clocks = try await transaction.query(
                """
                SELECT replace(window_key, \("clock:predictions:\(date):"), '') AS name, verdict, reason, decided_at
                FROM nba_orchestration.planner_decision
                WHERE game_date = \(date.sqlDate) AND starts_with(window_key, \("clock:predictions:\(date):"))
                ORDER BY due_at, window_key
                """
            )
            let gaps = try await SlateGaps.of(date, in: transaction)
            return PredictStatus(
                date: date,
                now: now,
                deadline: session.configuration.predictionDeadline.instant(of: date),
                expected: gaps.expected,
                covered: gaps.predicted,
                predicted: try shown.decode("predicted"),
                lined: try shown.decode("lined"),
                forecast: try await PredictionForecast.of(date, in: transaction),
                clocks: try clocks.map { row in
                    // The services' own clock.
                    PredictStatus.Clock(
                        name: try row.decode("name"),
                        verdict: try row.decode("verdict"),
                        reason: try row.decode("reason"),
                        decidedAt: try row.decode("decided_at")
                    )
                },
                batches: try batches.map { row in try Self.batch(row, shift: shift) }
            )
        }
    }

    private static func batch(_ row: PostgresRow, shift: TimeInterval) throws -> PredictStatus.Batch {
        let skipped = try JSONValue(parsing: row.decode("skipped", as: PostgresJSON.self).bytes)
        let readiness = try JSONValue(parsing: row.decode("readiness", as: PostgresJSON.self).bytes)
        var reasons: [String: Int] = [:]
        for (reason, count) in skipped.objectValue ?? JSONObject() { reasons[reason] = count.intValue.map { Int($0) } }
        return PredictStatus.Batch(
            runID: try row.decode("run_id", as: UUID.self).uuidString.lowercased(),
            kind: try row.decode("kind"),
            openedBy: try row.decode("opened_by"),
            state: try row.decode("state"),
            players: Int(try row.decode("expected_count", as: Int32.self)),
            predicted: Int(try row.decode("predicted_count", as: Int32.self)),
            open: Int(try row.decode("open_count", as: Int32.self)),
            failed: try row.decode("failed"),
            skipped: reasons,
            reasons: (readiness["reasons"]?.arrayValue ?? []).compactMap(\.stringValue),
            modelID: try row.decode("model_id"),
            modelChoice: readiness["model_choice"]?.stringValue,
            systems: try row.decode("systems"),
            startedAt: try row.decode("started_at", as: Date.self).addingTimeInterval(shift),
            completedAt: try row.decode("completed_at", as: Date?.self)?.addingTimeInterval(shift)
        )
    }
}
