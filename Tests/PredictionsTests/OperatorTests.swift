import Basketball
import Foundation
import Postgres
import Testing

@testable import Pipeline
@testable import Predictions

/// What operators ask for, executed by the owner of Phase 5.
@Suite("Operators' requests to predictions")
struct OperatorTests {
    private static let names = ["prediction_coordinator", "tonight_document"]

    private func definition(_ harness: PhaseHarness) -> PhaseServiceDefinition {
        PredictionsService.definition(harness.context)
    }

    /// A run whose coordinator has handed out one task a player, none of them done.
    private func handedOut(_ harness: PhaseHarness) async throws -> RunRecord {
        try await SlateFixture(games: 5).write(harness.pool)
        let run = try await harness.open(SlateFixture.date, from: .predictions, marking: Self.names)
        await TaskWorker(definition: definition(harness), context: harness.context)
            .work([TaskSelector(runID: run.runID, processor: PredictionCoordinator.name)], trigger: nil)
        return run
    }

    @Test func forcingGoesOnWithoutTheOpenPlayersAndTheyMayStillCome() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let run = try await handedOut(harness)
            let request = try await harness.file("force_phase", run, phase: 5)
            let desk = try #require(definition(harness).operatorDesk)
            let messages = try await desk.executePending()
            #expect(messages.map(\.topic) == [.phase5PredictionsComplete])
            #expect(try await harness.answer(request).result == "done")
            #expect(try await harness.answer(request).outcome.hasPrefix("forced by ann without 130 tasks"))
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "open")
            let reasons: [String] = try await harness.scalar(
                "SELECT degraded_reasons FROM nba_orchestration.run_phase WHERE run_id = \(run.runID) AND phase = 5"
            )
            #expect(reasons.contains { $0.hasPrefix("forced by ann") })
            // What was given up is late, not lost: it ends, and its rows ask for a run of their own.
            await harness.work(run, definition(harness))
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.task WHERE processor = 'player_predictions' AND state = 'success'"
                ) == 130
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker WHERE wants_run") > 0)
            #expect(
                try await harness.count("SELECT count(*) FROM nba_orchestration.phase_trigger WHERE phase = 6") == 1
            )
        }
    }

    @Test func forcingBeforeTheCoordinatorHasDecidedIsRefused() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 5).write(harness.pool)
            let run = try await harness.open(SlateFixture.date, from: .predictions, marking: Self.names)
            let request = try await harness.file("force_phase", run, phase: 5)
            #expect(try await definition(harness).operatorDesk?.executePending() == [])
            #expect(try await harness.answer(request).result == "refused")
            #expect(try await harness.phaseState(run, .predictions) == "open")
            #expect(
                try await harness.count("SELECT count(*) FROM nba_orchestration.task WHERE late_at IS NOT NULL") == 0
            )
        }
    }

    @Test func cancellingEndsTheRunAndSkipsThePlayers() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let run = try await handedOut(harness)
            let request = try await harness.file("cancel_run", run, phase: 5)
            #expect(try await definition(harness).operatorDesk?.executePending() == [])
            #expect(try await harness.answer(request).result == "done")
            #expect(try await harness.runState(run) == "cancelled")
            #expect(try await harness.phaseState(run, .predictions) == "cancelled")
            #expect(
                try await harness.count("SELECT count(*) FROM nba_orchestration.task WHERE state = 'skipped'") == 130
            )
            await harness.work(run, definition(harness))
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 0)
        }
    }

    @Test func aFailedPlayerIsPredictedAgainAloneByARunThatTheAnswerNames() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let run = try await handedOut(harness)
            let player = try #require(SlateFixture(games: 5).players.first?.lookup)
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'failed', finished_at = now()
                WHERE run_id = \(run.runID) AND unit = \(player)
                """
            )
            await harness.work(run, definition(harness))
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 129)
            let request = try await harness.file(
                "retry_task",
                run,
                phase: 5,
                processor: PlayerPredictions.name,
                unit: player
            )
            #expect(
                try await definition(harness).operatorDesk?.executePending().map(\.topic)
                    == [.phase4PrecomputeComplete]
            )
            let opened = try #require(try await harness.answer(request).openedRunID)
            let records = try await harness.pool.transaction { try await RunRecord.load([opened], in: $0) }
            await harness.work(try #require(records[opened]), definition(harness))
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 130)
            let players: [String] = try await harness.pool.query(
                "SELECT unit FROM nba_orchestration.task WHERE run_id = \(opened) AND processor = 'player_predictions'"
            ).column("unit")
            #expect(players == [player])
        }
    }
}
