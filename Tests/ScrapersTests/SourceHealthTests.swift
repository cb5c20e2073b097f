import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Warehouse

@testable import Scrapers

/// How far a source can be relied on is a figure.
@Suite struct SourceHealthTests {
    @Test(
        arguments: [
            (10, 10, 10, 10, 100), (10, 10, 0, 0, 100), (10, 9, 10, 10, 90), (20, 10, 10, 5, 25), (10, 0, 0, 0, 0),
            (9, 0, 0, 0, nil),
        ] as [(Int, Int, Int, Int, Double?)]
    )
    func theScoreIsAnswersTimesWhatWasTakenIn(asked: Int, answered: Int, read: Int, taken: Int, score: Double?) {
        let health = SourceHealth(scraper: "s", asked: asked, answered: answered, read: read, taken: taken)
        #expect(health.score == score)
        #expect(health.isPoor == score.map { $0 < 50 } ?? false)
    }

    /// Ten days' tasks of a source and of its reader.
    private static func prepare(_ harness: TaskHarness, scrape: String, raw: String) async throws {
        for day in 6...15 {
            let date = try GameDate("2024-01-\(day < 10 ? "0" : "")\(day)")
            let run = try await harness.open(.full, date, only: [])
            for (phase, processor, state) in [(1, "bdl_box_scores", scrape), (2, "bdl_player_boxscores", raw)] {
                for unit in ["a", "b"] {
                    try await harness.pool.execute(
                        """
                        INSERT INTO nba_orchestration.task
                            (run_id, processor, unit, game_date, phase, requirement, state, expected_empty)
                        VALUES (\(run.runID), \(processor), \(unit), \(date.postgres), \(Int16(phase)), 'optional',
                                \(state.replacing("nothing", with: "no_data")), \(state == "nothing"))
                        """
                    )
                }
            }
        }
    }

    // What the source answered, what its reader made of it, and whether that is told. Seven days are fourteen questions.
    @Test(
        arguments: [
            ("success", "success", 14, 14, false), ("success", "partial", 14, 14, false),
            // Rows of another day are answers of which nothing can be taken in.
            ("success", "failed", 14, 0, true), ("failed", "no_data", 14, 0, true),
            // Nothing where something was expected is no answer; nothing where nothing was is one.
            ("no_data", "no_data", 14, 0, true), ("nothing", "nothing", 14, 14, false),
        ]
    )
    func aSourceThatCannotBeReliedOnIsTold(scrape: String, raw: String, asked: Int, good: Int, isTold: Bool)
        async throws
    {
        try await TaskHarness.with { harness in
            try await Self.prepare(harness, scrape: scrape, raw: raw)
            let pool = try #require(harness.servicePools[.scrapers])
            let today = try GameDate("2024-01-15")
            let health = try #require(
                try await SourceHealth.all(harness.registry, on: today, pool).first { $0.scraper == "bdl_box_scores" }
            )
            #expect(health.asked == asked && (health.score == Double(good) / Double(asked) * 100))
            try await SourceWatch(pool: pool, registry: harness.registry).check(
                now: LeagueClock.instant(today, hour: 9, minute: 0),
                blockedHosts: [],
                budget: SourceBudget(limits: [:])
            )
            let told = try await harness.count(
                "nba_orchestration.alert WHERE signature = 'source:unreliable:bdl_box_scores' AND resolved_at IS NULL"
            )
            #expect(told == (isTold ? 1 : 0))
        }
    }
}
