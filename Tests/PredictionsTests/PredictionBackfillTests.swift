import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Testing
import Warehouse

@testable import Pipeline
@testable import Predictions

/// Phase 5 of dates that were played long ago.
@Suite("Backfilled predictions")
struct PredictionBackfillTests {
    private static let date = SlateFixture.date
    private static let morningAfter = "2024-01-16T12:00:00Z"

    private func with(clock: String? = morningAfter, _ body: @Sendable (GradingFixture) async throws -> Void)
        async throws
    {
        try await PhaseHarness.with("predictions", clock: clock) { try await body(GradingFixture(harness: $0)) }
    }

    /// What a job of Phase 5 alone opens for a date, worked off.
    private func backfill(_ harness: PhaseHarness, _ date: GameDate = date) async throws -> RunRecord {
        let run = try await harness.open(
            date,
            from: .predictions,
            kind: .full,
            lane: .backfill,
            until: .predictions,
            marking: [PredictionCoordinator.name, PredictionGrading.name]
        )
        await harness.work(run, PredictionsService.definition(harness.context))
        return run
    }

    private struct Batch: Equatable {
        var model: String?
        var choice: String
        var systems: Int
    }

    private func batch(_ run: RunRecord, _ harness: PhaseHarness) async throws -> Batch {
        let row = try await harness.pool.query(
            """
            SELECT model_id, readiness ->> 'model_choice' AS choice, cardinality(systems) AS systems
            FROM nba_predictions.prediction_batch WHERE run_id = \(run.runID)
            """
        ).one()
        return Batch(
            model: try row.decode("model_id"),
            choice: try row.decode("choice"),
            systems: Int(try row.decode("systems", as: Int32.self))
        )
    }

    private func reason(_ run: RunRecord, _ harness: PhaseHarness) async throws -> String? {
        try await harness.pool.query(
            "SELECT CASE WHEN degraded THEN reason END AS reason FROM nba_orchestration.run WHERE run_id = \(run.runID)"
        ).one().decode("reason")
    }

    @Test func theNewestModelThatHasNotSeenTheDatePredictsItWhicheverServesToday() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await SmallModel.register("old", through: "2022-04-10", promoted: true, harness)
            try await SmallModel.register("near", through: "2024-01-14", harness)
            try await SmallModel.register("weak", through: "2024-01-14", holds: false, harness)
            try await SmallModel.register("seen", through: "2024-01-15", harness)
            let run = try await backfill(harness)
            #expect(try await batch(run, harness) == Batch(model: "near", choice: "of_its_time", systems: 5))
            let versions = try await harness.pool.query(
                "SELECT DISTINCT lane, model_sha256 IS NULL AS rule FROM nba_predictions.player_prop_predictions ORDER BY 2"
            )
            #expect(try versions.column("lane", as: String.self) == ["backfill", "backfill"])
            // The live lane of the same date has the one that serves.
            let live = try await harness.open(
                Self.date,
                from: .predictions,
                kind: .full,
                marking: [PredictionCoordinator.name]
            )
            await harness.work(live, PredictionsService.definition(harness.context))
            #expect(try await batch(live, harness) == Batch(model: "old", choice: "serving", systems: 5))
        }
    }

    @Test func withoutAModelOfItsTimeRulesAlonePredictAndTheBatchSaysWhy() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            try await fixture.results(fixture.summary(), kind: .manual)
            try await SmallModel.register("seen", through: "2024-01-15", promoted: true, harness)
            let run = try await backfill(harness)
            #expect(try await batch(run, harness) == Batch(model: nil, choice: "none_of_its_time", systems: 3))
            #expect(try await harness.runState(run) == "complete")
            #expect(try await reason(run, harness) == nil)
        }
    }

    @Test func aPlayedDateIsPredictedAndJudgedInOneRunAndPublishesNothing() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            try await fixture.results(fixture.summary(), kind: .manual)
            let run = try await backfill(harness)
            #expect(
                try await fixture.phase5Tasks(run) == [
                    "player_predictions success", "prediction_coordinator success", "prediction_grading success",
                ]
            )
            #expect(try await harness.runState(run) == "complete")
            #expect(try await reason(run, harness) == nil)
            #expect(try await harness.phaseState(run, .publishing) == "suppressed")
            let judged = try await harness.pool.query(
                """
                SELECT lane, was_made_before_tipoff, count(DISTINCT player_lookup) AS players
                FROM nba_predictions.prediction_accuracy WHERE removed_at IS NULL GROUP BY 1, 2
                """
            ).one()
            #expect(try judged.decode("lane", as: String.self) == "backfill")
            #expect(try judged.decode("was_made_before_tipoff", as: Bool?.self) == false)
            #expect(try judged.decode("players", as: Int.self) == fixture.slate.players.count)
        }
    }

    @Test(
        arguments: [
            (0, "prediction_grading: no predicted game is final"),
            (1, "prediction_grading: predicted games that are not final: 1"),
        ]
    )
    func aDateWhoseGamesAreNotOverSaysSo(ended: Int, reason: String) async throws {
        try await with { fixture in
            try await fixture.slate.write(fixture.harness.pool)
            try await fixture.end(games: ended)
            try await fixture.results(fixture.summary(games: ended), kind: .manual)
            let run = try await backfill(fixture.harness)
            #expect(try await fixture.harness.runState(run) == "complete")
            #expect(try await self.reason(run, fixture.harness) == reason)
        }
    }

    /// Nothing of it may end a walk through seasons, whose first days are all like that.
    @Test func aDateWithTooFewFeaturesIsDegradedAndAlarmsNobody() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.writeSchedule(harness.pool)
            try await fixture.slate.writeContext(harness.pool)
            try await fixture.slate.writeFeatures(harness.pool, isReady: false)
            let run = try await backfill(harness)
            #expect(try await harness.runState(run) == "complete")
            #expect(
                try await reason(run, harness)
                    == "predictions not started: 0 of 52 expected players have complete features"
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.alert") == 0)
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.player_prop_predictions") == 0)
        }
    }

    /// Without the phases before, no date will do better than the first: the job's limit of failures must see it.
    @Test func aDateOfWhichNothingIsKnownFails() async throws {
        try await with { fixture in
            try await fixture.slate.writeSchedule(fixture.harness.pool)
            let run = try await backfill(fixture.harness)
            #expect(try await fixture.harness.runState(run) == "failed")
        }
    }

    @Test func aDateWithoutBoxScoresSaysSo() async throws {
        try await with { fixture in
            try await fixture.slate.write(fixture.harness.pool)
            try await fixture.end()
            let run = try await backfill(fixture.harness)
            #expect(try await reason(run, fixture.harness) == "prediction_grading: results of the date are missing")
        }
    }

    /// Also before the game begins: what a backfill says is not said live.
    @Test(arguments: [morningAfter, "2024-01-15T17:00:00Z"])
    func whatWasSaidLiveBeforeTipOffIsNeverReplaced(clock: String) async throws {
        try await with(clock: clock) { fixture in
            let harness = fixture.harness
            try await fixture.predicted()
            let late = fixture.slate.players[1].lookup
            try await harness.pool.execute(
                "UPDATE nba_predictions.player_prop_predictions SET predicted_at = now() WHERE player_lookup = \(late)"
            )
            let stood = try await rows(harness, except: late)
            try await fixture.slate.writeFeatures(harness.pool, line: 11.5, version: "b")
            try await SmallModel.register("near", through: "2024-01-14", harness)
            let run = try await backfill(harness)
            #expect(try await rows(harness, except: late) == stood)
            let moved = try await harness.pool.query(
                """
                SELECT DISTINCT player_lookup, lane FROM nba_predictions.player_prop_predictions
                WHERE run_id = \(run.runID) AND removed_at IS NULL
                """
            ).one()
            #expect(try moved.decode("player_lookup", as: String.self) == late)
            #expect(try moved.decode("lane", as: String.self) == "backfill")
            // One slate is one model's.
            #expect(try await batch(run, harness) == Batch(model: nil, choice: "of_the_date", systems: 3))
        }
    }

    private func rows(_ harness: PhaseHarness, except player: String) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT concat_ws(' ', player_lookup, system_id, model_version, data_hash, lane, predicted_at, run_id,
                             removed_at) AS row
            FROM nba_predictions.player_prop_predictions WHERE player_lookup <> \(player) ORDER BY 1
            """
        ).column("row")
    }

    @Test func ofTheOffersOfAPlayedDateOnlyThoseBeforeTipOffAreJudged() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            try await fixture.results(fixture.summary(), kind: .manual)
            let player = fixture.slate.players[1]
            for (book, hour, minute) in [("draftkings", 19, 29), ("fanduel", 19, 30), ("betmgm", 21, 0)] {
                try await offer(player, book, LeagueClock.instant(Self.date, hour: hour, minute: minute), harness.pool)
            }
            _ = try await backfill(harness)
            for table in ["prediction_line_evaluation", "line_evaluation_accuracy"] {
                let books = try await harness.pool.query(
                    "SELECT DISTINCT bookmaker FROM nba_predictions.\(identifier: table) WHERE removed_at IS NULL"
                )
                #expect(try books.column("bookmaker", as: String.self) == ["draftkings"], "\(table)")
            }
        }
    }

    /// An offer as a source that does not know when the game began: nothing but the instants says that it came too late.
    private func offer(_ player: SlateFixture.Player, _ book: String, _ seen: Date, _ pool: PostgresPool) async throws {
        let tipoff = LeagueClock.instant(Self.date, hour: 19, minute: 30)
        try await pool.execute(
            """
            INSERT INTO nba_raw.odds_api_player_points_props
                (game_id, odds_api_event_id, game_date, game_start_time, home_team_abbr, away_team_abbr, snapshot_timestamp,
                 minutes_before_tipoff, is_after_tipoff, bookmaker, player_name, player_lookup, points_line,
                 over_price_american, under_price_american, is_synthetic, captured_at)
            VALUES (\(player.gameID), \("event-\(player.gameID)"), \(Self.date.postgresDate),
                    \(tipoff.addingTimeInterval(7200)), \(player.isHome ? player.team : player.opponent),
                    \(player.isHome ? player.opponent : player.team), \(seen),
                    \(Int64(tipoff.timeIntervalSince(seen) / 60)), false, \(book), 'name', \(player.lookup), 15.5, -110,
                    -110, false, \(seen))
            """
        )
    }

    /// Every prediction of the date by its content, features and model included.
    private func predictions(_ prepare: @Sendable (GradingFixture) async throws -> Void) async throws -> [String] {
        try await PhaseHarness.with("predictions", clock: "2024-03-01T12:00:00Z") { harness in
            let fixture = GradingFixture(harness: harness)
            try await fixture.slate.writeSchedule(harness.pool)
            try await fixture.slate.writeContext(harness.pool)
            try await fixture.slate.writeFeatures(harness.pool)
            try await SmallModel.register("near", through: "2023-04-09", harness)
            try await prepare(fixture)
            _ = try await backfill(harness)
            return try await harness.pool.query(
                """
                SELECT concat_ws(' ', player_lookup, system_id, model_version, predicted_points, features_hash, data_hash)
                    AS row
                FROM nba_predictions.player_prop_predictions WHERE removed_at IS NULL ORDER BY 1
                """
            ).column("row")
        }
    }

    @Test func aWarehouseWithTheWholeSeasonPredictsAsOneWithTheDaysBefore() async throws {
        let before = SlateFixture.historyDays
        let strict = try await predictions { try await $0.slate.writeHistory($0.harness.pool) }
        #expect(strict.count == 2 * 26 * 5)
        // The date's own games and those of two weeks after it, in which everybody scores as never before.
        let whole = try await predictions { fixture in
            try await fixture.slate.writeHistory(fixture.harness.pool)
            try await fixture.slate.writeHistory(fixture.harness.pool, games: before..<(before + 7), extraPoints: 30)
            try await fixture.end()
        }
        #expect(whole == strict)
        // What is compared does see history: one day earlier, the same points change every prediction's features.
        let other = try await predictions { fixture in
            try await fixture.slate.writeHistory(fixture.harness.pool, games: 0..<(before - 1))
            try await fixture.slate.writeHistory(fixture.harness.pool, games: (before - 1)..<before, extraPoints: 30)
        }
        #expect(other.count == strict.count && Set(other).isDisjoint(with: strict))
    }
}
