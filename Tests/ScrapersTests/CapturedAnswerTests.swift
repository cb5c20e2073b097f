import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

/// Captured answers of the scrapers whose payloads become no table of their own: asked for, checked, kept byte for
/// byte, and brought to the units or the comparison that they are there for.
@Suite struct CapturedAnswerTests {
    static func expectKept(
        _ body: [UInt8],
        _ result: TaskResult,
        _ harness: TaskHarness,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let text = try #require(result.outcome?.rawInput?["object_path"]?.stringValue, sourceLocation: sourceLocation)
        #expect(PayloadKey(path: text)?.scraper == result.task.processor, sourceLocation: sourceLocation)
        let stored = try await harness.objects.get(try ObjectPath(validating: text), maximumBytes: 1 << 22)
        // Compared outside the macro: a failure would print the payload.
        let isSame = stored == body
        #expect(isSame, sourceLocation: sourceLocation)
    }

    @Test func theGamesOfADateAreThoseOfTheSchedule() async throws {
        guard let games = try ReferencePayload.bytes("payloads/bdl_games/2025-02-20.json"),
            let schedule = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz")
        else { return }
        try await ScraperTests.scrape("bdl_games", date: "2025-02-20") {
            $0.answer(ScraperTests.schedulePath, .init(200, schedule))
            $0.answer("/v1/games", .init(200, games))
        } _: { result, source, harness in
            // It would be partial if one of the schedule's nine games were missing.
            #expect(result.state == "success" && result.recordCount == 9)
            #expect(source.count(ScraperTests.schedulePath) == 1)
            try await Self.expectKept(games, result, harness)
        }
    }

    @Test func anOlderScoreboardSaysWhatESPNSays() async throws {
        guard let board = try ReferencePayload.bytes("payloads/nbac_scoreboard_v2/2024-01-15.json"),
            let other = try ReferencePayload.bytes("payloads/espn_scoreboard/2024-01-15.json.gz")
        else { return }
        let scores = try ESPNScoreboard.parse(other).games.map { game in
            let (away, home) = (try #require(game.awayScore), try #require(game.homeScore))
            return "\(game.away) \(away) @ \(game.home) \(home)"
        }
        try await ScraperTests.scrape("nbac_scoreboard_v2", date: "2024-01-15") {
            $0.answer(ScoreboardScraperTests.newer, .init(404, "{}"))
            $0.answer(ScoreboardScraperTests.older, .init(200, board))
        } _: { result, _, harness in
            #expect(result.state == "success" && result.recordCount == 11)
            let finals = result.outcome?.metadata["final_scores"]?.objectValue?.values.compactMap(\.stringValue) ?? []
            #expect(finals.sorted() == scores.sorted() && finals.contains("HOU 115 @ PHI 124"))
            try await Self.expectKept(board, result, harness)
        }
    }

    @Test func aScoreboardOfTodaysFormIsTaken() async throws {
        guard let board = try ReferencePayload.bytes("payloads/nbac_scoreboard_v3/sample.json.gz") else { return }
        try await ScraperTests.scrape("nbac_scoreboard_v2", date: "2025-11-05") {
            $0.answer(ScoreboardScraperTests.newer, .init(200, board))
        } _: { result, source, harness in
            #expect(result.state == "success" && result.recordCount == 11)
            #expect(result.outcome?.metadata["final_scores"]?["0022500171"]?.stringValue == "PHI 121 @ CLE 132")
            #expect(source.count(ScoreboardScraperTests.older) == 0)
            try await Self.expectKept(board, result, harness)
        }
    }

    @Test func aTeamsPageIsCheckedAndKept() async throws {
        guard let page = try ReferencePayload.bytes("payloads/nbac_roster/GSW.html.gz") else { return }
        try await ScraperTests.scrape("nbac_roster", unit: "GSW", date: "2025-07-17") {
            $0.answer("/team/1610612744/warriors/roster", .init(200, page))
        } _: { result, _, harness in
            #expect(result.state == "success" && result.recordCount == 18)
            try await Self.expectKept(page, result, harness)
        }
    }

    @Test(arguments: [("2025-03-09", 6), ("2025-03-10", 10)])
    func theEventsOfTwoEveningsAreUnitsOfTheirOwnEasternDay(day: String, count: Int) async throws {
        guard let body = try ReferencePayload.bytes("payloads/oddsa_events_his/2025-03-10.json") else { return }
        let moment: JSONValue = ["snapshot_timestamp": "2025-03-09T23:55:38Z"]
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(OddsHistoryScraperTests.eventsPath, .init(200, body))
                let run = try await harness.open(
                    .manual,
                    try GameDate(day),
                    only: [("oddsa_events_his", "*", moment)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let list = try #require(results.first { $0.task.processor == "oddsa_events_his" })
                #expect(list.state == "success" && list.recordCount == count)
                try await Self.expectKept(body, list, harness)
                for scraper in ["oddsa_player_props_his", "oddsa_game_lines_his"] {
                    let units = try await harness.count(
                        "nba_orchestration.task WHERE phase = 1 AND processor = \(scraper) AND unit <> '*'"
                    )
                    #expect(units == count, "\(scraper)")
                }
            }
        }
    }

    @Test func theEventsOfADayAreTheUnitOfItsProps() async throws {
        guard let body = try ReferencePayload.bytes("payloads/bp_events/2021-10-21.json") else { return }
        let games = [("DAL", "ATL"), ("MIL", "MIA"), ("LAC", "GSW")].enumerated().map { number, teams in
            """
            {"gameId":"002210001\(number)","gameStatus":1,"gameStatusText":"x","gameDateEst":"2021-10-21T00:00:00Z",
             "gameDateTimeEst":"2021-10-21T19:30:00Z","homeTeam":\(Self.team(teams.1)),"awayTeam":\(Self.team(teams.0))}
            """
        }
        let schedule =
            #"{"leagueSchedule":{"seasonYear":"2021-22","gameDates":[{"games":[\#(games.joined(separator: ","))]}]}}"#
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, schedule))
                source.answer(BettingProsScraperTests.eventsPath, .init(200, body))
                source.answer(BettingProsScraperTests.offersPath, .init(200, #"{"offers":[]}"#))
                let run = try await harness.open(
                    .full,
                    try GameDate("2021-10-21"),
                    only: [("bp_events", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let events = try #require(results.first { $0.task.processor == "bp_events" })
                #expect(events.state == "success" && events.recordCount == 3)
                try await Self.expectKept(body, events, harness)
                let props = try #require(results.first { $0.task.processor == "bp_player_props" })
                #expect(props.task.input?["event_ids"]?.arrayValue == [20879, 20880, 20881])
            }
        }
    }

    /// A side of a game in the schedule.
    static func team(_ tricode: String) -> String {
        let id = Team.all.first { $0.tricode == tricode }?.id ?? 0
        return #"{"teamId":\#(id),"teamTricode":"\#(tricode)","score":0}"#
    }
}
