import Postgres
import PostgresTestKit
import Testing

private let first = PostgresMigration(
    version: 1,
    name: "players",
    sql: "CREATE TABLE player (id int); INSERT INTO player VALUES (1); -- ; ok"
)
private let second = PostgresMigration(version: 2, name: "teams", sql: "CREATE TABLE team (id int)")

private func withPool(_ body: (PostgresPool) async throws -> Void) async throws {
    try await TestDatabase.with("migrator") { database in
        let pool = database.pool(maximumConnections: 4, logger: quiet)
        try await body(pool)
        await pool.close()
    }
}

@Suite struct MigratorTests {
    @Test func eachMigrationIsAppliedOnce() async throws {
        try await withPool { pool in
            let before = try await PostgresMigrator(migrations: [first]).status(pool)
            #expect(before.map(\.state) == [.pending])
            #expect(try await PostgresMigrator(migrations: [first]).migrate(pool) == [first])
            #expect(try await PostgresMigrator(migrations: [first, second]).migrate(pool) == [second])
            #expect(try await PostgresMigrator(migrations: [first, second]).migrate(pool) == [])
            #expect(try await pool.query("SELECT count(*) FROM player").scalar() == 1)
            for status in try await PostgresMigrator(migrations: [first, second]).status(pool) {
                guard case .applied = status.state else {
                    Issue.record("\(status)")
                    continue
                }
            }
        }
    }

    @Test func aFailingMigrationLeavesNothingOfItselfBehind() async throws {
        try await withPool { pool in
            let broken = PostgresMigration(version: 2, name: "broken", sql: "CREATE TABLE half (id int); SELECT 1 / 0")
            let error = try await postgresError {
                try await PostgresMigrator(migrations: [first, broken]).migrate(pool)
            }
            #expect(error.sqlState == "22012")
            #expect(try await pool.query("SELECT to_regclass('half') IS NULL").scalar() == true)
            #expect(try await PostgresMigrator(migrations: [first, second]).migrate(pool) == [second])
        }
    }

    @Test func aMigrationMustNotCommitByItself() async throws {
        try await withPool { pool in
            let rogue = PostgresMigration(version: 1, name: "rogue", sql: "CREATE TABLE x (id int); COMMIT")
            let error = try await postgresError { try await PostgresMigrator(migrations: [rogue]).migrate(pool) }
            #expect(error.kind == .misuse)
        }
    }

    static let conflicts: [(String, [PostgresMigration])] = [
        (
            "migration 1 \"players\" was edited",
            [PostgresMigration(version: 1, name: "players", sql: "SELECT 1"), second]
        ),
        ("now called \"people\"", [PostgresMigration(version: 1, name: "people", sql: first.sql), second]),
        ("does not know", [first]),
        ("where this program has 2", [second]),
        ("versions must ascend", [second, first]),
        ("versions must ascend", [first, first]),
    ]

    @Test(arguments: conflicts)
    func historyThatDisagreesIsRefused(_ words: String, _ migrations: [PostgresMigration]) async throws {
        try await withPool { pool in
            try await PostgresMigrator(migrations: [first, second]).migrate(pool)
            let error = try await postgresError { try await PostgresMigrator(migrations: migrations).migrate(pool) }
            #expect(error.kind == .migration)
            #expect(error.message.contains(words), "\(error)")
        }
    }

    @Test func ofTwoMigratorsOneWaitsAndFindsNothingToDo() async throws {
        try await withPool { pool in
            let slow = PostgresMigration(
                version: 2,
                name: "slow",
                sql: "SELECT pg_sleep(0.05); CREATE TABLE slow (id int)"
            )
            let migrator = PostgresMigrator(migrations: [first, slow])
            let applied = try await withThrowingTaskGroup(of: [PostgresMigration].self) { group in
                for _ in 0..<4 { group.addTask { try await migrator.migrate(pool) } }
                return try await group.reduce(into: []) { $0.append($1.count) }
            }
            #expect(applied.sorted() == [0, 0, 0, 2])
        }
    }

    @Test func templatesAreCopied() async throws {
        let template = try await TestCluster.template(named: "migrated") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
            try await PostgresMigrator(migrations: [first, second]).migrate(pool)
            await pool.close()
        }
        try await TestDatabase.with("copied", template: template) { database in
            let pool = database.pool(logger: quiet)
            let applied = try await PostgresMigrator(migrations: [first, second]).migrate(pool)
            #expect(applied == [])
            #expect(try await pool.query("SELECT count(*) FROM player").scalar() == 1)
            await pool.close()
        }
    }
}
