import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import Pipeline

@Suite struct NbacScheduleFeedsTests {
    @Test func theSeasonHasItsFlagsByRuleAndNotByGuess() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz") else {
            return
        }
        let date = try GameDate("2025-01-20")
        try await RawContract.read(
            [body],
            PayloadSubject("nbac_schedule_api", season: Season(startYear: 2024)),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success"] && results.first?.changed == 1321)
            let rows = try await harness.pool.query(
                """
                SELECT count(*) FILTER (WHERE is_mlk_day) AS mlk,
                    count(*) FILTER (WHERE is_mlk_day AND game_date <> '2025-01-20') AS wrong_mlk,
                    count(*) FILTER (WHERE is_christmas) AS christmas,
                    count(*) FILTER (WHERE is_regular_season) AS regular, count(*) FILTER (WHERE is_playoffs) AS playoffs,
                    count(*) FILTER (WHERE playoff_round = 'first_round') AS first_round,
                    count(*) FILTER (WHERE playoff_round = 'finals') AS finals,
                    count(*) FILTER (WHERE is_emirates_cup) AS cup,
                    count(*) FILTER (WHERE is_international_game) AS abroad,
                    count(*) FILTER (WHERE has_national_tv) AS shown,
                    count(*) FILTER (WHERE time_slot = 'afternoon') AS afternoon,
                    count(*) FILTER (WHERE time_slot = 'primetime') AS primetime,
                    count(*) FILTER (WHERE arena_timezone IS NULL) AS neutral,
                    count(*) FILTER (WHERE is_weekend <> (extract(isodow FROM game_date) >= 5)) AS wrong_weekend
                FROM nba_raw.nbac_schedule
                """
            )
            let row = try #require(rows.first)
            let counts = try [
                "mlk", "wrong_mlk", "christmas", "regular", "playoffs", "first_round", "finals", "cup", "abroad",
                "shown",
                "afternoon", "primetime", "wrong_weekend",
            ].map { try row.decode($0, as: Int.self) }
            #expect(counts == [8, 0, 5, 1230, 84, 43, 7, 67, 3, 369, 31, 672, 0])
            let final = try await harness.pool.query(
                """
                SELECT day_of_week, data_source, traditional_networks, primary_network, arena_timezone, season_nba_format
                FROM nba_raw.nbac_schedule WHERE nba_game_id = '0042400407'
                """
            )
            let game = try #require(final.first)
            #expect(try game.decode("day_of_week", as: String.self) == "sun")
            #expect(try game.decode("data_source", as: String.self) == "api_stats")
            #expect(try game.decode("primary_network", as: String.self).hasPrefix("ABC"))
            #expect(try game.decode("traditional_networks", as: String.self).hasPrefix("[\"ABC"))
            #expect(try game.decode("arena_timezone", as: String.self) == "America/Chicago")
            #expect(try game.decode("season_nba_format", as: String.self) == "2024-25")
        }
    }

    @Test func theStaticFileIsReadByTheSameProcessor() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_schedule_cdn/season_2023-24.json.gz") else {
            return
        }
        try await RawContract.read(
            [body],
            PayloadSubject("nbac_schedule_cdn", season: Season(startYear: 2023)),
            date: try GameDate("2023-10-24")
        ) { results, harness in
            #expect(results.map(\.task.processor) == ["nbac_schedule"] && results.first?.changed == 1200)
            let rows = try await harness.count("nba_raw.nbac_schedule WHERE data_source = 'cdn_static'")
            let neutral = try await harness.count("nba_raw.nbac_schedule WHERE is_neutral_site IS NOT NULL")
            #expect(rows == 1200 && neutral == 0)
        }
        // Of the pre-season alone there is nothing to keep.
        guard let early = try ReferencePayload.bytes("payloads/nbac_schedule_cdn/preseason_2025-26.json") else {
            return
        }
        try await RawContract.read(
            [early],
            PayloadSubject("nbac_schedule_cdn", season: Season(startYear: 2025)),
            date: try GameDate("2025-10-08")
        ) { results, _ in
            #expect(results.map(\.state) == ["no_data"] && results.first?.isExpectedEmpty == true)
        }
    }

    static func game(_ date: String, _ source: String) -> [UInt8] {
        Array(
            """
            {"leagueSchedule":{"seasonYear":"2023-24","gameDates":[{"games":[{"gameId":"0022300561","gameStatus":1,
            "gameStatusText":"7:30 pm ET","gameDateEst":"\(date)T00:00:00Z","gameDateTimeEst":"\(date)T19:30:00Z",
            "homeTeam":{"teamId":1610612755,"teamTricode":"PHI"},
            "awayTeam":{"teamId":1610612752,"teamTricode":"NYK"},"note":"\(source)"}]}]}}
            """.utf8
        )
    }

    @Test func aMovedGameKeepsItsRowAndItsHistoryAndTheFeedIsNoChange() async throws {
        let date = try GameDate("2024-01-15")
        try await TaskHarness.with { harness in
            let steps = [
                ("nbac_schedule_api", Self.game("2024-01-15", "a"), 1),
                ("nbac_schedule_cdn", Self.game("2024-01-15", "b"), 0),
                // Gone from the one day, and new on the other.
                ("nbac_schedule_cdn", Self.game("2024-03-01", "c"), 2),
            ]
            for (number, (scraper, body, changed)) in steps.enumerated() {
                let run = try await harness.open(.pregame, date, only: [])
                let captured = RawContract.captured.addingTimeInterval(Double(60 * number))
                let subject = PayloadSubject(scraper, season: Season(startYear: 2023))
                try await harness.handOver(
                    body,
                    at: PayloadKey(subject, capturedAt: captured).path.string,
                    scraper: scraper,
                    run: run,
                    capturedAt: captured
                )
                let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
                #expect(result.state == "success" && result.changed == changed)
            }
            let rows = try await harness.pool.query(
                "SELECT game_id, data_source FROM nba_raw.nbac_schedule WHERE removed_at IS NULL"
            )
            #expect(try rows.column("game_id", as: String.self) == ["20240301_NYK_PHI"])
            let moves = try await harness.count(
                """
                nba_raw.nbac_schedule_move WHERE nba_game_id = '0022300561' AND from_date = '2024-01-15'
                    AND to_date = '2024-03-01' AND source_object LIKE 'nba-com/schedule-cdn/%'
                """
            )
            #expect(moves == 1)
        }
    }
}
