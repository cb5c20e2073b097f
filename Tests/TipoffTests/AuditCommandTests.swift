import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct AuditCommandTests {
    private func environment(_ database: TestDatabase) -> [String: String] {
        ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_DATABASE_ROLE": "tipoff_operator"]
    }

    /// Answers every open audit, as the services do.
    private func answer(_ pool: PostgresPool, _ state: String, rows: Int, different: Int) async throws {
        try await pool.execute(
            """
            UPDATE nba_orchestration.audit SET state = \(state), finished_at = now(), rows_compared = \(Int64(rows)),
                rows_different = \(Int64(different)), owner = 'analytics@test',
                reason = CASE WHEN \(state) = 'skipped' THEN 'a run of the date is open' END,
                differences = CASE WHEN \(different > 0) THEN
                    '[{"processor": "player_game_summary", "table": "nba_analytics.player_game_summary",
                       "kind": "different", "key": "2024-01-15/joelembiid", "columns": {"points": [99, 41]}}]'::jsonb END
            WHERE state = 'requested'
            """
        )
    }

    @Test func anOperatorAsksForADateAndSeesTheAnswer() async throws {
        try await Database.with { database, pool in
            let environment = environment(database)
            let none = await tipoff("audit", "ls", environment: environment)
            none.expect(0)
            #expect(none.output == "no audits yet\n")

            let asked = await tipoff("audit", "run", "--date", "2024-01-15", "--json", environment: environment)
            asked.expect(0)
            let phases = try asked.json().arrayValue?.compactMap { $0["phase"]?.intValue }
            #expect(phases == [3, 4])
            try await answer(pool, "same", rows: 357, different: 0)
            let listed = await tipoff("audit", environment: environment)
            listed.expect(0)
            #expect(listed.output.contains("2024-01-15") && listed.output.contains("same"))
            #expect(listed.output.contains("357"))
        }
    }

    @Test(arguments: [("same", 0, Int32(0)), ("different", 1, 1), ("skipped", 0, 1)] as [(String, Int, Int32)])
    func waitingEndsWithTheAnswer(state: String, different: Int, code: Int32) async throws {
        try await Database.with { database, pool in
            async let waiting = tipoff(
                "audit",
                "run",
                "--date",
                "2024-01-15",
                "--phase",
                "3",
                "--wait",
                "--timeout",
                "60",
                environment: environment(database)
            )
            while try await pool.query("SELECT count(*) FROM nba_orchestration.audit").scalar(as: Int.self) == 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await answer(pool, state, rows: 229, different: different)
            let result = await waiting
            result.expect(code)
            #expect(result.output.contains(state))
            let line = "nba_analytics.player_game_summary 2024-01-15/joelembiid different: points"
            #expect(result.output.contains(line) == (different > 0))
        }
    }

    @Test func theGuardsDaysAreListed() async throws {
        try await Database.with { database, pool in
            let environment = environment(database)
            let none = await tipoff("audit", "guards", environment: environment)
            #expect(none.output == "the guards have not looked yet\n")
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.guard_check (league_day, guard, verdict, looked_at, findings, owner) VALUES
                    ('2024-01-15', 'silent_source', 'fired', 7, '[{"processor": "nbac_injury_report"}]', 'x'),
                    ('2024-01-15', 'one_hash', 'quiet', 12, '[]', 'x'),
                    ('2024-01-15', 'everything_changed', 'unknown', 0, '[]', 'x')
                """
            )
            let text = await tipoff("audit", "guards", environment: environment)
            text.expect(0)
            #expect(text.output.contains("nbac_injury_report") && text.output.contains("unknown"))
            let json = try await tipoff("audit", "guards", "--json", environment: environment).json()
            #expect(json.arrayValue?.count == 3)
        }
    }

    @Test(arguments: [
        ["audit", "run"], ["audit", "run", "--date", "2024-01-15", "--phase", "2"],
        ["audit", "run", "--date", "2024-02-30"], ["audit", "ls", "-n", "0"], ["audit", "guards", "-n", "0"],
        ["audit", "run", "--date", "2024-01-15", "--timeout", "0"],
    ])
    func wrongUsageIsTwo(_ arguments: [String]) async {
        let result = await tipoff(arguments, environment: ["TIPOFF_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"])
        result.expect(2)
    }
}
