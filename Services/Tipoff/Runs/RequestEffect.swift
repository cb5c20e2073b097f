import Foundation
import Pipeline
import Postgres

/// What a request about an open phase would end.
struct RequestEffect: Sendable {
    struct Task: Sendable {
        var name: String
        var state: String
    }

    var phase: Int
    /// The tasks that are open, in the phase that would be forced or in the whole run that would be cancelled.
    var tasks: [Task]
    /// Tasks of other processors that keep a phase open although one was given up.
    var others: [String]

    func lines(_ action: OperatorRequest.Action) -> [String] {
        let ends = action == .forcePhase ? "would be given up" : "would not be waited for"
        let heading =
            action == .forcePhase
            ? "phase \(phase) would go on without \(tasks.count) open tasks"
            : "the run would end in phase \(phase), with \(tasks.count) open tasks"
        return [heading] + tasks.prefix(20).map { "  \(SafeText.escaped($0.name)) (\($0.state)) \(ends)" }
            + (tasks.count > 20 ? ["  … and \(tasks.count - 20) more"] : [])
            + (others.isEmpty ? [] : ["refused while these are open: \(others.joined(separator: ", "))"])
    }

    func json(_ action: OperatorRequest.Action) -> JSONValue {
        [
            "is_done": false, "action": .string(action.rawValue), "phase": .int(Int64(phase)),
            "tasks": .array(tasks.map { ["task": .string($0.name), "state": .string($0.state)] }),
            "other_open_processors": .array(others.map { .string($0) }),
        ]
    }
}

extension OperatorRequests {
    /// Looks what a request would end now; the owner decides by what it finds then.
    func effect(
        of action: OperatorRequest.Action,
        runID: UUID,
        phase: Int16,
        processor: String?
    ) async throws -> RequestEffect {
        // Forcing Phase 2 gives up its scrapes as well.
        let phases: [Int16] = action == .cancelRun ? [1, 2, 3, 4, 5, 6] : phase == 2 ? [1, 2] : [phase]
        let rows = try await session.pool.query(
            """
            SELECT processor, processor || CASE WHEN unit = '*' THEN '' ELSE ' ' || unit END AS name, state
            FROM nba_orchestration.task
            WHERE run_id = \(runID) AND phase = ANY(\(phases)) AND NOT is_terminal AND late_at IS NULL
            ORDER BY phase, level, processor, unit
            """
        )
        var effect = RequestEffect(phase: Int(phase), tasks: [], others: [])
        for row in rows {
            let name: String = try row.decode("processor")
            if let processor, name != processor {
                if effect.others.last != name { effect.others.append(name) }
            } else {
                effect.tasks.append(.init(name: try row.decode("name"), state: try row.decode("state")))
            }
        }
        return effect
    }
}
