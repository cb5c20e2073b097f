import Foundation
import Postgres
import PostgresTestKit
import Testing

@Suite struct CopyTests {
    @Test func tenThousandRowsAreLoaded() async throws {
        try await TestDatabase.with("copy") { database in
            let pool = database.pool(logger: quiet)
            try await pool.execute(
                "CREATE TABLE game (id int PRIMARY KEY, name varchar(40), points numeric, at timestamptz, tags text[])"
            )
            let count = try await pool.transaction { transaction in
                try await transaction.copyIn(
                    "public.game",
                    columns: ["id", "name", "points", "at", "tags"],
                    rows: 0..<10_000
                ) { number, row in
                    try row.append(number)
                    try row.append(number % 3 == 0 ? nil : "player \(number)")
                    try row.append(Double(number) / 10)
                    try row.append(Date(timeIntervalSince1970: Double(number)))
                    try row.append(["a", nil])
                }
            }
            #expect(count == 10_000)
            let row = try await pool.query(
                """
                SELECT count(*), count(name), sum(points)::float8, max(at) = to_timestamp(9999), min(tags[1])
                FROM game
                """
            ).one()
            #expect(try row.decode(at: 0) == 10_000)
            #expect(try row.decode(at: 1) == 6666)
            #expect(try row.decode(at: 2, as: Double.self) == 4_999_500)
            #expect(try row.decode(at: 3) == true)
            #expect(try row.decode(at: 4) == "a")
            await pool.close()
        }
    }

    @Test func valuesAreConvertedToTheColumnsTypes() async throws {
        try await TestDatabase.with("copy") { database in
            let pool = database.pool(logger: quiet)
            try await pool.execute(
                """
                CREATE TABLE t (a int2, b int4, c int8, d float4, e float8, f numeric, g json, h jsonb, i char(3), j name)
                """
            )
            try await pool.transaction { transaction in
                let values: [any PostgresEncodable] = [
                    1, 2, Int32(3), 0.5, 7, 12.25, PostgresJSON("[1]"), "[2]", "abc", "n",
                ]
                try await transaction.copyIn(
                    "t",
                    columns: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
                    rows: [values]
                )
            }
            let text = try await pool.query("SELECT t::text FROM t").scalar(as: String.self)
            #expect(text == "(1,2,3,0.5,7,12.25,[1],[2],abc,n)")
            await pool.close()
        }
    }

    @Test(arguments: [
        ("points", "40000 is out of range"), ("name", "the types do not match"), ("short", "a row of 1 values"),
        ("long", "more than 2 values"), ("nul", "NUL"),
    ])
    func aBadRowNamesItsColumnAndLoadsNothing(_ fault: String, _ words: String) async throws {
        try await TestDatabase.with("copy") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.execute("CREATE TABLE t (points int2, name text)")
            let error = try await postgresError {
                try await pool.transaction { transaction in
                    try await transaction.copyIn("t", columns: ["points", "name"], rows: 0..<2000) { number, row in
                        let isBad = number == 1500
                        try row.append(isBad && fault == "points" ? 40_000 : 1)
                        if isBad, fault == "short" { return }
                        if isBad, fault == "name" { try row.append(true) }
                        try row.append(isBad && fault == "nul" ? "\0" : "x")
                        if isBad, fault == "long" { try row.append("y") }
                    }
                }
            }
            #expect(error.message.contains(words), "\(error)")
            #expect(error.statement?.hasPrefix("COPY") == true)
            if fault == "points" || fault == "name" || fault == "nul" {
                #expect(error.column == (fault == "points" ? "points" : "name"))
            }
            #expect(try await pool.query("SELECT count(*) FROM t").scalar() == 0)
            await pool.close()
        }
    }

    @Test func aViolatedConstraintFailsTheCopy() async throws {
        try await TestDatabase.with("copy") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.execute("CREATE TABLE t (id int8 PRIMARY KEY)")
            let error = try await postgresError {
                try await pool.withConnection { connection in
                    try await connection.copyIn("t", columns: ["id"], rows: [1, 2, 1]) { try $1.append($0) }
                }
            }
            #expect(error.isUniqueViolation)
            #expect(error.constraint == "t_pkey")
            let missing = try await postgresError {
                try await pool.transaction { try await $0.copyIn("nowhere", columns: ["id"], rows: [[1]]) }
            }
            #expect(missing.sqlState == "42P01")
            await pool.close()
        }
    }

    @Test func arraysUpsertManyRowsAtOnce() async throws {
        try await TestDatabase.with("upsert") { database in
            let pool = database.pool(logger: quiet)
            try await pool.execute("CREATE TABLE line (player text PRIMARY KEY, points float8, seen timestamptz)")
            func upsert(_ players: [String], _ points: [Double?]) async throws -> Int {
                let seen = players.map { _ in Date?.none }
                return try await pool.execute(
                    """
                    INSERT INTO line SELECT * FROM unnest(\(players), \(points), \(seen))
                    ON CONFLICT (player) DO UPDATE SET points = EXCLUDED.points
                    WHERE line.points IS DISTINCT FROM EXCLUDED.points
                    """
                )
            }
            #expect(try await upsert(["a", "b", "c"], [1, nil, 3]) == 3)
            #expect(try await upsert(["a", "b", "d"], [1, 2, 4]) == 2)
            let rows = try await pool.query("SELECT player, points FROM line ORDER BY player")
            #expect(try rows.column("points", as: Double?.self) == [1, 2, 3, 4])
            await pool.close()
        }
    }
}
