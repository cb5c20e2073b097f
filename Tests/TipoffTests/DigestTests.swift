import Basketball
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct DigestTests {
    static let table = TableDefinition(
        "nba_raw.digest_sample",
        key: ["id"],
        entities: [:],
        columns: [
            .text("id"), .date("game_date"), .integer("points"), .double("share"), .boolean("flag"),
            .instant("said_at"),
            Column("extras", .json), Column("note", .text, isBusiness: false),
        ]
    )

    static func with(_ body: (PostgresPool) async throws -> Void) async throws {
        try await Database.with { _, pool in
            try await pool.execute(
                """
                CREATE TABLE nba_raw.digest_sample (
                    id text PRIMARY KEY, game_date date, points bigint, share double precision, flag boolean,
                    said_at timestamptz, extras jsonb, note text, updated_at timestamptz DEFAULT clock_timestamp(),
                    removed_at timestamptz)
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_raw.digest_sample (id, game_date, points, share, flag, said_at, extras, note) VALUES
                    ('b', '2024-01-15', 1, 0.1, true, '2024-01-15T12:00:00.123456Z', '{"b": 1, "a": [2]}', 'x'),
                    ('a', '2024-01-16', NULL, 1e-300, NULL, NULL, NULL, 'y')
                """
            )
            try await body(pool)
        }
    }

    static func digest(_ pool: PostgresPool, date: String? = nil) async throws -> TableDigest {
        let day = try date.map { try GameDate($0) }
        return try await TableDigest.compute([table], dates: day.map { $0...$0 }, on: pool)[0]
    }

    @Test(arguments: [
        "UPDATE nba_raw.digest_sample SET note = 'other', updated_at = now() + interval '1 day'",
        "UPDATE nba_raw.digest_sample SET extras = '{\"a\": [2], \"b\": 1}' WHERE id = 'b'",
        "INSERT INTO nba_raw.digest_sample (id, game_date, removed_at) VALUES ('c', '2024-01-15', now())",
        "UPDATE nba_raw.digest_sample SET said_at = '2024-01-15T07:00:00.123456-05:00' WHERE id = 'b'",
    ])
    func whatATableSaysDecidesAndNothingElse(_ change: String) async throws {
        try await Self.with { pool in
            let before = try await Self.digest(pool)
            try await pool.withConnection { try await $0.executeScript(change) }
            #expect(try await Self.digest(pool) == before)
            #expect(before.rows == 2)
        }
    }

    @Test(arguments: [
        "UPDATE nba_raw.digest_sample SET points = 2 WHERE id = 'b'",
        "UPDATE nba_raw.digest_sample SET points = 0 WHERE id = 'a'",
        "UPDATE nba_raw.digest_sample SET share = 0.10000000000000002 WHERE id = 'b'",
        "UPDATE nba_raw.digest_sample SET flag = false WHERE id = 'b'",
        "UPDATE nba_raw.digest_sample SET said_at = said_at + interval '1 microsecond' WHERE id = 'b'",
        "UPDATE nba_raw.digest_sample SET extras = 'null' WHERE id = 'a'",
        "UPDATE nba_raw.digest_sample SET game_date = '2024-01-17' WHERE id = 'a'",
        "UPDATE nba_raw.digest_sample SET id = 'NULL' WHERE id = 'a'",
        "UPDATE nba_raw.digest_sample SET removed_at = now() WHERE id = 'a'",
        "DELETE FROM nba_raw.digest_sample WHERE id = 'a'",
        "INSERT INTO nba_raw.digest_sample (id) VALUES ('c')",
    ])
    func everyChangeOfABusinessValueIsSeen(_ change: String) async throws {
        try await Self.with { pool in
            let before = try await Self.digest(pool)
            try await pool.withConnection { try await $0.executeScript(change) }
            #expect(try await Self.digest(pool).sha256 != before.sha256)
        }
    }

    @Test func onlyTheRowsOfADate() async throws {
        try await Self.with { pool in
            let before = try await Self.digest(pool, date: "2024-01-15")
            #expect(before.rows == 1)
            try await pool.execute("DELETE FROM nba_raw.digest_sample WHERE id = 'a'")
            #expect(try await Self.digest(pool, date: "2024-01-15") == before)
        }
    }

    @Test func commandCoversEveryTableAndNamesWhatItLeavesOut() async throws {
        try await Database.with { database, _ in
            let result = await tipoff("digest", environment: ["TIPOFF_DATABASE_URL": database.url])
            result.expect(0)
            #expect(result.output.contains("left out: data_hash, run_id"))
            let json = try await tipoff("digest", "--json", environment: ["TIPOFF_DATABASE_URL": database.url]).json()
            #expect(json["total"]?.stringValue?.count == 64)
            #expect(json["tables"]?.arrayValue?.isEmpty == false)
        }
    }
}
