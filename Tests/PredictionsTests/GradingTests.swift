import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline
@testable import Predictions

/// The judged rows in the database.
@Suite("Grading on a real PostgreSQL")
struct GradingTests {
    private let day = GradingFixture.date

    private func with(_ body: @Sendable (GradingFixture) async throws -> Void) async throws {
        try await PhaseHarness.with("predictions") { try await body(GradingFixture(harness: $0)) }
    }

    /// Grades in a run of its own, whatever is pending.
    @discardableResult
    private func grade(_ fixture: GradingFixture) async throws -> RunRecord {
        let run = try await fixture.harness.open(
            day,
            from: .predictions,
            kind: .delta,
            until: .predictions,
            marking: ["prediction_grading"]
        )
        await fixture.harness.work(run, PredictionsService.definition(fixture.harness.context))
        return run
    }

    private func task(_ run: RunRecord, _ fixture: GradingFixture) async throws -> (state: String, log: JSONValue) {
        let row = try await fixture.harness.pool.query(
            """
            SELECT t.state, COALESCE(l.metadata, '{}') AS metadata FROM nba_orchestration.task AS t
            JOIN nba_orchestration.pipeline_execution_log AS l USING (execution_id)
            WHERE t.run_id = \(run.runID) AND t.processor = 'prediction_grading'
            """
        ).one()
        return (
            try row.decode("state"), try JSONValue(parsing: row.decode("metadata", as: PostgresJSON.self).bytes)
        )
    }

    @Test func gradesHoldWhatWasKnownBeforeTheGameAndWhatHappened() async throws {
        try await with { fixture in
            let pool = fixture.harness.pool
            let absent = fixture.slate.players[3].lookup
            try await fixture.predicted(announcing: [absent: .questionable])
            try await fixture.end()
            // What the tables say afterwards is no knowledge of the prediction's time.
            try await fixture.announce(.out, of: absent)
            try await pool.execute("UPDATE nba_precompute.ml_feature_store_v2 SET features = '[]'")
            try await fixture.results(fixture.summary(points: [absent: nil]))
            let run = try await grade(fixture)
            let row = try await pool.query(
                """
                SELECT count(*) FILTER (WHERE is_voided) AS voided, min(void_reason) AS reason,
                       min(player_status_before) AS announced, bool_and(was_made_before_tipoff) AS is_live,
                       min(season_average_tier) AS tier, max(season_average) AS average,
                       bool_and(abs(signed_error - (predicted_points - actual_points)) < 1e-9) AS has_errors,
                       bool_and(run_id = \(run.runID)) AS is_of_the_run,
                       bool_or(is_voided AND (absolute_error IS NOT NULL OR is_correct IS NOT NULL)) AS is_wrong,
                       bool_and(line_outcome IS NOT NULL) FILTER (WHERE has_prop_line AND NOT is_voided) AS has_outcomes
                FROM nba_predictions.prediction_accuracy WHERE system_id = 'moving_average'
                """
            ).one()
            #expect(try row.decode("voided", as: Int.self) == 1)
            #expect(try row.decode("reason", as: String.self) == "dnp_late_scratch")
            #expect(try row.decode("announced", as: String.self) == "questionable")
            #expect(try row.decode("tier", as: String.self) == "starter")
            #expect(try row.decode("average", as: Double.self) == 17)
            for column in ["is_live", "has_errors", "is_of_the_run", "has_outcomes"] {
                #expect(try row.decode(column, as: Bool.self), "\(column)")
            }
            #expect(try row.decode("is_wrong", as: Bool.self) == false)
        }
    }

    @Test func gradingTwiceChangesNothingAndACorrectionRegradesItsRowAlone() async throws {
        try await with { fixture in
            let pool = fixture.harness.pool
            try await fixture.predicted()
            try await fixture.end()
            try await fixture.results(fixture.summary())
            _ = try await fixture.deltas(today: day)
            let again = try await grade(fixture)
            #expect(try await fixture.harness.runState(again) == "unchanged")

            let corrected = fixture.slate.players[7].lookup
            try await fixture.results(fixture.summary(points: [corrected: 41]))
            let opened = try await fixture.deltas(today: day.adding(days: 1))
            let run = try #require(opened.first)
            #expect(opened.count == 1)
            let moved = try await pool.query(
                """
                SELECT player_lookup, actual_points FROM nba_predictions.prediction_accuracy
                WHERE run_id = \(run.runID) AND system_id = 'moving_average'
                """
            ).one()
            #expect(try moved.decode("player_lookup", as: String.self) == corrected)
            #expect(try moved.decode("actual_points", as: Int64.self) == 41)
        }
    }

    @Test func aGameThatIsStillOnIsNamedAndGradedWhenItIsOver() async throws {
        try await with { fixture in
            try await fixture.predicted()
            try await fixture.end(games: 1)
            try await fixture.results(fixture.summary(games: 1))
            let first = try await fixture.deltas(today: day)
            let told = try await task(try #require(first.first), fixture)
            #expect(told.state == "success")
            #expect(told.log["games_not_final"]?[0]?.stringValue == fixture.slate.gameID(1))
            let graded: SQL = "SELECT count(DISTINCT game_id) FROM nba_predictions.prediction_accuracy"
            #expect(try await fixture.harness.count(graded) == 1)
            try await fixture.end()
            try await fixture.results(fixture.summary())
            #expect(try await fixture.deltas(today: day).count == 1)
            #expect(try await fixture.harness.count(graded) == 2)
        }
    }

    @Test func aFinalGameWithoutItsBoxScoreIsPartialAndNeverAnEmptySuccess() async throws {
        try await with { fixture in
            try await fixture.predicted()
            try await fixture.end()
            try await fixture.results(fixture.summary(games: 1))
            let opened = try await fixture.deltas(today: day)
            let told = try await task(try #require(opened.first), fixture)
            #expect(told.state == "partial")
            #expect(told.log["games_without_rows"]?[0]?.stringValue == fixture.slate.gameID(1))
            #expect(
                try await fixture.harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_grading'"
                ) > 0
            )
        }
    }

    @Test func withoutAFinalGameNothingIsGraded() async throws {
        try await with { fixture in
            try await fixture.predicted()
            let run = try await grade(fixture)
            #expect(try await task(run, fixture).state == "no_data")
            #expect(try await fixture.harness.phaseState(run, .predictions) == "complete")
            #expect(try await fixture.harness.runState(run) == "unchanged")
        }
    }

    @Test func linesAreGradedApartAndOneFromAfterTipoffNever() async throws {
        try await with { fixture in
            let pool = fixture.harness.pool
            try await fixture.predicted()
            try await fixture.end()
            let player = fixture.slate.players[1]
            let tipoff = LeagueClock.instant(day, hour: 19, minute: 30)
            for (line, minutes) in [(24.5, 30.0), (25.0, 30.0), (26.5, -10.0)] {
                try await pool.execute(
                    """
                    INSERT INTO nba_predictions.prediction_line_evaluation
                        (game_date, player_lookup, game_id, team_abbr, system_id, model_version, bookmaker, points_line,
                         over_price_american, under_price_american, is_line_synthetic, line_captured_at,
                         minutes_before_tipoff, over_probability, edge, recommendation, reason)
                    SELECT game_date, player_lookup, game_id, team_abbr, system_id, model_version, 'draftkings', \(line),
                           -110, 100, false, \(tipoff.addingTimeInterval(-60 * minutes)), 0, 0.3,
                           predicted_points - \(line), 'UNDER', 'test'
                    FROM nba_predictions.player_prop_predictions
                    WHERE player_lookup = \(player.lookup) AND system_id = 'moving_average'
                    """
                )
            }
            try await fixture.results(fixture.summary(points: [player.lookup: 25]))
            let opened = try await fixture.deltas(today: day)
            let rows = try await pool.query(
                """
                SELECT points_line, outcome, is_correct, profit_per_unit, line_error, was_made_before_tipoff
                FROM nba_predictions.line_evaluation_accuracy ORDER BY points_line
                """
            )
            #expect(try rows.column("points_line", as: Double.self) == [24.5, 25])
            #expect(try rows.column("outcome", as: String.self) == ["OVER", "PUSH"])
            #expect(try rows.column("is_correct", as: Bool?.self) == [false, nil])
            #expect(try rows.column("profit_per_unit", as: Double.self) == [-1, 0])
            #expect(try rows.column("line_error", as: Double.self) == [-0.5, 0])
            #expect(try rows.column("was_made_before_tipoff", as: Bool.self) == [true, true])
            let told = try await task(try #require(opened.first), fixture)
            #expect(told.log["lines_not_before_tipoff"]?.intValue == 1)
        }
    }

    @Test func whatWasPredictedAfterTheFactIsMarkedSo() async throws {
        try await with { fixture in
            try await fixture.predicted(lane: .backfill)
            try await fixture.end()
            try await fixture.results(fixture.summary())
            _ = try await fixture.deltas(today: day)
            let row = try await fixture.harness.pool.query(
                """
                SELECT bool_or(was_made_before_tipoff) AS is_live, min(lane) AS lane
                FROM nba_predictions.prediction_accuracy
                """
            ).one()
            #expect(try row.decode("is_live", as: Bool.self) == false)
            #expect(try row.decode("lane", as: String.self) == "backfill")
        }
    }
}
