import Basketball
import Foundation
import Pipeline
import Postgres
import Serving

/// Which model a batch was begun with. It stays the batch's own: a promotion in its midst changes none of its players.
enum PredictionBatch {
    /// The model of a run's batch; nil when rules alone predict. Throws when the run has no batch.
    static func model(of runID: UUID, _ reader: SnapshotReader) async throws -> RegisteredModel? {
        let rows = try await reader.query(
            "SELECT model_id FROM nba_predictions.prediction_batch WHERE run_id = \(runID)"
        )
        guard let row = rows.first else {
            throw TaskError(.permanent, type: "no_batch", "the run has no prediction batch")
        }
        return try await model(row.decode("model_id", as: String?.self), reader)
    }

    /// The model for a new batch: the one that serves now, when it predicts everybody. A batch for some players of a date that has
    /// been predicted goes on with that date's, so that players of one slate are never predicted by different models.
    static func model(
        for run: RunRecord,
        predictsAll: Bool,
        _ reader: SnapshotReader
    ) async throws -> RegisteredModel? {
        if !predictsAll {
            let rows = try await reader.query(
                """
                SELECT model_id FROM nba_predictions.prediction_batch
                WHERE game_date = \(run.gameDate.postgresDate) AND state IN ('open', 'complete') AND run_id <> \(run.runID)
                ORDER BY started_at DESC, batch_id LIMIT 1
                """
            )
            if let row = rows.first { return try await model(row.decode("model_id", as: String?.self), reader) }
        }
        return try await ModelRegistry.model(serving: run.gameDate, in: reader.transaction)
    }

    /// Players whose game has begun and of whom live predictions were made before it.
    static func madeBeforeTipoff(_ date: GameDate, now: Date, _ reader: SnapshotReader) async throws -> Set<String> {
        let rows = try await reader.query(
            """
            SELECT DISTINCT p.player_lookup FROM nba_predictions.player_prop_predictions AS p
            JOIN nba_raw.nbac_schedule AS s ON s.game_date = p.game_date AND s.game_id = p.game_id AND s.removed_at IS NULL
            WHERE p.game_date = \(date.postgresDate) AND p.removed_at IS NULL AND p.lane = 'live'
                AND p.predicted_at < s.tipoff_at AND s.tipoff_at <= \(now) AND NOT s.is_postponed
            """
        )
        return Set(try rows.column("player_lookup", as: String.self))
    }

    private static func model(_ id: String?, _ reader: SnapshotReader) async throws -> RegisteredModel? {
        guard let id else { return nil }
        return try await ModelRegistry.model(named: id, in: reader.transaction)
    }
}
