import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

/// Kills at named points: whatever happens, the tables end as they do without it.
@Suite("Faults", .serialized)
struct FaultTests {
    /// Services that die in one run, each at a point of its own.
    struct Kills: CustomTestStringConvertible, Sendable {
        var points: [String: String]
        var testDescription: String {
            points.sorted { $0.key < $1.key }.map { "\($0.key) at \($0.value)" }.joined(separator: ", ")
        }
    }

    static let kills: [Kills] = [
        Kills(points: [
            "scrapers": "claimed-before-work:2", "raw": "claimed-before-offset:1",
            "analytics": "relay-before-produce:1", "phase3-to-phase4": "barrier-after-commit:1",
            "precompute": "relay-after-produce:1",
            "predictions": "finish-before-commit:2", "publishing": "finish-before-commit:1",
        ]),
        Kills(points: [
            "scrapers": "worked-before-finish:3", "raw": "worked-before-finish:4",
            "phase2-to-phase3": "barrier-before-commit:3", "phase4-to-phase5": "barrier-before-commit:2",
            "predictions": "finished-before-send:1",
        ]),
        // Of the predictions the coordinator dies here, with all players decided and none of it committed.
        Kills(points: [
            "raw": "finish-before-commit:5", "phase3-to-phase4": "barrier-before-commit:1",
            "predictions": "finish-before-commit:1",
        ]),
        Kills(points: ["raw": "finished-before-send:2", "publishing": "finished-before-send:1"]),
    ]

    @Test("kill -9 at named points changes nothing in the end", arguments: kills)
    func kill(_ kills: Kills) async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(faults: kills.points, base: calm.base)
        let run = try await stack.open(.full, Undisturbed.slate)
        #expect(try await stack.wait(run) == "complete")
        #expect(Set(stack.restarted) == Set(kills.points.keys), "a fault did not happen")
        try await expectUndisturbed(stack, calm)
        try await stack.stop()
    }

    @Test("A zombie that wakes up after its lease was taken over writes nothing")
    func zombie() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(settings: ["TIPOFF_LEASE": "2s"], base: calm.base)
        let replicas = ["analytics", "analytics-b"]
        try stack.launchService("analytics", as: "analytics-b")
        replicas.forEach { stack.signal($0, SIGSTOP) }
        let run = try await stack.open(.full, Undisturbed.slate)
        let task: SQL =
            "FROM nba_orchestration.task WHERE run_id = \(run.runID) AND processor = 'team_offense_game_summary'"
        try await stack.until(
            "SELECT count(*) FROM nba_orchestration.phase_trigger WHERE run_id = \(run.runID) AND phase = 3"
        )
        // Nobody can read what the task reads, so that its holder is stopped in the middle of its work.
        let locks = stack.database.pool(maximumConnections: 1)
        let holder = try await locks.transaction { transaction in
            try await transaction.execute("LOCK TABLE nba_raw.nbac_team_boxscore, nba_raw.nbac_player_boxscores")
            replicas.forEach { stack.signal($0, SIGCONT) }
            try await stack.until("SELECT count(*) \(sql: task) AND state = 'running'")
            let holder = try await stack.pool.query("SELECT claimed_by \(sql: task)").scalar(as: String.self)
            stack.signal(holder, SIGSTOP)
            return holder
        }
        await locks.close()
        #expect(try await stack.wait(run) == "complete")
        let ended = try await stack.pool.query("SELECT claimed_by, attempts::int \(sql: task)").one()
        #expect(try ended.decode("claimed_by", as: String.self) != holder, "nobody took the work over")
        #expect(try ended.decode("attempts", as: Int32.self) == 2)
        stack.signal(holder, SIGCONT)
        try await stack.untilLogged("execution lost its lease; nothing written", by: holder)
        try await expectUndisturbed(stack, calm)
        try await stack.stop()
    }

    @Test(
        "A run goes on when the broker has lost its memory",
        .enabled(if: !Stack.usesGivenBroker, "a given broker is not ours to kill")
    )
    func brokerWiped() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(base: calm.base)
        let run = try await stack.open(.full, Undisturbed.slate)
        try await stack.until(
            "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(run.runID) AND phase = 2 AND is_terminal"
        )
        try await stack.replaceBroker()
        #expect(try await stack.wait(run) == "complete")
        try await expectUndisturbed(stack, calm)
        try await stack.stop()
    }

    @Test(
        "A commit whose answer is lost is neither repeated nor forgotten",
        .enabled("the proxy needs a database on a loopback port") { try await Stack.databasePort != nil }
    )
    func unknownCommits() async throws {
        let calm = try await Undisturbed.shared
        let proxy = try Proxy(target: try #require(try await Stack.databasePort))
        let stack = try await Stack.start(
            settings: ["TIPOFF_LEASE": "2s"],
            base: calm.base,
            databasePort: proxy.port
        )
        proxy.cutAfterCommit(oneOf: 6)
        let run = try await stack.open(.full, Undisturbed.slate)
        #expect(try await stack.wait(run) == "complete")
        proxy.stopCutting()
        #expect(proxy.cutConnections > 5, "the fault did not happen")
        try await expectUndisturbed(stack, calm)
        try await stack.stop()
        proxy.close()
    }

    @Test("A look-up of known runs that hangs delays a wake-up and never drops it")
    func slowDuplicateCheck() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(poisons: ["analytics": "known-runs=hang"], base: calm.base)
        let run = try await stack.open(.full, Undisturbed.slate)
        #expect(try await stack.wait(run) == "complete")
        #expect(try stack.log(of: "analytics").contains("processed unchecked"), "the fault did not happen")
        try await expectUndisturbed(stack, calm)
        try await stack.stop()
    }

    @Test("A change survives a run that is suppressed and one that dies: a later one carries it to the predictions")
    func changesSurviveRuns() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(
            poisons: ["analytics": "team_offense_game_summary/*=fail"],
            base: calm.base
        )
        let suppressed = try await stack.open(.full, Undisturbed.slate, until: .raw)
        #expect(try await stack.wait(suppressed) == "complete")
        let dying = try await stack.open(.pregame, Undisturbed.slate)
        #expect(try await stack.wait(dying) == "failed")
        #expect(try await stack.deadLetters() == ["poisoned team_offense_game_summary/* 1"])
        #expect(try await stack.count("SELECT count(*) FROM nba_predictions.player_prop_predictions") == 0)

        try await stack.cure("analytics")
        // Its own scrapes find nothing new: all that it does was left by the others.
        let carrying = try await stack.open(.pregame, Undisturbed.slate)
        #expect(try await stack.wait(carrying) == "complete")
        try await calm.expectSameTables(stack)
        try await stack.expectOneTriggerEach()
        try await stack.stop()
    }

    private func expectUndisturbed(_ stack: Stack, _ calm: Undisturbed) async throws {
        try await calm.expectSameTables(stack)
        try await stack.expectOneTriggerEach()
        #expect(try await stack.deadLetters() == [])
    }
}
