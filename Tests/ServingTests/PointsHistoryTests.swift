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

    /// A live run of the day after while a backfill walks the season: forwards, backwards and side by side.
    @Test(arguments: [[1, 2, 3, 4], [4, 3, 2, 1], [2, 1, 4, 3], [3, 3, 1, 4]])
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
