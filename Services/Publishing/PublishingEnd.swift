import Foundation
import Pipeline
import Postgres

/// Ends Phase 6 and the run when the last document task is terminal. Updating the phase row comes first, so that two
/// tasks that end at once queue there, and the second one counts what the first one did.
struct PublishingEnd: Sendable {
    var registry: Registry
    var role: String

    func callAsFunction(_ tasks: [ClaimedTask], in transaction: PostgresTransaction) async throws -> [OutboxMessage] {
        var runs: [UUID: RunRecord] = [:]
        for task in tasks { runs[task.run.runID] = task.run }
        for run in runs.values.sorted(by: { $0.runID.uuidString < $1.runID.uuidString }) {
            try await advance(run, in: transaction)
        }
        return []
    }

    /// Ends the phase because an operator said so: cancelled, or without the documents that are still open. Those stay
    /// tasks and may still be published.
    func callAsFunction(
        _ run: RunRecord,
        as request: OperatorRequest,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        if request.action == .cancelRun {
            return try await PhaseOpener(registry: registry, role: role).cancel(request, of: run, in: transaction)
        }
        switch try await GivenUp.mark(request, in: transaction) {
        case .othersOpen(let names):
            return .init(.refused, "still open beside the ones given up: \(names.joined(separator: ", "))")
        case .tasks(let names):
            let reason = GivenUp.reason(request, without: names)
            try await advance(run, forced: [reason], in: transaction)
            return .init(.done, reason)
        }
    }

    private func advance(
        _ run: RunRecord,
        forced: [String] = [],
        in transaction: PostgresTransaction
    ) async throws {
        let locked = try await transaction.query(
            """
            UPDATE nba_orchestration.run_phase SET version = version + 1
            WHERE run_id = \(run.runID) AND phase = 6 AND state = 'open' RETURNING degraded_reasons
            """
        )
        guard let row = locked.first else { return }
        let reasons: [String] = try row.decode("degraded_reasons") + forced
        let counts = try await transaction.query(
            """
            SELECT count(*) FILTER (WHERE NOT is_terminal AND late_at IS NULL) AS open,
                   COALESCE(array_agg(processor ORDER BY processor) FILTER (WHERE state = 'failed'), '{}') AS failed
            FROM nba_orchestration.task WHERE run_id = \(run.runID) AND phase = 6
            """
        ).one()
        guard try counts.decode("open", as: Int.self) == 0 else { return }
        let failed: [String] = try counts.decode("failed")
        let opener = PhaseOpener(registry: registry, role: role)
        guard failed.isEmpty else {
            let reason = "not published: \(failed.joined(separator: ", "))"
            try await opener.close(
                .publishing,
                of: run,
                state: "failed",
                degraded: true,
                reasons: [reason],
                in: transaction
            )
            try await opener.failRun(run, state: "failed", reason: reason, in: transaction)
            try await transaction.execute(
                Alerts.raise(
                    .error,
                    signature: "publishing:failed:\(run.runID.uuidString.lowercased())",
                    title: "publishing of \(run.gameDate): \(reason)",
                    gameDate: run.gameDate,
                    runID: run.runID,
                    by: role
                )
            )
            return
        }
        try await opener.close(
            .publishing,
            of: run,
            state: "complete",
            degraded: !reasons.isEmpty,
            reasons: forced,
            in: transaction
        )
        try await opener.endRun(run, degraded: !reasons.isEmpty, reasons: reasons, in: transaction)
    }
}
