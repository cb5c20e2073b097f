import Basketball
import PipelineTestKit
import Testing

@testable import Pipeline
@testable import Scrapers

/// The question by which `tipoff doctor` tries every source.
@Suite struct ProbeTests {
    @Test func everySourceIsAskedOnce() async throws {
        try await SlateTests.with { url in
            try await TaskHarness.with { harness in
                let scrapers = harness.registry.enabled(in: .scrapers)
                let probe: JSONValue = [
                    "discover": true, "probe": true, "snapshot_timestamp": "2024-01-15T17:00:00Z",
                ]
                let first = scrapers.filter { $0.discoveredBy == nil }.map { scraper in
                    let input: JSONValue? = scraper.unit == .team ? nil : probe
                    return (
                        scraper: scraper.name, unit: scraper.unit == .team ? "BOS" : UnitKind.wholeDate, input: input
                    )
                }
                let run = try await harness.open(.delta, try GameDate("2024-01-15"), only: first)
                let ended = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url, age: .seconds(3600)))
                )
                #expect(ended.map(\.task.processor).sorted() == scrapers.map(\.name).sorted())
                let failed = ended.filter { $0.state != "success" }.map { "\($0.task.processor) \($0.state)" }
                #expect(failed == [])
            }
        }
    }
}
