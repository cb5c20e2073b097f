import Postgres
import Testing

@Suite struct RowsTests {
    @Test func wholeColumnsAreDecoded() async throws {
        let rows = try await sharedPool().query(
            "SELECT i AS id, CASE WHEN i % 2 = 0 THEN i * 0.5::float8 END AS half FROM generate_series(1, 4) AS i"
        )
        #expect(try rows.column("id") == [1, 2, 3, 4])
        #expect(try rows.column("half", as: Double?.self) == [nil, 1, nil, 2])
        #expect(rows.count == 4)
        #expect(rows.affectedRows == 4)
        #expect(rows.columnTypes == [.int4, .float8])
        #expect(try rows.map { try $0.decode(at: 0, as: Int.self) } == [1, 2, 3, 4])
        #expect(try rows[2...].map { try $0.decode("id", as: Int.self) } == [3, 4])
    }

    @Test func nullForANonOptionalNamesTheColumn() async throws {
        let rows = try await sharedPool().query("SELECT i AS id, NULLIF(i, 2) AS minutes FROM generate_series(1, 3) i")
        let error = try #require(throws: PostgresError.self) { try rows.column("minutes", as: Int.self) }
        #expect(error.kind == .decoding)
        #expect(error.column == "minutes")
        #expect(error.message.contains("row 1"))
        #expect(error.message.contains("NULL"))
        #expect(error.statement?.contains("generate_series") == true)
    }

    @Test func aWrongTypeIsNamedWithItsColumn() async throws {
        let row = try await sharedPool().query("SELECT 'x'::text AS team").one()
        let error = try #require(throws: PostgresError.self) { try row.decode("team", as: Int.self) }
        #expect(
            error.message
                == "column \"team\" (text, oid 25) of row 0 cannot be decoded as Int: a text is not read as one"
        )
        #expect(!error.isInfrastructure)
    }

    @Test func anUnknownOrAmbiguousColumnIsAnError() async throws {
        let row = try await sharedPool().query("SELECT 1 AS a, 2 AS b, 3 AS b").one()
        #expect(
            try #require(throws: PostgresError.self) { try row.decode("c", as: Int.self) }.message.contains("a, b, b")
        )
        #expect(
            try #require(throws: PostgresError.self) { try row.decode("b", as: Int.self) }.message.contains(
                "more than once"
            )
        )
        #expect(try row.decode(at: 2, as: Int.self) == 3)
        #expect(throws: PostgresError.self) { try row.decode(at: 3, as: Int.self) }
        #expect(throws: PostgresError.self) { try row.decode(at: -1, as: Int.self) }
    }

    @Test func oneRowMeansOneRow() async throws {
        let pool = try await sharedPool()
        #expect(try await postgresError { try await pool.query("SELECT 1 WHERE false").one() }.kind == .decoding)
        #expect(try await postgresError { try await pool.query("VALUES (1), (2)").one() }.kind == .decoding)
    }

    @Test func serverErrorsCarryTheirFields() async throws {
        let pool = try await sharedPool()
        let error = try await postgresError { try await pool.query("SELECT nothing FROM pg_class WHERE oid = \(1)") }
        #expect(error.sqlState == "42703")
        #expect(error.severity == "ERROR")
        #expect(error.position == 8)
        #expect(error.kind == .server)
        #expect(error.statement == "SELECT nothing FROM pg_class WHERE oid = $1")
    }
}
