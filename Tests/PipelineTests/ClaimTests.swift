import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

@Suite("Claims and wake-ups under failure", .serialized)
struct ClaimTests {
    private static let unitCount = 12
    private static let registry = Registry([ProcessorDefinition("scrape", .scrapers)])

    private func withPool<R: Sendable>(_ body: (PostgresPool) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "claims") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("claims", template: template) { database in
            let pool = database.pool(maximumConnections: 4)
            let result: Result<R, any Error>
            do { result = .success(try await body(pool)) } catch { result = .failure(error) }
            await pool.close()
            return try result.get()
        }
    }

    private func openRun(_ pool: PostgresPool) async throws -> RunRecord {
        let request = RunRequest(kind: .full, gameDate: try GameDate("2024-01-15"), planKey: "test", openedBy: "test")
        return try await pool.transaction { transaction in
            try await RunOpener(registry: Self.registry, role: "test").open(
                request,
                only: (0..<Self.unitCount).map { ("scrape", "unit\($0)", nil) },
                now: Date(),
                in: transaction
            ).run
        }
    }

    @Test("Of many who open one run at the same moment one opens it, and the others are told of it")
    func openedAtTheSameMoment() async throws {
        try await withPool { pool in
            for round in 0..<100 {
                let request = RunRequest(
                    kind: .full,
                    gameDate: try GameDate("2024-01-15"),
                    planKey: "round:\(round)",
                    openedBy: "test"
                )
                let opened = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            try await pool.transaction { transaction in
                                try await RunOpener(registry: Self.registry, role: "test")
                                    .insertRun(request, in: transaction).isNew
                            }
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(opened == 1)
            }
        }
    }

    /// Each life of the process claims all that it may, at first together with the poison, and dies of it before
    /// anything else has ended.
    @Test("A poison that is claimed together with others takes none of them along", arguments: ["unit0", "unit7"])
    func poison(unit: String) async throws {
        try await withPool { pool in
            let run = try await openRun(pool)
            let claimer = TaskClaimer(
                pool: pool,
                phase: .scrapers,
                processors: ["scrape"],
                owner: "one",
                lease: .seconds(60),
                maximumAttempts: 5
            )
            var lives = 0
            var ended: [String] = []
            while lives < 20 {
                let claimed = try await claimer.claim([TaskSelector(runID: run.runID)], limit: 64).tasks
                if claimed.isEmpty { break }
                if claimed.contains(where: { $0.unit == unit }) {
                    lives += 1
                    _ = try await claimer.releaseOwnClaims()
                    continue
                }
                for task in claimed {
                    try await pool.execute(
                        """
                        UPDATE nba_orchestration.task SET state = 'success', finished_at = now()
                        WHERE execution_id = \(task.executionID)
                        """
                    )
                    ended.append(task.unit)
                }
            }
            #expect(lives == 5)
            #expect(Set(ended).count == Self.unitCount - 1)
            #expect(try await claimer.exhausted().map(\.unit) == [unit])
        }
    }

    @Test("A claim says whether it had to leave ready tasks")
    func leavesMore() async throws {
        try await withPool { pool in
            let run = try await openRun(pool)
            let claimer = TaskClaimer(
                pool: pool,
                phase: .scrapers,
                processors: ["scrape"],
                owner: "one",
                lease: .seconds(60),
                maximumAttempts: 5
            )
            let first = try await claimer.claim([TaskSelector(runID: run.runID)], limit: Self.unitCount - 1)
            #expect(first.tasks.count == Self.unitCount - 1 && first.leavesMore)
            let rest = try await claimer.claim([TaskSelector(runID: run.runID)], limit: Self.unitCount)
            #expect(rest.tasks.count == 1 && !rest.leavesMore)
        }
    }

    @Test("A look-up of known runs that takes too long wakes everybody; nobody is called unknown")
    func slowLookUp() async throws {
        let topics = try await TestTopics(Topic.allCases.flatMap { [$0.rawValue, $0.deadLetterName] })
        try await withPool { pool in
            let run = try await openRun(pool)
            let producer = try KafkaProducer(configuration: topics.broker.configuration(), logger: .quiet)
            var intake = Self.intake(pool, topics, producer)
            #expect(intake.knownRunsLimit == .seconds(5))
            intake.knownRunsLimit = .milliseconds(200)
            let batch = [run.runID, UUID()].enumerated().map { offset, runID in
                KafkaIncoming(
                    topic: topics.prefix + Topic.phase1Trigger.rawValue,
                    partition: 0,
                    offset: Int64(offset),
                    timestampMilliseconds: 1_705_395_600_000,
                    value: Array(
                        """
                        {"run_id":"\(runID)","processor_name":"scrape","phase":"phase_1_scrapers",\
                        "game_date":"2024-01-15","status":"success"}
                        """.utf8
                    )
                )
            }
            let slow = intake
            let blocked = try await pool.transaction { transaction in
                try await transaction.execute("LOCK TABLE nba_orchestration.run IN ACCESS EXCLUSIVE MODE")
                // Detached: a transaction of its own, not a part of this one.
                return try await Task.detached { try await slow.read(batch) }.value
            }
            #expect(blocked.count == 2, "skipping the wake-up would have been a loss")
            // Without the lock the same batch is told apart.
            intake.knownRunsLimit = .seconds(5)
            #expect(try await intake.read(batch).map(\.envelope.runID) == [run.runID])
            #expect(
                try await pool.query("SELECT reason FROM nba_orchestration.dead_letter").column(
                    "reason",
                    as: String.self
                ) == ["unknown_run"]
            )
            await producer.close(timeout: .seconds(5))
        }
    }

    private static func intake(
        _ pool: PostgresPool,
        _ topics: TestTopics,
        _ producer: KafkaProducer
    ) -> Intake {
        Intake(
            pool: pool,
            registry: registry,
            deadLetters: DeadLetters(pool: pool, cluster: "test", consumer: "test", topicPrefix: topics.prefix),
            manualRuns: ManualRuns(registry: registry, role: "test"),
            relay: OutboxRelay(
                pool: pool,
                producer: producer,
                role: "test",
                topicPrefix: topics.prefix,
                resendBase: .seconds(10),
                logger: .quiet
            ),
            producer: producer,
            cluster: "test",
            topicPrefix: topics.prefix,
            clock: PipelineClock()
        )
    }

    @Test("A message that the database refuses is a dead letter and holds nobody up")
    func refusedByTheDatabase() async throws {
        let topics = try await TestTopics(Topic.allCases.flatMap { [$0.rawValue, $0.deadLetterName] })
        try await withPool { pool in
            let known = try await openRun(pool)
            try await pool.execute(
                "ALTER TABLE nba_orchestration.run ADD CONSTRAINT none_by_hand CHECK (kind <> 'manual')"
            )
            let producer = try KafkaProducer(configuration: topics.broker.configuration(), logger: .quiet)
            let batch = ["", "\"run_id\":\"\(known.runID)\","].enumerated().map { offset, run in
                KafkaIncoming(
                    topic: topics.prefix + Topic.phase1Trigger.rawValue,
                    partition: 0,
                    offset: Int64(offset),
                    timestampMilliseconds: 1_705_395_600_000,
                    value: Array(
                        """
                        {\(run)"processor_name":"scrape","phase":"phase_1_scrapers","game_date":"2024-01-15","status":"success"}
                        """.utf8
                    )
                )
            }
            let taken = try await Self.intake(pool, topics, producer).read(batch)
            #expect(taken.map(\.envelope.runID) == [known.runID])
            let reasons = try await pool.query("SELECT reason FROM nba_orchestration.dead_letter")
                .column("reason", as: String.self)
            #expect(reasons == ["refused"])
            await producer.close(timeout: .seconds(5))
        }
    }
}
