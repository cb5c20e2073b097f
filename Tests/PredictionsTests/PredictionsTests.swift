import Basketball
import Foundation
import Models
import Postgres
import PostgresTestKit
import Serving
import Testing
import Warehouse

@testable import Pipeline
@testable import Predictions

private let allNames = ["prediction_coordinator", "tonight_document"]

@Suite("Predictions on a real PostgreSQL")
struct PredictionsTests {
    private let day = SlateFixture.date

    private func definition(_ harness: PhaseHarness) -> PhaseServiceDefinition {
        PredictionsService.definition(harness.context)
    }

    @Test func aFullSlateIsPredictedAndOpensPublishingOnce() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 5)
            try await slate.write(harness.pool)
            let run = try await harness.open(day, from: .predictions, marking: allNames, reasons: ["odds are thin"])
            await harness.work(run, definition(harness))

            let players = slate.players.count
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == players)
            // Rules say something of every player, and what is not learnt says nothing.
            let bySystem = try await harness.pool.query(
                """
                SELECT system_id, count(*) AS players, min(model_version) AS version
                FROM nba_predictions.player_prop_predictions GROUP BY 1 ORDER BY 1
                """
            )
            #expect(
                try bySystem.column("system_id", as: String.self) == ["moving_average", "similarity", "zone_matchup"]
            )
            let counts = try bySystem.column("players", as: Int64.self).map(Int.init)
            #expect(counts[0] == players && counts[2] == players)
            let batch = try await harness.pool.query("SELECT * FROM nba_predictions.prediction_batch").one()
            #expect(try batch.decode("state", as: String.self) == "complete")
            #expect(try batch.decode("open_count", as: Int32.self) == 0)
            #expect(try batch.decode("predicted_count", as: Int32.self) == Int32(players))
            #expect(try batch.decode("line_count", as: Int32.self) == Int32(slate.players.count { $0.index % 5 != 0 }))
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "open")
            // Every player's row names the execution of his own task.
            #expect(
                try await harness.count(
                    """
                    SELECT count(DISTINCT t.unit) FROM nba_predictions.player_prop_predictions AS p JOIN nba_orchestration.task AS t
                        ON t.execution_id = p.execution_id AND t.unit = p.player_lookup
                    WHERE t.state = 'success' AND t.entities_changed > 0
                    """
                ) == players
            )
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor LIKE 'p%_predictions' OR processor = 'prediction_coordinator'"
                )
                    == 0
            )
            let requests = try await harness.pool.query(
                """
                SELECT key, jsonb_array_length(payload->'metadata'->'units') AS units FROM nba_orchestration.outbox
                WHERE topic = 'nba-phase5-prediction-request' ORDER BY key
                """
            )
            #expect(try requests.column("key", as: String.self) == (0..<5).map(slate.gameID).sorted())
            #expect(try requests.column("units", as: Int32.self) == [26, 26, 26, 26, 26])

            let complete = try await harness.pool.query(
                "SELECT payload FROM nba_orchestration.outbox WHERE topic = 'nba-phase5-predictions-complete'"
            ).one()
            let message = try JSONValue(parsing: complete.decode("payload", as: PostgresJSON.self).bytes)
            #expect(message["record_count"]?.intValue == Int64(players))
            #expect(message["status"]?.stringValue == "partial")
            #expect(message["metadata"]?["coverage"]?.doubleValue == 1)
            #expect(message["metadata"]?["expected"]?.intValue == Int64(players))
            #expect(message["metadata"]?["degraded_reasons"]?[0]?.stringValue == "odds are thin")
            #expect(message["metadata"]?["line_coverage"]?.doubleValue.map { $0 > 0.7 && $0 < 0.9 } == true)
        }
    }

    @Test func aChangedPlayerIsPredictedAloneAndTheOthersAreNotTouched() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let first = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(first, definition(harness))
            let changed = slate.players[3].lookup
            try await slate.writeFeatures(harness.pool, only: [changed], line: 17.5, version: "b")
            let markers = try harness.players([changed], of: PredictionCoordinator.name, in: .predictions, on: day)
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: markers)
            await harness.work(delta, definition(harness))

            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(delta.runID) AND processor = 'player_predictions'"
                )
                    == 1
            )
            let moved = try await harness.pool.query(
                "SELECT DISTINCT player_lookup FROM nba_predictions.player_prop_predictions WHERE run_id = \(delta.runID)"
            )
            #expect(try moved.column("player_lookup", as: String.self) == [changed])
            #expect(try await harness.phaseState(delta, .predictions) == "complete")
            #expect(try await harness.phaseState(delta, .publishing) == "open")
            // The head of the date counts all rows, whoever wrote last.
            #expect(
                try await harness.scalar(
                    "SELECT row_count FROM nba_orchestration.snapshot_head WHERE table_name = \(PlayerPropPrediction.table.name)",
                    as: Int32.self
                ) == Int32(try await harness.count("SELECT count(*) FROM nba_predictions.player_prop_predictions"))
            )
        }
    }

    @Test func nothingChangedEndsTheRunUnchanged() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let first = try await harness.open(day, from: .predictions, marking: ["prediction_coordinator"])
            await harness.work(first, definition(harness))
            try await harness.pool.execute("DELETE FROM nba_orchestration.change_marker")
            let markers = try harness.players(["nobody"], of: PredictionCoordinator.name, in: .predictions, on: day)
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: markers)
            await harness.work(delta, definition(harness))
            #expect(try await harness.phaseState(delta, .predictions) == "unchanged")
            #expect(try await harness.runState(delta) == "unchanged")
            #expect(
                try await harness.scalar(
                    "SELECT state FROM nba_predictions.prediction_batch WHERE run_id = \(delta.runID)",
                    as: String.self
                )
                    == "complete"
            )
            #expect(
                try await harness.count(
                    """
                    SELECT count(*) FROM nba_orchestration.outbox WHERE run_id = \(delta.runID)
                        AND topic = 'nba-phase5-predictions-complete' AND starts_phase IS NULL
                    """
                ) == 1
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker") == 0)
        }
    }

    @Test func aPredictionThatComesOutTheSameChangesNothing() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let first = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(first, definition(harness))
            try await harness.pool.execute("DELETE FROM nba_orchestration.change_marker")
            let again = try await harness.open(
                day,
                from: .predictions,
                kind: .full,
                marking: ["prediction_coordinator"]
            )
            await harness.work(again, definition(harness))
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_predictions.player_prop_predictions WHERE run_id = \(again.runID)"
                ) == 0
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker") == 0)
            #expect(try await harness.phaseState(again, .publishing) == "unchanged")
        }
    }

    @Test func anUnreadySlateIsNotStartedAndTheNextRunTriesAgain() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 4)
            let ready = Set(slate.players.prefix(40).map(\.lookup))
            try await slate.writeSchedule(harness.pool)
            try await slate.writeContext(harness.pool)
            try await slate.writeFeatures(harness.pool, only: ready)
            let run = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(run, definition(harness))

            #expect(try await harness.runState(run) == "failed")
            #expect(try await harness.phaseState(run, .predictions) == "failed")
            #expect(try await harness.phaseState(run, .publishing) == "cancelled")
            #expect(
                try await harness.scalar("SELECT state FROM nba_predictions.prediction_batch", as: String.self)
                    == "not_started"
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 0)
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_coordinator'"
                )
                    == 1
            )
            let open: SQL = """
                SELECT count(*) FROM nba_orchestration.alert
                WHERE signature LIKE 'predictions:not_started:%' AND resolved_at IS NULL
                """
            #expect(try await harness.count(open) == 1)

            try await slate.writeFeatures(harness.pool)
            let next = try await harness.open(day, from: .predictions, marking: [])
            await harness.work(next, definition(harness))
            #expect(try await harness.phaseState(next, .predictions) == "complete")
            #expect(try await harness.count(open) == 0)
        }
    }

    @Test func aDeltaOfAStartedDateIsNotHeldUpByTheRule() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 4)
            try await slate.write(harness.pool)
            let first = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(first, definition(harness))
            try await slate.writeFeatures(harness.pool, line: 12.5, isReady: false, version: "b")
            let markers = try harness.players(
                [slate.players[0].lookup],
                of: PredictionCoordinator.name,
                in: .predictions,
                on: day
            )
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: markers)
            await harness.work(delta, definition(harness))
            #expect(try await harness.phaseState(delta, .predictions) == "complete")
        }
    }

    @Test func aDateWithoutGamesGoesOnToAnEmptySlate() async throws {
        try await PhaseHarness.with("predictions") { harness in
            var other = SlateFixture(games: 2)
            other.date = day.adding(days: 1)
            try await other.writeSchedule(harness.pool)
            let run = try await harness.open(day, from: .predictions, marking: ["prediction_coordinator"])
            await harness.work(run, definition(harness))
            #expect(
                try await harness.scalar("SELECT state FROM nba_predictions.prediction_batch", as: String.self)
                    == "no_slate"
            )
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "open")
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(run.runID) AND phase = 6"
                ) == 2
            )
        }
    }

    @Test func whoHasNoFeaturesAnyMoreKeepsNoPrediction() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let first = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(first, definition(harness))
            let gone = slate.players[5].lookup
            try await harness.pool.execute(
                "UPDATE nba_precompute.ml_feature_store_v2 SET removed_at = now() WHERE player_lookup = \(gone)"
            )
            let markers = try harness.players([gone], of: PredictionCoordinator.name, in: .predictions, on: day)
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: markers)
            await harness.work(delta, definition(harness))
            let left = try await harness.pool.query(
                "SELECT DISTINCT player_lookup FROM nba_predictions.player_prop_predictions WHERE removed_at IS NOT NULL"
            )
            #expect(try left.column("player_lookup", as: String.self) == [gone])
            let skipped = try await harness.scalar(
                "SELECT skipped::text FROM nba_predictions.prediction_batch WHERE run_id = \(delta.runID)",
                as: String.self
            )
            #expect(skipped == #"{"no_features": 1}"#)
        }
    }

    @Test func aPredictionKeepsWhatItWasMadeOf() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let run = try await harness.open(day, from: .predictions, marking: allNames)
            await harness.work(run, definition(harness))
            let player = try #require(slate.players.first { $0.index % 5 != 0 && $0.isHome })
            let row = try await harness.pool.query(
                """
                SELECT * FROM nba_predictions.player_prop_predictions
                WHERE player_lookup = \(player.lookup) AND system_id = 'moving_average'
                """
            ).one()
            let predicted: Double = try row.decode("predicted_points")
            let components = try JSONValue(parsing: row.decode("components", as: PostgresJSON.self).bytes)
            let terms = try #require(components["terms"]?.objectValue)
            #expect(abs(terms.reduce(0) { $0 + ($1.1.doubleValue ?? .nan) } - predicted) < 1e-9)
            #expect(components["history_games"]?.intValue == Int64(SlateFixture.historyDays))
            #expect(try row.decode("line_margin", as: Double.self) == predicted - 15.5)
            // Nobody quotes a price, and without one there is no bet.
            #expect(try row.decode("recommendation", as: String.self) == "PASS")
            #expect(components["recommendation_reason"]?.stringValue == "no_price")
            let interval = (
                try row.decode("interval_low", as: Double.self), try row.decode("interval_high", as: Double.self)
            )
            #expect(interval.0 < predicted && predicted < interval.1)
            let snapshot: PostgresJSON = try row.decode("features_snapshot")
            let profile = try #require(try JSONValue(parsing: snapshot.bytes)["profile"])
            let scored = (0..<SlateFixture.historyDays).map { Double(slate.points(player, $0)) }
            #expect(profile["points_last_10"]?.doubleValue == scored.reduce(0, +) / Double(scored.count))
            #expect(profile["games"]?.intValue == Int64(scored.count))
        }
    }
}
