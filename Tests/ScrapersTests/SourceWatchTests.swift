import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Scrapers

/// A source that falls silent is told once, and once more when it speaks again.
@Suite struct SourceWatchTests {
    static let days = ["2024-01-12", "2024-01-13", "2024-01-14", "2024-01-15"]

    /// Four game days; every raw processor succeeded on those given for it, by default on all but the last.
    private static func prepare(_ harness: TaskHarness, _ successes: [String: [String]] = [:]) async throws {
        for (number, day) in days.enumerated() {
            let date = try GameDate(day)
            let gameID = try GameID("\(date.compact)_ORL_CLE")
            try await harness.pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed,
                     home_team_tricode, away_team_tricode)
                VALUES (\(gameID.description), \("002230055\(number)"), 2023, 'regular', \(date.postgres), 3, false,
                        'CLE', 'ORL')
                """
            )
            let run = try await harness.open(.full, date, only: [])
            for raw in harness.registry.enabled(in: .raw)
            where (successes[raw.name] ?? Array(days.dropLast())).contains(day) {
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
                    VALUES (\(run.runID), \(raw.name), '*', \(date.postgres), 2, 'optional', 'success')
                    """
                )
            }
        }
    }

    private static func alerts(_ harness: TaskHarness) async throws -> [String] {
        try await harness.pool.query(
            "SELECT signature FROM nba_orchestration.alert WHERE resolved_at IS NULL ORDER BY signature"
        ).column("signature", as: String.self)
    }

    private static func check(
        _ harness: TaskHarness,
        hour: Int,
        blocked: [String] = [],
        budget: SourceBudget = SourceBudget(limits: [:])
    ) async throws {
        let pool = try #require(harness.servicePools[.scrapers])
        try await SourceWatch(pool: pool, registry: harness.registry)
            .check(
                now: LeagueClock.instant(try GameDate("2024-01-15"), hour: hour, minute: 0),
                blockedHosts: blocked,
                budget: budget
            )
    }

    // The last day of success, and whether that is too long ago on the morning of the fifteenth.
    @Test(arguments: [("2024-01-14", false), ("2024-01-13", false), ("2024-01-12", true)])
    func twoGameDaysWithoutASourceAreTold(last: String, isSilent: Bool) async throws {
        try await TaskHarness.with { harness in
            try await Self.prepare(harness, ["espn_scoreboard": Self.days.filter { $0 <= last }])
            try await Self.check(harness, hour: 9)
            let alerts = try await Self.alerts(harness)
            #expect(alerts == (isSilent ? ["source:silent:espn_scoreboard"] : []))
        }
    }

    @Test func whatWasNeverAskedIsSilentAndWhatSpeaksAgainIsResolved() async throws {
        try await TaskHarness.with { harness in
            try await Self.prepare(harness, ["bdl_standings": []])
            try await Self.check(harness, hour: 9)
            try await Self.check(harness, hour: 10)
            let silent = try await Self.alerts(harness)
            #expect(silent == ["source:silent:bdl_standings"])
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
                SELECT run_id, 'bdl_standings', '*', game_date, 2, 'optional', 'success' FROM nba_orchestration.run
                WHERE game_date = '2024-01-15'
                """
            )
            try await Self.check(harness, hour: 11)
            let resolved = try await Self.alerts(harness)
            #expect(resolved == [])
            let incidents = try await harness.count("nba_orchestration.alert")
            #expect(incidents == 1)
        }
    }

    @Test func aGameDayWithoutAnInjuryReportIsToldInTheAfternoon() async throws {
        try await TaskHarness.with { harness in
            try await Self.prepare(harness)
            try await Self.check(harness, hour: 13)
            let before = try await Self.alerts(harness)
            #expect(before == [])
            try await Self.check(harness, hour: 14, blocked: ["stats.nba.com"])
            let after = try await Self.alerts(harness)
            #expect(after == ["source:blocked:stats.nba.com", "source:no_injury_report"])
        }
    }

    /// Where Tipoff has run for a day only, nobody can have fallen silent.
    @Test func aNewStackIsNotWarnedOfItsPast() async throws {
        try await TaskHarness.with { harness in
            try await Self.prepare(harness, ["espn_scoreboard": []])
            try await harness.pool.execute("DELETE FROM nba_orchestration.run WHERE game_date < '2024-01-14'")
            try await Self.check(harness, hour: 9)
            let alerts = try await Self.alerts(harness)
            #expect(alerts == [])
        }
    }
}
