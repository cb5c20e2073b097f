import Basketball
import Foundation
import PipelineTestKit
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct GamebookScraperTests {
    static let bookPath = "/pdfs/20240115/20240115_NYKPHI.pdf"

    static func book(_ lines: [(String, GamebookSheet.Line?)]) throws -> [UInt8] {
        var away = GamebookSheet.Side(name: "New York Knicks", nickname: "Knicks")
        away.players = lines.map { .init(name: $0.0, played: $0.1) }
        return GamebookSheet(
            date: try GameDate("2024-01-15"),
            place: "Wells Fargo Center, Philadelphia, PA",
            visitor: away,
            home: .init(name: "Philadelphia 76ers", nickname: "76ers")
        ).document.serialized()
    }

    static let line = GamebookSheet.Line(
        minutes: "30:10",
        numbers: [5, 10, 1, 3, 2, 2, 1, 4, 5, 6, 2, 1, 3, 0, -4, 13]
    )
    static let wrongLine = GamebookSheet.Line(
        minutes: "30:10",
        numbers: [5, 10, 1, 3, 2, 2, 1, 4, 5, 6, 2, 1, 3, 0, -4, 14]
    )

    @Test(
        arguments: [
            ([("Jalen Brunson", line)], "success"), ([("Jalen Brunson", line), ("Josh Hart", wrongLine)], "partial"),
            ([("Jalen Brunson", nil), ("Josh Hart", nil)], "partial"),
        ] as [([(String, GamebookSheet.Line?)], String)]
    )
    func aGamebookIsJudgedByItsPlayers(lines: [(String, GamebookSheet.Line?)], state: String) async throws {
        let body = try Self.book(lines)
        try await ScraperTests.scrape("nbac_gamebook_pdf", unit: "0022300561") {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
            $0.answer(Self.bookPath, .init(200, body))
        } _: { result, _, _ in
            #expect(result.state == state)
            let path = try #require(result.outcome?.rawInput?["object_path"]?.stringValue)
            #expect(path.hasPrefix("nba-com/gamebooks-pdf/2024-01-15/0022300561-NYKPHI/"))
        }
    }

    @Test func theScheduleHandsTheGamesCodeOver() async throws {
        let body = try Self.book([("Jalen Brunson", Self.line)])
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
                source.answer(Self.bookPath, .init(200, body))
                let run = try await harness.open(
                    .full,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil)]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let book = try #require(results.first { $0.task.processor == "nbac_gamebook_pdf" })
                #expect(book.state == "success" && book.task.input?["game_code"]?.stringValue == "20240115/NYKPHI")
                // The schedule was not asked again.
                #expect(source.count(ScraperTests.schedulePath) == 1)
            }
        }
    }

    @Test func aGamebookThatIsNotThereYetIsNoData() async throws {
        try await ScraperTests.scrape("nbac_gamebook_pdf", unit: "0022300561") {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
            $0.answer(Self.bookPath, .init(404, ""))
        } _: { result, _, _ in
            #expect(result.state == "no_data" && !result.isExpectedEmpty)
        }
    }
}
