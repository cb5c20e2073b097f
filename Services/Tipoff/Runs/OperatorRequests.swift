import Foundation
import Pipeline
import Postgres

/// Files requests that the owner of a phase executes and answers.
struct OperatorRequests: Sendable {
    let session: Session

    /// How long a command waits for the owner's answer. Without `--wait` no answer is no problem: the request stays.
    static let patience: Duration = .seconds(5)
    static let patienceWhenWaiting: Duration = .seconds(60)

    /// What an owner answered.
    struct Answer: Sendable {
        var result: String
        var outcome: String
        var openedRunID: UUID?

        /// Exit code 1: the operator has to do something else.
        var isProblem: Bool { result == "refused" || result == "failed" }
    }

    /// Files a request about a phase of a run that is open, or shows what it would end; nil takes the phase that is open
    /// now.
    func file(
        _ action: OperatorRequest.Action,
        runID: UUID,
        phase: Phase?,
        processor: String? = nil,
        options: ActionOptions,
        waiting: WaitOptions
    ) async throws {
        let printsJSON = options.format.json
        let rows = try await session.pool.query(
            """
            SELECT r.state, (SELECT max(p.phase) FROM nba_orchestration.run_phase AS p
                             WHERE p.run_id = r.run_id AND p.state = 'open') AS open_phase
            FROM nba_orchestration.run AS r WHERE r.run_id = \(runID)
            """
        )
        guard let row = rows.first else {
            throw CommandProblem.problem("run \(runID.uuidString.lowercased()) does not exist", next: "tipoff status")
        }
        let state: String = try row.decode("state")
        guard state == "open" else {
            throw CommandProblem.problem("the run is over: \(state)", next: "tipoff run open --kind full --date …")
        }
        let open: Int16? = try row.decode("open_phase")
        guard let number = phase.map({ Int16($0.rawValue) }) ?? open else {
            throw CommandProblem.problem(
                "no phase of the run is open",
                next: "tipoff trace \(runID.uuidString.lowercased())"
            )
        }
        guard options.yes else {
            let effect = try await effect(of: action, runID: runID, phase: number, processor: processor)
            if printsJSON {
                try session.output.json(effect.json(action))
            } else {
                session.output.lines(effect.lines(action) + [ActionOptions.previewEnd])
            }
            return
        }
        let answer = try await ask(
            action,
            runID: runID,
            phase: number,
            processor: processor,
            unit: nil,
            reason: options.reason,
            waiting: waiting,
            printsJSON: printsJSON
        )
        // A forced run goes on.
        guard waiting.wait, action == .forcePhase, answer?.result == "done" else { return }
        try await RunFollower(session: session, printsJSON: printsJSON).follow(runID, timeout: waiting.timeout)
    }

    /// Files a retry of a task; its run may be over.
    func retry(
        runID: UUID,
        processor: String,
        unit: String,
        reason: String,
        waiting: WaitOptions,
        printsJSON: Bool
    ) async throws {
        let rows = try await session.pool.query(
            """
            SELECT phase FROM nba_orchestration.task
            WHERE run_id = \(runID) AND processor = \(processor) AND unit = \(unit) ORDER BY phase DESC LIMIT 1
            """
        )
        guard let row = rows.first else {
            throw CommandProblem.problem(
                "the run has no task \(processor) \(unit)",
                next: "tipoff trace \(runID.uuidString.lowercased())"
            )
        }
        let answer = try await ask(
            .retryTask,
            runID: runID,
            phase: Int16(try row.phase("phase").rawValue),
            processor: processor,
            unit: unit,
            reason: reason,
            waiting: waiting,
            printsJSON: printsJSON
        )
        guard waiting.wait, answer?.result == "done" else { return }
        try await RunFollower(session: session, printsJSON: printsJSON)
            .follow(answer?.openedRunID ?? runID, timeout: waiting.timeout)
    }

    private func ask(
        _ action: OperatorRequest.Action,
        runID: UUID,
        phase: Int16,
        processor: String?,
        unit: String?,
        reason: String,
        waiting: WaitOptions,
        printsJSON: Bool
    ) async throws -> Answer? {
        let requestID: Int64 = try await session.pool.query(
            """
            INSERT INTO nba_orchestration.operator_request (action, run_id, phase, processor, unit, actor, reason)
            VALUES (\(action.rawValue), \(runID), \(phase), \(processor), \(unit), \(session.actor), \(reason))
            RETURNING request_id
            """
        ).scalar()
        let answer = try await answer(to: requestID, waiting)
        if printsJSON {
            // With --wait the run that is followed is printed, once.
            let isFollowed = waiting.wait && action != .cancelRun && answer?.result == "done"
            if !isFollowed { try session.output.json(json(requestID, action, answer)) }
        } else if let answer {
            session.output.line("request \(requestID): \(answer.result): \(SafeText.escaped(answer.outcome))")
        } else {
            session.output.line("request \(requestID) is filed; the owner of phase \(phase) executes it when it runs")
        }
        if !printsJSON, let correlationID = try await correlationID(of: answer?.openedRunID ?? runID) {
            session.tellTrace(correlationID)
        }
        let trace = "tipoff trace \(runID.uuidString.lowercased())"
        if let answer, answer.isProblem { throw CommandProblem.problem("the owner did not do it", next: trace) }
        if answer == nil, waiting.wait {
            throw CommandProblem.problem("the owner of phase \(phase) has not answered; the request stays", next: trace)
        }
        return answer
    }

    private func json(_ requestID: Int64, _ action: OperatorRequest.Action, _ answer: Answer?) -> JSONValue {
        [
            "request_id": .int(requestID), "action": .string(action.rawValue), "executed": .bool(answer != nil),
            "result": answer.map { .string($0.result) } ?? .null,
            "outcome": answer.map { .string($0.outcome) } ?? .null,
            "opened_run_id": answer?.openedRunID.map { .string($0.uuidString.lowercased()) } ?? .null,
        ]
    }

    private func correlationID(of runID: UUID) async throws -> String? {
        try await session.pool.query(
            "SELECT correlation_id FROM nba_orchestration.run WHERE run_id = \(runID)"
        ).first?.decode("correlation_id")
    }

    /// What the owner answered, if it does in time.
    private func answer(to requestID: Int64, _ waiting: WaitOptions) async throws -> Answer? {
        let clock = ContinuousClock()
        let patience =
            waiting.wait ? waiting.timeout.map { .seconds($0) } ?? Self.patienceWhenWaiting : Self.patience
        let deadline = clock.now + patience
        while clock.now < deadline {
            let rows = try await session.pool.query(
                """
                SELECT result, outcome, opened_run_id FROM nba_orchestration.operator_request
                WHERE request_id = \(requestID) AND executed_at IS NOT NULL
                """
            )
            if let row = rows.first {
                return Answer(
                    result: try row.decode("result"),
                    outcome: try row.decode("outcome"),
                    openedRunID: try row.decode("opened_run_id")
                )
            }
            try await clock.sleep(for: .milliseconds(100))
        }
        return nil
    }
}
