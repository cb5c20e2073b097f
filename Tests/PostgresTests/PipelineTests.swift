import Postgres
import PostgresTestKit
import Testing

@Suite struct PipelineTests {
    @Test func aBatchReturnsOneResultAStatement() async throws {
        try await TestDatabase.with("batch") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.execute("CREATE TABLE t (id int PRIMARY KEY)")
            for round: Int32 in 0..<3 {
                let results = try await pool.transaction { transaction in
                    try await transaction.execute(batch: [
                        "INSERT INTO t VALUES (\(3 * round)), (\(3 * round + 1))", "SELECT count(*) FROM t",
                        "INSERT INTO t VALUES (\(3 * round + 2)) RETURNING id", "SELECT count(*) FROM t",
                    ])
                }
                #expect(results.map(\.affectedRows) == [2, 1, 1, 1])
                #expect(try results[1].scalar(as: Int.self) == Int(3 * round + 2))
                #expect(try results[2].scalar(as: Int.self) == Int(3 * round + 2))
                #expect(try results[3].scalar(as: Int.self) == Int(3 * round + 3))
            }
            #expect(try await pool.execute(batch: []).isEmpty)
            await pool.close()
        }
    }

    @Test func aBatchThatFailsChangesNothingAndNamesItsStatement() async throws {
        try await TestDatabase.with("batch") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.execute("CREATE TABLE t (id int PRIMARY KEY)")
            let batch: [SQL] = [
                "INSERT INTO t VALUES (\(Int32(1)))", "INSERT INTO t VALUES (\(Int32(1))), (2)", "SELECT * FROM t",
            ]
            let error = try await postgresError { try await pool.execute(batch: batch) }
            #expect(error.isUniqueViolation)
            #expect(error.statement == "INSERT INTO t VALUES ($1), (2)")
            #expect(try await pool.query("SELECT count(*) FROM t").scalar() == 0)
            let inside = try await postgresError { try await pool.transaction { try await $0.execute(batch: batch) } }
            #expect(inside.isUniqueViolation)
            #expect(try await pool.query("SELECT count(*) FROM t").scalar() == 0)
            // What was prepared on the way is used again.
            #expect(try await pool.execute(batch: [batch[0], batch[2]])[1].count == 1)
            await pool.close()
        }
    }

    @Test func aBatchLargerThanTheSocketsBuffersDoesNotBlock() async throws {
        let pool = try await sharedPool()
        let text = String(repeating: "x", count: 1_000_000)
        let results = try await pool.execute(batch: (0..<24).map { "SELECT \($0), repeat(\(text), 2)" as SQL })
        #expect(try results.map { try $0.one().decode(at: 0, as: Int.self) } == Array(0..<24))
        #expect(try results[23].one().decode(at: 1, as: String.self).utf8.count == 2_000_000)
    }

    @Test func preparedStatementsAreBounded() async throws {
        var configuration = try await TestCluster.shared().configuration()
        configuration.preparedStatementLimit = 8
        let connection = try await PostgresConnection.connect(configuration, logger: quiet)
        for round in 0..<2 {
            for number in 0..<100 {
                let rows = try await connection.query("SELECT \(round) AS \(identifier: "c\(number)")")
                #expect(try rows.scalar(as: Int.self) == round)
            }
        }
        #expect(await connection.preparedStatementCount == 8)
        let onServer = try await connection.query("SELECT count(*) FROM pg_prepared_statements").scalar(as: Int.self)
        #expect(onServer <= 8 + 33)
        await connection.close()
    }

    @Test func aChangedTableDoesNotBreakPreparedStatements() async throws {
        try await TestDatabase.with("stale") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.execute("CREATE TABLE t AS SELECT 1 AS a")
            #expect(try await pool.query("SELECT * FROM t").columnNames == ["a"])
            try await pool.execute("ALTER TABLE t ADD b int")
            #expect(try await pool.query("SELECT * FROM t").columnNames == ["a", "b"])
            let deallocate = { try await pool.withConnection { try await $0.executeScript("DEALLOCATE ALL") } }
            try await deallocate()
            #expect(try await pool.query("SELECT * FROM t").columnNames == ["a", "b"])
            for _ in 0..<2 {
                try await pool.transaction { transaction in
                    try await transaction.query("SELECT * FROM t")
                    try await transaction.execute(batch: ["SELECT 1", "SELECT 2"])
                }
                try await deallocate()
            }
            #expect(try await pool.execute(batch: ["SELECT 1", "SELECT 2"]).count == 2)
            await pool.close()
        }
    }

    @Test func copyAsAQueryIsRefused() async throws {
        let pool = try await sharedPool()
        #expect(try await postgresError { try await pool.query("COPY (SELECT 1) TO STDOUT") }.kind == .misuse)
        #expect(try await pool.query("SELECT 1").scalar() == 1)
    }
}
