import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline

/// What a route could reach that asks for too much.
@Suite("The readers' role")
struct ReaderRoleTests {
    private static let refused = "42501"
    private static let shown = [
        "nba_publishing.change_event", "nba_publishing.shown_document", "nba_publishing.shown_game",
        "nba_publishing.shown_halt", "nba_publishing.shown_record", "nba_publishing.shown_wait",
    ]

    @Test func itReadsWhatIsPublishedAndNothingElse() async throws {
        try await RoleBench.with { bench in
            let rows = try await bench.pool.query(
                """
                SELECT n.nspname || '.' || c.relname AS name,
                       has_schema_privilege('tipoff_reader', n.oid, 'USAGE')
                           AND has_table_privilege('tipoff_reader', c.oid, 'SELECT') AS reads,
                       has_any_column_privilege('tipoff_reader', c.oid, 'SELECT')
                           AND has_schema_privilege('tipoff_reader', n.oid, 'USAGE') AS reads_some,
                       has_table_privilege('tipoff_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                           OR has_any_column_privilege('tipoff_reader', c.oid, 'INSERT, UPDATE, REFERENCES') AS writes
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                    AND n.nspname NOT LIKE 'pg_toast%'
                ORDER BY 1
                """
            )
            #expect(rows.count > 60)
            var read: Set<String> = []
            for row in rows {
                let name: String = try row.decode("name")
                if try row.decode("reads", as: Bool.self) || row.decode("reads_some", as: Bool.self) {
                    read.insert(name)
                }
                #expect(try !row.decode("writes", as: Bool.self), "\(name)")
            }
            #expect(read == Set(Self.shown))
        }
    }

    @Test func itCallsNoFunctionOfOursAndDrawsNoNumber() async throws {
        try await RoleBench.with { bench in
            let rows = try await bench.pool.query(
                """
                SELECT n.nspname || '.' || p.proname AS name FROM pg_proc AS p
                JOIN pg_namespace AS n ON n.oid = p.pronamespace
                WHERE n.nspname LIKE 'nba_%' AND p.prorettype <> 'trigger'::regtype
                    AND has_schema_privilege('tipoff_reader', n.oid, 'USAGE')
                    AND has_function_privilege('tipoff_reader', p.oid, 'EXECUTE')
                UNION ALL
                SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE CASE c.relkind WHEN 'S' THEN has_schema_privilege('tipoff_reader', n.oid, 'USAGE')
                    AND has_sequence_privilege('tipoff_reader', c.oid, 'USAGE, SELECT, UPDATE') ELSE false END
                """
            )
            #expect(try rows.column("name", as: String.self) == [])
        }
    }

    @Test("What it tries is refused by the database, whatever the service believes")
    func attemptsAreRefused() async throws {
        try await RoleBench.with { bench in
            for statement: SQL in [
                "SELECT reason, actor FROM nba_publishing.halt", "SELECT payload FROM nba_publishing.document",
                "SELECT * FROM nba_publishing.publish_action", "SELECT * FROM nba_publishing.withdrawal",
                "SELECT * FROM nba_orchestration.operator_request",
                "SELECT * FROM nba_orchestration.pipeline_execution_log",
                "SELECT * FROM nba_predictions.player_prop_predictions", "SELECT * FROM nba_raw.nbac_schedule",
                "UPDATE nba_publishing.shown_halt SET reason = 'all is well'",
                "UPDATE nba_publishing.shown_game SET game_date = now()", "DELETE FROM nba_publishing.change_event",
                "INSERT INTO nba_publishing.shown_game VALUES (now())", "CREATE TABLE nba_publishing.mine (a int)",
                "CREATE FUNCTION public.mine() RETURNS int RETURN 1",
                "SELECT nba_publishing.note_change('a', 'b', 1, now()::date)",
            ] {
                let state = try await bench.sqlState(statement, as: "reader")
                #expect(state == Self.refused, "\(statement.text)")
            }
            for name in Self.shown {
                let statement: SQL = "SELECT 1 FROM \(sql: .table(name)) LIMIT 1"
                let state = try await bench.sqlState(statement, as: "reader")
                #expect(state == nil, "\(name)")
            }
        }
    }

    @Test func nobodyWritesThroughAView() async throws {
        try await RoleBench.with { bench in
            for role in RoleBench.services + ["operator", "readonly"] {
                for statement: SQL in [
                    "UPDATE nba_publishing.shown_halt SET reason = 'x'",
                    "INSERT INTO nba_publishing.shown_game VALUES (now())",
                    "UPDATE nba_publishing.shown_game SET game_date = now()",
                ] {
                    let state = try await bench.sqlState(statement, as: role)
                    #expect(state == Self.refused, "\(role): \(statement.text)")
                }
            }
        }
    }
}
