import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Barrier
@testable import Pipeline
import Warehouse

/// The barrier on a real PostgreSQL.
@Suite("The barrier in its transaction", .serialized)
struct BarrierShellTests {
    private static let processors = (0..<21).map { "raw_\($0)" }

    /// Twenty-one raw processors and one analytics processor that reads the first one's table.
    private static let registry = Registry(
        processors.map {
            ProcessorDefinition($0, .raw, requirement: .critical, output: "nba_raw.\($0)")
        } + [
            ProcessorDefinition(
                "summary",
                .analytics,
                requirement: .critical,
                output: "nba_analytics.summary",
                inputs: [Input("nba_raw.raw_0", ["points"])]
            )
        ]
    )

    private func database() async throws -> TestDatabase {
        let template = try await TestCluster.template(named: "barrier") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.create("barrier", template: template)
    }

    private func shell(_ pool: PostgresPool, _ isolation: PostgresIsolation = .serializable) -> BarrierShell {
        BarrierShell(
            definition: .phase2ToPhase3,
            registry: Self.registry,
            pool: pool,
            clock: PipelineClock(),
            isolation: isolation,
            logger: Logger(label: "test")
        )
    }

    /// Opens a run that waits in Phase 2, with `open` of its 21 tasks not yet ended.
    private func openRun(_ pool: PostgresPool, key: String, open: Int) async throws -> RunRecord {
        let opener = RunOpener(registry: Self.registry, role: "test")
        let request = RunRequest(
            kind: .full,
            gameDate: try GameDate("2024-01-15"),
            planKey: key,
            openedBy: "test"
        )
        return try await pool.transaction { transaction in
            let run = try await opener.open(request, now: Date(), in: transaction).run
            let definitions = Self.registry.enabled(in: .raw)
            try await transaction.execute(
                TaskStatements.insert(definitions.map { TaskSeed(definition: $0) }, run: run)
            )
            try await transaction.execute(
                """
                UPDATE nba_orchestration.task SET state = 'success', finished_at = now()
                WHERE run_id = \(run.runID) AND processor <> ALL(\(Self.processors.suffix(open).map { $0 }))
                """
            )
            return run
        }
    }

    private func completion(_ run: RunRecord, _ processor: String, status: CompletionStatus = .success) -> Envelope {
        var envelope = Envelope(
            messageID: UUID(),
            runID: run.runID,
            processorName: processor,
            phase: .raw,
            executionID: "outside",
            correlationID: run.correlationID,
            gameDate: run.gameDate,
            status: status,
            timestamp: Date(),
            triggerSource: .pubsub,
            lane: .live
        )
        envelope.recordCount = 3
        return envelope
    }

    @Test(
        "Two replicas that get the last two completions at once open the next phase exactly once",
        arguments: [PostgresIsolation.serializable, .repeatableRead]
    )
    func lastTwoAtOnce(isolation: PostgresIsolation) async throws {
        let rounds = 1000
        let database = try await database()
        let pool = database.pool()
        let replicas = [shell(pool, isolation), shell(pool, isolation)]
        let last = Self.processors.suffix(2).map { $0 }
        for round in 0..<rounds {
            let run = try await openRun(pool, key: "round-\(round)", open: 2)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for (replica, processor) in zip(replicas, last) {
                    group.addTask { try await replica.process([completion(run, processor)]).count }
                }
                let messages = try await group.reduce(0, +)
                #expect(messages == 1, "round \(round)")
            }
        }
        let counted = try await pool.query(
            """
            SELECT (SELECT count(*) FROM nba_orchestration.phase_trigger WHERE phase = 3) AS triggers,
                   (SELECT count(DISTINCT run_id) FROM nba_orchestration.phase_trigger WHERE phase = 3) AS runs,
                   (SELECT count(*) FROM nba_orchestration.outbox WHERE topic = 'nba-phase3-trigger') AS messages
            """
        )
        #expect(try counted.one().decode("triggers", as: Int64.self) == Int64(rounds))
        #expect(try counted.one().decode("runs", as: Int64.self) == Int64(rounds))
        #expect(try counted.one().decode("messages", as: Int64.self) == Int64(rounds))
        await pool.close()
        try await database.drop()
    }

    @Test("Completions five times over and shuffled open the next phase exactly once")
    func duplicatesAndShuffle() async throws {
        let database = try await database()
        let pool = database.pool()
        let shell = shell(pool)
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let run = try await openRun(pool, key: "shuffle", open: 21)
        let batch = (Self.processors + Self.processors + Self.processors + Self.processors + Self.processors)
            .map { completion(run, $0) }.shuffled(using: &random)
        var messages = 0
        for chunk in stride(from: 0, to: batch.count, by: 7) {
            messages += try await shell.process(Array(batch[chunk..<min(chunk + 7, batch.count)])).count
        }
        #expect(messages == 1, "seed \(seed)")
        await pool.close()
        try await database.drop()
    }

    @Test("A completion from outside ends a running task, whose execution then has lost its fence")
    func assertedByStranger() async throws {
        let database = try await database()
        let pool = database.pool()
        let run = try await openRun(pool, key: "stranger", open: 2)
        let claimer = TaskClaimer(
            pool: pool,
            phase: .raw,
            processors: Self.processors,
            owner: "w",
            lease: .seconds(60),
            maximumAttempts: 5
        )
        try await pool.execute("UPDATE nba_orchestration.task SET input = '{}' WHERE run_id = \(run.runID)")
        let claimed = try await claimer.claim([TaskSelector(runID: run.runID)], limit: 10).tasks
        #expect(claimed.count == 2)
        _ = try await shell(pool).process([completion(run, claimed[0].processor)])
        #expect(try await claimer.renew(Set(claimed.map(\.executionID))) == [claimed[0].executionID])
        let row = try await pool.query(
            """
            SELECT state, asserted_by IS NOT NULL AS asserted FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND processor = \(claimed[0].processor) AND phase = 2
            """
        ).one()
        #expect(try row.decode("state", as: String.self) == "success")
        #expect(try row.decode("asserted", as: Bool.self))
        await pool.close()
        try await database.drop()
    }

    @Test("Terminal never changes within a run", arguments: [CompletionStatus.failed, .partial, .noData])
    func terminalStays(status: CompletionStatus) async throws {
        let database = try await database()
        let pool = database.pool()
        let run = try await openRun(pool, key: "terminal", open: 1)
        _ = try await shell(pool).process([completion(run, Self.processors[0], status: status)])
        let state = try await pool.query(
            """
            SELECT state FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND processor = \(Self.processors[0]) AND phase = 2
            """
        ).one().decode("state", as: String.self)
        #expect(state == "success")
        await pool.close()
        try await database.drop()
    }

    @Test("A critical failure ends the run and leaves its markers for the next run of the date")
    func markersSurviveFailure() async throws {
        let database = try await database()
        let pool = database.pool()
        let first = try await openRun(pool, key: "first", open: 1)
        _ = try await shell(pool).process([completion(first, Self.processors[20], status: .failed)])
        let states = try await pool.query(
            """
            SELECT state, (SELECT count(*) FROM nba_orchestration.change_marker) AS markers
            FROM nba_orchestration.run WHERE run_id = \(first.runID)
            """
        ).one()
        #expect(try states.decode("state", as: String.self) == "failed")
        #expect(try states.decode("markers", as: Int64.self) == 1)
        let second = try await openRun(pool, key: "second", open: 1)
        let messages = try await shell(pool).process([completion(second, Self.processors[20])])
        #expect(messages.map(\.topic) == [.phase3Trigger])
        await pool.close()
        try await database.drop()
    }

    @Test("When a run fails, the levels that nobody will start any more are skipped, and their markers stay")
    func unstartedLevelsAreSkipped() async throws {
        let database = try await database()
        let pool = database.pool()
        let levels = Registry(
            (1...2).map {
                ProcessorDefinition("level_\($0)", .precompute, level: $0, requirement: .critical, inputs: [])
            }
        )
        let request = RunRequest(
            kind: .delta,
            gameDate: try GameDate("2024-01-15"),
            firstPhase: .precompute,
            planKey: "levels",
            openedBy: "test"
        )
        let opener = RunOpener(registry: levels, role: "test")
        let run = try await pool.transaction { transaction in
            try await opener.openDelta(
                request,
                marking: .full(levels.processors, date: request.gameDate),
                now: Date(),
                in: transaction
            ).run
        }
        let shell = BarrierShell(
            definition: .phase4ToPhase5,
            registry: levels,
            pool: pool,
            clock: PipelineClock(),
            logger: Logger(label: "test")
        )
        var failure = completion(run, "level_1", status: .failed)
        failure.phase = .precompute
        _ = try await shell.process([failure])
        let row = try await pool.query(
            """
            SELECT (SELECT state FROM nba_orchestration.run) AS run,
                   (SELECT state FROM nba_orchestration.task WHERE processor = 'level_2') AS task,
                   (SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'level_2') AS markers
            """
        ).one()
        #expect(try row.decode("run", as: String.self) == "failed")
        #expect(try row.decode("task", as: String.self) == "skipped")
        #expect(try row.decode("markers", as: Int64.self) == 1)
        await pool.close()
        try await database.drop()
    }

    @Test("Total silence expires: the deadline raises one alert that names what is missing")
    func silenceExpires() async throws {
        let database = try await database()
        let pool = database.pool()
        let run = try await openRun(pool, key: "silence", open: 3)
        try await pool.execute(
            """
            UPDATE nba_orchestration.run_phase SET deadline_at = now() - interval '1 second'
            WHERE run_id = \(run.runID) AND phase = 2
            """
        )
        let shell = shell(pool)
        #expect(try await shell.dueRuns() == [run.runID])
        _ = try await shell.evaluate([run.runID])
        _ = try await shell.evaluate([run.runID])
        let alert = try await pool.query("SELECT occurrences, detail FROM nba_orchestration.alert").one()
        #expect(try alert.decode("occurrences", as: Int32.self) == 1)
        #expect(try alert.decode("detail", as: PostgresJSON.self).text.contains("raw_20"))
        let state = try await pool.query("SELECT state FROM nba_orchestration.run WHERE run_id = \(run.runID)").one()
        #expect(try state.decode("state", as: String.self) == "failed")
        await pool.close()
        try await database.drop()
    }
}
