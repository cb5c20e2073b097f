import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct QualityTests {
    private static let run = UUID(uuidString: "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a10")

    private static func insert(_ pool: PostgresPool) async throws {
        for (key, table, date, rule, violations, row, times, resolution):
            (
                String, String, String, String, String, String, Int32, String?
            ) in [
                (
                    "2024-01-15/joelembiid", "nba_analytics.player_game_summary", "2024-01-15", "usage_rate_range",
                    """
                    [{"rule":"usage_rate_range","demand":"usage_rate within 0…100 percent","values":{"usage_rate":1275.5}},
                     {"rule":"points_identity","demand":"points = 2 × fg_makes + three_pt_makes + ft_makes",
                      "values":{"points":71,"fg_makes":24,"three_pt_makes":1,"ft_makes":21}}]
                    """,
                    """
                    {"player_lookup":"joelembiid","game_date":"2024-01-15","points":71,"usage_rate":1275.5,"dnp_reason":null,
                     "player_full_name":"Joel\\u001b Embiid"}
                    """, 2, nil
                ),
                (
                    "2024-01-14/HOU", "nba_analytics.team_offense_game_summary", "2024-01-14", "points_scored_range",
                    """
                    [{"rule":"points_scored_range","demand":"points_scored within 1…250 points","values":{"points_scored":0}}]
                    """, #"{"team_abbr":"HOU","points_scored":0}"#, 1, "sound"
                ),
            ]
        {
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.quarantined_row
                    (table_name, row_key, scope, game_date, processor, unit, run_id, execution_id, rule, violations,
                     row_values, times, first_seen_at, last_seen_at, resolved_at, resolution)
                VALUES (\(table), \(key), 's', \(try GameDate(date).postgres), \(String(table.split(separator: ".")[1])), '*',
                        \(run), gen_random_uuid(), \(rule), \(PostgresJSON(violations)), \(PostgresJSON(row)), \(times),
                        '2024-01-16 05:00:00Z', '2024-01-16 05:10:00.250Z',
                        CASE WHEN \(resolution)::text IS NOT NULL THEN '2024-01-16 06:00:00Z'::timestamptz END,
                        \(resolution))
                """
            )
        }
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.quality_check
                (table_name, game_date, phase, verdict, row_count, expected_rows, monitors, fired, checked_at)
            VALUES ('nba_analytics.player_game_summary', '2024-01-15', 3, 'fired', 246, 250, 17, 1, '2024-01-16 05:12:00Z'),
                   ('nba_analytics.team_offense_game_summary', '2024-01-15', 3, 'passed', 22, 22, 20, 0,
                    '2024-01-16 05:12:00Z'),
                   ('nba_raw.odds_api_player_points_props', '2024-01-15', 2, 'empty', 0, NULL, 0, 0,
                    '2024-01-16 05:12:00Z')
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.column_check
                (table_name, game_date, column_name, monitor, demand, measured, row_count, first_fired_at, last_fired_at,
                 resolved_at)
            VALUES ('nba_analytics.player_game_summary', '2024-01-15', 'usage_rate', 'null_share', 'at most 20 percent NULL',
                    0.98765, 240, '2024-01-16 05:12:00Z', '2024-01-16 05:12:00Z', NULL),
                   ('nba_analytics.player_game_summary', '2024-01-15', 'points', 'mean', 'mean within 6…16', 20, 240,
                    '2024-01-16 05:12:00Z', '2024-01-16 05:12:00Z', '2024-01-16 05:30:00Z')
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_analytics.team_offense_game_summary
                (game_id, nba_game_id, game_date, season_year, season_type, team_abbr, opponent_team_abbr, home_game,
                 primary_source_used, data_quality_tier)
            SELECT 'g', 'g', '2024-01-15', 2023, 'regular', team, 'HOU', true, 's', tier
            FROM (VALUES ('PHI', 'silver'), ('BOS', 'gold'), ('ATL', 'gold')) AS t(team, tier)
            """
        )
    }

    private static func lines(_ result: CommandResult) -> [String] {
        result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    }

    @Test func whatIsInQuarantineAndWhatAuditsFound() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-16T12:00:00Z"]
            let quiet = await tipoff("quarantine", "ls", environment: environment)
            #expect(quiet.code == 0 && quiet.output == "nothing is in quarantine\n")
            let silent = await tipoff("quality", "--date", "2024-01-15", environment: environment)
            #expect(silent.code == 0 && silent.output.contains("not audited"))
            try await Self.insert(pool)
            for (name, arguments, code) in [
                ("quarantine-ls", ["quarantine", "ls"], Int32(1)),
                ("quarantine-all", ["quarantine", "ls", "--all"], 0),
                ("quarantine-show", ["quarantine", "show", "1"], 0),
                ("quarantine-left", ["quarantine", "show", "2"], 0),
                ("quality", ["quality", "--date", "yesterday"], 1),
            ] {
                let result = await tipoff(arguments, environment: environment)
                result.expect(code)
                try expectGolden(Self.lines(result), name)
            }
        }
    }

    @Test func theSameForOtherPrograms() async throws {
        try await Database.with { database, pool in
            try await Self.insert(pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let list = try await tipoff(
                "quarantine",
                "ls",
                "--all",
                "--table",
                "team_offense_game_summary",
                "--json",
                environment: environment
            ).json()
            #expect(list.arrayValue?.count == 1)
            #expect(list[0]?["resolution"] == "sound" && list[0]?["row"] == nil)
            let date = try await tipoff("quarantine", "ls", "--date", "2024-01-15", "--json", environment: environment)
                .json()
            #expect(date[0]?["violations"]?[0]?["values"]?["usage_rate"] == .double(1275.5))
            let row = try await tipoff("quarantine", "show", "1", "--json", environment: environment).json()
            #expect(row["row"]?["points"] == 71)
            let quality = try await tipoff("quality", "--date", "2024-01-15", "--json", environment: environment).json()
            #expect(quality["findings"]?.arrayValue?.count == 1)
            let tables = quality["tables"]?.arrayValue ?? []
            let teams = tables.first { $0["table"] == "nba_analytics.team_offense_game_summary" }
            #expect(teams?["tiers"]?["gold"] == 2 && teams?["verdict"] == "passed")
            #expect(tables.filter { $0["verdict"] == "not_audited" }.count == tables.count - 3)
        }
    }

    @Test func wrongUseSaysWhatIsRight() async throws {
        try await Database.with { database, _ in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let missing = await tipoff("quarantine", "show", "99", environment: environment)
            #expect(missing.code == 1 && missing.errors.contains("tipoff quarantine ls --all"))
            let table = await tipoff("quarantine", "ls", "--table", "player_game_sumary", environment: environment)
            #expect(table.code == 2 && table.errors.contains("player_game_summary"))
            let date = await tipoff("quality", "--date", "2024-13-01", environment: environment)
            #expect(date.code == 2)
        }
    }
}
