import Foundation
public import Logging
public import Postgres

/// Executes what operators asked of the phases that a role owns, each request once: the row is locked, the action and
/// its outcome commit together, and of two replicas that look at once the second finds the request executed.
public struct OperatorDesk: Sendable {
    /// Ends a phase that is open, forced or cancelled, as its owner does.
    public typealias EndPhase =
        @Sendable (_ request: OperatorRequest, _ run: RunRecord, PostgresTransaction) async throws -> OperatorOutcome

    public var pool: PostgresPool
    public var registry: Registry
    /// The owner's name; it signs runs and messages.
    public var role: String
    public var phases: [Phase]
    public var actions: Set<OperatorRequest.Action>
    /// How long a request waits before this desk takes it; the owner's own desk takes it at once.
    public var patience: Duration
    public var clock: PipelineClock
    public var phaseDeadline: Duration
    public var isolation: PostgresIsolation
    public var logger: Logger
    public var endPhase: EndPhase

    public init(
        pool: PostgresPool,
        registry: Registry,
        role: String,
        phases: [Phase],
        actions: Set<OperatorRequest.Action> = Set(OperatorRequest.Action.allCases),
        patience: Duration = .zero,
        clock: PipelineClock,
        phaseDeadline: Duration,
        isolation: PostgresIsolation = .readCommitted,
        logger: Logger,
        endPhase: @escaping EndPhase
    ) {
        self.pool = pool
        self.registry = registry
        self.role = role
        self.phases = phases
        self.actions = actions
        self.patience = patience
        self.clock = clock
        self.phaseDeadline = phaseDeadline
        self.isolation = isolation
        self.logger = logger
        self.endPhase = endPhase
    }

    /// Executes what is waiting, oldest first, and returns the messages that the commits made. Throws only when the
    /// database cannot be reached; the requests then wait.
    public func executePending() async throws -> [OutboxMessage] {
        let waiting = try await pool.query(
            """
            SELECT request_id FROM nba_orchestration.operator_request
            WHERE executed_at IS NULL AND phase = ANY(\(phases.map { Int16($0.rawValue) }))
                AND action = ANY(\(actions.map(\.rawValue)))
                AND requested_at <= now() - \(patience.seconds) * interval '1 second'
            ORDER BY request_id LIMIT 100
            """
        )
        var messages: [OutboxMessage] = []
        for requestID in try waiting.column("request_id", as: Int64.self) {
            do {
                messages += try await execute(requestID)
            } catch {
                guard !Self.isPassing(error) else { throw error }
                // One request that cannot be executed must not keep the others waiting.
                try await fail(requestID, error)
            }
        }
        return messages
    }

    /// Whether the request can be executed later. A lock that another one holds is no fault of the request.
    private static func isPassing(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return error is CancellationError }
        return error.isInfrastructure || error.isSerializationFailure || error.isLockNotAvailable
    }

    private func execute(_ requestID: Int64) async throws -> [OutboxMessage] {
        let executed = try await pool.transaction(
            isolation,
            retrying: .serializationFailures(maximumAttempts: 25)
        ) { transaction -> (OperatorRequest, OperatorOutcome)? in
            let rows = try await transaction.query(
                """
                SELECT request_id, action, run_id, phase, processor, unit, actor, reason
                FROM nba_orchestration.operator_request WHERE request_id = \(requestID) AND executed_at IS NULL
                    AND phase = ANY(\(phases.map { Int16($0.rawValue) })) FOR UPDATE
                """
            )
            guard let row = rows.first else { return nil }
            let request = try OperatorRequest(row: row)
            guard let outcome = try await act(on: request, in: transaction) else { return nil }
            try await record(requestID, outcome, in: transaction)
            return (request, outcome)
        }
        guard let (request, outcome) = executed else { return [] }
        logger.notice(
            "operator's request executed",
            metadata: [
                "request_id": "\(requestID)", "action": "\(request.action.rawValue)", "actor": "\(request.actor)",
                "run_id": "\(request.runID.uuidString.lowercased())", "result": "\(outcome.result.rawValue)",
                "outcome": "\(outcome.text)",
            ]
        )
        return outcome.messages
    }

    /// Nil when the request was handed on to the owner of another phase.
    private func act(
        on request: OperatorRequest,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome? {
        guard let run = try await RunRecord.load([request.runID], in: transaction)[request.runID] else {
            return .init(.nothingToDo, "the run is no longer kept")
        }
        if request.action == .retryTask {
            let retry = TaskRetry(registry: registry, role: role, clock: clock, phaseDeadline: phaseDeadline)
            return try await retry.execute(request, run, in: transaction)
        }
        guard run.isOpen else { return .init(.nothingToDo, "the run is over") }
        let rows = try await transaction.query(
            "SELECT phase FROM nba_orchestration.run_phase WHERE run_id = \(run.runID) AND state = 'open' ORDER BY phase"
        )
        let open = try rows.map { try $0.phase("phase") }
        guard let last = open.last else { return .init(.nothingToDo, "no phase of the run is open") }
        guard open.contains(request.phase) else {
            guard request.action == .cancelRun else {
                return .init(.nothingToDo, "phase \(request.phase.rawValue) is not open, phase \(last.rawValue) is")
            }
            // The run went on while the request waited: it is the next owner's to end.
            try await transaction.execute(
                """
                UPDATE nba_orchestration.operator_request SET phase = \(Int16(last.rawValue))
                WHERE request_id = \(request.requestID)
                """
            )
            return nil
        }
        let outcome = try await endPhase(request, run, transaction)
        if request.action == .cancelRun, outcome.result == .done {
            // Nobody sends again for what has not begun; what runs ends by itself.
            try await transaction.execute(
                """
                UPDATE nba_orchestration.task SET state = 'skipped', finished_at = now(), error_type = 'cancelled',
                    error_message = \("cancelled by \(request.actor): \(request.reason)")
                WHERE run_id = \(run.runID) AND state = 'pending'
                """
            )
        }
        return outcome
    }

    private func record(
        _ requestID: Int64,
        _ outcome: OperatorOutcome,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.operator_request SET executed_at = now(), executed_by = \(role),
                result = \(outcome.result.rawValue), outcome = \(outcome.text), opened_run_id = \(outcome.openedRunID)
            WHERE request_id = \(requestID) AND executed_at IS NULL
            """
        )
    }

    private func fail(_ requestID: Int64, _ error: any Error) async throws {
        let text = String("\(error)".prefix(1000))
        logger.error("operator's request failed", metadata: ["request_id": "\(requestID)", "error": "\(text)"])
        try await pool.transaction { transaction in
            try await record(requestID, .init(.failed, text), in: transaction)
        }
    }
}

extension PhaseOpener {
    /// Ends an open phase and its run because an operator said so.
    public func cancel(
        _ request: OperatorRequest,
        of run: RunRecord,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        let reason = "cancelled by \(request.actor): \(request.reason)"
        try await close(request.phase, of: run, state: "cancelled", reasons: [reason], in: transaction)
        try await failRun(run, state: "cancelled", reason: reason, in: transaction)
        return OperatorOutcome(.done, reason)
    }
}
