import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Raw
import Testing

@testable import Pipeline
@testable import Scrapers
@testable import Upstream

/// What sources did to others, and what it does here.
@Suite struct BadAnswerTests {
    @Test func aHostThatRefusesIsLeftAloneAndThenAskedOnce() {
        var breaker = CircuitBreaker(pause: .seconds(300))
        let start = ContinuousClock.now
        let changes = (1...3).map { _ in breaker.record(failed: true, at: start) }
        let expected: [CircuitBreaker.Change?] = [nil, nil, .opened]
        #expect(changes == expected)
        let rest = breaker.admit(at: start + .seconds(299))
        #expect(rest == Duration.seconds(1))
        // One request goes ahead to see; the others wait for it.
        let probe = breaker.admit(at: start + .seconds(300))
        let others = breaker.admit(at: start + .seconds(301))
        #expect(probe == nil && others == Duration.seconds(299))
        let closed = breaker.record(failed: false, at: start + .seconds(302))
        let after = breaker.admit(at: start + .seconds(302))
        #expect(closed == CircuitBreaker.Change.closed && after == nil)
    }

    @Test func requestsToAHostKeepTheirDistance() async throws {
        let pace = HostPace(spacings: ["slow": .milliseconds(100)], pause: .zero)
        let start = ContinuousClock.now
        for _ in 0..<3 { try await pace.wait(for: "slow") }
        let elapsed = ContinuousClock.now - start
        #expect(elapsed >= Duration.milliseconds(200))
        // The static files refuse after two quick requests.
        let spacing = SourceSettings().spacings["cdn.nba.com"]
        #expect(spacing == Duration.seconds(10))
    }

    @Test func aGameThatIsRefusedIsTriedAgainAndTheOthersAreThere() async throws {
        let feed = PlayByPlayScraperTests.feed(
            PlayByPlayScraperTests.shots[0],
            PlayByPlayScraperTests.shots[1],
            PlayByPlayScraperTests.end
        )
        var other = feed
        other.body = Array(
            String(decoding: feed.body, as: UTF8.self).replacing("0022300561", with: "0022300562").utf8
        )
        let second = other
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(PlayByPlayScraperTests.path, .init(403, ""), feed)
                source.answer("/static/json/liveData/playbyplay/playbyplay_0022300562.json", second)
                let run = try await harness.open(
                    .postgame,
                    try GameDate("2024-01-15"),
                    only: [("nbac_play_by_play", "0022300561", nil), ("nbac_play_by_play", "0022300562", nil)]
                )
                let processors = ScrapersService.processors(ScraperTests.settings(url))
                let first = try await harness.work(run, .scrapers, processors)
                let states = Dictionary(uniqueKeysWithValues: first.map { ($0.task.unit, $0.state) })
                #expect(states == ["0022300561": "pending", "0022300562": "success"])
                #expect(first.first { $0.task.unit == "0022300561" }?.error?.type == "blocked")
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET next_attempt_at = NULL WHERE phase = 1"
                )
                let again = try await harness.work(run, .scrapers, processors)
                #expect(again.map(\.task.unit) == ["0022300561"] && again.map(\.state) == ["success"])
            }
        }
    }

    @Test(arguments: [("2023-24", "pending", "too_few_rows"), ("2022-23", "failed", "wrong_subject")])
    func aPlayerListOfAWrongSeasonIsNoSuccess(season: String, state: String, type: String) async throws {
        let headers = PlayerListPayload.requiredHeaders.map { "\"\($0)\"" }.joined(separator: ",")
        let table = #"{"name":"PlayerIndex","headers":[\#(headers)],"rowSet":[]}"#
        try await ScraperTests.scrape("nbac_player_list") {
            $0.answer(
                "/stats/playerindex",
                .init(200, #"{"parameters":{"Season":"\#(season)"},"resultSets":[\#(table)]}"#)
            )
        } _: { result, source, harness in
            #expect(source.seen.first?.query["Season"] == "2023-24")
            #expect(result.state == state && result.error?.type == type)
            let kept = try await harness.objects.list(prefix: "quarantine/nbac_player_list/2024-01-15/", limit: 10)
            #expect(kept.count == 1)
        }
    }

    @Test(arguments: [RunKind.full, .pregame, .postgame])
    func everyRunOfAGameDayLooksTheScheduleUp(kind: RunKind) async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(kind, try GameDate("2024-01-15"))
            let tasks = try await harness.count(
                "nba_orchestration.task WHERE run_id = \(run.runID) AND processor = 'nbac_schedule_api'"
            )
            #expect(tasks == 1)
        }
    }

    /// Every raw processor has rows after a slate, and each row names a payload that is there.
    @Test func everyTableHasRowsThatNameTheirPayload() async throws {
        try await SlateTests.with { url in
            try await TaskHarness.with { harness in
                let run = try await harness.open(.full, try GameDate("2024-01-15"))
                try await harness.work(run, .scrapers, ScrapersService.processors(ScraperTests.settings(url)))
                try await harness.work(run, .raw, RawService.processors)
                let processors = harness.registry.enabled(in: .raw).filter { processor in
                    processor.scraper.flatMap { harness.registry.processor($0, in: .scrapers) }?.isEnabled ?? false
                }
                #expect(processors.count == 21)
                for processor in processors {
                    let output = try #require(processor.output).split(separator: ".").map(String.init)
                    let rows = try await harness.pool.query(
                        """
                        SELECT source_object, count(*) FILTER (WHERE captured_at IS NULL) AS undated
                        FROM \(identifier: output[0]).\(identifier: output[1]) GROUP BY source_object
                        """
                    )
                    let payloads = try rows.column("source_object", as: String?.self)
                    let undated = try rows.column("undated", as: Int.self)
                    #expect(!payloads.isEmpty && undated.allSatisfy { $0 == 0 }, "\(processor.name)")
                    for payload in payloads {
                        let path = try #require(payload, "\(processor.name) has rows of an unnamed payload")
                        #expect(PayloadKey(path: path)?.scraper == processor.scraper)
                        let head = try await harness.objects.head(try ObjectPath(validating: path))
                        #expect(head != nil, "\(path)")
                    }
                }
            }
        }
    }
}
