import Basketball
import Testing

@Suite struct HolidayTests {
    @Test(arguments: [
        ("2025-01-20", true), ("2025-01-15", false), ("2024-01-15", true), ("2024-01-22", false), ("2023-01-16", true),
        ("2018-01-15", true), ("2019-01-21", true), ("2025-02-17", false), ("2025-01-21", false),
    ])
    func martinLutherKingDayIsTheThirdMondayOfJanuary(date: String, isHoliday: Bool) throws {
        #expect(try GameDate(date).isMartinLutherKingDay == isHoliday)
    }

    @Test func thereIsOneSuchDayAYear() throws {
        for year in 2000...2030 {
            let days = try (1...31).map { try GameDate(year: year, month: 1, day: $0) }
            #expect(days.count { $0.isMartinLutherKingDay } == 1)
        }
        #expect(try GameDate("2024-12-25").isChristmas && !GameDate("2024-12-26").isChristmas)
    }

    @Test(arguments: [
        ("0042400407", "finals"), ("0042400311", "conference_finals"), ("0042400201", "conference_semifinals"),
        ("0042400101", "first_round"), ("0022400407", nil), ("0052400101", nil),
    ])
    func theRoundStandsInTheID(id: String, round: String?) throws {
        #expect(try NBAGameID(id).playoffRound?.name == round)
    }
}
