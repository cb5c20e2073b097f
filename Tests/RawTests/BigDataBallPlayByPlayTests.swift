import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline

@Suite struct BigDataBallPlayByPlayTests {
    @Test func theLastGameOfTheFinalsBecomesRowsAndACorrectionIsOneChange() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bigdataball_pbp/2025-06-22_finals_g7.csv.gz") else {
            return
        }
        let corrected = Array(
            String(decoding: body, as: UTF8.self).replacing(
                "jump shot,14,91,106",
                with: "jump shot,15,91,106",
                maxReplacements: 1
            ).utf8
        )
        let date = try GameDate("2025-06-22")
        try await RawContract.read(
            [body, body, corrected],
            PayloadSubject("bigdataball_pbp", unit: "0042400407", date: date),
            date: date,
            prepare: { harness in
                try await RawContract.schedule([("0042400407", "2025-06-22", "IND", "OKC")])(harness)
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_reference.player_alias (alias_lookup, player_lookup, reason, created_by)
                    VALUES ('luguentzdort', 'ludort', 'a test', 'test')
                    """
                )
            }
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [510, 0, 1])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let rows = try await harness.pool.query(
                """
                SELECT min(game_id) AS game, max(score_away) AS away, max(score_home) AS home,
                    count(*) FILTER (WHERE shot_made) AS made, count(*) FILTER (WHERE event_type IS NULL) AS untyped,
                    count(*) FILTER (WHERE home_player_5_lookup IS NULL) AS short,
                    count(*) FILTER (WHERE player_1_lookup = 'ludort') AS aliased,
                    count(*) FILTER (WHERE player_1_lookup = 'luguentzdort') AS unaliased
                FROM nba_raw.bigdataball_play_by_play
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode("game", as: String.self) == "20250622_IND_OKC")
            let counts = try ["away", "home", "made", "untyped", "short", "unaliased"].map {
                try row.decode($0, as: Int.self)
            }
            #expect(counts == [91, 103, 108, 3, 0, 0])
            let aliased = try row.decode("aliased", as: Int.self)
            #expect(aliased > 0)
            // Nobody of the two squads is known to the empty league: all are queued, each with his team.
            let queued = try await harness.count(
                """
                nba_reference.unresolved_player_name
                WHERE source = 'bigdataball_play_by_play' AND team_abbr IN ('IND', 'OKC')
                """
            )
            #expect(queued > 15)
        }
    }

    @Test func playsOfAnotherDayOrTeamAreRefused() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bigdataball_pbp/2025-06-22_finals_g7.csv.gz") else {
            return
        }
        for (date, home, state) in [("2025-06-21", "OKC", "failed"), ("2025-06-22", "BOS", "partial")] {
            let day = try GameDate(date)
            try await RawContract.read(
                [body],
                PayloadSubject("bigdataball_pbp", unit: "0042400407", date: day),
                date: day,
                prepare: RawContract.schedule([("0042400407", date, "IND", home)])
            ) { results, harness in
                #expect(results.map(\.state) == [state])
                let strangers = try await harness.count("nba_raw.bigdataball_play_by_play WHERE team_abbr = 'OKC'")
                #expect(strangers == 0)
            }
        }
    }
}
