import Analytics
import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline
@testable import Precompute

/// A private warehouse in which processors run one after the other, with the real change detection and markers.
struct Workbench: Sendable {
    let database: TestDatabase
    let pool: PostgresPool
    let registry = Registry.standard
    /// One for all executions, as a service has it: what it keeps must never be stale.
    let cache = DayCache()
    /// The rules that rows broke, whoever wrote them.
    let quarantined = Quarantined()

    actor Quarantined {
        private(set) var all: [String] = []
        func add(_ plan: ChangePlan) {
            all += plan.quarantined.flatMap { row in row.violations.map { "\(plan.write.table.name) \($0)" } }
        }
    }

    static let processors: [String: any Processor] = Dictionary(
        uniqueKeysWithValues: (AnalyticsProcessors.all + PrecomputeProcessors.all).map { (type(of: $0).name, $0) }
    )

    /// In working order.
    static let chain = [
        "team_offense_game_summary", "team_defense_game_summary", "player_game_summary",
        "upcoming_player_game_context", "upcoming_team_game_context", "team_defense_zone_analysis",
        "player_shot_zone_analysis", "player_composite_factors", "player_daily_cache", "ml_feature_store_v2",
    ]

    static func with<R: Sendable>(_ name: String, _ body: (Workbench) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with(name, template: template) { database in
            let pool = database.pool(maximumConnections: 4)
            do {
                let result = try await body(Workbench(database: database, pool: pool))
                await pool.close()
                return result
            } catch {
                await pool.close()
                throw error
            }
        }
    }

    /// What an execution did.
    struct Result: Sendable {
        var outcome: Outcome
        var plans: [ChangePlan]
        /// Time of the processor itself: reading and computing.
        var duration: Duration
        var dependencies: [DependencyVerdict]
        /// Why the runtime would not let the execution end well.
        var refusal: TaskError?
        var degradedReasons: [String]

        var changed: Int { plans.reduce(0) { $0 + $1.changedCount } }
    }

    /// Writes rows as a raw processor does: compared, with markers for their readers.
    @discardableResult
    func store<Row: WarehouseRow>(_ rows: [Row], scope: WriteScope, on date: GameDate) async throws -> [ChangePlan] {
        try await store(TableWrite(rows, scope: scope, date: date), on: date)
    }

    @discardableResult
    func store(_ write: TableWrite, on date: GameDate) async throws -> [ChangePlan] {
        try await apply([write], as: try await task("outside", .raw, date).identity)
    }

    /// Runs a processor as a task would, and carries its markers out when it succeeds.
    @discardableResult
    func run(_ name: String, _ date: GameDate, full: Bool = false) async throws -> Result {
        guard let processor = Self.processors[name],
            let definition = registry.processors.first(where: { $0.name == name && $0.output != nil })
        else { throw TaskError(.permanent, type: "test", "no processor \(name)") }
        if full { try await mark(definition, date) }
        let task = try await task(name, definition.phase, date)
        let execution = Execution(
            task: task,
            definition: definition,
            registry: registry,
            pool: pool,
            objects: NoObjects(),
            clock: PipelineClock(),
            logger: Logger(label: "test"),
            cache: cache
        )
        let clock = ContinuousClock()
        let start = clock.now
        let raw = try await processor.execute(execution)
        let duration = clock.now - start
        let (outcome, tooFew) = try await judged(raw, definition, execution.record)
        let plans = try await apply(outcome.writes, as: task.identity)
        if let scope = outcome.scope, outcome.carriesOutScope {
            try await pool.execute(
                "DELETE FROM nba_orchestration.change_marker WHERE marker_id = ANY(\(scope.markerIDs))"
            )
        }
        return Result(
            outcome: outcome,
            plans: plans,
            duration: duration,
            dependencies: execution.record.verdicts,
            refusal: execution.record.value?.judgement.refusal ?? tooFew,
            degradedReasons: execution.record.value?.judgement.degradedReasons ?? []
        )
    }

    /// The outcome as the runtime judges it by its rows, and why it would refuse it.
    private func judged(
        _ outcome: Outcome,
        _ definition: ProcessorDefinition,
        _ record: ExecutionRecord
    ) async throws -> (Outcome, TaskError?) {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            let plans = try await ChangeDetector().plan(all: outcome.writes, reader: transaction)
            switch try await definition.judge(.success(outcome), plans, record, reader: transaction) {
            case .success(let judged): return (judged, nil)
            case .failure(let error): return (outcome, error as? TaskError)
            }
        }
    }

    /// Runs every processor of a date in order.
    @discardableResult
    func runChain(_ date: GameDate, full: Bool = false) async throws -> [String: Result] {
        var results: [String: Result] = [:]
        for name in Self.chain { results[name] = try await run(name, date, full: full) }
        return results
    }

    /// Says that a run of the date exists, so that later changes of earlier dates leave markers for it.
    func openRun(_ date: GameDate) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
            VALUES (gen_random_uuid(), 'full', \(PostgresDate(date)), 'live', 1, 6, 'test',
                    \("test-\(date)"), 'test')
            """
        )
    }

    /// The one number that a query returns.
    func count(_ sql: SQL) async throws -> Int { try await pool.query(sql).scalar(as: Int.self) }

    func mark(_ definition: ProcessorDefinition, _ date: GameDate) async throws {
        try await pool.transaction { transaction in
            for statement in MarkerSet.full([definition], date: date).insertStatements(originDate: date, runID: nil) {
                try await transaction.execute(statement)
            }
        }
    }

    private func apply(_ writes: [TableWrite], as identity: ExecutionIdentity) async throws -> [ChangePlan] {
        try await pool.transaction { transaction in
            var plans: [ChangePlan] = []
            for write in writes {
                let plan = try await ChangeDetector().plan(write, reader: transaction)
                await quarantined.add(plan)
                for statement in try ChangeWriter.statements(for: [.init(plan: plan, execution: identity)]) {
                    try await transaction.execute(statement)
                }
                let markers = MarkerSet(changes: plan.changes, table: write.table.name, registry: registry)
                for statement in markers.insertStatements(originDate: identity.gameDate, runID: nil) {
                    try await transaction.execute(statement)
                }
                plans.append(plan)
            }
            return plans
        }
    }

    private func task(_ name: String, _ phase: Phase, _ date: GameDate) async throws -> ClaimedTask {
        let rows = try await pool.query(
            """
            SELECT gen_random_uuid() AS run_id, 'full'::text AS kind, \(PostgresDate(date)) AS game_date,
                   'live'::text AS lane, 6::int2 AS until_phase, 'test'::text AS correlation_id, true AS is_open,
                   false AS is_replay,
                   \(name)::text AS processor, '*'::text AS unit, \(Int16(phase.rawValue)) AS phase, 1::int2 AS level,
                   1::int2 AS attempts, gen_random_uuid() AS execution_id, NULL::jsonb AS input, false AS is_late,
                   0::double precision AS queued_seconds
            """
        )
        return try ClaimedTask(row: try rows.one())
    }
}

/// Phases 3 and 4 touch no object.
struct NoObjects: ObjectStore {
    func put(_ path: ObjectPath, bytes: [UInt8], ifAbsent: Bool) async throws(ObjectStoreError) -> ObjectMetadata {
        preconditionFailure("no objects here")
    }
    func get(_ path: ObjectPath, maximumBytes: Int) async throws(ObjectStoreError) -> [UInt8] {
        preconditionFailure("no objects here")
    }
    func head(_ path: ObjectPath) async throws(ObjectStoreError) -> ObjectMetadata? { nil }
    func list(
        prefix: String,
        after: String?,
        limit: Int
    ) async throws(ObjectStoreError) -> [ObjectMetadata] { [] }
    func delete(_ path: ObjectPath) async throws(ObjectStoreError) {}
}
