import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Warehouse

@testable import Barrier
@testable import Pipeline

/// A database of its own with runs, and the desks of the three orchestrators.
struct OperatorBench: Sendable {
    let pool: PostgresPool
    /// What the orchestrators connect with: their own roles.
    let ownerPools: [String: PostgresPool]

    private static let owners: [OrchestratorDefinition] = [.phase2ToPhase3, .phase3ToPhase4, .phase4ToPhase5]

    static func with<R: Sendable>(_ body: (OperatorBench) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "operators") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("operators", template: template) { database in
            let pool = database.pool(maximumConnections: 3)
            let ownerPools = Dictionary(
                uniqueKeysWithValues: owners.map { owner in
                    var restricted = database.configuration
                    restricted.role = "tipoff_" + owner.name.replacing("-", with: "_")
                    return (
                        owner.name,
                        PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
                    )
                }
            )
            let bench = OperatorBench(pool: pool, ownerPools: ownerPools)
            let result: Result<R, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            for ownerPool in ownerPools.values { await ownerPool.close() }
            await pool.close()
            return try result.get()
        }
    }

    func shell(_ definition: OrchestratorDefinition) -> BarrierShell {
        BarrierShell(
            definition: definition,
            registry: .standard,
            pool: ownerPools[definition.name] ?? pool,
            clock: PipelineClock(),
            logger: Logger(label: "test")
        )
    }

    /// The desk of the orchestrator that owns a phase.
    func desk(_ phase: Phase) -> OperatorDesk {
        shell(Self.owners.first { $0.owns.contains(phase) } ?? .phase4ToPhase5).operatorDesk
    }

    /// Opens a run whose phase is open, with markers for everything from there on.
    func open(_ phase: Phase) async throws -> RunRecord {
        let registry = Registry.standard
        let opener = RunOpener(registry: registry, role: "test")
        var request = RunRequest(
            kind: .full,
            gameDate: try GameDate("2024-01-15"),
            planKey: "test:\(UUID())",
            openedBy: "test"
        )
        return try await pool.transaction { transaction in
            if phase <= .raw { return try await opener.open(request, now: Date(), in: transaction).run }
            request.firstPhase = phase
            let readers = Phase.allCases.filter { $0 >= phase }.flatMap { registry.enabled(in: $0) }
                .filter { !$0.inputs.isEmpty }
            return try await opener.openDelta(
                request,
                marking: .full(readers, date: request.gameDate),
                now: Date(),
                in: transaction
            ).run
        }
    }

    func file(
        _ action: OperatorRequest.Action,
        _ run: RunRecord,
        _ phase: Phase,
        processor: String? = nil,
        unit: String? = nil
    ) async throws -> Int64 {
        try await scalar(
            """
            INSERT INTO nba_orchestration.operator_request (action, run_id, phase, processor, unit, actor, reason)
            VALUES (\(action.rawValue), \(run.runID), \(Int16(phase.rawValue)), \(processor), \(unit), 'ann', 'because')
            RETURNING request_id
            """
        )
    }

    struct Answer: Sendable {
        var result: String
        var outcome: String
        var openedRunID: UUID?
    }

    func answer(_ requestID: Int64) async throws -> Answer {
        let row = try await pool.query(
            """
            SELECT COALESCE(result, 'none') AS result, COALESCE(outcome, 'none') AS outcome, opened_run_id
            FROM nba_orchestration.operator_request WHERE request_id = \(requestID)
            """
        ).one()
        return Answer(
            result: try row.decode("result"),
            outcome: try row.decode("outcome"),
            openedRunID: try row.decode("opened_run_id")
        )
    }

    /// Sets a task's state.
    func end(_ run: RunRecord, _ phase: Phase, _ processor: String, as state: String) async throws {
        try await pool.execute(
            """
            UPDATE nba_orchestration.task SET state = \(state), finished_at = now()
            WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue)) AND processor = \(processor)
            """
        )
    }

    /// How many tasks of a run meet a condition.
    func count(_ condition: SQL, of run: RunRecord) async throws -> Int {
        try await scalar(
            "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(run.runID) AND (\(sql: condition))"
        )
    }

    func scalar<T: PostgresDecodable & Sendable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
        try await pool.query(sql).scalar(as: T.self)
    }

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
}
