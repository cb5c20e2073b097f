import Foundation
import Pipeline
import Postgres

/// What is left of Phase 5 when everybody is predicted: judging the predictions, where results of the date wait for it.
/// It follows the predictions of its run and never leads to less than they do: without it the phase ends degraded.
extension PredictionBatchEnd {
    enum GradingStep: Sendable {
        /// Its task was written, with the message that starts it.
        case began(OutboxMessage)
        /// Its task has not ended.
        case open
        /// Nothing is waited for; the reasons say what it lacks.
        case ended([String])

        var messages: [OutboxMessage] { if case .began(let message) = self { [message] } else { [] } }
    }

    /// Writes the grading task of a run whose predictions are made, or says what became of it. The caller holds the row of
    /// the batch, so that of two that arrive here one writes it.
    func gradingStep(
        of run: RunRecord,
        isForced: Bool,
        in transaction: PostgresTransaction
    ) async throws -> GradingStep {
        if let task = try await gradingTask(of: run, in: transaction) { return task }
        guard let grading = registry.processor(PredictionGrading.name, in: .predictions), grading.isEnabled else {
            return .ended([])
        }
        // Results that wait, or predictions of this run on a date that is judged already: they must not lack their grades.
        let isDue: Bool = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_orchestration.change_marker
                           WHERE processor = \(grading.name) AND game_date = \(run.gameDate.postgresDate))
                OR EXISTS (SELECT 1 FROM nba_predictions.prediction_accuracy
                           WHERE game_date = \(run.gameDate.postgresDate) AND removed_at IS NULL)
                   AND EXISTS (SELECT 1 FROM nba_orchestration.task
                               WHERE run_id = \(run.runID) AND phase = 5 AND processor = \(PlayerPredictions.name)
                                   AND COALESCE(entities_changed, 0) > 0)
            """
        ).scalar()
        guard isDue else { return .ended([]) }
        guard !isForced else {
            // The phase goes on at once.
            try await leaveGrading(of: run, in: transaction)
            return .ended([])
        }
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        return .began(try await opener.begin(grading, of: run, now: clock.now, in: transaction))
    }

    /// What waits to be judged gets a run of its own, because this one will not do it.
    func leaveGrading(of run: RunRecord, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.change_marker SET wants_run = true
            WHERE processor = \(PredictionGrading.name) AND game_date = \(run.gameDate.postgresDate)
            """
        )
    }

    /// Ends Phase 5 of a run that predicts nobody and only judges what was predicted before.
    func endGrading(
        of run: RunRecord,
        forced: String?,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        guard let upstream = try await openPhase(run, in: transaction),
            case .ended(var own) = try await gradingTask(of: run, in: transaction)
        else { return [] }
        if let forced { own.append(forced) }
        own.removeAll { upstream.contains($0) }
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        try await opener.close(
            .predictions,
            of: run,
            state: "complete",
            degraded: !own.isEmpty,
            reasons: own,
            in: transaction
        )
        let reasons = upstream + own
        return try await opener.openNext(
            after: .predictions,
            of: run,
            degraded: !reasons.isEmpty,
            reasons: reasons,
            now: clock.now,
            in: transaction
        ).messages
    }

    /// Whether the run decides who is predicted. Without a coordinator nobody waits for a batch.
    func hasCoordinator(_ run: RunRecord, in transaction: PostgresTransaction) async throws -> Bool {
        let tasks = try await transaction.query(
            """
            SELECT 1 AS known FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = 5 AND processor = \(PredictionCoordinator.name)
            """
        )
        return !tasks.isEmpty
    }

    /// Nil when the run has no grading task.
    private func gradingTask(of run: RunRecord, in transaction: PostgresTransaction) async throws -> GradingStep? {
        let tasks = try await transaction.query(
            """
            SELECT state, is_terminal OR late_at IS NOT NULL AS has_ended, error_message FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = 5 AND processor = \(PredictionGrading.name)
            """
        )
        guard let task = tasks.first else { return nil }
        guard try task.decode("has_ended") else { return .open }
        let state: String = try task.decode("state")
        switch state {
        case "failed":
            let message: String? = try task.decode("error_message")
            return .ended(["\(PredictionGrading.name) failed" + (message.map { ": \($0)" } ?? "")])
        case "partial": return .ended(["\(PredictionGrading.name): results of the date are missing"])
        default: return .ended(try await resultsToCome(of: run, in: transaction))
        }
    }

    /// What a backfilled date lacks that has not been judged because its games are not over. A live date is judged when they
    /// are; nobody comes back to a backfilled one, so that it must say so.
    private func resultsToCome(of run: RunRecord, in transaction: PostgresTransaction) async throws -> [String] {
        guard run.kind == .full, run.lane == .backfill else { return [] }
        let rows = try await transaction.query(
            """
            SELECT skip_reason = 'no_final_games' AS none_is_final,
                   COALESCE(jsonb_array_length(metadata -> 'games_not_final'), 0) AS not_final
            FROM nba_orchestration.pipeline_execution_log
            WHERE run_id = \(run.runID) AND game_date = \(run.gameDate.postgresDate) AND phase = 5
                AND processor_name = \(PredictionGrading.name)
            ORDER BY completed_at DESC, execution_id LIMIT 1
            """
        )
        guard let row = rows.first else { return [] }
        if try row.decode("none_is_final", as: Bool?.self) == true {
            return ["\(PredictionGrading.name): no predicted game is final"]
        }
        let count = Int(try row.decode("not_final", as: Int32.self))
        return count == 0 ? [] : ["\(PredictionGrading.name): predicted games that are not final: \(count)"]
    }
}
