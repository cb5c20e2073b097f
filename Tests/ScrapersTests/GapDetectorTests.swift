import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Scrapers

/// What is overdue is asked for again, a few dates at a time and three times.
@Suite struct GapDetectorTests {
    static func eastern(_ text: String) throws -> Date { try LeagueClock.parseEasternWallClock(text) }

    /// Dates of January with a game each that brought nothing.
    static func prepare(_ season: SeasonOfOutputs, days: ClosedRange<Int>, now: Date) async throws {
        for day in days {
            let text = day < 10 ? "0\(day)" : "\(day)"
            try await season.game("202401\(text)_BOS_TOR", "00223005\(text)")
        }
        try await season.planned("2024-01-\(days.lowerBound < 10 ? "0" : "")\(days.lowerBound)")
        try await season.settle(now)
    }

    private static func runs(_ season: SeasonOfOutputs) async throws -> [String] {
        try await season.pool.query(
            "SELECT plan_key FROM nba_orchestration.run WHERE plan_key LIKE 'gap:%' ORDER BY plan_key"
        ).column("plan_key", as: String.self)
    }

    private static func endRuns(_ season: SeasonOfOutputs) async throws {
        try await season.harness.pool.execute(
            "UPDATE nba_orchestration.task SET state = 'no_data', finished_at = now() WHERE NOT is_terminal"
        )
        try await season.harness.pool.execute(
            "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE state = 'open'"
        )
    }

    @Test func aDateIsAskedForFromItsFirstBrokenPhaseAndOnTheBackfillLane() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            try await Self.prepare(season, days: 15...15, now: now)
            let messages = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(messages.count == 1)
            #expect(try await Self.runs(season) == ["gap:2024-01-15:1:1"])
            let run = try await season.pool.query(
                "SELECT kind, lane, until_phase, reason FROM nba_orchestration.run WHERE plan_key LIKE 'gap:%'"
            ).one()
            #expect(try run.decode("kind", as: String.self) == "delta")
            #expect(try run.decode("lane", as: String.self) == "backfill")
            let tasks = try await season.pool.query(
                """
                SELECT t.processor, t.unit, t.input->>'game_id' AS game FROM nba_orchestration.task AS t
                JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.plan_key LIKE 'gap:%' AND t.phase = 1 ORDER BY t.processor, t.unit
                """
            )
            let asked = try tasks.column("processor", as: String.self)
            // A game's own sources by the game; finders where only they know the units; no source of mornings.
            #expect(
                asked == [
                    "bdl_box_scores", "bigdataball_discovery", "espn_scoreboard", "nbac_gamebook_pdf",
                    "nbac_play_by_play",
                    "nbac_player_boxscore", "nbac_schedule_api", "nbac_scoreboard_v2", "nbac_team_boxscore",
                ]
            )
            let games = try tasks.column("game", as: String?.self)
            #expect(games[8] == "20240115_BOS_TOR" && games[5] == nil)
            #expect(try tasks.column("unit", as: String.self)[8] == "0022300515")
            // It is being worked on, and its later phases wait.
            let again = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(again.isEmpty)
        }
    }

    @Test func laterPhasesAreAskedForOnceTheirSourcesAreThere() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            try await Self.prepare(season, days: 15...15, now: now)
            // Everything of Phases 1 and 2 is taken as lost.
            try await season.harness.pool.execute(
                """
                UPDATE nba_orchestration.expected_output SET accepted_by = 'ann', accepted_reason = 'x', accepted_at = now()
                WHERE phase <= 2
                """
            )
            _ = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(try await Self.runs(season) == ["gap:2024-01-15:3:1"])
            let asked = try await season.pool.query(
                "SELECT processors FROM nba_orchestration.gap_request"
            ).one().decode("processors", as: [String].self)
            #expect(asked.contains("player_game_summary"))
            let open = try await season.pool.query(
                """
                SELECT DISTINCT t.phase FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.plan_key LIKE 'gap:%'
                """
            ).column("phase", as: Int16.self)
            #expect(open == [3])
        }
    }

    @Test func onlyAFewDatesAreOpenAtATime() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-25T12:00:00")
            try await Self.prepare(season, days: 3...12, now: now)
            _ = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(
                try await Self.runs(season) == (3...6).map { "gap:2024-01-0\($0):1:1" },
                "the longest overdue first, and no more than the window holds"
            )
            _ = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(try await Self.runs(season).count == GapDetector.window)
            try await Self.endRuns(season)
            _ = try await season.detector.pass(now: now, spentScrapers: [])
            #expect(try await Self.runs(season).count == 2 * GapDetector.window)
        }
    }

    /// Two processes that both believe that they hold the role.
    @Test func twoDetectorsAtOnceAskOnce() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            try await Self.prepare(season, days: 13...15, now: now)
            let requests = try await season.detector.requests(now: now, spentScrapers: [])
            #expect(requests.count == 3)
            let asked = try await withThrowingTaskGroup(of: Int.self) { group in
                for request in requests + requests {
                    group.addTask { try await season.detector.ask(request, now: now).count }
                }
                return try await group.reduce(0, +)
            }
            #expect(asked == 3)
            #expect(try await Self.runs(season).count == 3)
            let most: Int16 = try await season.pool.query(
                "SELECT max(attempts) FROM nba_orchestration.expected_output"
            ).scalar()
            #expect(most == 1)
        }
    }

    @Test func threeAttemptsWithCoolDownsThenOneAlertThatResolves() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            try await Self.prepare(season, days: 15...15, now: now)
            // All but one processor is taken as lost, so that one run an attempt is about one thing.
            try await season.harness.pool.execute(
                """
                UPDATE nba_orchestration.expected_output SET accepted_by = 'ann', accepted_reason = 'x', accepted_at = now()
                WHERE NOT (phase = 2 AND processor = 'nbac_team_boxscore')
                """
            )
            var asked: [Double] = []
            for minutes in stride(from: 0.0, through: 24 * 60, by: 30) {
                let moment = now.addingTimeInterval(minutes * 60)
                if try await !season.detector.pass(now: moment, spentScrapers: []).isEmpty {
                    asked.append(minutes / 60)
                }
                try await Self.endRuns(season)
            }
            // After two hours, after four more, and never again.
            #expect(asked == [0, 2, 6])
            let later = now.addingTimeInterval(86_400)
            let lost = try await season.output("2024-01-15", "nbac_team_boxscore", "20240115_BOS_TOR", at: later)
            #expect(lost?.state == "failed" && lost?.attempts == 3 && lost?.isOverdue == true)
            let alerts = try await season.pool.query(
                "SELECT signature, title, occurrences FROM nba_orchestration.alert WHERE resolved_at IS NULL"
            )
            #expect(try alerts.column("signature", as: String.self) == ["gap:2024-01-15"])
            #expect(
                try alerts.column("title", as: String.self) == [
                    "2024-01-15 lacks nbac_team_boxscore after 3 attempts; tipoff grid 2024-01-15"
                ]
            )
            #expect(try alerts.column("occurrences", as: Int.self) == [1])
            // It comes by hand, and the alert goes.
            try await season.teamBoxes("20240115_BOS_TOR", "0022300515")
            try await season.settle(later)
            _ = try await season.detector.pass(now: later, spentScrapers: [])
            #expect(try await season.harness.count("nba_orchestration.alert WHERE resolved_at IS NULL") == 0)
        }
    }

    @Test func aSiteWithoutBudgetIsNotAskedAndNoAttemptIsCounted() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            try await Self.prepare(season, days: 15...15, now: now)
            let settings = SourceSettings(budgets: SourceBudgets([.stats: 100]))
            let budget = SourceBudget(limits: settings.dailyLimits)
            for _ in 0..<79 { try await budget.take("stats.nba.com", at: now, from: season.pool) }
            let day = LeagueClock.gameDate(of: now)
            let before = try await budget.spentScrapers(on: day, settings, season.pool)
            #expect(before.isEmpty)
            try await budget.take("stats.nba.com", at: now, from: season.pool)
            let spent = try await budget.spentScrapers(on: day, settings, season.pool)
            #expect(spent.contains("nbac_team_boxscore") && !spent.contains("espn_scoreboard"))
            _ = try await season.detector.pass(now: now, spentScrapers: spent)
            let asked = try await season.harness.count(
                "nba_orchestration.task WHERE phase = 1 AND processor = 'nbac_team_boxscore'"
            )
            #expect(asked == 0)
            let others = try await season.harness.count(
                "nba_orchestration.task WHERE phase = 1 AND processor = 'espn_scoreboard'"
            )
            #expect(others == 1)
            let output = try await season.output("2024-01-15", "nbac_team_boxscore", "20240115_BOS_TOR", at: now)
            #expect(output?.attempts == 0 && output?.isOverdue == true)
        }
    }

    /// Its own windows ask for the box scores of a young date; a backfill works on its dates; a date before the first plan
    /// is a backfill that nobody asked for.
    @Test func whatOthersWorkOnIsLeftToThem() async throws {
        try await SeasonOfOutputs.with { season in
            let now = try Self.eastern("2024-01-20T12:00:00")
            for day in 14...19 { try await season.game("202401\(day)_BOS_TOR", "00223005\(day)") }
            try await season.planned("2024-01-16")
            try await season.settle(now)
            try await season.harness.pool.execute(
                """
                INSERT INTO nba_orchestration.backfill_job (job_id, first_date, last_date, until_phase, window_size, actor, reason)
                VALUES ('j', '2024-01-17', '2024-01-17', 4, 4, 'ann', 'x')
                """
            )
            try await season.harness.pool.execute(
                "INSERT INTO nba_orchestration.backfill_date (job_id, game_date) VALUES ('j', '2024-01-17')"
            )
            let dates = try await season.detector.requests(now: now, spentScrapers: []).map(\.date.description)
            #expect(dates == ["2024-01-16"])
            let evening = try Self.eastern("2024-01-20T18:00:00")
            let later = try await season.detector.requests(now: evening, spentScrapers: []).map(\.date.description)
            #expect(later == ["2024-01-16", "2024-01-18"])
        }
    }
}
