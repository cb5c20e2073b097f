import Basketball
import Foundation
import Testing

@Suite struct GameDateTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-01-15", 19_737), ("1946-11-01", -8_462),
    ])
    func daysAreCountedFrom1970(_ text: String, _ days: Int) throws {
        let date = try GameDate(text)
        #expect(date.daysSince1970 == days)
        #expect(date.description == text)
        #expect(try GameDate(compact: date.compact) == date)
    }

    @Test func everyRepresentableDaySurvivesTheRoundTrip() throws {
        var date = GameDate.earliest
        while date < GameDate.latest {
            let same = try GameDate(year: date.year, month: date.month, day: date.day)
            let next = date.adding(days: 1)
            guard same == date, next - date == 1, try GameDate(date.description) == date else {
                Issue.record("\(date) does not survive")
                return
            }
            date = next
        }
    }

    @Test(arguments: [
        "TODAY", "", "2024-1-15", "2024-01-15 ", " 2024-01-15", "2024/01/15", "20240115", "2024-02-30", "2023-02-29",
        "2100-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "1945-12-31", "2201-01-01", "２024-01-15", "-024-01-15",
        "2024-01-1a", "2024-01-15T00:00:00Z",
    ])
    func anythingButACalendarDayIsRefused(_ text: String) {
        #expect(throws: GameDateError.self) { try GameDate(text) }
    }

    @Test func datesOrderSubtractAndStep() throws {
        let first = try GameDate("2023-12-31")
        let second = first.adding(days: 1)
        #expect(second.description == "2024-01-01")
        #expect(first < second)
        #expect(second - first == 1)
        #expect(Array(first...second) == [first, second])
        #expect(first.adding(days: .max) == GameDate.latest)
        #expect(first.adding(days: .min) == GameDate.earliest)
        #expect(try GameDate("2025-01-20").weekday == .monday)
        #expect(try GameDate("1969-12-31").weekday == .wednesday)
        #expect(try GameDate("1947-01-05").weekday.abbreviation == "sun")
    }

    @Test func codableIsTheString() throws {
        let date = try GameDate("2024-01-15")
        let encoded = try JSONEncoder().encode([date])
        #expect(String(decoding: encoded, as: UTF8.self) == #"["2024-01-15"]"#)
        #expect(try JSONDecoder().decode([GameDate].self, from: encoded) == [date])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([GameDate].self, from: Data(#"["TODAY"]"#.utf8))
        }
    }
}

@Suite struct LeagueClockTests {
    @Test(arguments: [
        // A winter and a summer evening, both after midnight UTC.
        ("2024-01-16T00:00:00Z", "2024-01-15"), ("2024-01-16T04:59:59Z", "2024-01-15"),
        ("2024-01-16T05:00:00Z", "2024-01-16"), ("2024-06-18T03:59:59Z", "2024-06-17"),
        ("2024-06-18T04:00:00Z", "2024-06-18"),
        // Daylight saving begins 2024-03-10 07:00Z and ends 2024-11-03 06:00Z.
        ("2024-03-10T04:59:59Z", "2024-03-09"), ("2024-03-11T03:59:59Z", "2024-03-10"),
        ("2024-03-11T04:00:00Z", "2024-03-11"), ("2024-11-03T03:59:59Z", "2024-11-02"),
        ("2024-11-04T04:59:59Z", "2024-11-03"), ("2024-11-04T05:00:00Z", "2024-11-04"),
    ])
    func anInstantBelongsToItsEasternDay(_ instant: String, _ day: String) throws {
        #expect(LeagueClock.gameDate(of: try LeagueClock.parseUTC(instant)).description == day)
    }

    @Test(arguments: [
        ("2024-01-15", 19, 30, "2024-01-16T00:30:00Z"), ("2024-06-17", 20, 30, "2024-06-18T00:30:00Z"),
        ("2024-03-10", 1, 59, "2024-03-10T06:59:00Z"), ("2024-03-10", 2, 30, "2024-03-10T07:30:00Z"),
        ("2024-03-10", 3, 0, "2024-03-10T07:00:00Z"), ("2024-11-03", 0, 59, "2024-11-03T04:59:00Z"),
        ("2024-11-03", 1, 30, "2024-11-03T05:30:00Z"), ("2024-11-03", 2, 0, "2024-11-03T07:00:00Z"),
    ])
    func wallClockTimesKnowDaylightSaving(_ day: String, _ hour: Int, _ minute: Int, _ instant: String) throws {
        #expect(LeagueClock.formatUTC(LeagueClock.instant(try GameDate(day), hour: hour, minute: minute)) == instant)
    }

    @Test func theWronglyMarkedFieldIsEasternTime() throws {
        let tip = try LeagueClock.parseEasternWallClock("2024-11-27T19:00:00Z")
        #expect(LeagueClock.formatUTC(tip) == "2024-11-28T00:00:00Z")
        #expect(LeagueClock.formatWallClock(tip) == "2024-11-27T19:00:00Z")
        #expect(try LeagueClock.parseEasternWallClock("2024-11-27T19:00:00") == tip)
    }

    @Test(arguments: [
        "", "2024-11-27", "2024-11-27 19:00:00Z", "2024-11-27T24:00:00Z", "2024-11-27T19:60:00Z", "19:00",
    ])
    func otherFormsAreRefused(_ text: String) {
        #expect(throws: (any Error).self) { try LeagueClock.parseEasternWallClock(text) }
    }
}
