import Basketball
import PipelineTestKit
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct ScoreboardScraperTests {
    static let newer = "/stats/scoreboardv3"
    static let older = "/stats/scoreboardV2"

    static func board(_ games: [(id: String, home: Int, away: Int)], date: String = "2024-01-15") -> String {
        let entries = games.map { game in
            """
            {"gameId":"\(game.id)","gameStatus":3,"gameStatusText":"Final",
             "homeTeam":{"teamId":1610612755,"score":\(game.home),"periods":[]},
             "awayTeam":{"teamId":1610612752,"score":\(game.away),"periods":[]}}
            """
        }
        return #"{"scoreboard":{"gameDate":"\#(date)","games":[\#(entries.joined(separator: ","))]}}"#
    }

    /// Runs the scoreboard behind the schedule of the date.
    static func scrape(
        status: Int = 3,
        _ script: @Sendable (ScriptedSource) -> Void,
        _ check: @Sendable (TaskResult, ScriptedSource) async throws -> Void
    ) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: status)))
                script(source)
                let run = try await harness.open(
                    .postgame,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil), ("nbac_scoreboard_v2", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                try await check(try #require(results.first { $0.task.processor == "nbac_scoreboard_v2" }), source)
            }
        }
    }

    @Test(
        arguments: [
            ([("0022300561", 119, 125)], 3, "success", nil, false),
            ([("0022300561", 118, 125)], 3, "partial", "scores that the schedule has otherwise: 0022300561", false),
            ([("0022300562", 119, 125)], 3, "partial", "games that are missing: 0022300561", false),
            ([], 3, "no_data", nil, false), ([], 1, "no_data", nil, false),
        ] as [([(String, Int, Int)], Int, String, String?, Bool)]
    )
    func theBoardIsHeldAgainstTheSchedule(
        games: [(String, Int, Int)],
        status: Int,
        state: String,
        reason: String?,
        isExpected: Bool
    ) async throws {
        try await Self.scrape(status: status) { source in
            source.answer(Self.newer, .init(200, Self.board(games.map { (id: $0.0, home: $0.1, away: $0.2) })))
        } _: { result, source in
            #expect(result.state == state && result.isExpectedEmpty == isExpected)
            #expect(result.outcome?.metadata["reason"]?.stringValue == reason)
            #expect(source.count(Self.older) == 0)
            guard state == "success" else { return }
            #expect(
                result.outcome?.metadata["final_scores"]?["0022300561"]?.stringValue == "NYK 125 @ PHI 119"
            )
        }
    }

    @Test(arguments: [
        ScriptedSource.Answer(500, ""), .init(403, ""), .init(200, "<html><title>Access Denied</title></html>"),
        .init(200, "{}"),
    ])
    func theOlderFormIsAskedWhenTheNewerOneDoesNotAnswer(answer: ScriptedSource.Answer) async throws {
        let tables = """
            {"parameters":{"GameDate":"2024-01-15"},"resultSets":[
            {"name":"GameHeader","headers":["GAME_ID","GAME_STATUS_ID","GAME_STATUS_TEXT","HOME_TEAM_ID","VISITOR_TEAM_ID"],
             "rowSet":[["0022300561",1,"7:30 pm ET",1610612755,1610612752]]},
            {"name":"LineScore","headers":["GAME_ID","TEAM_ID","PTS","PTS_QTR1"],"rowSet":[]}]}
            """
        try await Self.scrape(status: 1) { source in
            source.answer(Self.newer, answer)
            source.answer(Self.older, .init(200, tables))
        } _: { result, source in
            #expect(result.state == "success" && result.recordCount == 1)
            #expect(source.seen.last?.query["GameDate"] == "2024-01-15")
        }
    }

    @Test func aBoardOfAnotherDayIsRefused() async throws {
        try await Self.scrape { source in
            source.answer(Self.newer, .init(200, Self.board([], date: "2024-01-14")))
            source.answer(Self.older, .init(404, "{}"))
        } _: { result, _ in
            // The older form has nothing to add.
            #expect(result.state == "failed" && result.error?.type == "http_404")
        }
    }
}
