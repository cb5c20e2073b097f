import Basketball
import Models
import Postgres
import Testing

@testable import Serving

@Suite struct PointsHistoryTests {
    private let days = (0..<5).map { FinishedSeason.first.adding(days: $0 * 2) }

    @Test func aKeptStateEqualsEverythingReadAnew() async throws {
        try await FinishedSeason.with { season in
            let kept = PointsHistory()
            for day in days {
                try await season.play(day)
                let next = day.adding(days: 1)
                let again = try await season.known(before: next, kept)
                let anew = try await season.known(before: next, PointsHistory())
                #expect(again.isEqual(to: anew))
                #expect(again.values.count == 32)
            }
        }
    }

    @Test func aCorrectedDayReachesEveryLaterState() async throws {
        try await FinishedSeason.with { season in
            let kept = PointsHistory()
            for day in days { try await season.play(day) }
            let date = days[4].adding(days: 1)
            let before = try await season.known(before: date, kept)
            try await season.play(days[1], extraPoints: 20)
            let corrected = try await season.known(before: date, kept)
            #expect(!corrected.isEqual(to: before))
            let anew = try await season.known(before: date, PointsHistory())
            #expect(corrected.isEqual(to: anew))
            // What lies before the corrected day is untouched.
            let early = try await season.known(before: days[1], kept)
            let earlyAnew = try await season.known(before: days[1], PointsHistory())
            #expect(early.isEqual(to: earlyAnew))
        }
    }

    /// The dates of a window in the order in which a broker may hand them over.
    @Test func aWalkInAnyOrderWithinItsWindowTakesUpFewDaysTwice() async throws {
        try await FinishedSeason.with { season in
            let days = (0..<14).map { FinishedSeason.first.adding(days: $0 * 2) }
            for day in days { try await season.play(day) }
            let history = PointsHistory(anchorDistance: 4)
            _ = try await season.past(before: days[13].adding(days: 1), history)
            #expect(history.daysTakenUp == 14)
            for place in [9, 7, 10, 8, 12, 11] {
                let walked = try await season.known(before: days[place], history)
                let anew = try await season.known(before: days[place], PointsHistory())
                #expect(walked.isEqual(to: anew), "before \(days[place])")
            }
            // Nine for the first date; then each begins at a neighbour or at the anchor, which lies four days before the first.
            // Beginning at nothing, the second and the fourth alone would take seven and eight.
            #expect(history.daysTakenUp - 14 == 9 + 2 + 1 + 3 + 2 + 1)
        }
    }

    /// A live run of the day after while a backfill walks the season: forwards, backwards and side by side.
    @Test(arguments: [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 1, 0, 4, 3], [3, 3, 1, 4]])
    func aWalkThroughThePastSeesWhatIsReadAnewAndCostsTheComingDateNothing(order: [Int]) async throws {
        try await FinishedSeason.with { season in
            for day in days { try await season.play(day) }
            let today = days[4].adding(days: 1)
            let history = PointsHistory()
            let live = try await season.known(before: today, history)
            for place in order {
                let walked = try await season.known(before: days[place], history)
                let anew = try await season.known(before: days[place], PointsHistory())
                #expect(walked.isEqual(to: anew), "before \(days[place])")
                #expect(history.keptDays.contains(days[4]), "the coming date begins where it did")
            }
            let again = try await season.known(before: today, history)
            #expect(again.isEqual(to: live))
        }
    }

    @Test func theDateItselfIsNeverSeen() async throws {
        try await FinishedSeason.with { season in
            for day in days[..<3] { try await season.play(day) }
            let before = try await season.known(before: days[3], PointsHistory())
            try await season.play(days[3], extraPoints: 40)
            let after = try await season.known(before: days[3], PointsHistory())
            #expect(before.isEqual(to: after))
        }
    }

    @Test func aGameWithoutOneOfItsTeamsIsNamedAndTeachesNothing() async throws {
        try await FinishedSeason.with { season in
            for day in days[..<2] { try await season.play(day) }
            let date = days[2]
            let whole = try await season.known(before: date, PointsHistory())
            #expect(whole.incomplete.isEmpty)
            try await season.pool.execute(
                """
                DELETE FROM nba_analytics.team_offense_game_summary
                WHERE game_date = \(PostgresDate(daysSince1970: days[1].daysSince1970)) AND team_abbr = 'NYK'
                """
            )
            try await season.moveHeads(days[1])
            let torn = try await season.known(before: date, PointsHistory())
            #expect(torn.incomplete == ["\(days[1].compact)_MIA_NYK"])
            // Away and home of the whole game, then of the torn one.
            #expect(torn.games == Array(repeating: 2, count: 16) + Array(repeating: 1, count: 16))
        }
    }

    @Test func nothingBeforeTheFirstGameIsAnEmptyState() async throws {
        try await FinishedSeason.with { season in
            let past = try await season.past(before: days[0], PointsHistory())
            #expect(past.state.lastDate == nil)
        }
    }
}
