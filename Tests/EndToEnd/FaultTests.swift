import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

/// Kills at named points: whatever happens, the tables end as they do without it.
@Suite("Faults", .serialized)
struct FaultTests {
    static let slate = "2023-10-30"

    /// A database with a week of history, and the digests of the slate run on it without any fault.
    private static let undisturbed = Task<(base: String, digests: [String: String]), any Error> {
        let stack = try await Stack.start()
        for day in ["2023-10-24", "2023-10-25", "2023-10-26", "2023-10-27", "2023-10-28", "2023-10-29"] {
            let run = try await stack.open(.full, day, until: .precompute)
            guard try await stack.wait(run) == "complete" else { throw StackError(description: "history failed") }
        }
        await stack.end()
        let calm = try await Stack.start(base: stack.database.name)
        guard try await calm.wait(try await calm.open(.full, slate)) == "complete" else {
            throw StackError(description: "the undisturbed run failed")
        }
        let digests = try await calm.digests()
        try await calm.stop()
        return (stack.database.name, digests)
    }

    struct Kill: CustomTestStringConvertible, Sendable {
        var service: String
        var point: String
        var testDescription: String { "\(service) dies at \(point)" }
    }

    static let kills: [Kill] = [
        Kill(service: "scrapers", point: "claimed-before-work:2"),
        Kill(service: "scrapers", point: "worked-before-finish:3"),
        Kill(service: "raw", point: "claimed-before-offset:1"),
        Kill(service: "raw", point: "worked-before-finish:4"),
        Kill(service: "raw", point: "finish-before-commit:5"),
        Kill(service: "raw", point: "finished-before-send:2"),
        Kill(service: "analytics", point: "relay-before-produce:1"),
        Kill(service: "precompute", point: "relay-after-produce:1"),
        Kill(service: "phase2-to-phase3", point: "barrier-before-commit:3"),
        Kill(service: "phase3-to-phase4", point: "barrier-after-commit:1"),
        Kill(service: "phase4-to-phase5", point: "barrier-before-commit:2"),
        Kill(service: "predictions", point: "finish-before-commit:2"),
        Kill(service: "predictions", point: "finished-before-send:1"),
        Kill(service: "publishing", point: "finish-before-commit:1"),
    ]

    @Test("kill -9 at any named point changes nothing in the end", arguments: kills)
    func kill(_ kill: Kill) async throws {
        let calm = try await Self.undisturbed.value
        let stack = try await Stack.start(faults: [kill.service: kill.point], base: calm.base)
        let run = try await stack.open(.full, Self.slate)
        #expect(try await stack.wait(run) == "complete")
        #expect(stack.restarted.contains(kill.service), "the fault did not happen")
        try await expectUndisturbed(stack, run, calm.digests)
        try await stack.stop()
    }

    @Test("A zombie that wakes up after its lease was taken over writes nothing")
    func zombie() async throws {
        let calm = try await Self.undisturbed.value
        let stack = try await Stack.start(settings: ["TIPOFF_LEASE": "2s"], base: calm.base)
        try stack.launchService("analytics", as: "analytics-b")
        let run = try await stack.open(.full, Self.slate)
        try await stack.until("SELECT count(*) FROM nba_orchestration.task WHERE phase = 3 AND state = 'running'")
        let holder = try await stack.pool.query(
            "SELECT claimed_by FROM nba_orchestration.task WHERE phase = 3 AND claimed_by IS NOT NULL LIMIT 1"
        ).one().decode("claimed_by", as: String.self)
        stack.signal(holder, SIGSTOP)
        #expect(try await stack.wait(run) == "complete")
        stack.signal(holder, SIGCONT)
        try await Task.sleep(for: .seconds(1))
        try await expectUndisturbed(stack, run, calm.digests)
        try await stack.stop()
    }

    @Test("A run goes on when the broker has lost its memory")
    func brokerWiped() async throws {
        let calm = try await Self.undisturbed.value
        let stack = try await Stack.start(base: calm.base)
        let run = try await stack.open(.full, Self.slate)
        try await stack.until(
            "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(run.runID) AND phase = 2 AND is_terminal"
        )
        try await stack.replaceBroker()
        #expect(try await stack.wait(run) == "complete")
        try await expectUndisturbed(stack, run, calm.digests)
        try await stack.stop()
    }

    private func expectUndisturbed(_ stack: Stack, _ run: RunRecord, _ digests: [String: String]) async throws {
        let now = try await stack.digests()
        for (table, digest) in digests { #expect(now[table] == digest, "\(table) differs") }
        let twice = try await stack.count(
            """
            SELECT count(*) FROM (SELECT 1 FROM nba_orchestration.outbox
                                  WHERE run_id = \(run.runID) AND topic IN ('nba-phase3-trigger', 'nba-phase5-predictions-complete')
                                  GROUP BY topic HAVING count(*) <> 1) AS t
            """
        )
        #expect(twice == 0, "a phase was triggered twice")
        #expect(try await stack.count("SELECT count(*) FROM nba_orchestration.dead_letter") == 0)
    }
}
