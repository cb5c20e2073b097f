import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@Suite struct ESPNRowsTests {
    @Test func theCapturedScoreboardBecomesRowsOnceAndACorrectionIsOneChange() async throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_scoreboard/2024-01-15.json.gz") else { return }
        let text = String(decoding: body, as: UTF8.self)
        let corrected = text.replacing(/"score": ?"124"/, maxReplacements: 1) { _ in #""score":"126""# }
        try #require(corrected != text)
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [body, body, Array(corrected.utf8)],
            PayloadSubject("espn_scoreboard", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [11, 0, 1])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let rows = try await harness.pool.query(
                "SELECT home_team_score FROM nba_raw.espn_scoreboard WHERE game_id = '20240115_HOU_PHI'"
            )
            #expect(try rows.column("home_team_score", as: Int64.self) == [126])
            let late = try await harness.count(
                """
                nba_raw.espn_scoreboard WHERE game_id = '20240115_OKC_LAL' AND game_date = '2024-01-15'
                    AND game_start_time = '2024-01-16T03:30:00Z' AND season_year = 2023
                """
            )
            #expect(late == 1)
        }
    }

    @Test func aDayWithoutGamesHasNoData() async throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_scoreboard/2025-02-14_no_games.json") else { return }
        let date = try GameDate("2025-02-14")
        try await RawContract.read([body], PayloadSubject("espn_scoreboard", date: date), date: date) { results, _ in
            #expect(results.map(\.state) == ["no_data"])
        }
    }

    static func subject() throws -> PayloadSubject {
        PayloadSubject("espn_game_boxscore", unit: "401585183", date: try GameDate("2024-01-15"))
    }

    @Test func theCapturedPageBecomesRowsOnceAndACorrectionIsThePlayersRow() async throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_game_boxscore/2024-01-15_HOU_PHI.html.gz") else {
            return
        }
        // One assist more for Jabari Smith.
        let text = String(decoding: body, as: UTF8.self)
        let cells = #"["31","5-9","0-1","3-5","1","6","7","2","#
        try #require(text.contains(cells))
        let corrected = text.replacing(cells, with: #"["31","5-9","0-1","3-5","1","6","7","3","#)
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [body, body, Array(corrected.utf8)],
            try Self.subject(),
            date: date,
            prepare: RawContract.schedule([("0022300561", "2024-01-15", "HOU", "PHI")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let found1 = try await harness.count("nba_raw.espn_boxscores WHERE nba_game_id = '0022300561'")
            #expect(found1 == 25)
            let idle = try await harness.count(
                """
                nba_raw.espn_boxscores WHERE player_status = 'did_not_play' AND did_not_play_reason = 'COACH''S DECISION'
                    AND points IS NULL AND minutes IS NULL AND assists IS NULL AND plus_minus IS NULL
                """
            )
            #expect(idle == 2)
            let found2 = try await harness.count("nba_raw.espn_boxscores WHERE field_goal_percentage > 1")
            #expect(found2 == 0)
            let smith = try await harness.pool.query(
                "SELECT assists FROM nba_raw.espn_boxscores WHERE player_lookup = 'jabarismithjr'"
            )
            #expect(try smith.column("assists", as: Int64.self) == [3])
            let touched = try await harness.count("nba_raw.espn_boxscores WHERE updated_at > created_at")
            #expect(touched == 1)
        }
    }

    @Test func bothProvidersAgreeOnTheGame() async throws {
        guard let page = try ReferencePayload.bytes("payloads/espn_game_boxscore/2024-01-15_HOU_PHI.html.gz"),
            let list = try ReferencePayload.bytes("payloads/bdl_box_scores/2024-01-15.json.gz")
        else { return }
        let date = try GameDate("2024-01-15")
        try await TaskHarness.with { harness in
            // Three men whom balldontlie calls otherwise.
            try await harness.pool.execute(
                """
                INSERT INTO nba_reference.player_alias (alias_lookup, player_lookup, reason, created_by)
                VALUES ('kenyonmartinjr', 'kjmartin', 'test', 'test'), ('marcusmorris', 'marcusmorrissr', 'test', 'test'),
                       ('jeenathanwilliams', 'natewilliams', 'test', 'test')
                """
            )
            for (body, subject) in [
                (page, try Self.subject()), (list, PayloadSubject("bdl_box_scores", date: date)),
            ] {
                let results = try await RawContract.take(body, subject, date: date, in: harness)
                #expect(results.map(\.state) == ["success"])
            }
            let rows = try await harness.pool.query(
                """
                SELECT count(*) AS players, count(*) FILTER (WHERE e.points = b.points) AS agree,
                       min(e.home_team_score) = 124 AND max(e.home_team_score) = 124 AND min(b.home_team_score) = 124
                           AND min(e.away_team_score) = 115 AND max(b.away_team_score) = 115 AS is_the_score
                FROM nba_raw.espn_boxscores AS e
                JOIN nba_raw.bdl_player_boxscores AS b USING (game_id, player_lookup, team_abbr, is_home)
                WHERE e.player_status = 'played' AND b.player_status = 'played'
                """
            )
            let row = try #require(rows.first)
            let players = try row.decode("players", as: Int64.self)
            #expect(players == 23)
            #expect(try row.decode("agree", as: Int64.self) == players)
            #expect(try row.decode("is_the_score", as: Bool.self))
            let sums = try await harness.count(
                """
                (SELECT 1 FROM nba_raw.espn_boxscores GROUP BY is_home
                 HAVING sum(points) = CASE WHEN is_home THEN 124 ELSE 115 END) AS sums
                """
            )
            #expect(sums == 2)
        }
    }
}
