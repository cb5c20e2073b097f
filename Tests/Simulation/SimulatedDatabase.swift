import Foundation
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Warehouse

/// A database whose `now()` is virtual, used by one life after the other.
struct SimulatedDatabase: Sendable {
    let database: TestDatabase
    let pool: PostgresPool
    let clock = VirtualClock()
    let objects: DirectoryObjectStore
    private let directory: URL

    static let quiet = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

    static func with<R: Sendable>(_ body: (SimulatedDatabase) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "simulation", prepare: prepare)
        return try await TestDatabase.with("simulation", template: template) { database in
            // A setting of the database is not copied from its template.
            try await setSearchPath(database.configuration, database.name)
            let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(database.name)")
            let simulated = SimulatedDatabase(
                database: database,
                pool: database.pool(maximumConnections: 3, logger: quiet),
                objects: try DirectoryObjectStore(root: directory.path),
                directory: directory
            )
            let result: Result<R, any Error>
            do { result = .success(try await body(simulated)) } catch { result = .failure(error) }
            await simulated.pool.close()
            if FileManager.default.fileExists(atPath: directory.path) {
                try FileManager.default.removeItem(at: directory)
            }
            return try result.get()
        }
    }

    private static func prepare(_ configuration: PostgresConfiguration) async throws {
        try await script(configuration, VirtualClock.schema)
        try await setSearchPath(configuration, configuration.database ?? "")
        let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
        let result: Result<Void, any Error>
        do {
            try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            result = .success(())
        } catch { result = .failure(error) }
        await pool.close()
        try result.get()
        try await script(configuration, SimulatedLeague.schema)
    }

    private static func setSearchPath(_ configuration: PostgresConfiguration, _ name: String) async throws {
        try await script(configuration, "ALTER DATABASE \"\(name)\" SET search_path = \(VirtualClock.searchPath)")
    }

    /// A connection of its own: settings of a database hold for later connections.
    private static func script(_ configuration: PostgresConfiguration, _ text: String) async throws {
        let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
        let result: Result<Void, any Error>
        do {
            try await pool.transaction { transaction in try await transaction.executeScript(text) }
            result = .success(())
        } catch { result = .failure(error) }
        await pool.close()
        try result.get()
    }

    /// Empties what a life fills, and sets the clock and the marker ids back, so that a seed means the same everywhere.
    func reset() async throws {
        let state = [
            "run", "change_marker", "outbox", "pipeline_execution_log", "dead_letter", "alert", "snapshot_head",
            "quarantined_row",
        ]
        let tables = state.map { "nba_orchestration.\($0)" } + SimulatedLeague.tables.map(\.name)
        let text = tables.map { "DELETE FROM \($0);" }.joined(separator: "\n")
        try await pool.transaction { transaction in
            try await transaction.executeScript(
                text + "\nSELECT setval('nba_orchestration.change_marker_id', 1, false);"
            )
        }
        try await clock.reset(pool)
    }

    /// Rows of past lives cost every statement of the next one.
    func vacuum() async throws { try await pool.execute("VACUUM") }
}
