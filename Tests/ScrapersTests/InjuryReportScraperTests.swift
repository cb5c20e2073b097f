import Basketball
import Foundation
import PipelineTestKit
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct InjuryReportMomentTests {
    @Test(arguments: [
        // (date, time, first paths)
        ("2024-01-04", "1230", ["12PM", "11AM"]), ("2024-01-04", "1229", ["11AM", "10AM"]),
        ("2024-01-04", "0010", ["12AM"]), ("2024-01-04", "1745", ["05PM", "04PM"]),
        ("2026-01-15", "1807", ["06_00PM", "05_45PM", "05_30PM", "05_15PM", "05_00PM"]),
        ("2026-01-15", "0010", ["12_00AM"]),
        // Around the change both forms are tried, that of the date first.
        ("2025-12-22", "1800", ["05PM", "04PM", "06_00PM", "05_45PM", "05_30PM", "05_15PM", "05_00PM"]),
        ("2025-12-23", "1215", ["12_15PM", "12_00PM", "11_45AM", "11_30AM", "11_15AM", "11AM", "10AM"]),
    ])
    func namesHaveTheFormOfTheirDate(date: String, time: String, names: [String]) throws {
        let moment = try #require(InjuryReportMoment(try GameDate(date), time))
        #expect(moment.paths == names.map { "/referee/injury/Injury-Report_\(date)_\($0).pdf" })
    }

    @Test func onItsDayTheNewestReportIsAskedFor() throws {
        let date = try GameDate("2026-01-15")
        let now = LeagueClock.instant(date, hour: 13, minute: 50)
        #expect(InjuryReportMoment.last(of: date, before: now).paths[0].hasSuffix("01_45PM.pdf"))
        #expect(InjuryReportMoment.last(of: date.adding(days: -1), before: now).paths[0].hasSuffix("05_30PM.pdf"))
        #expect(InjuryReportMoment(date, "9999") == nil && InjuryReportMoment(date, "noon") == nil)
    }
}

@Suite struct InjuryReportScraperTests {
    static let injuryPath = "/referee/injury/Injury-Report_2024-01-15_05PM.pdf"
    static let earlierPath = "/referee/injury/Injury-Report_2024-01-15_04PM.pdf"

    static func report(_ date: String = "2024-01-15") throws -> [UInt8] {
        let date = try GameDate(date)
        var sheet = InjuryReportSheet(date: date, hour: 16, minute: 30)
        let game = Game(
            id: try NBAGameID("0022300561"),
            date: date,
            tip: LeagueClock.instant(date, hour: 15, minute: 0),
            home: Side(try Team(tricode: "PHI")),
            away: Side(try Team(tricode: "NYK")),
            arenaName: "",
            arenaCity: "",
            seriesText: "",
            recordedPhase: .scheduled
        )
        sheet.add(game, game.away, nil)
        sheet.add(game, game.home, [.init(name: "Melton, De'Anthony", status: "Out", reason: "Rest")])
        return sheet.document.serialized()
    }

    @Test func aReportIsFoundUnderTheNextNameAndKeptUnderItsOwnTime() async throws {
        let body = try Self.report()
        try await ScraperTests.scrape("nbac_injury_report") {
            $0.answer(Self.injuryPath, .init(403, "<Error/>"))
            $0.answer(Self.earlierPath, .init(200, body))
        } _: { result, source, harness in
            #expect(result.state == "success" && result.recordCount == 3)
            #expect(source.seen.map(\.path) == [Self.injuryPath, Self.earlierPath])
            let path = try #require(result.outcome?.rawInput?["object_path"]?.stringValue)
            let key = try #require(PayloadKey(path: path))
            #expect(key.subject.part == "1630" && key.gameDate?.description == "2024-01-15")
            let stored = try await harness.objects.get(try ObjectPath(validating: path), maximumBytes: 1 << 20)
            #expect(stored == body)
        }
    }

    @Test(arguments: [(1, "2024-01-15", false), (1, "2024-01-16", true)])
    func withoutAReportTheScheduleSaysWhetherOneWasExpected(status: Int, date: String, isExpected: Bool) async throws {
        try await ScraperTests.scrape("nbac_injury_report", date: date) {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: status)))
            for hour in ["05PM", "04PM"] {
                $0.answer("/referee/injury/Injury-Report_\(date)_\(hour).pdf", .init(403, "<Error/>"))
            }
        } _: { result, _, _ in
            #expect(result.state == "no_data" && result.isExpectedEmpty == isExpected)
        }
    }

    @Test(arguments: [
        (Array("<html><title>Access Denied</title></html>".utf8), "blocked"),
        (Array("%PDF-1.4 and then nothing".utf8), "undecodable_payload"), ([], "empty_payload"),
    ])
    func whatIsNoReportIsNotTaken(body: [UInt8], type: String) async throws {
        try await ScraperTests.scrape("nbac_injury_report") {
            $0.answer(Self.injuryPath, .init(200, body))
        } _: { result, _, _ in
            #expect(result.state == "pending" && result.error?.type == type)
        }
    }

    @Test func aReportOfAnotherDayFails() async throws {
        let body = try Self.report("2024-01-14")
        try await ScraperTests.scrape("nbac_injury_report") {
            $0.answer(Self.injuryPath, .init(200, body))
        } _: { result, _, _ in
            #expect(result.state == "failed" && result.error?.type == "wrong_subject")
        }
    }
}
