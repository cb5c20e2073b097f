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

    /// The model for a new batch. A delta of a date that has been predicted goes on with that date's, so that players of one
    /// slate are never predicted by different models; every other run takes the model that serves now.
    static func model(for run: RunRecord, _ reader: SnapshotReader) async throws -> RegisteredModel? {
        if run.kind == .delta {
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

    private static func model(_ id: String?, _ reader: SnapshotReader) async throws -> RegisteredModel? {
        guard let id else { return nil }
        return try await ModelRegistry.model(named: id, in: reader.transaction)
    }
}
