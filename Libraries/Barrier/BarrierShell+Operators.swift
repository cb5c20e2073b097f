import Foundation
public import Pipeline
import Postgres

extension BarrierShell {
    /// Where the requests about the phases of this orchestrator are executed.
    public var operatorDesk: OperatorDesk {
        OperatorDesk(
            pool: pool,
            registry: registry,
            role: definition.name,
            phases: definition.owns,
            clock: clock,
            phaseDeadline: phaseDeadline,
            isolation: isolation,
            logger: logger,
            endPhase: { request, run, transaction in
                try await end(as: request, run, in: transaction)
            }
        )
    }

    /// Where cancellations and retries that the owners of Phases 5 and 6 leave are executed.
    public func remainderDesk(patience: Duration = .seconds(5)) -> OperatorDesk {
        let opener = PhaseOpener(registry: registry, role: definition.name, deadline: phaseDeadline)
        return OperatorDesk(
            pool: pool,
            registry: registry,
            role: definition.name,
            phases: [.predictions, .publishing],
            actions: [.cancelRun, .retryTask],
            patience: patience,
            clock: clock,
            phaseDeadline: phaseDeadline,
            logger: logger,
            endPhase: { request, run, transaction in
                try await opener.cancel(request, of: run, in: transaction)
            }
        )
    }

    private func end(
        as request: OperatorRequest,
        _ run: RunRecord,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        guard let row = try await lock([run.runID], in: transaction)[run.runID] else {
            return .init(.nothingToDo, "the phase is not open")
        }
        let event: BarrierEvent =
            request.action == .cancelRun
            ? .cancel(actor: request.actor, reason: request.reason)
            : .force(without: Set(request.processor.map { [$0] } ?? []), actor: request.actor)
        let tasks = try await loadTasks([run.runID], in: transaction)[run.runID] ?? []
        let decided = try await decide(
            [Candidate(run: run, row: row, tasks: tasks, asked: event)],
            now: clock.now,
            in: transaction
        )
        let isRefused = decided.answer.allSatisfy { if case .wait = $0 { true } else { false } }
        return .init(
            isRefused ? .refused : .done,
            decided.answer.map(\.summary).joined(separator: "; "),
            messages: decided.messages
        )
    }
}

extension BarrierAction {
    /// One line for the audit.
    var summary: String {
        switch self {
        case .complete(let degraded, _, _): degraded ? "completed degraded" : "completed"
        case .fail(.cancelled, let reason): reason
        case .fail(let failure, let reason): "\(failure.rawValue): \(reason)"
        case .triggerLevel(let level): "level \(level) started"
        case .markLate(let tasks): "\(tasks.count) tasks marked late"
        case .wait(let reason): reason
        case .hold(let until, _): "waits for other changes of the date until \(Instant.text(until))"
        case .join(let run, _): "carried on by run \(run.uuidString.lowercased())"
        case .alert(_, let title, _): "alert: \(title)"
        }
    }
}
