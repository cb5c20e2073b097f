import Basketball
import Documents
import Foundation
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct InjuryReportPayloadTests {
    @Test func theCapturedReportIsReadWhole() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_injury_report/2024-01-04_12PM.pdf") else { return }
        let report = try await InjuryReportPayload.parse(body)
        #expect(report.date == (try GameDate("2024-01-04")))
        #expect(report.time == "1230")
        #expect(report.reportedAt == (try LeagueClock.parseUTC("2024-01-04T17:30:00Z")))
        #expect(report.notes == PayloadNotes())
        #expect(report.listings.count == 14)
        #expect(report.listings.count { $0.status == .out } == 10)
        // Two games of the day, fourteen of the next.
        #expect(report.teams.count == 32)
        #expect(report.teams.filter(\.isSubmitted).map(\.team.tricode) == ["SAS", "DEN", "GSW"])
        #expect(Set(report.teams.map(\.game)).count == 16)
        // The next page goes on inside a game.
        #expect(report.teams.contains { $0.game.description == "20240105_ORL_DEN" && $0.team.tricode == "DEN" })
        let mcDermott = try #require(report.listings.first { $0.name == "Doug McDermott" })
        #expect(mcDermott.reason == "Injury/Illness - Right Forearm; Contusion")
        #expect(mcDermott.gameTime == "07:30" && mcDermott.game.description == "20240104_MIL_SAS")
        let duke = try #require(report.listings.first { $0.printedName == "Duke Jr., David" })
        #expect(PlayerLookup.normalize(duke.name) == "daviddukejr")
        #expect(duke.reason == "G League - Two-Way")
        let payton = try #require(report.listings.first { $0.printedName == "Payton II, Gary" })
        #expect(PlayerLookup.normalize(payton.name) == "garypaytonii")
    }

    /// A page of a table whose rows are 22 points apart; each row gives its cells by column.
    static func page(_ rows: [[Int: String]], title: String = "Injury Report: 01/04/24 12:30 PM") -> PDFPage {
        let lefts = [24.0, 120, 200, 265, 425, 586, 666]
        var words: [PDFWord] = []
        func put(_ text: String, _ left: Double, _ top: Double) {
            for (number, word) in text.split(separator: " ").enumerated() {
                words.append(PDFWord(String(word), left: left + Double(20 * number), top: top, width: 18, height: 12))
            }
        }
        put(title, 290, 30)
        let heads = ["Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason"]
        for (left, head) in zip(lefts, heads) { put(head, left, 100) }
        for (number, row) in rows.enumerated() {
            for (column, text) in row { put(text, lefts[column] + 1, 126 + 22 * Double(number)) }
        }
        put("Page 1 of 1", 390, 560)
        return PDFPage(words)
    }

    static func first(_ cells: [Int: String]) -> [Int: String] {
        [0: "01/04/2024", 1: "07:30 (ET)", 2: "MIL@SAS", 3: "San Antonio Spurs"].merging(cells) { $1 }
    }

    @Test(arguments: [
        ("Da Silva, Tristan", "tristandasilva"), ("Jones Garcia, David", "davidjonesgarcia"),
        ("Jackson Jr., G.G.", "ggjacksonjr"), ("Dončić, Luka", "lukadoncic"),
        ("Porter Jr., Michael", "michaelporterjr"),
        ("Gilgeous-Alexander, Shai", "shaigilgeousalexander"), ("Holiday, Jrue", "jrueholiday"), ("Nenê", "nene"),
        ("Prosper, Olivier-Maxence", "oliviermaxenceprosper"), ("Hyland, Nah'Shon", "nahshonhyland"),
    ])
    func namesAreReadWhole(printed: String, lookup: String) throws {
        let report = try InjuryReportPayload.parse(pages: [Self.page([Self.first([4: printed, 5: "Out", 6: "Rest"])])])
        #expect(report.listings.map { PlayerLookup.normalize($0.name) } == [lookup])
        #expect(report.listings.map(\.printedName) == [printed])
    }

    @Test(arguments: [
        ([first([4: "Collins, Zach", 5: "Resting", 6: "Rest"])], "unknown_status"),
        ([first([4: "Collins, Zach", 6: "Rest"])], "unknown_status"), ([first([5: "Out", 6: "Rest"])], "no_name"),
        ([first([3: "Boston Celtics", 4: "Collins, Zach", 5: "Out"])], "team_not_in_game"),
        ([first([3: "Springfield Isotopes", 4: "Collins, Zach", 5: "Out"])], "unknown_team"),
        ([first([0: "13/04/2024", 4: "Collins, Zach", 5: "Out"])], "bad_date"),
        ([first([4: "Collins, Zach", 5: "Out"]), [4: "Collins, Zach", 5: "Out"]], "listed_twice"),
        ([first([4: "Collins, Zach", 5: "Out", 6: "Rest"]), [6: "of nobody"]], "reason_without_player"),
    ])
    func aRowThatBreaksARuleIsRefused(rows: [[Int: String]], reason: String) throws {
        let report = try InjuryReportPayload.parse(pages: [Self.page(rows)])
        #expect(report.notes.rejected == [reason: 1])
    }

    @Test func whatHoldsIsCarriedOnAndGuestsAreLeftOut() throws {
        let rows: [[Int: String]] = [
            Self.first([4: "Collins, Zach", 5: "Out"]), [4: "Bassey, Charles", 5: "Doubtful", 6: "Rest"],
            [2: "GUA@DEN", 3: "Guangzhou Loong-Lions", 6: "NOT YET SUBMITTED"],
            [1: "10:00 (ET)", 2: "DEN@GSW", 3: "Denver Nuggets", 6: "NOT YET SUBMITTED"],
            [3: "Golden State Warriors", 4: "Green, Draymond", 5: "Available", 6: "League Suspension"],
        ]
        let report = try InjuryReportPayload.parse(pages: [Self.page(rows)])
        #expect(report.notes.dropped == ["exhibition": 1] && report.notes.rejected.isEmpty)
        #expect(report.listings.map(\.team.tricode) == ["SAS", "SAS", "GSW"])
        #expect(report.listings.map(\.reason) == [nil, "Rest", "League Suspension"])
        #expect(report.teams.map(\.isSubmitted) == [true, false, true])
        #expect(report.teams.map(\.gameTime) == ["07:30", "10:00", "10:00"])
    }

    @Test func whatIsNoReportIsRefused() async {
        let page = Self.page([Self.first([4: "Collins, Zach", 5: "Out"])], title: "Some other table")
        #expect(throws: PayloadError.self) { try InjuryReportPayload.parse(pages: [page]) }
        await #expect(throws: PayloadError(.blocked, "an HTML page instead of a PDF")) {
            try await InjuryReportPayload.parse(Array("<html><title>Access Denied</title></html>".utf8))
        }
    }
}
