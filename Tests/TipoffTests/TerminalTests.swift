import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct TerminalTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1B}[2Jb", "a\\u{1b}[2Jb"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\u{202E}evil", "\\u{202e}evil"), ("Dončić", "Dončić"), ("\u{85}", "\\u{85}"), ("\u{2028}", "\\u{2028}"),
    ])
    func namesFromOutsideCannotMoveTheCursor(_ text: String, _ shown: String) {
        #expect(SafeText.escaped(text) == shown)
    }

    @Test(arguments: [
        (0.0, "0 ms"), (0.0124, "12 ms"), (0.0999, "0.1 s"), (0.84, "0.8 s"), (9.94, "9.9 s"), (12.3, "12 s"),
        (200, "3 min 20 s"),
    ])
    func durationsAreShort(_ seconds: Double, _ shown: String) {
        #expect(EasternTime.duration(seconds) == shown)
    }

    @Test(arguments: [
        (7200.0, "in 2 h"), (300, "in 5 min"), (-12, "12 s ago"), (-172_800, "2 days ago"), (89, "in 89 s"),
        (5400, "in 2 h"),
    ])
    func distancesAreInOneUnit(_ seconds: Double, _ shown: String) {
        let now = Date(timeIntervalSince1970: 1_705_320_000)
        #expect(EasternTime.relative(now.addingTimeInterval(seconds), to: now) == shown)
    }

    @Test func instantsAreEastern() throws {
        let instant = try #require(Instant.parse("2024-01-15T11:12:03.250Z"))
        #expect(EasternTime.short(instant, on: try GameDate("2024-01-15")) == "06:12 ET")
        #expect(EasternTime.short(instant, on: try GameDate("2024-01-16")) == "2024-01-15 06:12 ET")
        #expect(EasternTime.precise(instant) == "2024-01-15 06:12:03.250 ET")
    }

    @Test func relativeDaysFollowTheServicesClock() throws {
        // 03:30 UTC is still the evening before in the league.
        let clock = PipelineClock(start: Instant.parse("2024-01-16T03:30:00Z"))
        #expect(DayArgument.today.resolved(clock) == (try GameDate("2024-01-15")))
        #expect(DayArgument.tonight.resolved(clock) == (try GameDate("2024-01-15")))
        #expect(DayArgument.yesterday.resolved(clock) == (try GameDate("2024-01-14")))
        #expect(DayArgument(argument: "2024-02-30") == nil)
    }

    @Test func tablesAlignAndEscape() {
        var table = TextTable(["A", "NAME", "C"])
        table.add(["1", "x\u{7}", "last"])
        table.add(["22", "longer", ""])
        #expect(table.lines == ["A   NAME    C", "1   x\\u{7}  last", "22  longer"])
    }
}
