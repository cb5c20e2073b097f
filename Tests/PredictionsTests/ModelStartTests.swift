import Basketball
import Foundation
import Postgres
import Serving
import Testing

@testable import Pipeline
@testable import Predictions

@Suite("A model that is not whole")
struct ModelStartTests {
    private func promote(_ bytes: [UInt8], registered hash: String? = nil, _ harness: PhaseHarness) async throws {
        let path = try ObjectPath(validating: "models/points/broken.json")
        try await harness.context.objects.put(path, bytes: bytes)
        let model = RegisteredModel(
            modelID: "broken",
            path: path,
            sha256: hash ?? SHA256.hash(bytes).hex,
            byteCount: bytes.count,
            formatVersion: 1,
            featureVersion: "points",
            featureCount: 130,
            trainedFrom: Season(startYear: 2018),
            trainedTo: Season(startYear: 2022),
            trainedThrough: SlateFixture.day("2023-04-09"),
            appearances: 1,
            seed: 1,
            source: "test",
            metrics: .array([]),
            gates: [],
            trainedAt: Date(timeIntervalSince1970: 1_700_000_000),
            trainedBy: "ann",
            buildCommit: "test"
        )
        try await harness.pool.transaction { transaction in
            _ = try await ModelRegistry.register(model, in: transaction)
            _ = try await ModelRegistry.promote(
                "broken",
                overrulingGates: false,
                reason: "r",
                by: "ann",
                in: transaction
            )
        }
    }

    @Test func theServiceDoesNotStartWithAModelThatIsDamaged() async throws {
        try await PhaseHarness.with("predictions", clock: "2024-01-15T14:00:00Z") { harness in
            try await promote(Array("no model".utf8), harness)
            await #expect(throws: ServedModelError.self) {
                try await PredictionsService.check(ServedModels(), harness.context)
            }
        }
    }

    @Test func bytesThatAreNotTheRegisteredOnesAreRefused() async throws {
        try await PhaseHarness.with("predictions", clock: "2024-01-15T14:00:00Z") { harness in
            try await promote(Array("bytes".utf8), registered: String(repeating: "0", count: 64), harness)
            let error = await #expect(throws: ServedModelError.self) {
                try await PredictionsService.check(ServedModels(), harness.context)
            }
            #expect(error?.cause.contains("registered as 0000") == true)
        }
    }

    @Test func aRefusedModelFailsTheBatchAndNoRuleStandsInForIt() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            try await promote(Array("no model".utf8), harness)
            let run = try await harness.open(
                SlateFixture.date,
                from: .predictions,
                marking: ["prediction_coordinator", "prediction_grading"]
            )
            await harness.work(run, PredictionsService.definition(harness.context))
            #expect(try await harness.runState(run) == "failed")
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.player_prop_predictions") == 0)
            let error = try await harness.scalar(
                "SELECT error_type FROM nba_orchestration.task WHERE run_id = \(run.runID) AND processor = 'prediction_coordinator'",
                as: String.self
            )
            #expect(error == "model_refused")
            // Results that wait for their judgement get a run of their own.
            #expect(
                try await harness.scalar(
                    "SELECT wants_run FROM nba_orchestration.change_marker WHERE processor = 'prediction_grading'",
                    as: Bool.self
                )
            )
            // Its markers stay for the run after the operator's rollback.
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_coordinator'"
                ) == 1
            )
        }
    }

    @Test func aBatchForSomePlayersGoesOnWithTheModelOfItsDate() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let names = ["prediction_coordinator"]
            let first = try await harness.open(SlateFixture.date, from: .predictions, marking: names)
            await harness.work(first, PredictionsService.definition(harness.context))
            try await promote(Array("no model".utf8), harness)
            let markers = try harness.players(
                [slate.players[3].lookup],
                of: PredictionCoordinator.name,
                in: .predictions,
                on: SlateFixture.date
            )
            // A run by hand is no delta, and its scope is the player all the same.
            let some = try await harness.open(
                SlateFixture.date,
                from: .predictions,
                kind: .manual,
                marking: [],
                changed: markers
            )
            await harness.work(some, PredictionsService.definition(harness.context))
            let phase = try await harness.phaseState(some, .predictions)
            #expect(["complete", "unchanged"].contains(phase))
            #expect(
                try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == slate.players.count
            )
            let all = try await harness.open(SlateFixture.date, from: .predictions, kind: .full, marking: names)
            await harness.work(all, PredictionsService.definition(harness.context))
            #expect(try await harness.runState(all) == "failed")
        }
    }

    @Test func whatWasSaidBeforeTipOffStandsWhateverIsRunAfterIt() async throws {
        try await PhaseHarness.with("predictions", clock: "2024-01-16T12:00:00Z") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let names = ["prediction_coordinator"]
            let first = try await harness.open(SlateFixture.date, from: .predictions, marking: names)
            await harness.work(first, PredictionsService.definition(harness.context))
            try await harness.pool.execute(
                """
                UPDATE nba_predictions.player_prop_predictions SET lane = 'live',
                    predicted_at = \(LeagueClock.instant(SlateFixture.date, hour: 10, minute: 0))
                """
            )
            // Another line now, and the first player's said after tip-off only.
            try await slate.writeFeatures(harness.pool, line: 11.5, version: "b")
            let late = slate.players[1].lookup
            try await harness.pool.execute(
                "UPDATE nba_predictions.player_prop_predictions SET predicted_at = now() WHERE player_lookup = \(late)"
            )
            let again = try await harness.open(SlateFixture.date, from: .predictions, kind: .full, marking: names)
            await harness.work(again, PredictionsService.definition(harness.context))
            #expect(try await harness.phaseState(again, .predictions) == "complete")
            let moved = try await harness.pool.query(
                "SELECT DISTINCT player_lookup FROM nba_predictions.player_prop_predictions WHERE run_id = \(again.runID)"
            )
            #expect(try moved.column("player_lookup", as: String.self) == [late])
            #expect(
                try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == slate.players.count
            )
        }
    }

    @Test func withoutAPromotedModelTheServiceStartsWithItsRules() async throws {
        try await PhaseHarness.with("predictions", clock: "2024-01-15T14:00:00Z") { harness in
            try await PredictionsService.check(ServedModels(), harness.context)
        }
    }
}
