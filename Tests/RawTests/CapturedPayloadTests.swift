import Basketball
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import Pipeline

/// Captured payloads that no suite of a single source brings into the tables, and what several of them say together.
@Suite struct CapturedPayloadTests {
    /// Points by player of a live box score, of those who scored.
    static func points(_ box: JSONValue) throws -> [Int: Int] {
        var points: [Int: Int] = [:]
        for side in ["homeTeam", "awayTeam"] {
            for player in box["game"]?[side]?["players"]?.arrayValue ?? [] {
                let id = try #require(player["personId"]?.intValue)
                let scored = try #require(player["statistics"]?["points"]?.intValue)
                if scored > 0 { points[Int(id)] = Int(scored) }
            }
        }
        return points
    }

    @Test func theEventsOfAnEarlierSeasonAddUpToTheBoxScoreOfTheSameSite() async throws {
        guard let feed = try ReferencePayload.bytes("payloads/cdn_live/playbyplay_0022000001.json.gz"),
            let box = try ReferencePayload.bytes("payloads/cdn_live/boxscore_0022000001.json")
        else { return }
        let printed = try Self.points(try JSONValue(parsing: box))
        #expect(printed.count == 27)
        let date = try GameDate("2020-12-22")
        try await RawContract.read(
            [feed, feed],
            PayloadSubject("nbac_play_by_play", unit: "0022000001", date: date),
            date: date,
            prepare: RawContract.schedule([("0022000001", "2020-12-22", "GSW", "BKN")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"])
            #expect(results.map(\.changed) == [610, 0])
            let rows = try await harness.pool.query(
                """
                SELECT player_1_id AS player,
                    sum(CASE shot_type WHEN '3PT' THEN 3 WHEN '2PT' THEN 2 ELSE 1 END)::bigint AS points
                FROM nba_raw.nbac_play_by_play WHERE shot_made GROUP BY player_1_id
                """
            )
            let players = try rows.column("player", as: Int.self)
            let points = try rows.column("points", as: Int.self)
            let scored = Dictionary(uniqueKeysWithValues: zip(players, points))
            #expect(scored == printed)
            let finals = try await harness.count(
                """
                (SELECT max(score_home) AS home, max(score_away) AS away FROM nba_raw.nbac_play_by_play) AS score
                WHERE home = 125 AND away = 99
                """
            )
            #expect(finals == 1)
        }
    }

    @Test func theEventsOfTheStatisticsSiteBecomeRows() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_play_by_play_v3/sample.json.gz") else { return }
        let date = try GameDate("2024-11-12")
        try await RawContract.read(
            [body],
            PayloadSubject("nbac_play_by_play", unit: "0022400001", date: date),
            date: date,
            prepare: RawContract.schedule([("0022400001", "2024-11-12", "ATL", "BOS")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success"] && results.map(\.changed) == [475])
            let rows = try await harness.pool.query(
                """
                SELECT team_abbr, sum(CASE shot_type WHEN '3PT' THEN 3 WHEN '2PT' THEN 2 ELSE 1 END)::bigint AS points
                FROM nba_raw.nbac_play_by_play WHERE shot_made GROUP BY team_abbr ORDER BY team_abbr
                """
            )
            let (teams, points) = (
                try rows.column("team_abbr", as: String.self), try rows.column("points", as: Int.self)
            )
            #expect(teams == ["ATL", "BOS"] && points == [117, 116])
        }
    }

    @Test func theBoxScoreOfTodaysFormBecomesTwoRows() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_team_boxscore_v3/sample.json") else { return }
        let date = try GameDate("2025-11-04")
        try await RawContract.read(
            [body, body],
            PayloadSubject("nbac_team_boxscore", unit: "0022500165", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"] && results.map(\.changed) == [2, 0])
            let rows = try await harness.pool.query(
                """
                SELECT game_id || ' ' || team_abbr || CASE WHEN is_home THEN ' home ' ELSE ' away ' END || points
                    AS line
                FROM nba_raw.nbac_team_boxscore WHERE minutes = 240 ORDER BY team_abbr
                """
            )
            let texts = try rows.column("line", as: String.self)
            #expect(texts == ["20251104_MIL_TOR MIL away 100", "20251104_MIL_TOR TOR home 128"])
        }
    }

    @Test func aBoxScoreOfAnotherKindIsNoBoxScore() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_boxscore_advanced_v3/sample.json") else { return }
        let date = try GameDate("2025-11-04")
        try await RawContract.read(
            [body],
            PayloadSubject("nbac_team_boxscore", unit: "0022500165", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["failed"])
            #expect(results.first?.error?.type == "unexpected_structure")
            let rows = try await harness.count("nba_raw.nbac_team_boxscore")
            #expect(rows == 0)
        }
    }

    @Test func anEmptyListOfBoxScoresIsNoDataAndRemovesNothing() async throws {
        guard let full = try ReferencePayload.bytes("payloads/bdl_box_scores/2024-01-15.json.gz"),
            let empty = try ReferencePayload.bytes("payloads/bdl_box_scores/empty.json")
        else { return }
        let date = try GameDate("2024-01-15")
        try await RawContract.read([full, empty], PayloadSubject("bdl_box_scores", date: date), date: date) {
            results,
            harness in
            #expect(results.map(\.state) == ["success", "no_data"])
            // Nobody said that nothing was to be expected.
            #expect(results.last?.isExpectedEmpty == false)
            let kept = try await harness.count("nba_raw.bdl_player_boxscores WHERE removed_at IS NULL")
            #expect(kept == 384)
        }
    }

    /// The schedule, the team box score and the events were captured each by itself.
    @Test func theOvertimeGameIsTheSameInThreeTables() async throws {
        guard let schedule = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz"),
            let box = try ReferencePayload.bytes("payloads/nbac_team_boxscore_v2/2025-01-15_0022400561.json"),
            let feed = try ReferencePayload.bytes("payloads/nbac_play_by_play/2025-01-15_0022400561.json.gz")
        else { return }
        let date = try GameDate("2025-01-15")
        try await TaskHarness.with { harness in
            for (body, subject) in [
                (schedule, PayloadSubject("nbac_schedule_api", season: Season(startYear: 2024))),
                (box, PayloadSubject("nbac_team_boxscore", unit: "0022400561", date: date)),
                (feed, PayloadSubject("nbac_play_by_play", unit: "0022400561", date: date)),
            ] {
                let results = try await RawContract.take(body, subject, date: date, in: harness)
                #expect(results.map(\.state) == ["success"])
            }
            let rows = try await harness.pool.query(
                """
                SELECT s.away_team_score::bigint AS away, s.home_team_score::bigint AS home, b.away_box, b.home_box,
                    b.threes_box, b.twos_box, b.free_box, p.away_plays, p.home_plays, p.threes, p.twos, p.free
                FROM nba_raw.nbac_schedule AS s
                CROSS JOIN (
                    SELECT sum(points) FILTER (WHERE NOT is_home)::bigint AS away_box,
                        sum(points) FILTER (WHERE is_home)::bigint AS home_box,
                        sum(three_pointers_made)::bigint AS threes_box,
                        sum(field_goals_made - three_pointers_made)::bigint AS twos_box,
                        sum(free_throws_made)::bigint AS free_box
                    FROM nba_raw.nbac_team_boxscore WHERE nba_game_id = '0022400561'
                ) AS b
                CROSS JOIN (
                    SELECT max(score_away)::bigint AS away_plays, max(score_home)::bigint AS home_plays,
                        count(*) FILTER (WHERE shot_type = '3PT' AND shot_made) AS threes,
                        count(*) FILTER (WHERE shot_type = '2PT' AND shot_made) AS twos,
                        count(*) FILTER (WHERE shot_type = 'FT' AND shot_made) AS free
                    FROM nba_raw.nbac_play_by_play WHERE nba_game_id = '0022400561'
                ) AS p
                WHERE s.nba_game_id = '0022400561'
                """
            )
            let row = try #require(rows.first)
            let scores = try ["away", "home", "away_box", "home_box", "away_plays", "home_plays"].map {
                try row.decode($0, as: Int.self)
            }
            #expect(scores == [125, 119, 125, 119, 125, 119])
            let shots = try ["threes_box", "twos_box", "free_box", "threes", "twos", "free"].map {
                try row.decode($0, as: Int.self)
            }
            #expect(shots == [29, 63, 31, 29, 63, 31])
        }
    }

    /// No answer with offers was ever captured: they are in the form that is described, behind the captured events.
    @Test func theCapturedEventsNameTheGamesOfTheirOffers() async throws {
        guard let events = try ReferencePayload.bytes("payloads/bp_events/2021-10-21.json") else { return }
        let offers = [(20879, "Luka Doncic"), (20880, "Jimmy Butler"), (20881, "Stephen Curry")].map { event, name in
            """
            {"id":\(event),"event_id":\(event),"market_id":156,"participants":[{"id":"\(event)","name":"\(name)"}],
            "selections":[{"selection":"over","books":[{"id":10,"lines":[{"id":1,"line":24.5,"cost":-110}]}]}]}
            """
        }
        let date = try GameDate("2021-10-21")
        try await RawContract.read(
            [events + Array("\n{\"offers\":[\(offers.joined(separator: ","))]}".utf8)],
            PayloadSubject("bp_player_props", date: date, part: "points"),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success"] && results.map(\.changed) == [3])
            let rows = try await harness.pool.query(
                "SELECT game_id FROM nba_raw.bettingpros_player_points_props ORDER BY bp_event_id"
            )
            // Two of the three begin after midnight UTC.
            let games = try rows.column("game_id", as: String.self)
            #expect(games == ["20211021_DAL_ATL", "20211021_MIL_MIA", "20211021_LAC_GSW"])
        }
    }
}
