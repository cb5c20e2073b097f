import Basketball
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import Pipeline

@Suite struct NbacPlayByPlayTests {
    static let path = "payloads/nbac_play_by_play/2025-01-15_0022400561.json.gz"

    static func subject() throws -> PayloadSubject {
        PayloadSubject("nbac_play_by_play", unit: "0022400561", date: try GameDate("2025-01-15"))
    }

    /// The schedule, and the player list with some of those who played.
    static func prepare(_ harness: TaskHarness) async throws {
        try await RawContract.schedule([("0022400561", "2025-01-15", "NYK", "PHI")])(harness)
        try await harness.pool.execute(
            """
            INSERT INTO nba_raw.nbac_player_list_current
                (season_year, nba_player_id, player_lookup, player_full_name, is_active)
            VALUES (2024, 1628973, 'jalenbrunson', 'Jalen Brunson', true), (2024, 202331, 'paulgeorge', 'Paul George', true)
            """
        )
    }

    @Test func theOvertimeGameBecomesRows() async throws {
        guard let body = try ReferencePayload.bytes(Self.path) else { return }
        let corrected = Array(
            String(decoding: body, as: UTF8.self).replacing(
                #""shotDistance": 21.62"#,
                with: #""shotDistance": 21.7"#,
                maxReplacements: 1
            ).utf8
        )
        try await RawContract.read(
            [body, body, corrected],
            try Self.subject(),
            date: try GameDate("2025-01-15"),
            prepare: Self.prepare
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results[0].changed == 506 && results[1].changed == 0 && results[2].changed == 1)
            // Most names were missing: the same bytes are read again, and change nothing while nobody is named.
            #expect(results[1].outcome?.skipReason != "same_payload")
            let rows = try await harness.pool.query(
                """
                SELECT count(DISTINCT game_id)::bigint AS games, min(game_id) AS game,
                    max(score_home) AS home, max(score_away) AS away, max(time_elapsed_seconds) AS elapsed,
                    count(*) FILTER (WHERE shot_type = '3PT' AND shot_made) AS threes,
                    count(*) FILTER (WHERE shot_type = '2PT' AND shot_made) AS twos,
                    count(*) FILTER (WHERE shot_type = 'FT' AND shot_made) AS free_throws,
                    count(*) FILTER (WHERE player_1_lookup = 'jalenbrunson' AND player_1_team_abbr = 'NYK'
                        AND shot_made IS NOT NULL AND shot_type <> 'FT') AS brunson,
                    count(*) FILTER (WHERE event_type = 'steal' AND player_1_lookup = 'paulgeorge') AS steals,
                    count(*) FILTER (WHERE steal_player_lookup = 'paulgeorge') AS stolen
                FROM nba_raw.nbac_play_by_play
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode("game", as: String.self) == "20250115_NYK_PHI")
            let counts = try ["games", "home", "away", "elapsed", "threes", "twos", "free_throws"].map {
                try row.decode($0, as: Int.self)
            }
            #expect(counts == [1, 119, 125, 3180, 29, 63, 31])
            let shots = try row.decode("brunson", as: Int.self)
            #expect(shots > 15)
            let (steals, stolen) = (try row.decode("steals", as: Int.self), try row.decode("stolen", as: Int.self))
            #expect(steals > 0 && steals == stolen)
        }
    }

    @Test func withoutAScheduleTheReadingWaitsAndAnAnnouncedGameIsEnough() async throws {
        let body = PlayByPlayBodies.twoEvents
        try await TaskHarness.with { harness in
            let date = try GameDate("2024-01-15")
            for (game, state) in [(nil, "pending"), ("20240115_NYK_PHI", "success")] as [(String?, String)] {
                let run = try await harness.open(.postgame, date, only: [])
                let path = "nba-com/play-by-play/2024-01-15/game-0022300561/20240116_090000.json"
                try await harness.objects.put(try ObjectPath(validating: path), bytes: body)
                var input: [String: JSONValue] = ["status": "success", "object_path": .string(path)]
                if let game { input["game_id"] = .string(game) }
                try await harness.handOver(
                    .dictionary(input),
                    scraper: "nbac_play_by_play",
                    unit: "0022300561",
                    run: run
                )
                let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
                #expect(result.state == state)
            }
            let rows = try await harness.count("nba_raw.nbac_play_by_play WHERE home_team_abbr = 'PHI'")
            #expect(rows == 2)
        }
    }

    @Test func eventsOfAnotherPairAreRefused() async throws {
        try await RawContract.read(
            [PlayByPlayBodies.twoEvents],
            PayloadSubject("nbac_play_by_play", unit: "0022300561", date: try GameDate("2024-01-15")),
            date: try GameDate("2024-01-15"),
            prepare: RawContract.schedule([("0022300561", "2024-01-15", "BOS", "PHI")])
        ) { results, _ in
            #expect(results.map(\.state) == ["failed"])
            #expect(results.first?.error?.type == "wrong_subject")
        }
    }
}

enum PlayByPlayBodies {
    /// A made shot of the visitors, and one of the hosts.
    static let twoEvents = Array(
        """
        {"game":{"gameId":"0022300561","actions":[
        {"actionNumber":4,"clock":"PT11M40.00S","period":1,"teamTricode":"NYK","actionType":"2pt","isFieldGoal":1,
         "shotResult":"Made","personId":1628973,"scoreHome":"0","scoreAway":"2"},
        {"actionNumber":9,"clock":"PT11M20.00S","period":1,"teamTricode":"PHI","actionType":"3pt","isFieldGoal":1,
         "shotResult":"Made","personId":203954,"scoreHome":"3","scoreAway":"2"}]}}
        """.utf8
    )
}
