import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Barrier
@testable import Pipeline
import Warehouse

/// Sources that change together make one delta of the later phases.
@Suite("Deltas of one date")
struct DeltaJoinTests {
    private static let day = "2024-01-15"
    private static let noon = "2024-01-15T17:00:00Z"

    /// Two polled sources, of which the analytics processor reads both.
    private static let registry = Registry(
        ["injuries", "lines"].map {
            ProcessorDefinition($0, .raw, output: "nba_raw.\($0)")
        } + [
            ProcessorDefinition("operators", .scrapers, isEnabled: false),
            ProcessorDefinition("word", .raw, output: "nba_raw.word", scraper: "operators"),
            ProcessorDefinition(
                "context",
                .analytics,
                requirement: .critical,
                output: "nba_analytics.context",
                inputs: [Input("nba_raw.injuries", ["status"]), Input("nba_raw.lines", ["line"])]
            ),
        ]
    )

    private struct Bench: Sendable {
        let pool: PostgresPool

        func shell(_ wait: Duration, at instant: String = noon, _ definition: OrchestratorDefinition = .phase2ToPhase3)
            throws -> BarrierShell
        {
            let now = try #require(Instant.parse(instant))
            return BarrierShell(
                definition: definition,
                registry: registry,
                pool: pool,
                clock: PipelineClock { now },
                deltaWait: DeltaWait(wait),
                logger: Logger(label: "test")
            )
        }

        /// A run of one source in Phase 2 that changed something; its task ended so many seconds ago, or runs.
        func run(
            _ source: String,
            ended secondsAgo: Double?,
            state: String = "success",
            kind: RunKind = .delta,
            lane: Lane = .live,
            until: Phase = .publishing
        ) async throws -> RunRecord {
            let request = RunRequest(
                kind: kind,
                gameDate: try GameDate(day),
                lane: lane,
                untilPhase: until,
                planKey: "poll:\(source):\(UUID())",
                openedBy: "test",
                reason: "poll"
            )
            return try await pool.transaction { transaction in
                let opener = RunOpener(registry: registry, role: "test")
                let run = try await opener.open(request, only: [], now: Date(), in: transaction).run
                let definition = try #require(registry.processor(source, in: .raw))
                try await transaction.execute(TaskStatements.insert([TaskSeed(definition: definition)], run: run))
                if let secondsAgo {
                    try await transaction.execute(
                        """
                        UPDATE nba_orchestration.task SET state = \(state), entities_changed = 1,
                            finished_at = now() - \(secondsAgo) * interval '1 second'
                        WHERE run_id = \(run.runID)
                        """
                    )
                }
                let readers = registry.enabled(in: .analytics)
                for statement in MarkerSet.full(readers, date: run.gameDate)
                    .insertStatements(originDate: run.gameDate, runID: run.runID)
                {
                    try await transaction.execute(statement)
                }
                return run
            }
        }

        /// `state of phase 2, state of the run, whether Phase 3 was triggered` of a run.
        func state(_ run: RunRecord) async throws -> [String] {
            let row = try await pool.query(
                """
                SELECT p.state AS phase, r.state AS run, COALESCE(r.reason, '') AS reason,
                       (SELECT count(*) FROM nba_orchestration.phase_trigger AS g
                        WHERE g.run_id = r.run_id AND g.phase = 3)::text AS triggers
                FROM nba_orchestration.run AS r JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 2
                WHERE r.run_id = \(run.runID)
                """
            ).one()
            return try ["phase", "run", "triggers", "reason"].map { try row.decode($0, as: String.self) }
        }

        func hasWaited(_ run: RunRecord, seconds: Double) async throws {
            try await pool.execute(
                """
                UPDATE nba_orchestration.task SET finished_at = finished_at - \(seconds) * interval '1 second'
                WHERE run_id = \(run.runID)
                """
            )
            try await pool.execute(
                """
                UPDATE nba_orchestration.run_phase SET gate_report = gate_report || jsonb_build_object('absorbing_until',
                    (gate_report->>'absorbing_until')::timestamptz - \(seconds) * interval '1 second')
                WHERE run_id = \(run.runID) AND gate_report ? 'absorbing_until'
                """
            )
        }
    }

    private func with(_ body: (Bench) async throws -> Void) async throws {
        let template = try await TestCluster.template(named: "barrier") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        try await TestDatabase.with("deltas", template: template) { database in
            let pool = database.pool()
            do { try await body(Bench(pool: pool)) } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
    }

    @Test("The second of two sources that change within the wait goes on with the first, as one delta")
    func twoSourcesMakeOneDelta() async throws {
        try await with { bench in
            let shell = try bench.shell(.seconds(60))
            let first = try await bench.run("injuries", ended: 5)
            #expect(try await shell.evaluate([first.runID]).isEmpty)
            #expect(try await bench.state(first) == ["open", "open", "0", "poll"])
            #expect(try await shell.waitingRuns().isEmpty)
            let second = try await bench.run("lines", ended: 1, state: "failed")
            let working = try await bench.run("lines", ended: nil)
            #expect(try await shell.evaluate([second.runID]).isEmpty)

            try await bench.hasWaited(first, seconds: 56)
            #expect(try await shell.waitingRuns() == [first.runID])
            // Two replicas look at once, one at each of them.
            let messages = try await withThrowingTaskGroup(of: [OutboxMessage].self) { group in
                for run in [first, second] { group.addTask { try await shell.evaluate([run.runID]) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(messages.map(\.topic) == [.phase3Trigger])
            #expect(messages.map(\.envelope.runID) == [first.runID])
            // What the second lacked is told by the run that goes on with its changes.
            #expect(messages.map(\.envelope.status) == [.partial])
            #expect(try await bench.state(first) == ["complete", "open", "1", "poll"])
            let name = first.runID.uuidString.lowercased()
            #expect(try await bench.state(second) == ["complete", "complete", "0", "poll; carried on by run \(name)"])
            #expect(try await bench.state(working) == ["open", "open", "0", "poll"])
            let left = try await bench.pool.query(
                """
                SELECT DISTINCT state, gate_report->>'joined_run' AS joined FROM nba_orchestration.run_phase
                WHERE run_id = \(second.runID) AND phase > 2
                """
            ).one()
            #expect(try left.decode("state", as: String.self) == "unchanged")
            #expect(try left.decode("joined", as: String.self) == name)
        }
    }

    struct Lone: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var wait = Duration.seconds(60)
        var at = DeltaJoinTests.noon
        var kind = RunKind.delta
        var lane = Lane.live
    }

    @Test(
        "Nothing waits with the setting at zero, near the deadline, or in a run that is no live delta",
        arguments: [
            Lone(testDescription: "setting", wait: .zero),
            Lone(testDescription: "deadline", at: "2024-01-15T14:45:00Z"),
            Lone(testDescription: "manual", kind: .manual), Lone(testDescription: "full", kind: .full),
            Lone(testDescription: "backfill", lane: .backfill),
        ]
    )
    func opensAtOnce(_ lone: Lone) async throws {
        try await with { bench in
            let shell = try bench.shell(lone.wait, at: lone.at)
            let waiting = try await bench.run("lines", ended: nil)
            let run = try await bench.run("injuries", ended: 0, kind: lone.kind, lane: lone.lane)
            #expect(try await shell.evaluate([run.runID]).map(\.topic) == [.phase3Trigger])
            #expect(try await bench.state(waiting)[0] == "open")
        }
    }

    @Test("An operator's word waits for nobody")
    func operatorsWord() async throws {
        try await with { bench in
            let shell = try bench.shell(.seconds(60))
            let poll = try await bench.run("lines", ended: 1)
            #expect(try await shell.evaluate([poll.runID]).isEmpty)
            let word = try await bench.run("word", ended: 0)
            #expect(try await shell.evaluate([word.runID]).map(\.topic) == [.phase3Trigger])
            #expect(try await bench.state(poll)[0] == "open")
        }
    }

    @Test("A run that goes less far is no sibling, and one that changed nothing does not wait")
    func strangers() async throws {
        try await with { bench in
            let shell = try bench.shell(.seconds(60))
            let first = try await bench.run("injuries", ended: 61)
            let shorter = try await bench.run("lines", ended: 1, until: .precompute)
            #expect(try await shell.evaluate([first.runID]).count == 1)
            #expect(try await bench.state(shorter)[0] == "open")
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")
            #expect(try await shell.evaluate([shorter.runID]).isEmpty)
            #expect(try await bench.state(shorter)[1] == "complete")
        }
    }

    @Test(
        "The wait is the setting, and none from half an hour before the deadline to half an hour after it",
        arguments: [
            ("14:29:59", 2), ("14:30:00", 0), ("14:59:59", 0), ("15:00:00", 0), ("15:30:00", 0), ("15:30:01", 2),
        ] as [(String, Int)]
    )
    func waits(clock: String, seconds: Int) throws {
        let now = try #require(Instant.parse("2024-01-15T\(clock)Z"))
        let wait = DeltaWait(.seconds(2))
        #expect(wait.duration(for: try GameDate("2024-01-15"), at: now) == .seconds(seconds))
        // It is another date's deadline.
        #expect(wait.duration(for: try GameDate("2024-01-16"), at: now) == .seconds(2))
    }

    @Test(
        "Markers of today wait since the oldest, those of a past date until it is quiet, and near the deadline not at all",
        arguments: [
            (Self.day, Self.noon, 3.0, 1.0, true), (Self.day, Self.noon, 1, 1, false),
            (Self.day, "2024-01-15T14:45:00Z", 1, 0, true),
            ("2024-01-20", Self.noon, 3, 1, false), ("2024-01-20", Self.noon, 4, 3, true),
        ] as [(String, String, Double, Double, Bool)]
    )
    func markersWait(today: String, clock: String, oldest: Double, newest: Double, opens: Bool) async throws {
        try await with { bench in
            let shell = try bench.shell(.seconds(2), at: clock, .phase4ToPhase5)
            let run = try await bench.run("injuries", ended: 5)
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")
            try await bench.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
            )
            for (entity, age) in [("a", oldest), ("b", newest)] {
                try await bench.pool.execute(
                    """
                    INSERT INTO nba_orchestration.change_marker
                        (processor, game_date, kind, entity, phase, wants_run, marked_at)
                    VALUES ('context', \(Self.day)::date, 'player', \(entity), 3, true, now() - \(age) * interval '1 second')
                    """
                )
            }
            #expect(try await shell.openDeltas(today: try GameDate(today)).count == (opens ? 1 : 0))
        }
    }

    @Test("Markers that a run of theirs has left behind are not asked for again and keep no other date from its turn")
    func leftBehind() async throws {
        try await with { bench in
            let shell = try bench.shell(.seconds(2), at: Self.noon, .phase4ToPhase5)
            let run = try await bench.run("injuries", ended: 5)
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")
            try await bench.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
            )
            // As many dates as one look takes, all of them before the one that waits.
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.change_marker
                    (marker_id, processor, game_date, kind, entity, phase, wants_run, marked_at)
                SELECT 1000 + d, 'context', \(Self.day)::date - d, 'player', 'a', 3, true, now() - interval '1 hour'
                FROM generate_series(0, 8) AS d
                """
            )
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase,
                    correlation_id, plan_key, opened_by, state, finished_at)
                SELECT gen_random_uuid(), 'delta', m.game_date, 'backfill', 3, 4, 'test',
                       'markers:' || m.game_date || ':' || m.marker_id, 'test', 'failed', now()
                FROM nba_orchestration.change_marker AS m WHERE m.game_date < \(Self.day)::date
                """
            )
            #expect(try await shell.openDeltas(today: try GameDate(Self.day)).count == 1)
        }
    }
}
