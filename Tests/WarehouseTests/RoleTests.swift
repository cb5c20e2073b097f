import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

/// A database of its own with every table, and connections as any role.
struct RoleBench: Sendable {
    let database: TestDatabase
    let pool: PostgresPool

    static let services = [
        "scrapers", "raw", "analytics", "precompute", "predictions", "publishing", "phase2_to_phase3",
        "phase3_to_phase4", "phase4_to_phase5",
    ]

    static func with<R: Sendable>(_ body: (RoleBench) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "roles") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("roles", template: template) { database in
            let pool = database.pool(maximumConnections: 2)
            let result: Result<R, any Error>
            do {
                result = .success(try await body(RoleBench(database: database, pool: pool)))
            } catch {
                result = .failure(error)
            }
            await pool.close()
            return try result.get()
        }
    }

    /// Lends a pool whose connections are of the role `tipoff_<name>`.
    func asRole<R: Sendable>(_ name: String, _ body: (PostgresPool) async throws -> R) async throws -> R {
        var restricted = database.configuration
        restricted.role = "tipoff_\(name)"
        let pool = PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
        let result: Result<R, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.close()
        return try result.get()
    }

    /// The SQLSTATE with which a statement ends; nil when the server does it.
    func sqlState(_ statement: SQL, as role: String) async throws -> String? {
        try await asRole(role) { pool in
            do {
                try await pool.execute(statement)
                return nil
            } catch let error as PostgresError {
                return error.sqlState
            }
        }
    }

    /// Opens a run of the whole way.
    func openRun(_ pool: PostgresPool, role: String, until: Phase = .publishing) async throws -> RunRecord {
        let opener = RunOpener(registry: .standard, role: role)
        let request = RunRequest(
            kind: .full,
            gameDate: try GameDate("2024-01-15"),
            untilPhase: until,
            planKey: "test:\(UUID())",
            openedBy: role
        )
        return try await pool.transaction { try await opener.open(request, now: Date(), in: $0).run }
    }
}

@Suite("Database roles")
struct RoleTests {
    private static let refused = "42501"

    @Test("Every service and the operator can open a run, and a delta that begins later", arguments: RoleBench.services)
    func everybodyOpensRuns(service: String) async throws {
        try await RoleBench.with { bench in
            try await bench.asRole(service) { pool in
                _ = try await bench.openRun(pool, role: service)
                // A hand-made message opens its phase in the transaction that inserts the run, whoever receives it.
                let opener = RunOpener(registry: .standard, role: service)
                let request = RunRequest(
                    kind: .manual,
                    gameDate: try GameDate("2024-01-16"),
                    firstPhase: .analytics,
                    planKey: "test:\(UUID())",
                    openedBy: service
                )
                let readers = Registry.standard.enabled(in: .precompute)
                let date = request.gameDate
                let result = try await pool.transaction { transaction in
                    try await opener.openDelta(
                        request,
                        marking: .full(readers, date: date),
                        now: Date(),
                        in: transaction
                    )
                }
                let states = try await pool.query(
                    "SELECT state FROM nba_orchestration.run_phase WHERE run_id = \(result.run.runID) ORDER BY phase"
                ).column("state", as: String.self)
                #expect(states == ["unchanged", "open", "waiting", "waiting"])
            }
        }
    }

    @Test func theOperatorOpensRunsAndFilesRequestsAndEndsNothing() async throws {
        try await RoleBench.with { bench in
            try await bench.asRole("operator") { pool in
                let run = try await bench.openRun(pool, role: "scrapers")
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.operator_request (action, run_id, phase, actor, reason)
                    VALUES ('cancel_run', \(run.runID), 2, 'ann', 'because')
                    """
                )
            }
            for statement: SQL in [
                "UPDATE nba_orchestration.run SET state = 'cancelled', finished_at = now()",
                "UPDATE nba_orchestration.run_phase SET state = 'complete'",
                "UPDATE nba_orchestration.task SET state = 'success'",
                "UPDATE nba_orchestration.operator_request SET outcome = 'rewritten'",
                "DELETE FROM nba_orchestration.operator_request",
            ] {
                #expect(try await bench.sqlState(statement, as: "operator") == Self.refused)
            }
        }
    }

    @Test func theOperatorOpensARunThatBeginsLaterAndGoesOnWithNobodyElses() async throws {
        try await RoleBench.with { bench in
            try await bench.asRole("operator") { pool in
                let request = RunRequest(
                    kind: .manual,
                    gameDate: try GameDate("2024-01-16"),
                    firstPhase: .analytics,
                    untilPhase: .precompute,
                    planKey: "test:\(UUID())",
                    openedBy: "tipoff:ann",
                    isReplay: true
                )
                let date = request.gameDate
                let result = try await pool.transaction { transaction in
                    try await RunOpener(registry: .standard, role: "scrapers").openDelta(
                        request,
                        marking: .full(Registry.standard.replayed(in: .precompute), date: date),
                        now: Date(),
                        in: transaction
                    )
                }
                let states = try await pool.query(
                    "SELECT state FROM nba_orchestration.run_phase WHERE run_id = \(result.run.runID) ORDER BY phase"
                ).column("state", as: String.self)
                #expect(states == ["unchanged", "open", "suppressed"])
            }
            let states = try await bench.sqlState("UPDATE nba_orchestration.run_phase SET version = 9", as: "operator")
            #expect(states == Self.refused)
        }
    }

    /// Phase by phase, who may change its open row.
    private static let owners: [Int16: Set<String>] = [
        1: ["phase2_to_phase3"], 2: ["phase2_to_phase3"], 3: ["phase3_to_phase4"], 4: ["phase4_to_phase5"],
        5: ["predictions", "phase4_to_phase5"], 6: ["publishing", "phase4_to_phase5"],
    ]

    @Test("An open phase is changed by its owner alone", arguments: RoleBench.services)
    func openPhasesBelongToTheirOwners(service: String) async throws {
        try await RoleBench.with { bench in
            _ = try await bench.openRun(bench.pool, role: "test")
            try await bench.pool.execute("UPDATE nba_orchestration.run_phase SET state = 'open', opened_at = now()")
            for phase: Int16 in 1...6 {
                let state = try await bench.sqlState(
                    "UPDATE nba_orchestration.run_phase SET version = version + 1 WHERE phase = \(phase)",
                    as: service
                )
                let isOwner = Self.owners[phase]?.contains(service) ?? false
                #expect(state == (isOwner ? nil : Self.refused), "phase \(phase)")
            }
        }
    }

    @Test("A waiting phase is opened by the owner of an earlier one, never by a worker", arguments: RoleBench.services)
    func waitingPhases(service: String) async throws {
        try await RoleBench.with { bench in
            _ = try await bench.openRun(bench.pool, role: "test")
            let earliest: Int16? =
                switch service {
                case "phase2_to_phase3": 3
                case "phase3_to_phase4": 4
                case "phase4_to_phase5": 5
                case "predictions": 6
                default: nil
                }
            for phase: Int16 in 3...6 {
                let state = try await bench.sqlState(
                    """
                    UPDATE nba_orchestration.run_phase SET version = version + 1
                    WHERE phase = \(phase) AND state = 'waiting'
                    """,
                    as: service
                )
                let owns = Self.owners[phase]?.contains(service) ?? false
                let mayOpen = earliest.map { phase >= $0 } ?? false
                #expect(state == (owns || mayOpen ? nil : Self.refused), "phase \(phase)")
            }
            let ends = try await bench.sqlState(
                "UPDATE nba_orchestration.run SET state = 'failed', finished_at = now()",
                as: service
            )
            let mayEnd = Set(Self.owners.values.flatMap { $0 }).contains(service)
            #expect(ends == (mayEnd ? nil : Self.refused))
        }
    }

    @Test("What is not a service's own it cannot write", arguments: RoleBench.services + ["operator", "readonly"])
    func foreignWrites(role: String) async throws {
        try await RoleBench.with { bench in
            let writers = [
                "nba_raw.nbac_schedule": "raw", "nba_analytics.player_game_summary": "analytics",
                "nba_precompute.player_daily_cache": "precompute",
                "nba_predictions.player_prop_predictions": "predictions",
                "nba_publishing.document_pointer": "publishing",
            ]
            for (table, writer) in writers {
                let date: SQL = table.hasSuffix("daily_cache") ? "cache_date" : "game_date"
                let state = try await bench.sqlState(
                    "INSERT INTO \(sql: .table(table)) (\(sql: date)) SELECT current_date WHERE false",
                    as: role
                )
                // Operators show readers another version, by new rows.
                let shows = role == "operator" && writer == "publishing"
                #expect(state == (role == writer || shows ? nil : Self.refused), "\(table)")
                #expect(
                    try await bench.sqlState("DELETE FROM \(sql: .table(table))", as: role) == Self.refused,
                    "\(table)"
                )
                #expect(
                    try await bench.sqlState("SELECT 1 FROM \(sql: .table(table)) LIMIT 1", as: role) == nil,
                    "\(table)"
                )
            }
            let versions = try await bench.sqlState("UPDATE nba_publishing.document SET state = 'good'", as: role)
            #expect(versions == (role == "publishing" ? nil : Self.refused))
            let halts = try await bench.sqlState(
                "INSERT INTO nba_publishing.halt (reason, actor) SELECT 'a', 'b' WHERE false",
                as: role
            )
            #expect(halts == (role == "operator" ? nil : Self.refused))
            for statement: SQL in [
                "UPDATE nba_publishing.publish_action SET reason = 'another'",
                "DELETE FROM nba_publishing.publish_action",
                "UPDATE nba_publishing.pick_event SET side = 'OVER'", "DELETE FROM nba_publishing.pick_event",
                "CREATE TABLE nba_raw.mine (a int)", "CREATE TABLE public.mine (a int)",
                "CREATE SCHEMA mine",
                "ALTER TABLE nba_orchestration.run ADD COLUMN mine int", "DROP TABLE nba_orchestration.outbox",
                "TRUNCATE nba_orchestration.task", "CREATE ROLE tipoff_mine",
                "ALTER TABLE nba_orchestration.run_phase DISABLE TRIGGER ALL",
                "UPDATE nba_orchestration.pipeline_execution_log SET status = 'success'",
                "DELETE FROM nba_orchestration.pipeline_execution_log",
            ] {
                let state = try await bench.sqlState(statement, as: role)
                #expect(state == Self.refused, "\(statement.text)")
            }
        }
    }

    @Test func onlyTheOwnerOfRetentionRemovesState() async throws {
        try await RoleBench.with { bench in
            for role in RoleBench.services + ["operator", "readonly"] {
                for statement: SQL in [
                    "DELETE FROM nba_orchestration.run", "DELETE FROM nba_orchestration.outbox",
                    "SELECT nba_orchestration.log_drop(now())",
                ] {
                    let state = try await bench.sqlState(statement, as: role)
                    #expect(state == (role == "phase4_to_phase5" ? nil : Self.refused), "\(role): \(statement.text)")
                }
            }
        }
    }

    @Test func nobodyOutsideTheRolesSeesAnything() async throws {
        // Migrated by itself: a copy of a database does not take over the rights to connect to it.
        try await TestDatabase.with("strangers") { database in
            let pool = database.pool(maximumConnections: 1)
            let result: Result<PostgresRow, any Error>
            do { result = .success(try await strangersRights(pool)) } catch { result = .failure(error) }
            await pool.close()
            let row = try result.get()
            #expect(try !row.decode("connects", as: Bool.self))
            #expect(try !row.decode("uses_public", as: Bool.self))
            #expect(try !row.decode("executes", as: Bool.self))
            #expect(try row.decode("service_connects", as: Bool.self))
            #expect(try !row.decode("service_makes_tables", as: Bool.self))
        }
    }

    private func strangersRights(_ pool: PostgresPool) async throws -> PostgresRow {
        try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
        try await pool.execute(
            "DO $$ BEGIN CREATE ROLE tipoff_stranger_test; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        return try await pool.query(
            """
            SELECT has_database_privilege('tipoff_stranger_test', current_database(), 'CONNECT') AS connects,
                   has_schema_privilege('tipoff_stranger_test', 'public', 'USAGE') AS uses_public,
                   has_function_privilege('tipoff_stranger_test', 'nba_orchestration.history_missing(date[])', 'EXECUTE')
                       AS executes,
                   has_database_privilege('tipoff_raw', current_database(), 'CONNECT') AS service_connects,
                   has_database_privilege('tipoff_raw', current_database(), 'TEMP') AS service_makes_tables
            """
        ).one()
    }

    @Test func tablesOfLaterMigrationsAreCovered() async throws {
        try await RoleBench.with { bench in
            try await bench.pool.execute("CREATE TABLE nba_analytics.later (a int)")
            #expect(try await bench.sqlState("INSERT INTO nba_analytics.later VALUES (1)", as: "analytics") == nil)
            #expect(
                try await bench.sqlState("INSERT INTO nba_analytics.later VALUES (1)", as: "publishing") == Self.refused
            )
            #expect(try await bench.sqlState("SELECT a FROM nba_analytics.later", as: "publishing") == nil)
        }
    }

    @Test func theServiceKnowsWhetherARoleRestrictsIt() async throws {
        try await RoleBench.with { bench in
            let login = try await DatabaseRoleReport.read(bench.pool)
            #expect(!login.isRestricted)
            let service = try await bench.asRole("raw") { try await DatabaseRoleReport.read($0) }
            #expect(service == .init(current: "tipoff_raw", login: login.login, isRestricted: true))
        }
    }

    @Test func migratingSeveralDatabasesOfOneServerAtOnceWorks() async throws {
        let databases = try await withThrowingTaskGroup(of: TestDatabase.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await TestDatabase.create("roles_at_once")
                    let pool = database.pool(maximumConnections: 1)
                    let result: Result<[PostgresMigration], any Error>
                    do {
                        result = .success(try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool))
                    } catch {
                        result = .failure(error)
                    }
                    await pool.close()
                    #expect(try result.get().count == WarehouseMigrations.all.count)
                    return database
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for database in databases { try await database.drop() }
    }
}
