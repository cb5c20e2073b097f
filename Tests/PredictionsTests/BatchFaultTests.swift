import Foundation
import Postgres
import Testing

@testable import Pipeline
@testable import Predictions

/// Services that die, messages that come again and slates of one game: a batch ends once, with every player in it.
@Suite("A batch through faults")
struct BatchFaultTests {
    private let day = SlateFixture.date
    private let names = ["prediction_coordinator", "predictions_document", "tonight_document"]

    private func expectOneEnd(_ run: RunRecord, players: Int, _ harness: PhaseHarness) async throws {
        let batch = try await harness.pool.query(
            "SELECT state, open_count, predicted_count FROM nba_predictions.prediction_batch WHERE run_id = \(run.runID)"
        ).one()
        #expect(try batch.decode("state", as: String.self) == "complete")
        #expect(try batch.decode("open_count", as: Int32.self) == 0)
        #expect(try batch.decode("predicted_count", as: Int32.self) == Int32(players))
        let events = try await harness.count(
            """
            SELECT count(*) FROM nba_orchestration.outbox
            WHERE run_id = \(run.runID) AND topic = 'nba-phase5-predictions-complete'
            """
        )
        #expect(events == 1)
        let triggers = try await harness.count(
            "SELECT count(*) FROM nba_orchestration.phase_trigger WHERE run_id = \(run.runID) AND phase = 6"
        )
        #expect(triggers == 1)
        let successes = try await harness.count(
            """
            SELECT count(*) FROM nba_orchestration.pipeline_execution_log
            WHERE run_id = \(run.runID) AND processor_name = 'player_predictions' AND status = 'success'
            """
        )
        #expect(successes == players)
    }

    @Test func aServiceThatDiesWithThreePlayersInTenDoneIsGoneOnWithByAnother() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2, roster: 10)
            try await slate.write(harness.pool)
            var dying = harness.context
            dying.instance = "predictions-dying"
            let run = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            let worker = TaskWorker(definition: PredictionsService.definition(dying), context: dying)
            await worker.work([TaskSelector(runID: run.runID, processor: "prediction_coordinator")], trigger: nil)
            let done = slate.players.prefix(slate.players.count * 3 / 10)
            for player in done {
                await worker.work([TaskSelector(runID: run.runID, unit: player.lookup)], trigger: nil)
            }
            let before = try await executions(of: run, harness)
            #expect(before.count == done.count)
            // It has begun all the others when it dies; nobody knows so before its leases are over.
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'running', claimed_by = \(dying.instance),
                    execution_id = gen_random_uuid(), lease_until = now() + interval '1 hour'
                WHERE run_id = \(run.runID) AND processor = 'player_predictions' AND state = 'pending'
                """
            )
            await harness.work(run, PredictionsService.definition(harness.context))
            #expect(try await harness.phaseState(run, .predictions) == "open")
            #expect(try await executions(of: run, harness) == before)

            try await harness.pool.execute(
                "UPDATE nba_orchestration.task SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"
            )
            await harness.work(run, PredictionsService.definition(harness.context))
            try await expectOneEnd(run, players: slate.players.count, harness)
            // What was done stays done.
            let after = try await executions(of: run, harness)
            #expect(after.filter { before[$0.key] != nil } == before)
        }
    }

    /// Execution by player, of those who are predicted.
    private func executions(of run: RunRecord, _ harness: PhaseHarness) async throws -> [String: UUID] {
        let rows = try await harness.pool.query(
            """
            SELECT unit, execution_id FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND processor = 'player_predictions' AND state = 'success'
            """
        )
        return Dictionary(
            uniqueKeysWithValues: zip(
                try rows.column("unit", as: String.self),
                try rows.column("execution_id", as: UUID.self)
            )
        )
    }

    @Test func everythingDeliveredThreeTimesIsDoneOnce() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 3)
            try await slate.write(harness.pool)
            let run = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            let definition = PredictionsService.definition(harness.context)
            let content: SQL =
                """
                SELECT md5(coalesce(string_agg(p::text, ' ' ORDER BY p.system_id, p.player_lookup), ''))
                FROM nba_predictions.player_prop_predictions AS p
                """
            await harness.work(run, definition)
            try await expectOneEnd(run, players: slate.players.count, harness)
            let once = try await harness.scalar(content, as: String.self)
            // The trigger selects the level, a request its players one by one.
            for _ in 0..<3 {
                await harness.work(run, definition)
                for player in slate.players {
                    let selector = TaskSelector(
                        runID: run.runID,
                        processor: "player_predictions",
                        unit: player.lookup
                    )
                    await TaskWorker(definition: definition, context: harness.context).work([selector], trigger: nil)
                }
            }
            try await expectOneEnd(run, players: slate.players.count, harness)
            #expect(try await harness.scalar(content, as: String.self) == once)
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.prediction_batch") == 1)
        }
    }

    @Test func aNightOfOneGameIsAWholeSlate() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 1)
            try await slate.write(harness.pool)
            let run = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            await harness.work(run, PredictionsService.definition(harness.context))
            try await expectOneEnd(run, players: slate.players.count, harness)
            #expect(try await harness.phaseState(run, .publishing) == "open")
            let games = try await harness.count(
                "SELECT count(DISTINCT game_id) FROM nba_predictions.shown_prediction"
            )
            #expect(games == 1)
            let alerts = try await harness.count(
                "SELECT count(*) FROM nba_orchestration.alert WHERE resolved_at IS NULL"
            )
            #expect(alerts == 0)
        }
    }
}
