import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

@Suite struct BallDontLieRowsTests {
    static func replaced(_ body: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
        try #require(text.contains(old))
        return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    }

    @Test func theCapturedBoxScoresBecomeRowsOnceAndACorrectionIsOneChange() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_box_scores/2024-01-15.json.gz") else { return }
        // One assist more for Batum.
        let old = #""reb": 5, "ast": 3, "stl": 2, "blk": 1"#
        let compact = old.replacing(": ", with: ":").replacing(", ", with: ",")
        let isCompact = String(decoding: body, as: UTF8.self).contains(compact)
        let corrected = try Self.replaced(
            body,
            isCompact ? compact : old,
            (isCompact ? compact : old).replacing("ast\": 3", with: "ast\": 4").replacing("ast\":3", with: "ast\":4")
        )
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [body, body, corrected],
            PayloadSubject("bdl_box_scores", date: date),
            date: date,
            prepare: RawContract.schedule([("0022300561", "2024-01-15", "HOU", "PHI")])
        ) { results, harness in
            // The schedule of this test has one of the eleven games; the others are none of its date.
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let rows = try await harness.pool.query(
                """
                SELECT count(*) FILTER (WHERE player_status = 'played') AS played,
                       count(*) FILTER (WHERE player_status = 'did_not_play') AS idle,
                       count(*) FILTER (WHERE player_status = 'did_not_play' AND (points IS NOT NULL OR minutes IS NOT NULL
                           OR assists IS NOT NULL OR field_goal_percentage IS NOT NULL)) AS wrong,
                       min(game_id) AS game_id, min(nba_game_id) AS nba_game_id, count(DISTINCT game_id) AS games,
                       max(field_goal_percentage) <= 1 AS are_fractions
                FROM nba_raw.bdl_player_boxscores
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode("played", as: Int64.self) == 23)
            #expect(try row.decode("idle", as: Int64.self) == 13)
            #expect(try row.decode("wrong", as: Int64.self) == 0)
            #expect(try row.decode("games", as: Int64.self) == 1)
            #expect(try row.decode("game_id", as: String.self) == "20240115_HOU_PHI")
            #expect(try row.decode("nba_game_id", as: String.self) == "0022300561")
            #expect(try row.decode("are_fractions", as: Bool.self))
            let points = try await harness.count(
                """
                (SELECT 1 FROM nba_raw.bdl_player_boxscores GROUP BY is_home
                 HAVING sum(points) = CASE WHEN is_home THEN 124 ELSE 115 END) AS sums
                """
            )
            #expect(points == 2)
        }
    }

    @Test func withoutAScheduleAllGamesOfTheDateAreTaken() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_box_scores/2024-01-15.json.gz") else { return }
        let date = try GameDate("2024-01-15")
        try await RawContract.read([body], PayloadSubject("bdl_box_scores", date: date), date: date) {
            results,
            harness in
            #expect(results.map(\.state) == ["success"] && results.first?.recordCount == 384)
            let games = try await harness.count(
                "(SELECT DISTINCT game_id FROM nba_raw.bdl_player_boxscores WHERE nba_game_id IS NULL) AS games"
            )
            #expect(games == 11)
        }
    }

    @Test func aGameThatTheScheduleHasTheOtherWayRoundIsRefused() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_player_box_scores/sample.json") else { return }
        let date = try GameDate("2025-06-22")
        let subject = PayloadSubject("bdl_player_box_scores", date: date)
        try await RawContract.read(
            [body],
            subject,
            date: date,
            prepare: RawContract.schedule([("0042400407", "2025-06-22", "OKC", "IND")])
        ) { results, _ in
            #expect(results.map(\.state) == ["failed"])
        }
        try await RawContract.read(
            [body],
            subject,
            date: date,
            prepare: RawContract.schedule([("0042400407", "2025-06-22", "IND", "OKC")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success"])
            let found1 = try await harness.count("nba_raw.bdl_player_boxscores WHERE nba_game_id = '0042400407'")
            #expect(found1 == 30)
        }
    }

    @Test func everyCaptureOfTheInjuriesStaysAndTheSameBytesAreOne() async throws {
        guard let page = try ReferencePayload.bytes("payloads/bdl_injuries/page1.json") else { return }
        let last = #"{"data":[],"meta":{"per_page":100}}"#
        let body = page + Array("\n\(last)".utf8)
        let second =
            page
            + Array(#"{"data":[{"player":{"id":1,"first_name":"A","last_name":"B","team_id":1},"status":"Out"}]}"#.utf8)
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [body, body, second],
            PayloadSubject("bdl_injuries", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let found2 = try await harness.count("nba_raw.bdl_injuries")
            #expect(found2 == 201)
            // The list is of the day on which it was captured.
            let found3 = try await harness.count("nba_raw.bdl_injuries WHERE scrape_date = '2024-01-16'")
            #expect(found3 == 201)
            let found4 = try await harness.count("nba_raw.bdl_injuries WHERE injury_status = 'day_to_day'")
            #expect(found4 == 182)
            let found5 = try await harness.count("nba_reference.unresolved_player_name WHERE source = 'bdl_injuries'")
            #expect(found5 == 101)
        }
    }

    @Test func theCapturedStandingsAreThirtyRows() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_standings/2024.json") else { return }
        let date = try GameDate("2025-04-14")
        try await RawContract.read(
            [body, body],
            PayloadSubject("bdl_standings", date: date, season: Season(startYear: 2024)),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"])
            #expect(results.map(\.changed) == [30, 0])
            let count = try await harness.count(
                "nba_raw.bdl_standings WHERE team_abbr = 'CLE' AND wins = 64 AND home_wins = 34 AND conference_rank = 1"
            )
            #expect(count == 1)
        }
    }

    @Test func playersAreHeldAgainstTheLeaguesList() async throws {
        guard let page = try ReferencePayload.bytes("payloads/bdl_active_players/page1.json") else { return }
        let body = page + Array(#"{"data":[]}"#.utf8)
        let date = try GameDate("2024-01-15")
        let subject = PayloadSubject("bdl_active_players", date: date)
        try await RawContract.read([body], subject, date: date) { results, harness in
            #expect(results.map(\.state) == ["success"])
            // Without the league's list there is nothing to say.
            let found6 = try await harness.count("nba_raw.bdl_active_players_current WHERE validation_status IS NULL")
            #expect(found6 == 100)
        }
        try await RawContract.read(
            [body],
            subject,
            date: date,
            prepare: { harness in
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_raw.nbac_player_list_current
                        (season_year, nba_player_id, player_lookup, player_full_name, team_abbr, is_active)
                    VALUES (2023, 203500, 'stevenadams', 'Steven Adams', 'HOU', true),
                           (2023, 1628389, 'bamadebayo', 'Bam Adebayo', 'NYK', true),
                           (2023, 1, 'jaylinwilliams', 'Jaylin Williams', 'OKC', true)
                    """
                )
            }
        ) { results, harness in
            #expect(results.map(\.state) == ["success"])
            let rows = try await harness.pool.query(
                """
                SELECT validation_status, count(*) AS players FROM nba_raw.bdl_active_players_current
                GROUP BY validation_status ORDER BY validation_status
                """
            )
            #expect(
                try rows.column("validation_status", as: String.self) == [
                    "missing_nba_com", "team_mismatch", "validated",
                ]
            )
            #expect(try rows.column("players", as: Int64.self) == [98, 1, 1])
        }
    }
}
