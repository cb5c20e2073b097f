import Foundation
import Pipeline
import Postgres

/// Files requests that the owner of a phase executes and answers.
struct OperatorRequests: Sendable {
    let session: Session

    /// - Parameter phase: nil takes the phase that is open now.
    func file(
        action: String,
        runID: UUID,
        phase: Phase?,
        processor: String?,
        unit: String?,
        reason: String,
        printsJSON: Bool
    ) async throws {
        guard !reason.isEmpty else { throw CommandProblem.usage("--reason must say something") }
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
        let requestID: Int64 = try await session.pool.query(
            """
            INSERT INTO nba_orchestration.operator_request (action, run_id, phase, processor, unit, actor, reason)
            VALUES (\(action), \(runID), \(number), \(processor), \(unit), \(session.actor), \(reason))
            RETURNING request_id
            """
        ).scalar()
        let answer = try await outcome(of: requestID)
        if printsJSON {
            try session.output.json([
                "request_id": .int(requestID), "action": .string(action), "executed": .bool(answer != nil),
                "outcome": answer.map { .string($0) } ?? .null,
            ])
        } else if let answer {
            session.output.line("request \(requestID): \(SafeText.escaped(answer))")
        } else {
            session.output.line(
                "request \(requestID) is filed; the owner of phase \(number) executes it when it runs"
            )
        }
    }

    /// What the owner answered, if it does within a few seconds.
    private func outcome(of requestID: Int64) async throws -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(5)
        while clock.now < deadline {
            let rows = try await session.pool.query(
                """
                SELECT outcome FROM nba_orchestration.operator_request
                WHERE request_id = \(requestID) AND executed_at IS NOT NULL
                """
            )
            if let row = rows.first { return try row.decode("outcome", as: String?.self) ?? "executed" }
            try await clock.sleep(for: .milliseconds(100))
        }
        return nil
    }
}
