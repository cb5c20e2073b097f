import Foundation
import Pipeline
import Postgres

/// What an operator asked for; the owner of the phase does it and records what came of it.
struct OperatorRequest: Sendable {
    var requestID: Int64
    var event: BarrierEvent

    func markExecuted(_ actions: [BarrierAction], in transaction: PostgresTransaction) async throws {
        let outcome =
            actions.isEmpty ? "nothing to do: the phase is not open" : actions.map(\.summary).joined(separator: "; ")
        try await transaction.execute(
            """
            UPDATE nba_orchestration.operator_request SET executed_at = now(), outcome = \(outcome)
            WHERE request_id = \(requestID)
            """
        )
    }
}

extension BarrierShell {
    func loadRequests(
        _ runIDs: [UUID],
        in transaction: PostgresTransaction
    ) async throws -> [UUID: [OperatorRequest]] {
        let rows = try await transaction.query(
            """
            SELECT request_id, run_id, action, processor, actor, reason FROM nba_orchestration.operator_request
            WHERE run_id = ANY(\(runIDs)) AND phase = ANY(\(definition.owns.map { Int16($0.rawValue) }))
                AND executed_at IS NULL AND action IN ('force_phase', 'cancel_run')
            ORDER BY request_id
            """
        )
        var requests: [UUID: [OperatorRequest]] = [:]
        for row in rows {
            let actor: String = try row.decode("actor")
            let processor: String? = try row.decode("processor")
            let event: BarrierEvent =
                try row.decode("action", as: String.self) == "force_phase"
                ? .force(without: Set(processor.map { [$0] } ?? []), actor: actor)
                : .cancel(actor: actor, reason: try row.decode("reason"))
            requests[try row.decode("run_id"), default: []].append(
                OperatorRequest(requestID: try row.decode("request_id"), event: event)
            )
        }
        return requests
    }
}

extension BarrierAction {
    /// One line for the audit.
    var summary: String {
        switch self {
        case .complete(let degraded, _, _): degraded ? "completed degraded" : "completed"
        case .fail(let failure, let reason): "\(failure.rawValue): \(reason)"
        case .triggerLevel(let level): "level \(level) started"
        case .markLate(let tasks): "\(tasks.count) tasks marked late"
        case .wait(let reason): "waiting: \(reason)"
        case .alert(_, let title, _): "alert: \(title)"
        }
    }
}
