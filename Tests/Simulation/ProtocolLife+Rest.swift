import Basketball
import Foundation
import Postgres

@testable import Barrier
@testable import Pipeline

extension ProtocolLife {
    /// Virtual time in which everything must have ended once nothing fails any more: far below a phase's deadline.
    private static let restLimitSeconds = 1800

    /// Does what is left to do, waiting for leases, retries and resends, until nothing is open and markers have had
    /// their time to ask for a run.
    func drain() async throws {
        var waited = 0
        let pauses = [3, 11, 21, 61]
        var round = 0
        var wasQuiet = false
        while true {
            let deltas = openedDeltas
            try await pump()
            try await tend()
            try await pump()
            let left = try await whatIsOpen()
            let isQuiet = left == nil && openedDeltas == deltas
            if isQuiet, wasQuiet { return }
            wasQuiet = isQuiet
            guard waited < Self.restLimitSeconds else {
                throw BrokenPromise("not at rest \(waited) s after the last fault: \(left ?? "messages")")
            }
            let pause = pauses[round % pauses.count]
            try await advance(seconds: pause)
            waited += pause
            round += 1
        }
    }

    /// Delivers and works until memory is empty.
    private func pump() async throws {
        while true {
            if broker.count > 0 {
                try await deliver(limit: 100)
            } else if !flights.isEmpty {
                try await fly(0)
            } else if !wakes.isEmpty {
                try await claim(0)
            } else {
                return
            }
        }
    }

    /// Names something that has not ended; nil at rest.
    private func whatIsOpen() async throws -> String? {
        let rows = try await pool.query(
            """
            SELECT 'run ' || plan_key AS what FROM nba_orchestration.run WHERE state = 'open'
            UNION ALL SELECT 'task ' || t.processor || '/' || t.unit || ' ' || t.state || ' of the ' || r.state || ' run '
                || r.plan_key FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                WHERE NOT t.is_terminal
            UNION ALL SELECT 'phase ' || phase FROM nba_orchestration.run_phase WHERE state IN ('open', 'waiting')
            UNION ALL SELECT 'message ' || topic || ' ' || state FROM nba_orchestration.outbox WHERE state <> 'done'
            LIMIT 6
            """
        )
        let names = try rows.column("what", as: String.self)
        return names.isEmpty ? nil : names.joined(separator: "; ")
    }

    /// Carries on every marker that a failure has left, date by date; afterwards nothing may differ from a full
    /// recomputation.
    func repair() async throws {
        for date in dates {
            let rows = try await pool.query(
                """
                SELECT min(phase) AS first FROM nba_orchestration.change_marker WHERE game_date = \(date.postgres)
                """
            )
            guard let first = try rows.one().decode("first", as: Int16?.self).flatMap({ Phase(rawValue: Int($0)) })
            else { continue }
            count("leftover markers carried on")
            let request = RunRequest(
                kind: .delta,
                gameDate: date,
                firstPhase: first,
                untilPhase: .precompute,
                planKey: "repair:\(date)",
                openedBy: "operator"
            )
            let node = orchestrators[first == .analytics ? 0 : 1]
            let opener = RunOpener(
                registry: SimulatedLeague.registry,
                role: node.relay.role,
                phaseDeadline: LifeSettings.phaseDeadline
            )
            let now = database.clock.now
            let result = try await pool.transaction { transaction in
                try await opener.openDelta(request, now: now, in: transaction)
            }
            try await send(result.messages, node.relay)
            try await drain()
        }
    }
}
