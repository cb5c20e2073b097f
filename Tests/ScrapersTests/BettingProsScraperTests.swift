import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Raw
@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct BettingProsScraperTests {
    static let eventsPath = "/v3/events"
    static let offersPath = "/v3/offers"

    static func events(home: String = "PHI", time: String = "2024-01-16 00:30:00") -> String {
        """
        {"events":[{"id":20879,"home":"\(home)","visitor":"NYK","scheduled":"\(time)"},
        {"id":20880,"home":"BOS","visitor":"MIA","scheduled":"2024-01-17 00:30:00"}]}
        """
    }

    static func offers(_ page: Int, of pages: Int, empty: Bool = false) -> String {
        let offer = """
            {"id":\(page),"event_id":20879,"market_id":156,"participants":[{"id":"1","name":"Joel Embiid"}],
            "selections":[{"selection":"over","books":[{"id":10,"lines":[{"id":1,"line":33.5,"cost":-110}]}]}]}
            """
        return """
            {"offers":[\(empty ? "" : offer)],"_pagination":{"page":\(page),"total_pages":\(pages)}}
            """
    }

    @Test func theEventsOfTheDayAreOneUnitOfTheProps() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: 1)))
                source.answer(Self.eventsPath, .init(200, Self.events()))
                source.answer(
                    Self.offersPath,
                    .init(200, Self.offers(1, of: 2)),
                    .init(200, Self.offers(2, of: 2))
                )
                let run = try await harness.open(
                    .full,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil), ("bp_events", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let events = try #require(results.first { $0.task.processor == "bp_events" })
                #expect(events.state == "success" && events.recordCount == 1)
                let props = try #require(results.first { $0.task.processor == "bp_player_props" })
                #expect(props.state == "success" && props.recordCount == 2 && props.task.unit == "*")
                #expect(props.task.input?["event_ids"]?.arrayValue == [20879])
                let asked = source.seen.filter { $0.path == Self.offersPath }
                #expect(asked.map { $0.query["page"] } == ["1", "2"])
                #expect(asked.allSatisfy { $0.query["event_id"] == "20879" && $0.query["market_id"] == "156" })
                #expect(asked.allSatisfy { $0.query["limit"] == "10" && $0.headers["x-api-key"] == "quite-secret" })
                let path = try #require(props.outcome?.rawInput?["object_path"]?.stringValue)
                #expect(path.hasPrefix("bettingpros/player-props/points/2024-01-15/"))
            }
        }
    }

    @Test func byHandTheEventsAreAskedForAsWell() async throws {
        try await ScraperTests.scrape("bp_player_props", kind: .manual) {
            $0.answer(Self.eventsPath, .init(200, Self.events()))
            $0.answer(Self.offersPath, .init(200, Self.offers(1, of: 1)))
        } _: { result, source, _ in
            #expect(result.state == "success" && result.recordCount == 1)
            #expect(source.seen.map(\.path) == [Self.eventsPath, Self.offersPath])
            // The event of the next day is not asked about.
            #expect(source.seen.last?.query["event_id"] == "20879")
        }
    }

    @Test(arguments: [
        (events(), offers(1, of: 1, empty: true), "no_data", nil),
        (#"{"events":[]}"#, "", "no_data", String?.none),
        (#"{"message":"no"}"#, "", "pending", "unexpected_structure"),
        (events(), #"{"message":"no"}"#, "pending", "unexpected_structure"), (events(), "<html>", "pending", "blocked"),
    ])
    func whatIsMissingIsNoSuccess(events: String, offers: String, state: String, type: String?) async throws {
        try await ScraperTests.scrape("bp_player_props", kind: .manual) {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: 1)))
            $0.answer(Self.eventsPath, .init(200, events))
            $0.answer(Self.offersPath, .init(200, offers))
        } _: { result, _, _ in
            #expect(result.state == state && result.error?.type == type && !result.isExpectedEmpty)
        }
    }

    @Test(arguments: [
        (["market_type": "points"], true), (["market_type": "../x"], false), (["event_ids": "1:a"], false),
    ])
    func inputsAreCheckedBeforeTheyReachAURL(input: [String: String], isGood: Bool) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(Self.eventsPath, .init(200, Self.events()))
                source.answer(Self.offersPath, .init(200, Self.offers(1, of: 1)))
                let value = JSONValue.dictionary(input.mapValues { .string($0) })
                let run = try await harness.open(
                    .manual,
                    try GameDate("2024-01-15"),
                    only: [("bp_player_props", "*", value)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let result = try #require(results.first)
                #expect(result.state == (isGood ? "success" : "failed"))
                #expect(result.error?.type == (isGood ? nil : "invalid_input"))
                #expect(source.seen.isEmpty != isGood)
            }
        }
    }
}
