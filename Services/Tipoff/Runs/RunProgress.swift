import Basketball
import Foundation
import Pipeline
import Postgres

/// Where one run stands: what a person who waits for it wants to see.
struct RunProgress: Sendable, Hashable {
    struct Step: Sendable, Hashable {
        var phase: Phase
        var state: String
        var done: Int
        var total: Int
        /// Since the phase opened, up to now or its end.
        var seconds: Double
        var reasons: [String]
        var failed: [String]

        var isOver: Bool { !["waiting", "open"].contains(state) }
    }

    var runID: UUID
    var kind: RunKind
    var gameDate: GameDate
    var correlationID: String
    var state: String
    var isDegraded: Bool
    var reason: String?
    var seconds: Double
    var steps: [Step]

    var isOver: Bool { state != "open" }
    var isGood: Bool { state == "complete" || state == "unchanged" }

    /// Reads it; nil while there is no such run.
    static func load(_ runID: UUID, from pool: PostgresPool) async throws -> RunProgress? {
        let rows = try await pool.query(
            """
            SELECT r.kind, r.game_date, r.correlation_id, r.state, r.degraded, r.reason,
                   extract(epoch FROM COALESCE(r.finished_at, now()) - r.opened_at)::double precision AS seconds,
                   p.phase, p.state AS phase_state, p.degraded_reasons,
                   COALESCE(extract(epoch FROM COALESCE(p.closed_at, now()) - p.opened_at), 0)::double precision
                       AS phase_seconds,
                   count(t.run_id) AS total, count(t.run_id) FILTER (WHERE t.is_terminal) AS done,
                   COALESCE(array_agg(DISTINCT t.processor ORDER BY t.processor) FILTER (WHERE t.state = 'failed'),
                            '{}'::text[]) AS failed
            FROM nba_orchestration.run AS r
            JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id
            LEFT JOIN nba_orchestration.task AS t ON t.run_id = p.run_id AND t.phase = p.phase
            WHERE r.run_id = \(runID)
            GROUP BY r.run_id, p.run_id, p.phase ORDER BY p.phase
            """
        )
        guard let first = rows.first else { return nil }
        return RunProgress(
            runID: runID,
            kind: try first.enumeration("kind"),
            gameDate: try first.gameDate("game_date"),
            correlationID: try first.decode("correlation_id"),
            state: try first.decode("state"),
            isDegraded: try first.decode("degraded"),
            reason: try first.decode("reason"),
            seconds: try first.decode("seconds"),
            steps: try rows.map { row in
                Step(
                    phase: try row.phase("phase"),
                    state: try row.decode("phase_state"),
                    done: Int(try row.decode("done", as: Int64.self)),
                    total: Int(try row.decode("total", as: Int64.self)),
                    seconds: try row.decode("phase_seconds"),
                    reasons: try row.decode("degraded_reasons"),
                    failed: try row.decode("failed")
                )
            }
        )
    }

    var json: JSONValue {
        [
            "run_id": .string(runID.uuidString.lowercased()), "kind": .string(kind.rawValue),
            "date": .string(gameDate.description), "correlation_id": .string(correlationID), "state": .string(state),
            "degraded": .bool(isDegraded), "reason": reason.map { .string($0) } ?? .null, "seconds": .double(seconds),
            "phases": .array(
                steps.map { step in
                    [
                        "phase": .int(Int64(step.phase.rawValue)), "name": .string(step.phase.name),
                        "state": .string(step.state), "tasks": .int(Int64(step.total)), "done": .int(Int64(step.done)),
                        "seconds": .double(step.seconds), "degraded_reasons": .array(step.reasons.map { .string($0) }),
                        "failed": .array(step.failed.map { .string($0) }),
                    ]
                }
            ),
        ]
    }
}

/// Turns looks at a run into lines: one when a phase is over, and one that is rewritten meanwhile.
struct RunNarrator: Sendable {
    private var told: Set<Phase> = []
    private var toldReasons: Set<String> = []

    struct Telling: Sendable, Hashable {
        var lines: [String] = []
        /// What goes on now; nil when the run is over.
        var current: String?
    }

    mutating func tell(_ progress: RunProgress) -> Telling {
        var telling = Telling()
        for step in progress.steps where step.isOver && told.insert(step.phase).inserted {
            telling.lines.append(Self.line(step))
            // Later phases inherit the reasons of earlier ones; each is told once.
            for reason in step.reasons where toldReasons.insert(reason).inserted {
                telling.lines.append("    degraded: \(SafeText.cut(SafeText.escaped(reason), to: 300))")
            }
            if !step.failed.isEmpty {
                telling.lines.append("    failed: \(step.failed.map(SafeText.escaped).joined(separator: ", "))")
            }
        }
        if progress.isOver {
            telling.lines.append(Self.outcome(progress))
        } else {
            telling.current = progress.steps.first { $0.state == "open" }.map(Self.line)
        }
        return telling
    }

    private static func line(_ step: RunProgress.Step) -> String {
        let name = "phase \(step.phase.rawValue) \(step.phase.name.padded(12))"
        switch step.state {
        case "suppressed": return "\(name) suppressed"
        case "unchanged": return "\(name) nothing to do"
        case "waiting": return "\(name) waiting"
        case "cancelled" where step.total == 0: return "\(name) not begun"
        default: break
        }
        let tasks = "\(step.done) of \(step.total) tasks".padded(18)
        let state = step.state == "complete" || step.state == "open" ? "" : "  \(step.state.uppercased())"
        return "\(name) \(tasks) \(EasternTime.duration(step.seconds))\(state)"
    }

    static func outcome(_ progress: RunProgress) -> String {
        let state = progress.isDegraded && progress.isGood ? "\(progress.state) degraded" : progress.state
        let what =
            "\(state): \(progress.kind.rawValue) run of \(progress.gameDate) in \(EasternTime.duration(progress.seconds))"
        // Why it is degraded was told with the phases.
        guard let reason = progress.reason, !progress.isGood else { return what }
        return "\(what) (\(SafeText.cut(SafeText.escaped(reason), to: 300)))"
    }
}
