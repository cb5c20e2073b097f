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

    /// What predicts a new batch, and why that.
    struct Choice: Sendable, Hashable {
        enum Reason: String, Sendable, Hashable {
            /// It serves now; or, for a date that the promoted one has seen, it is the latest that has not.
            case serving
            /// Nothing is promoted, or everything that might serve has seen the date: rules alone predict.
            case noneServes = "none_serves"
            /// A backfill: of the models whose gates hold it has seen the latest games before the date.
            case ofItsTime = "of_its_time"
            /// A backfill, and no model whose gates hold was trained on games before the date only: rules alone predict.
            case noneOfItsTime = "none_of_its_time"
            /// The batch is for some players, and the others of the date were predicted so.
            case ofTheDate = "of_the_date"
        }

        /// Nil when rules alone predict.
        var model: RegisteredModel?
        var reason: Reason
    }

    /// The model for a new batch that predicts everybody: the one that serves now, and in a backfill the one of the date's own time.
    /// A batch for some players of a date that has been predicted goes on with that date's, so that players of one slate
    /// are never predicted by different models.
    static func choice(for run: RunRecord, predictsAll: Bool, _ reader: SnapshotReader) async throws -> Choice {
        if !predictsAll {
            let rows = try await reader.query(
                """
                SELECT model_id FROM nba_predictions.prediction_batch
                WHERE game_date = \(run.gameDate.postgresDate) AND state IN ('open', 'complete') AND run_id <> \(run.runID)
                ORDER BY started_at DESC, batch_id LIMIT 1
                """
            )
            if let row = rows.first {
                let id: String? = try row.decode("model_id")
                return Choice(model: try await model(id, reader), reason: .ofTheDate)
            }
        }
        switch run.lane {
        case .live:
            let model = try await ModelRegistry.model(serving: run.gameDate, in: reader.transaction)
            return Choice(model: model, reason: model == nil ? .noneServes : .serving)
        case .backfill:
            let model = try await ModelRegistry.model(ofTheTimeOf: run.gameDate, in: reader.transaction)
            return Choice(model: model, reason: model == nil ? .noneOfItsTime : .ofItsTime)
        }
    }

    /// Players of whom live predictions were made before their game, and whose game has begun. A backfill leaves such
    /// predictions alone before the game too: what it says is not said live.
    static func madeBeforeTipoff(_ run: RunRecord, now: Date, _ reader: SnapshotReader) async throws -> Set<String> {
        let rows = try await reader.query(
            """
            SELECT DISTINCT p.player_lookup FROM nba_predictions.player_prop_predictions AS p
            JOIN nba_raw.nbac_schedule AS s ON s.game_date = p.game_date AND s.game_id = p.game_id AND s.removed_at IS NULL
            WHERE p.game_date = \(run.gameDate.postgresDate) AND p.removed_at IS NULL AND p.lane = 'live'
                AND p.predicted_at < s.tipoff_at AND (s.tipoff_at <= \(now) OR \(run.lane == .backfill))
                AND NOT s.is_postponed
            """
        )
        return Set(try rows.column("player_lookup", as: String.self))
    }

    private static func model(_ id: String?, _ reader: SnapshotReader) async throws -> RegisteredModel? {
        guard let id else { return nil }
        return try await ModelRegistry.model(named: id, in: reader.transaction)
    }
}
