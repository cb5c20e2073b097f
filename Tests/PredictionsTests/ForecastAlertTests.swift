import Basketball
import Foundation
import Postgres
import Serving
import Testing

@testable import Pipeline
@testable import Predictions

/// Forecasts by the run log, told before the deadline.
@Suite("The forecast of Phase 5 on a real PostgreSQL")
struct ForecastAlertTests {
    /// Complete runs from Phase 5 that took so many minutes to predict.
    private func past(_ minutes: [Int], kind: String = "pregame", _ harness: PhaseHarness) async throws {
        for (index, took) in minutes.enumerated() {
            let (runID, openedAt) = (UUID(), Date().addingTimeInterval(Double(index - 40) * 86_400))
            let closedAt = openedAt.addingTimeInterval(Double(took) * 60)
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, state,
                     opened_at, finished_at)
                VALUES (\(runID), \(kind), '2023-12-01', 'live', 5, 6, 'c', \("past:\(runID)"), 'planner', 'complete',
                        \(openedAt), \(closedAt))
                """
            )
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at, opened_at, closed_at)
                VALUES (\(runID), 5, 'complete', \(closedAt), \(openedAt), \(closedAt))
                """
            )
        }
    }

    private func forecast(_ fixture: SlateWatchFixture) async throws -> PredictionForecast {
        try await fixture.harness.pool.transaction { try await PredictionForecast.of(fixture.date, in: $0) }
    }

    @Test func aRunThatWillBeLateIsToldAndTheEndOfTheBatchTakesItBack() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            try await past([40, 10, 20, 30, 20], harness)
            let fixture = SlateWatchFixture(harness: harness)
            let run = try await harness.open(fixture.date, from: .predictions, marking: SlateWatchFixture.names)
            try await fixture.watch.forecast(at: fixture.at(9, 30))
            #expect(try await fixture.alerts("forecast").isEmpty)
            try await fixture.watch.forecast(at: fixture.at(9, 50))
            try await fixture.watch.forecast(at: fixture.at(9, 52))
            #expect(
                try await fixture.alerts("forecast")
                    == [.init(signature: "predictions:forecast:2024-01-15", level: "warning", isOpen: true)]
            )
            let title: String = try await harness.scalar(
                "SELECT title FROM nba_orchestration.alert WHERE signature = 'predictions:forecast:2024-01-15'"
            )
            #expect(title == "predictions of 2024-01-15 will miss the deadline by 12 minutes")
            await fixture.work(run)
            #expect(try await fixture.alerts("forecast").map(\.isOpen) == [false])
            #expect(try await forecast(fixture) == .arrived)
        }
    }

    @Test func aForecastThatHoldsNoLongerIsTakenBack() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            try await past([20, 20, 20], harness)
            let fixture = SlateWatchFixture(harness: harness)
            let run = try await harness.open(fixture.date, from: .predictions, marking: SlateWatchFixture.names)
            try await fixture.watch.forecast(at: fixture.at(9, 50))
            #expect(try await fixture.alerts("forecast").map(\.isOpen) == [true])
            // The phase has taken twelve of its twenty minutes.
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.run SET opened_at = now() - interval '12 minutes' WHERE run_id = \(run.runID)
                """
            )
            try await fixture.watch.forecast(at: fixture.at(9, 51))
            #expect(try await fixture.alerts("forecast").map(\.isOpen) == [false])
        }
    }

    @Test func withTooFewRunsOfTheKindNothingIsForecast() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            try await past([90, 90], harness)
            try await past([90, 90, 90, 90], kind: "full", harness)
            let fixture = SlateWatchFixture(harness: harness)
            try await harness.open(fixture.date, from: .predictions, marking: SlateWatchFixture.names)
            try await fixture.watch.forecast(at: fixture.at(9, 50))
            #expect(try await fixture.alerts("forecast").isEmpty)
            guard case .unknown(let reason) = try await forecast(fixture) else {
                Issue.record("two runs are too few")
                return
            }
            #expect(reason.contains("2 complete pregame runs are too few"))
        }
    }

    @Test func onlyTheLastTenRunsCountAndNothingIsToldAfterTheDeadline() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            try await past([Int](repeating: 200, count: 12) + [Int](repeating: 5, count: 10), harness)
            let fixture = SlateWatchFixture(harness: harness)
            try await harness.open(fixture.date, from: .predictions, marking: SlateWatchFixture.names)
            try await fixture.watch.forecast(at: fixture.at(9, 50))
            try await fixture.watch.forecast(at: fixture.at(10, 0))
            #expect(try await fixture.alerts("forecast").isEmpty)
        }
    }
}
