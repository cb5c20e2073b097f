import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Raw
@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct OddsHistoryScraperTests {
    static let eventsPath = "/v4/historical/sports/basketball_nba/events"
    static let oddsPath = "\(eventsPath)/\(ScraperTests.event)/odds"

    static func wrapped(_ data: String) -> String {
        """
        {"timestamp":"2024-01-15T22:55:38Z","previous_timestamp":"2024-01-15T22:50:38Z",
        "next_timestamp":"2024-01-15T23:00:38Z","data":\(data)}
        """
    }

    static let events = wrapped(
        """
        [{"id":"\(ScraperTests.event)","commence_time":"2024-01-16T00:30:00Z","home_team":"Philadelphia 76ers",
        "away_team":"New York Knicks"}]
        """
    )

    /// Runs one task by hand and gives its results.
    static func work(
        _ scraper: String,
        unit: String = "*",
        input: [String: String]?,
        _ script: @Sendable (ScriptedSource) -> Void,
        _ check: @Sendable ([TaskResult], ScriptedSource, TaskHarness) async throws -> Void
    ) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                script(source)
                let value = input.map { JSONValue.dictionary($0.mapValues { .string($0) }) }
                let run = try await harness.open(
                    .manual,
                    try GameDate("2024-01-15"),
                    only: [(scraper, unit, value)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                try await check(results, source, harness)
            }
        }
    }

    @Test func anEventOfThePastBringsItsHistories() async throws {
        let outcome = #"{"name":"Over","description":"Joel Embiid","price":-110,"point":33.5}"#
        try await Self.work("oddsa_events_his", input: ["snapshot_timestamp": "2024-01-15T22:59:59Z"]) {
            $0.answer(Self.eventsPath, .init(200, Self.events))
            $0.answer(Self.oddsPath, .init(200, Self.wrapped(ScraperTests.odds(outcome))))
        } _: { results, source, _ in
            #expect(
                results.map(\.task.processor).sorted() == [
                    "oddsa_events_his", "oddsa_game_lines_his", "oddsa_player_props_his",
                ]
            )
            let props = try #require(results.first { $0.task.processor == "oddsa_player_props_his" })
            #expect(props.state == "success" && props.recordCount == 1)
            let path = try #require(props.outcome?.rawInput?["object_path"]?.stringValue)
            #expect(path.hasPrefix("odds-api/player-props-history/2024-01-15/\(ScraperTests.event)-NYKPHI/"))
            // The moment is brought to five minutes, and goes on to the units.
            #expect(Set(source.seen.map { $0.query["date"] }) == ["2024-01-15T22:55:00Z"])
            let odds = source.seen.filter { $0.path == Self.oddsPath }
            #expect(odds.allSatisfy { $0.query["oddsFormat"] == "american" && $0.query["regions"] == "us" })
            #expect(Set(odds.map { $0.query["markets"] }) == ["player_points", "spreads,totals,h2h"])
            // No points market of this payload is a game line.
            let lines = try #require(results.first { $0.task.processor == "oddsa_game_lines_his" })
            #expect(lines.state == "no_data")
        }
    }

    @Test(arguments: [
        ("2024-01-16T00:25:00Z", false), ("2024-01-16T00:30:00Z", true), ("2024-01-16T04:00:00Z", true),
    ])
    func anEventThatIsNoLongerListedIsNoDataAfterItsTip(moment: String, isExpected: Bool) async throws {
        let input = ["snapshot_timestamp": moment, "commence_time": "2024-01-16T00:30:00Z"]
        try await Self.work("oddsa_game_lines_his", unit: ScraperTests.event, input: input) {
            $0.answer(Self.oddsPath, .init(404, #"{"message":"Event not found","error_code":"EVENT_NOT_FOUND"}"#))
        } _: { results, _, _ in
            #expect(results.map(\.state) == ["no_data"])
            #expect(results.first?.isExpectedEmpty == isExpected)
        }
    }

    @Test(arguments: [
        ([String: String]?.none, "missing_input"), (["snapshot_timestamp": "yesterday"], "invalid_input"),
    ])
    func withoutAMomentNothingIsAsked(input: [String: String]?, type: String) async throws {
        try await Self.work("oddsa_events_his", input: input) { _ in
        } _: { results, source, _ in
            #expect(results.map(\.state) == ["failed"])
            #expect(results.first?.error?.type == type && source.seen.isEmpty)
        }
    }

    @Test func oddsWithoutAnEnvelopeAreNoHistory() async throws {
        let input = ["snapshot_timestamp": "2024-01-15T23:00:00Z"]
        try await Self.work("oddsa_player_props_his", unit: ScraperTests.event, input: input) {
            $0.answer(Self.oddsPath, .init(200, ScraperTests.odds("")))
        } _: { results, _, _ in
            #expect(results.first?.error?.type == "unexpected_structure")
        }
    }

    @Test(arguments: [
        // (date, first and last second): a day has 24 hours, and 23 or 25 when the clocks change.
        ("2024-01-15", "2024-01-15T05:00:00Z", "2024-01-16T04:59:59Z"),
        ("2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T03:59:59Z"),
        ("2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T04:59:59Z"),
    ])
    func aDayIsAskedForFromItsFirstToItsLastSecond(date: String, from: String, to: String) throws {
        let range = OddsaEvents.range(of: try GameDate(date))
        #expect(range.from == from && range.to == to)
    }

    @Test func theFormatOfPricesIsPinned() async throws {
        try await ScraperTests.scrape("oddsa_game_lines", unit: ScraperTests.event) {
            $0.answer(ScraperTests.oddsPath, .init(204))
        } _: { _, source, _ in
            #expect(source.seen.first?.query["oddsFormat"] == "american")
        }
    }

    static let participants =
        #"[{"id":"par_1","full_name":"Boston Celtics"},{"id":"par_2","full_name":"New York Knicks"}]"#

    @Test(arguments: [
        ("NYK", #"[{"id":"par_9","full_name":"Jalen Brunson"}]"#, "success", nil), ("NYK", "[]", "no_data", nil),
        ("MIA", "[]", "pending", "unexpected_structure"), ("XXX", "[]", "failed", "invalid_unit"),
        ("NYK", "{}", "pending", "unexpected_structure"), ("NYK", "[{}]", "partial", String?.none),
    ])
    func theParticipantsNameTheTeam(unit: String, body: String, state: String, type: String?) async throws {
        try await Self.work("oddsa_team_players", unit: unit, input: nil) {
            $0.answer("/v4/sports/basketball_nba/participants", .init(200, Self.participants))
            $0.answer("/v4/sports/basketball_nba/participants/par_2/players", .init(200, body))
        } _: { results, _, _ in
            #expect(results.first?.state == state && results.first?.error?.type == type)
        }
    }

    /// Through the stand-in to the tables.
    @Test func theStandInServesHistoryAndParticipants() async throws {
        try await SlateTests.with { url in
            try await TaskHarness.with { harness in
                let processors = ScrapersService.processors(ScraperTests.settings(url))
                let moment: JSONValue = ["snapshot_timestamp": "2024-01-15T22:00:00Z"]
                let run = try await harness.open(
                    .manual,
                    try GameDate("2024-01-15"),
                    only: [("oddsa_events_his", "*", moment), ("oddsa_team_players", "BOS", nil)]
                )
                let scraped = try await harness.work(run, .scrapers, processors)
                #expect(scraped.count > 3 && scraped.allSatisfy { $0.state == "success" && $0.recordCount > 0 })
                let loaded = try await harness.work(run, .raw, RawService.processors)
                #expect(loaded.allSatisfy { $0.state == "success" })
                let props = try await harness.count(
                    "nba_raw.odds_api_player_points_props WHERE snapshot_timestamp = '2024-01-15T21:59:40Z'"
                )
                #expect(props > 100)
                let found1 = try await harness.count("nba_raw.odds_api_game_lines WHERE NOT is_after_tipoff")
                #expect(found1 > 0)
            }
        }
    }
}
