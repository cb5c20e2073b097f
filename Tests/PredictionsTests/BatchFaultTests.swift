import Foundation
import Postgres
import Serving
import Testing

@testable import Pipeline
@testable import Predictions

/// Services that die, messages that come again and slates of one game: a batch ends once, with every player in it.
@Suite("A batch through faults")
struct BatchFaultTests {
    private let day = SlateFixture.date
    private let names = ["prediction_coordinator", "tonight_document"]

    private func definition(_ harness: PhaseHarness) -> PhaseServiceDefinition {
        PredictionsService.definition(harness.context)
    }

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

    @Test func whoeverFinishesLastClosesThePhaseExactlyOnce() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 12, roster: 19)
            try await slate.write(harness.pool)
            var replica = harness.context
            replica.instance = "predictions-two"
            for round in 0..<8 {
                let run = try await harness.open(day, from: .predictions, kind: .full, marking: names)
                let workers = [harness.context, replica].map {
                    TaskWorker(definition: PredictionsService.definition($0), context: $0)
                }
                // The coordinator's message wakes both replicas, again and again, as resends do.
                await withTaskGroup(of: Void.self) { group in
                    for worker in workers + workers {
                        group.addTask {
                            for _ in 0..<20 {
                                await worker.work([TaskSelector(runID: run.runID)], trigger: nil)
                                await Task.yield()
                            }
                        }
                    }
                }
                #expect(
                    try await harness.count(
                        """
                        SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(run.runID) AND phase = 5
                            AND state = 'success'
                        """
                    ) == slate.players.count + 1,
                    "round \(round)"
                )
                #expect(
                    try await harness.count(
                        """
                        SELECT count(*) FROM nba_orchestration.phase_trigger WHERE run_id = \(run.runID) AND phase = 6
                        """
                    ) == 1,
                    "round \(round)"
                )
                #expect(
                    try await harness.count(
                        """
                        SELECT count(*) FROM nba_orchestration.outbox
                        WHERE run_id = \(run.runID) AND topic = 'nba-phase5-predictions-complete'
                        """
                    ) == 1,
                    "round \(round)"
                )
                #expect(try await harness.phaseState(run, .predictions) == "complete")
                #expect(
                    try await harness.scalar(
                        "SELECT open_count = 0 AND state = 'complete' FROM nba_predictions.prediction_batch WHERE run_id = \(run.runID)",
                        as: Bool.self
                    )
                )
            }
            #expect(
                try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction")
                    == slate.players.count
            )
        }
    }

    @Test func ofTheLastTwoPlayersThatEndAtOnceOneClosesThePhase() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 1, roster: 1)
            try await slate.write(harness.pool)
            var replica = harness.context
            replica.instance = "predictions-two"
            let coordinator = PhaseServiceDefinition(
                phase: .predictions,
                service: "predictions",
                topics: [],
                processors: [PredictionCoordinator(models: ServedModels())],
                onTerminal: definition(harness).onTerminal
            )
            for round in 0..<60 {
                let run = try await harness.open(day, from: .predictions, kind: .full, marking: names)
                await harness.work(run, coordinator)
                await withTaskGroup(of: Void.self) { group in
                    for (player, context) in zip(slate.players, [harness.context, replica]) {
                        group.addTask {
                            await TaskWorker(definition: PredictionsService.definition(context), context: context)
                                .work([TaskSelector(runID: run.runID, unit: player.lookup)], trigger: nil)
                        }
                    }
                }
                #expect(try await harness.phaseState(run, .predictions) == "complete", "round \(round)")
                #expect(try await harness.phaseState(run, .publishing) == "open", "round \(round)")
            }
        }
    }

    /// Fails for one team, as a bug in a system would.
    private struct BrokenForOneTeam: Processor {
        static let name = PlayerPredictions.name
        func execute(_ execution: Execution) async throws -> Outcome {
            if execution.task.unit.hasPrefix("lal") { throw TaskError(.permanent, type: "bug", "broken") }
            return try await PlayerPredictions(history: PointsHistory(), models: ServedModels()).execute(execution)
        }
    }

    @Test func failedPlayersAreNamedAndCarriedByTheNextRun() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            var broken = definition(harness)
            broken.processors = [PredictionCoordinator(models: ServedModels()), BrokenForOneTeam()]
            let run = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(run, broken)
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "open")
            let reasons = try await harness.scalar(
                "SELECT degraded_reasons FROM nba_orchestration.run_phase WHERE run_id = \(run.runID) AND phase = 6",
                as: [String].self
            )
            #expect(
                reasons == ["13 of 52 predictions failed", "predictions for 39 of 52 expected players"]
            )
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'player_predictions'"
                ) == 13
            )

            // Only the workers' markers are left, and the coordinator comes first all the same.
            let next = try await harness.open(day, from: .predictions, kind: .delta, marking: [])
            await harness.work(next, definition(harness))
            #expect(
                try await harness.count(
                    """
                    SELECT count(*) FROM nba_orchestration.task
                    WHERE run_id = \(next.runID) AND processor = 'player_predictions' AND state = 'success'
                    """
                ) == 13
            )
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'player_predictions'"
                ) == 0
            )
            #expect(
                try await harness.scalar(
                    "SELECT degraded FROM nba_orchestration.run_phase WHERE run_id = \(next.runID) AND phase = 6",
                    as: Bool.self
                ) == false
            )
        }
    }

    @Test func whatEndsAfterThePhaseWasGivenUpOpensNothing() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let run = try await harness.open(day, from: .predictions, marking: names)
            let coordinatorOnly = PhaseServiceDefinition(
                phase: .predictions,
                service: "predictions",
                topics: [],
                processors: [PredictionCoordinator(models: ServedModels())],
                onTerminal: definition(harness).onTerminal
            )
            await harness.work(run, coordinatorOnly)
            try await harness.pool.transaction { transaction in
                let opener = PhaseOpener(registry: harness.context.registry, role: "test")
                try await opener.close(.predictions, of: run, state: "expired", in: transaction)
                try await opener.failRun(run, state: "failed", reason: "deadline", in: transaction)
            }
            await harness.work(run, definition(harness))
            #expect(try await harness.phaseState(run, .predictions) == "expired")
            #expect(try await harness.phaseState(run, .publishing) == "cancelled")
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.outbox WHERE topic = 'nba-phase5-predictions-complete'"
                ) == 0
            )
            // The rows are current values and stay; the markers that they left start the pages of the next run.
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 52)
        }
    }
}
