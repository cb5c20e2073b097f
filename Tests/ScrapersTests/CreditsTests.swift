import Basketball
import HTTPFetch
import PipelineTestKit
import Postgres
import Testing

@testable import Pipeline
@testable import Scrapers

@Suite struct CreditsTests {
    @Test(arguments: [
        ("399", "101", 399, false), ("400", "100", 400, true), ("500", "0", 500, true), ("0", "500", 0, false),
    ])
    func fourFifthsAreTheMark(used: String, remaining: String, count: Int, areLow: Bool) throws {
        let credits = try #require(
            Credits(HTTPHeaders([("X-Requests-Used", used), ("X-Requests-Remaining", remaining)]))
        )
        #expect(credits.used == count && credits.areLow == areLow)
    }

    @Test(arguments: [[], [("x-requests-used", "5")], [("x-requests-used", "x"), ("x-requests-remaining", "1")]])
    func anAnswerWithoutACountSaysNothing(headers: [(String, String)]) {
        #expect(Credits(HTTPHeaders(headers)) == nil)
    }

    @Test func lowCreditsAreOneAlertUntilTheyAreRenewed() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                let counts = [(300, 200), (401, 99), (402, 98), (403, 97), (3, 497), (450, 50)]
                let answers = counts.map { used, remaining in
                    ScriptedSource.Answer(
                        // A source that has nothing for us counts as well.
                        used == 402 ? 204 : 200,
                        used == 402
                            ? ""
                            : ScraperTests.odds(
                                #"{"name":"Over","description":"Joel Embiid","price":-110,"point":33.5}"#
                            ),
                        headers: ["x-requests-used": "\(used)", "x-requests-remaining": "\(remaining)"]
                    )
                }
                let processors = ScrapersService.processors(ScraperTests.settings(url))
                var seen: [String] = []
                for answer in answers {
                    source.answer(ScraperTests.oddsPath, answer)
                    let run = try await harness.open(
                        .manual,
                        try GameDate("2024-01-15"),
                        only: [("oddsa_player_props", ScraperTests.event, nil)]
                    )
                    try await harness.work(run, .scrapers, processors)
                    let rows = try await harness.pool.query(
                        """
                        SELECT count(*) FILTER (WHERE resolved_at IS NULL) || ' of ' || count(*) AS alerts
                        FROM nba_orchestration.alert WHERE signature = 'odds_api_credits' AND level = 'warning'
                        """
                    )
                    seen += try rows.column("alerts", as: String.self)
                }
                #expect(seen == ["0 of 0", "1 of 1", "1 of 1", "1 of 1", "0 of 1", "1 of 2"])
                let again = try await harness.count("nba_orchestration.alert WHERE occurrences > 1")
                #expect(again == 0)
            }
        }
    }
}
