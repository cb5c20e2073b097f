import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Logging
import Postgres
import PostgresTestKit
import Warehouse

@testable import Pipeline

/// A phase service without its consumer: a database of its own, a broker inside the test, and workers that do what a
/// wake-up would make them do, as the service's role of the database.
struct PhaseHarness: Sendable {
    let database: TestDatabase
    let pool: PostgresPool
    let context: ServiceContext
    /// Of the role that answers readers.
    let readers: PostgresPool
    let directory: URL

    /// One broker for the test process; nothing here depends on what it holds.
    private static let topics = Task<TestTopics, any Error> {
        try await TestTopics(Topic.allCases.map(\.rawValue))
    }

    /// Makes the harness, runs the body and removes everything.
    static func with<R: Sendable>(
        _ service: String,
        clock: String? = nil,
        _ body: (PhaseHarness) async throws -> R
    ) async throws -> R {
        let template = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        let database = try await TestDatabase.create(service, template: template)
        let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(database.name)")
        let pool = database.pool(maximumConnections: 8)
        var restricted = database.configuration
        restricted.role = "tipoff_\(service)"
        let servicePool = PostgresPool(
            configuration: restricted,
            maximumConnections: 8,
            logger: Logger(label: "test")
        )
        let context = try await makeContext(service, "one", database, servicePool, directory, clock)
        restricted.role = "tipoff_reader"
        let readers = PostgresPool(configuration: restricted, maximumConnections: 4, logger: Logger(label: "test"))
        let harness = PhaseHarness(
            database: database,
            pool: pool,
            context: context,
            readers: readers,
            directory: directory
        )
        let result: Result<R, any Error>
        do { result = .success(try await body(harness)) } catch { result = .failure(error) }
        await context.producer.close(timeout: .seconds(2))
        await readers.close()
        await servicePool.close()
        await pool.close()
        try await database.drop()
        if FileManager.default.fileExists(atPath: directory.path) { try FileManager.default.removeItem(at: directory) }
        return try result.get()
    }

    private static func makeContext(
        _ service: String,
        _ instance: String,
        _ database: TestDatabase,
        _ pool: PostgresPool,
        _ directory: URL,
        _ clock: String?
    ) async throws -> ServiceContext {
        let topics = try await topics.value
        var environment = [
            "TIPOFF_DATABASE_URL": database.url, "TIPOFF_KAFKA_BROKERS": topics.broker.brokers,
            "TIPOFF_TOPIC_PREFIX": topics.prefix,
            "TIPOFF_OBJECT_STORE": directory.path, "TIPOFF_INSTANCE": "\(service)-\(instance)",
        ]
        environment["TIPOFF_CLOCK"] = clock
        let loaded = try PipelineConfiguration.load(service: service, environment: environment) { reader in
            WorkSettings(service: service, &reader)
        }
        return try ServiceContext(
            configuration: loaded.common,
            work: loaded.own,
            registry: .standard,
            pool: pool,
            progress: ProgressMonitor(),
            readiness: Readiness(),
            metrics: MetricsRegistry(),
            logger: Logger(label: service)
        )
    }

    /// The same database with a service that was started anew at another instant.
    func restarted<R: Sendable>(
        _ service: String,
        clock: String,
        _ body: (PhaseHarness) async throws -> R
    ) async throws -> R {
        let context = try await Self.makeContext(service, "two", database, self.context.pool, directory, clock)
        let harness = PhaseHarness(
            database: database,
            pool: pool,
            context: context,
            readers: readers,
            directory: directory
        )
        let result: Result<R, any Error>
        do { result = .success(try await body(harness)) } catch { result = .failure(error) }
        await context.producer.close(timeout: .seconds(2))
        return try result.get()
    }

    /// Opens a run that begins at a phase, with full markers for the named processors (none: what is pending already).
    @discardableResult
    func open(
        _ date: GameDate,
        from phase: Phase,
        kind: RunKind = .pregame,
        lane: Lane = .live,
        until: Phase = .publishing,
        marking processors: [String],
        changed: MarkerSet? = nil,
        reasons: [String] = [],
        role: String = "test"
    ) async throws -> RunRecord {
        let request = RunRequest(
            kind: kind,
            gameDate: date,
            lane: lane,
            firstPhase: phase,
            untilPhase: until,
            planKey: "test:\(UUID())",
            openedBy: "test"
        )
        let definitions = Phase.allCases.flatMap { context.registry.enabled(in: $0) }
            .filter { processors.contains($0.name) }
        let opener = RunOpener(registry: context.registry, role: role)
        return try await pool.transaction { transaction in
            if let changed {
                for statement in changed.insertStatements(originDate: date, runID: nil) {
                    try await transaction.execute(statement)
                }
            }
            let result = try await opener.openDelta(
                request,
                marking: .full(definitions, date: date),
                now: context.clock.now,
                in: transaction
            )
            if !reasons.isEmpty {
                try await transaction.execute(
                    """
                    UPDATE nba_orchestration.run_phase SET degraded = true, degraded_reasons = \(reasons)
                    WHERE run_id = \(result.run.runID) AND phase = \(Int16(phase.rawValue))
                    """
                )
            }
            return result.run
        }
    }

    /// Markers of players for one processor, as a changed feature row leaves them.
    func players(_ names: [String], of processor: String, in phase: Phase, on date: GameDate) throws -> MarkerSet {
        guard let reader = context.registry.processor(processor, in: phase) else {
            throw UnknownStoredValue(column: "processor", value: processor)
        }
        return .entities(names, kind: .player, reader: reader, date: date)
    }

    /// Does everything that is ready in the run.
    func work(_ run: RunRecord, _ definition: PhaseServiceDefinition) async {
        await TaskWorker(definition: definition, context: context).work([TaskSelector(runID: run.runID)], trigger: nil)
    }

    func scalar<T: PostgresDecodable & Sendable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
        try await pool.query(sql).scalar(as: T.self)
    }

    func count(_ sql: SQL) async throws -> Int { try await scalar(sql) }

    func phaseState(_ run: RunRecord, _ phase: Phase) async throws -> String {
        try await scalar(
            """
            SELECT state FROM nba_orchestration.run_phase
            WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue))
            """
        )
    }

    func runState(_ run: RunRecord) async throws -> String {
        try await scalar("SELECT state FROM nba_orchestration.run WHERE run_id = \(run.runID)")
    }

    /// Files an operator's request and returns its number.
    func file(
        _ action: String,
        _ run: RunRecord,
        phase: Int16,
        processor: String? = nil,
        unit: String? = nil
    ) async throws -> Int64 {
        try await scalar(
            """
            INSERT INTO nba_orchestration.operator_request (action, run_id, phase, processor, unit, actor, reason)
            VALUES (\(action), \(run.runID), \(phase), \(processor), \(unit), 'ann', 'because') RETURNING request_id
            """
        )
    }

    /// What the owner answered.
    func answer(_ requestID: Int64) async throws -> (result: String, outcome: String, openedRunID: UUID?) {
        let row = try await pool.query(
            """
            SELECT COALESCE(result, 'none') AS result, COALESCE(outcome, 'none') AS outcome, opened_run_id
            FROM nba_orchestration.operator_request WHERE request_id = \(requestID)
            """
        ).one()
        return (try row.decode("result"), try row.decode("outcome"), try row.decode("opened_run_id"))
    }
}
