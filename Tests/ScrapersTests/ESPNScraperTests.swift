import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct ESPNScraperTests {
    static let boardPath = "/apis/site/v2/sports/basketball/nba/scoreboard"
    static let pagePath = "/nba/boxscore"

    static func board(home: String = "PHI", state: String = "post") -> String {
        """
        {"events":[{"id":"401585183","date":"2024-01-16T00:30Z","season":{"year":2024,"type":2},
        "status":{"period":4,"type":{"name":"x","state":"\(state)","detail":"x"}},"competitions":[{"competitors":[
        {"homeAway":"home","score":"124","team":{"abbreviation":"\(home)"}},
        {"homeAway":"away","score":"115","team":{"abbreviation":"NY"}}]}]}]}
        """
    }

    static func page(state: String = "post") -> String {
        """
        <html><script>window['__espnfitt__']={"page":{"gmStrp":{"gid":"401585183","dt":"2024-01-16T00:30Z",
        "status":{"state":"\(state)","desc":"x"},"tms":[{"abbrev":"PHI","isHome":true,"score":"0"},
        {"abbrev":"NY","isHome":false,"score":"0"}]},"bxscr":[{"tm":{"abbrev":"PHI","hm":true},"stats":[{"type":"bench",
        "athlts":[{"stats":[],"athlt":{"id":"1","dspNm":"A B"},"dnpRsn":"DNP-ILLNESS"}]}]}]}};</script>
        """
    }

    @Test func aFinalGameBecomesAUnitOfTheBoxScore() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
                source.answer(Self.boardPath, .init(200, Self.board()))
                source.answer(Self.pagePath, .init(200, Self.page()))
                let run = try await harness.open(
                    .full,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil), ("espn_scoreboard", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let board = try #require(results.first { $0.task.processor == "espn_scoreboard" })
                #expect(board.state == "success" && board.recordCount == 1)
                let page = try #require(results.first { $0.task.processor == "espn_game_boxscore" })
                #expect(page.state == "success" && page.task.unit == "401585183")
                let path = try #require(page.outcome?.rawInput?["object_path"]?.stringValue)
                #expect(path.hasPrefix("espn/boxscores/2024-01-15/game-401585183/") && path.hasSuffix(".html"))
                #expect(source.seen.first { $0.path == Self.boardPath }?.query["dates"] == "20240115")
                #expect(source.seen.first { $0.path == Self.pagePath }?.query == ["gameId": "401585183"])
            }
        }
    }

    @Test(arguments: [
        (#"{"events":[]}"#, "2024-01-15", "no_data", false), (#"{"events":[]}"#, "2024-01-16", "no_data", true),
        // Two teams that the schedule does not pair on the date, and the scheduled game is missing.
        (board(home: "BOS"), "2024-01-15", "no_data", false),
        // A day later, the game is of another date.
        (board(), "2024-01-16", "no_data", true),
    ])
    func gamesAreJudgedBySchedule(body: String, date: String, state: String, isExpected: Bool) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
                source.answer(Self.boardPath, .init(200, body))
                let run = try await harness.open(
                    .full,
                    try GameDate(date),
                    only: [("nbac_schedule_api", "*", nil), ("espn_scoreboard", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let board = try #require(results.first { $0.task.processor == "espn_scoreboard" })
                #expect(board.state == state && board.isExpectedEmpty == isExpected)
            }
        }
    }

    @Test(arguments: [
        (200, page(), "success", String?.none), (200, page(state: "in"), "partial", nil),
        (200, page(state: "pre"), "no_data", nil), (404, "<html></html>", "no_data", nil),
        (200, "<html><title>Just a moment</title></html>", "pending", "blocked"),
        (200, "{}", "pending", "undecodable_payload"), (403, "", "pending", "blocked"),
    ])
    func aPageIsJudgedByItsGame(status: Int, body: String, state: String, type: String?) async throws {
        try await ScraperTests.scrape("espn_game_boxscore", unit: "401585183") {
            $0.answer(Self.pagePath, .init(status, body))
        } _: { result, _, _ in
            #expect(result.state == state && result.error?.type == type)
            #expect(!result.isExpectedEmpty)
        }
    }

    @Test(arguments: ["../x", "40158518a", "1234567890123"])
    func aUnitIsCheckedBeforeItReachesAURL(unit: String) async throws {
        try await ScraperTests.scrape("espn_game_boxscore", unit: unit) { _ in
        } _: { result, source, _ in
            #expect(result.state == "failed" && result.error?.type == "invalid_unit" && source.seen.isEmpty)
        }
    }
}
