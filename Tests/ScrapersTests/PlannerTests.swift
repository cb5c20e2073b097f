import PipelineTestKit
import Basketball
import Foundation
import Pipeline
import Postgres
import Testing

@testable import Scrapers

@Suite struct PlannerRulesTests {
    static func day(_ text: String) throws -> GameDate { try GameDate(text) }

    /// An Eastern wall-clock time.
    static func eastern(_ text: String) throws -> Date { try LeagueClock.parseEasternWallClock(text) }

    static func keys(_ games: [PlannerRules.Game], last: String? = "2024-04-14", now: String) throws -> [String] {
        try PlannerRules.due(games: games, lastGame: last.map { try GameDate($0) }, now: eastern(now)).map(\.planKey)
    }

    static func game(_ tip: String?, date: String, isPostponed: Bool = false) throws -> PlannerRules.Game {
        PlannerRules.Game(
            date: try day(date),
            tipoff: try tip.map { try eastern($0) },
            isPostponed: isPostponed
        )
    }

    @Test(arguments: [
        ("2024-01-15T08:59:59", []), ("2024-01-15T09:00:00", ["plan:pregame:2024-01-15:09:00"]),
        ("2024-01-15T14:59:59", ["plan:pregame:2024-01-15:09:00"]),
        ("2024-01-15T22:29:59", ["plan:pregame:2024-01-15:09:00"]),
        // The last game has begun: nothing is left to predict.
        ("2024-01-15T22:30:00", []), ("2024-01-16T01:59:59", []),
        ("2024-01-16T02:00:00", ["plan:postgame:2024-01-15:final"]),
        ("2024-01-16T09:00:00", ["plan:postgame:2024-01-15:final", "plan:schedule:2024-01-16"]),
        ("2024-01-16T23:59:59", ["plan:postgame:2024-01-15:final", "plan:schedule:2024-01-16"]),
        ("2024-01-17T00:00:00", []),
    ])
    func aDayIsPlannedByItsGames(now: String, expected: [String]) throws {
        let games = [
            try Self.game("2024-01-15T13:00:00", date: "2024-01-15"),
            try Self.game("2024-01-15T22:30:00", date: "2024-01-15"),
        ]
        #expect(try Self.keys(games, now: now) == expected)
    }

    @Test(arguments: [
        // The clock springs forward at 2: a game of 22:30 is over at 3:00, three and a half real hours later.
        ("2024-03-09", "2024-03-10T01:59:59", false), ("2024-03-09", "2024-03-10T03:00:00", true),
        // It falls back at 2: the same three and a half hours end at 1:00 of the second pass.
        ("2024-11-02", "2024-11-03T01:00:00", false), ("2024-11-02", "2024-11-03T02:00:00", true),
    ])
    func daylightSavingDoesNotShiftTheEndOfAGame(date: String, now: String, isDue: Bool) throws {
        let game = try Self.game("\(date)T22:30:00", date: date)
        let keys = try Self.keys([game], last: date, now: now)
        #expect(keys.contains("plan:postgame:\(date):final") == isDue)
    }

    @Test(arguments: ["2024-03-10", "2024-11-03"])
    func theMorningIsNineOnTheWallOnTheDaysOfTheChange(date: String) throws {
        let game = try Self.game("\(date)T19:00:00", date: date)
        #expect(try Self.keys([game], now: "\(date)T08:59:59").isEmpty)
        #expect(try Self.keys([game], now: "\(date)T09:00:00") == ["plan:pregame:\(date):09:00"])
    }

    @Test func postponedGamesDoNotCount() throws {
        let postponed = try Self.game("2024-01-15T22:30:00", date: "2024-01-15", isPostponed: true)
        let played = try Self.game("2024-01-15T13:00:00", date: "2024-01-15")
        #expect(try Self.keys([postponed], now: "2024-01-15T09:00:00") == ["plan:schedule:2024-01-15"])
        #expect(try Self.keys([played, postponed], now: "2024-01-15T16:30:00") == ["plan:postgame:2024-01-15:final"])
    }

    @Test func aGameWithoutATimeIsStillAGame() throws {
        let undecided = try Self.game(nil, date: "2024-01-15")
        #expect(try Self.keys([undecided], now: "2024-01-15T09:00:00") == ["plan:pregame:2024-01-15:09:00"])
        #expect(try Self.keys([undecided], now: "2024-01-16T08:00:00").isEmpty)
    }

    @Test(arguments: [
        ("2024-04-14", "2024-04-15T09:00:00", true), ("2024-04-14", "2024-04-15T08:00:00", false),
        ("2024-06-17", "2024-10-05T12:00:00", true), ("2024-06-17", "2025-03-01T12:00:00", false),
        ("2024-07-01", "2024-06-20T12:00:00", true),
    ])
    func theScheduleIsLookedUpOnDaysOffOfALivingSeason(last: String, now: String, isDue: Bool) throws {
        #expect(try Self.keys([], last: last, now: now).contains { $0.hasPrefix("plan:schedule:") } == isDue)
    }

    @Test func withoutAnyScheduleNothingIsPlanned() throws {
        #expect(try Self.keys([], last: nil, now: "2024-01-15T12:00:00").isEmpty)
    }
}

@Suite struct PlannerTests {
    @Test func aDueRunIsOpenedOnceWhoeverPlans() async throws {
        try await TaskHarness.with { harness in
            let now = try PlannerRulesTests.eastern("2024-01-15T09:30:00")
            let opener = RunOpener(registry: harness.registry, role: "scrapers")
            var first = Planner(pool: harness.pool, opener: opener, logger: harness.logger)
            #expect(try await first.plan(now: now).isEmpty)
            try await harness.pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, tipoff_at, game_status, is_postponed,
                     home_team_tricode, away_team_tricode)
                VALUES ('20240115_NYK_PHI', '0022300561', 2023, 'regular', '2024-01-15', '2024-01-16T00:30:00Z', 1, false,
                        'PHI', 'NYK')
                """
            )
            #expect(try await first.plan(now: now).count == 1)
            #expect(try await first.plan(now: now).isEmpty)
            var second = Planner(pool: harness.pool, opener: opener, logger: harness.logger)
            #expect(try await second.plan(now: now).isEmpty)
            #expect(try await harness.count("nba_orchestration.run WHERE kind = 'pregame'") == 1)
            #expect(
                try await harness.count("nba_orchestration.task WHERE processor = 'nbac_schedule_api' AND phase = 1")
                    == 1
            )

            let after = try PlannerRulesTests.eastern("2024-01-16T10:00:00")
            #expect(try await second.plan(now: after).count == 2)
            let tasks = try await harness.pool.query(
                """
                SELECT t.processor FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.kind = 'delta' AND t.phase = 1
                """
            )
            #expect(try tasks.column("processor", as: String.self) == ["nbac_schedule_api"])
        }
    }
}
