import Basketball
import Foundation
import Postgres

@testable import Barrier
@testable import Pipeline

extension ProtocolLife {
    /// One replica gets everything, or two get it at once: halves, or both the whole.
    func parts(of envelopes: [Envelope]) -> [[Envelope]] {
        guard random.chance(0.3) else { return [envelopes] }
        let middle = envelopes.count / 2
        return envelopes.count > 1 && random.chance(0.5)
            ? [Array(envelopes[..<middle]), Array(envelopes[middle...])] : [envelopes, envelopes]
    }

    /// Evaluates the runs of completions. What is due must be decided when all replicas are through, however they met.
    func evaluate(_ node: OrchestratorNode, _ parts: [[Envelope]]) async throws {
        try await together(node, parts) { shell, part in try await shell.process(part) }
        let runs = Array(Set(parts.joined().compactMap(\.runID)))
        let owned = node.shell.definition.owns.map { Int16($0.rawValue) }
        let undecided = try await pool.query(
            """
            SELECT r.plan_key FROM nba_orchestration.run_phase AS p JOIN nba_orchestration.run AS r USING (run_id)
            WHERE p.run_id = ANY(\(runs)) AND p.phase = \(owned[owned.count - 1]) AND p.state = 'open'
                AND COALESCE((p.gate_report->>'absorbing_until')::timestamptz <= now(), true)
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS t WHERE t.run_id = p.run_id
                                AND t.phase = ANY(\(owned)) AND NOT t.is_terminal AND t.late_at IS NULL)
            """
        )
        let left = try undecided.column("plan_key", as: String.self)
        guard left.isEmpty else { throw BrokenPromise("\(node.shell.definition.name) decided nothing on \(left)") }
    }

    private func together<Part: Sendable>(
        _ node: OrchestratorNode,
        _ parts: [Part],
        _ body: @escaping @Sendable (BarrierShell, Part) async throws -> [OutboxMessage]
    ) async throws {
        let shell = node.shell
        var messages: [OutboxMessage] = []
        if parts.count == 1 {
            messages = try await body(shell, parts[0])
        } else {
            count("two replicas at once")
            messages = try await withThrowingTaskGroup(of: [OutboxMessage].self) { group in
                for part in parts { group.addTask { try await body(shell, part) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        try await send(messages, node.relay)
    }

    /// What the services' and orchestrators' timers do. Only what has something to do is asked.
    func tend() async throws {
        let open = try await pool.query(
            """
            SELECT 'role' AS what, producer AS name FROM nba_orchestration.outbox WHERE state <> 'done'
            UNION SELECT 'phase', phase::text FROM nba_orchestration.run_phase WHERE state = 'open'
            UNION SELECT 'deltas', '' FROM nba_orchestration.change_marker WHERE wants_run
            UNION SELECT 'hung', phase::text FROM nba_orchestration.task WHERE state = 'running' AND lease_until < now()
            """
        )
        var names: [String: Set<String>] = [:]
        for row in open { names[try row.decode("what"), default: []].insert(try row.decode("name")) }
        let roles = names["role"] ?? []
        let phases = names["phase"] ?? []
        for node in services {
            if roles.contains(node.relay.role), try await node.relay.resendDue() > 0 { count("sent again") }
            if names["hung"]?.contains(String(node.phase.rawValue)) ?? false { try await endPoisons(node) }
        }
        for node in orchestrators {
            let definition = node.shell.definition
            if roles.contains(node.relay.role), try await node.relay.resendDue() > 0 { count("sent again") }
            if phases.contains(String(definition.lastPhase.rawValue)) {
                let isFullRound = random.chance(0.5)
                let due = isFullRound ? try await node.shell.dueRuns() : try await node.shell.waitingRuns()
                if !due.isEmpty {
                    let parts = random.chance(0.3) ? [due, due] : [due]
                    try await together(node, parts) { shell, part in try await shell.evaluate(part) }
                }
            }
            if definition.opensDeltas, names["deltas"] != nil { try await openDeltas(node) }
        }
    }

    private func openDeltas(_ node: OrchestratorNode) async throws {
        let today = dates[dates.count - 1].adding(days: 3)
        let messages = try await node.shell.openDeltas(today: today)
        openedDeltas += messages.count
        if !messages.isEmpty { count("delta opened for markers") }
        try await send(messages, node.relay)
    }

    /// Somebody outside reports all open tasks of one phase as done, half to each replica.
    func outsider() async throws {
        guard let node = orchestrators.randomElement(using: &random) else { return }
        let rows = try await pool.query(
            """
            SELECT t.run_id, t.processor, t.unit, t.phase, r.game_date, r.correlation_id, r.lane
            FROM nba_orchestration.task AS t
            JOIN nba_orchestration.run_phase AS p ON p.run_id = t.run_id AND p.phase = t.phase AND p.state = 'open'
            JOIN nba_orchestration.run AS r ON r.run_id = t.run_id
            WHERE t.phase = \(Int16(node.shell.definition.lastPhase.rawValue)) AND NOT t.is_terminal
            ORDER BY t.run_id, t.phase, t.processor, t.unit
            """
        )
        let all = try rows.map { try completion($0) }
        let chosen = all.filter { $0.runID == all.first?.runID }
        guard !chosen.isEmpty else { return }
        count("outsider reported")
        let middle = (chosen.count + 1) / 2
        try await evaluate(node, [Array(chosen[..<middle]), Array(chosen[middle...])].filter { !$0.isEmpty })
    }

    private func completion(_ row: PostgresRow) throws -> Envelope {
        var envelope = Envelope(
            messageID: UUID(),
            runID: try row.decode("run_id"),
            processorName: try row.decode("processor"),
            phase: try row.phase("phase"),
            executionID: "outside",
            correlationID: try row.decode("correlation_id"),
            gameDate: try row.gameDate("game_date"),
            status: [.success, .success, .success, .failed].randomElement(using: &random) ?? .success,
            timestamp: database.clock.now,
            triggerSource: .manual,
            lane: try row.enumeration("lane")
        )
        envelope.metadata["unit"] = .string(try row.decode("unit"))
        return envelope
    }
}
