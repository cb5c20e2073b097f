import PipelineTestKit
import Basketball
import Foundation
import HTTPFetch
import Logging
import Postgres
import Raw
import Testing

@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

/// A whole date from a generated league: scraped, stored and loaded.
@Suite struct SlateTests {
    static func with<R: Sendable>(_ body: @Sendable (String) async throws -> R) async throws -> R {
        let simulator = Simulator(
            source: GeneratedLeague(seed: 7, seasons: 1, last: Season(startYear: 2023)),
            asOf: nil
        )
        let server = try await SimServer(
            host: "127.0.0.1",
            port: 0,
            simulator: simulator,
            logger: Logger(label: "sim") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            return try await body(server.address)
        }
    }

    @Test func aFullSlateReachesTheTables() async throws {
        try await Self.with { url in
            try await TaskHarness.with { harness in
                let date = try GameDate("2024-01-15")
                let processors = ScrapersService.processors(ScraperTests.settings(url, age: .seconds(3600)))
                let run = try await harness.open(.full, date)
                let scraped = try await harness.work(run, .scrapers, processors)
                #expect(
                    scraped.allSatisfy { $0.state == "success" },
                    "\(scraped.filter { $0.state != "success" }.map { "\($0.task.processor) \($0.state) \(String(describing: $0.error))" })"
                )
                let games = scraped.filter { $0.task.processor == "nbac_team_boxscore" }.count
                #expect(games > 0)
                #expect(scraped.filter { $0.task.processor == "oddsa_player_props" }.count == games)
                #expect(scraped.filter { $0.task.processor == "oddsa_game_lines" }.count == games)

                let loaded = try await harness.work(run, .raw, RawService.processors)
                #expect(loaded.allSatisfy { $0.state == "success" && $0.recordsFailed == 0 })
                // What operators lay down is nobody's scrape.
                let sources = harness.registry.enabled(in: .raw).map(\.name).filter { $0 != "operator_player_status" }
                #expect(Set(loaded.map(\.task.processor)) == Set(sources))
                #expect(
                    try await harness.count("nba_raw.nbac_team_boxscore WHERE game_date = '2024-01-15'") == 2 * games
                )
                #expect(
                    try await harness.count("nba_orchestration.task WHERE phase IN (1, 2) AND NOT is_terminal") == 0
                )
                // Players add up to their team.
                let wrong = try await harness.count(
                    """
                    (SELECT t.points - sum(p.points) AS difference FROM nba_raw.nbac_team_boxscore AS t
                     JOIN nba_raw.nbac_player_boxscores AS p USING (nba_game_id, team_abbr)
                     GROUP BY t.nba_game_id, t.team_abbr, t.points) AS d WHERE difference <> 0
                    """
                )
                #expect(wrong == 0)
                #expect(try await harness.count("nba_raw.odds_api_player_points_props WHERE is_synthetic") > 100)
                #expect(try await harness.count("nba_raw.odds_api_game_lines WHERE outcome_team_abbr IS NOT NULL") > 0)

                // The next date of a backfill: the schedule is neither fetched nor read again.
                let next = try await harness.open(.full, date.adding(days: 1))
                try await harness.work(next, .scrapers, processors)
                let again = try await harness.work(next, .raw, RawService.processors)
                #expect(again.first { $0.task.processor == "nbac_schedule" }?.outcome?.skipReason == "same_payload")
                let requests = try await HTTPClient(limits: HTTPLimits(allowPrivateAddresses: true))
                    .fetch(HTTPFetch.HTTPRequest(url: url + "/_sim/requests"))
                let counts = try JSONValue(parsing: requests.body)["paths"]
                #expect(counts?["/stats/scheduleleaguev2int"] == 1)
                #expect(counts?["/stats/leaguegamelog"] == 2)
            }
        }
    }
}
