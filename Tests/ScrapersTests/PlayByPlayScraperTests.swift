import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct PlayByPlayScraperTests {
    static let path = "/static/json/liveData/playbyplay/playbyplay_0022300561.json"

    static func action(_ number: Int, _ team: String, _ points: Int, _ score: (home: Int, away: Int)) -> String {
        """
        {"actionNumber":\(number),"clock":"PT00M02.00S","period":4,"teamTricode":"\(team)","actionType":"\(points)pt",
         "isFieldGoal":1,"shotResult":"Made","personId":1,"scoreHome":"\(score.home)","scoreAway":"\(score.away)"}
        """
    }

    static let end = """
        {"actionNumber":90,"clock":"PT00M00.00S","period":4,"actionType":"game","subType":"end","scoreHome":"3","scoreAway":"2"}
        """

    static func feed(_ actions: String...) -> ScriptedSource.Answer {
        .init(200, #"{"game":{"gameId":"0022300561","actions":[\#(actions.joined(separator: ","))]}}"#)
    }

    static let shots = [action(1, "NYK", 2, (0, 2)), action(2, "PHI", 3, (3, 2))]

    @Test(arguments: [
        (feed(shots[0], shots[1], end), "success", nil),
        (feed(shots[0], shots[1]), "partial", "the events stop in period 4"),
        (feed(shots[1], end), "partial", "made shots add up to 3, the score is 2-3"),
        (
            feed(shots[0], shots[1], "{\"actionNumber\":5,\"period\":4,\"actionType\":\"foul\",\"clock\":\"?\"}", end),
            "partial", "1 events were refused"
        ),
        (feed(), "no_data", nil), (.init(404, "{}"), "no_data", nil),
    ])
    func aGameIsWholeWhenItEndsAndAddsUp(
        answer: ScriptedSource.Answer,
        state: String,
        reason: String?
    ) async throws {
        try await ScraperTests.scrape("nbac_play_by_play", unit: "0022300561") {
            $0.answer(Self.path, answer)
        } _: { result, _, _ in
            #expect(result.state == state && !result.isExpectedEmpty)
            #expect(result.outcome?.metadata["reason"]?.stringValue == reason)
        }
    }

    @Test func aBlockPageIsTriedAgainAndAWrongUnitNeverAsked() async throws {
        try await ScraperTests.scrape("nbac_play_by_play", unit: "0022300561") {
            $0.answer(Self.path, .init(200, "<html><title>Access Denied</title></html>"))
        } _: { result, _, _ in
            #expect(result.state == "pending" && result.error?.type == "blocked")
        }
        try await ScraperTests.scrape("nbac_play_by_play", unit: "../0022300561") { _ in
        } _: { result, source, _ in
            #expect(result.state == "failed" && result.error?.type == "invalid_unit")
            #expect(source.seen.isEmpty)
        }
    }

    @Test func theScheduleNamesTheGameToBothPhases() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
                source.answer(Self.path, Self.feed(Self.shots[0], Self.shots[1], Self.end))
                let run = try await harness.open(
                    .full,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil)]
                )
                try await harness.work(run, .scrapers, ScrapersService.processors(ScraperTests.settings(url)))
                let named = try await harness.count(
                    """
                    nba_orchestration.task WHERE processor = 'nbac_play_by_play'
                        AND input->>'game_id' = '20240115_NYK_PHI'
                    """
                )
                #expect(named == 2)
            }
        }
    }
}
