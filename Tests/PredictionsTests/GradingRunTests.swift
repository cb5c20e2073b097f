import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline
@testable import Predictions

/// How grading is started and what it may not hold up.
@Suite("Grading in runs")
struct GradingRunTests {
    private let day = GradingFixture.date
    /// Players; every system has its own row.
    private static let graded: SQL =
        "SELECT count(DISTINCT player_lookup) FROM nba_predictions.prediction_accuracy WHERE removed_at IS NULL"

    private func with(_ body: @Sendable (GradingFixture) async throws -> Void) async throws {
        try await PhaseHarness.with("predictions") { try await body(GradingFixture(harness: $0)) }
    }

    @Test(
        "The results of a date open exactly one run that grades and predicts nobody, on the date and after it",
        arguments: [0, 1]
    )
    func postgame(daysLater: Int) async throws {
        try await with { fixture in
            try await fixture.predicted()
            try await fixture.end()
            let postgame = try await fixture.results(fixture.summary())
            #expect(try await fixture.harness.runState(postgame) == "complete")
            // The coordinator has something of its own, which is no reason to predict a game that is over.
            let markers = try fixture.harness.players(
                [fixture.slate.players[0].lookup],
                of: PredictionCoordinator.name,
                in: .predictions,
                on: day
            )
            for statement in markers.insertStatements(originDate: day, runID: nil, wantRun: daysLater > 0) {
                try await fixture.harness.pool.execute(statement)
            }
            let opened = try await fixture.deltas(today: day.adding(days: daysLater))
            let run = try #require(opened.first)
            #expect(opened.count == 1)
            #expect(run.kind == .delta && run.untilPhase == .predictions)
            // What was graded is told by a run of Phase 6 alone.
            #expect(
                try await fixture.harness.count(
                    "SELECT count(*) FROM nba_orchestration.run WHERE first_phase = 6 AND until_phase = 6"
                ) == 1
            )
            #expect(try await fixture.phase5Tasks(run) == ["prediction_grading success"])
            #expect(try await fixture.harness.phaseState(run, .predictions) == "complete")
            #expect(try await fixture.harness.runState(run) == "complete")
            #expect(try await fixture.harness.count(Self.graded) == fixture.slate.players.count)
            #expect(
                try await fixture.harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_grading'"
                ) == 0
            )
            #expect(
                try await fixture.harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_coordinator'"
                ) == 1
            )
            #expect(
                try await fixture.harness.count("SELECT count(*) FROM nba_predictions.prediction_batch") == 1
            )
        }
    }

    @Test func aRunThatWasToldToStopStartsNoGrading() async throws {
        try await with { fixture in
            try await fixture.predicted()
            try await fixture.end()
            try await fixture.results(fixture.summary(), kind: .full)
            #expect(try await fixture.deltas(today: day.adding(days: 1)).isEmpty)
            #expect(try await fixture.harness.count(Self.graded) == 0)
        }
    }

    @Test func resultsOfADateThatNobodyPredictedOpenNothing() async throws {
        try await with { fixture in
            try await fixture.slate.write(fixture.harness.pool)
            try await fixture.end()
            try await fixture.results(fixture.summary())
            #expect(try await fixture.deltas(today: day.adding(days: 1)).isEmpty)
        }
    }

    @Test func markersOfPredictionsOnPastDatesKeepNoOtherDateFromItsTurn() async throws {
        try await with { fixture in
            try await fixture.predicted()
            try await fixture.end()
            try await fixture.results(fixture.summary())
            // More dates than one look takes, all of them earlier, whose markers are of no use any more.
            try await fixture.harness.pool.execute(
                """
                INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase,
                    correlation_id, plan_key, opened_by, state, finished_at)
                SELECT gen_random_uuid(), 'full', \(day.postgresDate) - d, 'live', 1, 6, 'c', 'old:' || d, 'test',
                       'complete', now() FROM generate_series(1, 12) AS d
                """
            )
            try await fixture.harness.pool.execute(
                """
                INSERT INTO nba_orchestration.change_marker
                    (processor, game_date, kind, entity, phase, wants_run, marked_at)
                SELECT 'prediction_coordinator', \(day.postgresDate) - d, 'player', 'a', 5, true, now() - interval '1 hour'
                FROM generate_series(1, 12) AS d
                """
            )
            let opened = try await fixture.deltas(today: day.adding(days: 1))
            #expect(opened.map(\.gameDate) == [day])
        }
    }

    @Test func aFullRunOfAPastDatePredictsThenGradesThenPublishes() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            let run = try await fullRun(fixture)
            let definition = PredictionsService.definition(harness.context)
            #expect(try await fixture.phase5Tasks(run) == ["prediction_coordinator pending"])
            let worker = TaskWorker(definition: definition, context: harness.context)
            await worker.work([TaskSelector(runID: run.runID, processor: PredictionCoordinator.name)], trigger: nil)
            await worker.work([TaskSelector(runID: run.runID, processor: PlayerPredictions.name)], trigger: nil)
            // Everybody is predicted; the phase waits for the judgement.
            #expect(
                try await fixture.phase5Tasks(run) == [
                    "player_predictions success", "prediction_coordinator success", "prediction_grading pending",
                ]
            )
            #expect(try await harness.phaseState(run, .predictions) == "open")
            #expect(try await harness.phaseState(run, .publishing) == "waiting")
            let trigger = try await harness.pool.query(
                """
                SELECT o.topic, o.starts_phase FROM nba_orchestration.phase_trigger AS g
                JOIN nba_orchestration.outbox AS o USING (message_id)
                WHERE g.run_id = \(run.runID) AND g.phase = 5 AND g.level = 3
                """
            ).one()
            #expect(try trigger.decode("topic", as: String.self) == Topic.phase4PrecomputeComplete.rawValue)
            #expect(try trigger.decode("starts_phase", as: Int16.self) == 5)

            await harness.work(run, definition)
            #expect(try await harness.count(Self.graded) == fixture.slate.players.count)
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "open")
            let batch = try await harness.pool.query("SELECT state, open_count FROM nba_predictions.prediction_batch")
                .one()
            #expect(try batch.decode("state", as: String.self) == "complete")
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.outbox WHERE topic = 'nba-phase5-predictions-complete'"
                ) == 1
            )
            let isDegraded: Bool = try await harness.scalar(
                "SELECT degraded FROM nba_orchestration.run_phase WHERE run_id = \(run.runID) AND phase = 6"
            )
            #expect(!isDegraded)
        }
    }

    @Test func ofTwoPlayersThatEndAtOnceOneStartsTheGrading() async throws {
        try await with { fixture in
            let harness = fixture.harness
            let slate = SlateFixture(games: 1, roster: 1)
            try await slate.write(harness.pool)
            var replica = harness.context
            replica.instance = "predictions-two"
            for round in 0..<25 {
                let run = try await harness.open(
                    day,
                    from: .predictions,
                    kind: .full,
                    marking: [
                        "prediction_coordinator", "prediction_grading", "tonight_document",
                    ]
                )
                let coordinator = PredictionsService.definition(harness.context)
                await TaskWorker(definition: coordinator, context: harness.context)
                    .work([TaskSelector(runID: run.runID, processor: PredictionCoordinator.name)], trigger: nil)
                await withTaskGroup(of: Void.self) { group in
                    for (player, context) in zip(slate.players, [harness.context, replica]) {
                        group.addTask {
                            let worker = TaskWorker(
                                definition: PredictionsService.definition(context),
                                context: context
                            )
                            await worker.work([TaskSelector(runID: run.runID, unit: player.lookup)], trigger: nil)
                            await worker.work([TaskSelector(runID: run.runID)], trigger: nil)
                        }
                    }
                }
                #expect(
                    try await harness.count(
                        """
                        SELECT count(*) FROM nba_orchestration.phase_trigger
                        WHERE run_id = \(run.runID) AND (phase, level) IN ((5, 3), (6, 0))
                        """
                    ) == 2,
                    "round \(round)"
                )
                #expect(try await harness.phaseState(run, .predictions) == "complete", "round \(round)")
                #expect(try await harness.phaseState(run, .publishing) == "open", "round \(round)")
            }
        }
    }

    private struct BrokenGrading: Processor {
        static let name = PredictionGrading.name
        func execute(_ execution: Execution) async throws -> Outcome {
            throw TaskError(.permanent, type: "bug", "broken")
        }
    }

    @Test func whatIsPredictedAgainOnAJudgedDateIsJudgedAgain() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            let run = try await fullRun(fixture)
            await harness.work(run, PredictionsService.definition(harness.context))
            let player = try #require(fixture.slate.players.first { $0.index % 5 != 0 }).lookup
            try await fixture.slate.writeFeatures(harness.pool, only: [player], line: 11.5, version: "b")
            let markers = try harness.players(
                [player],
                of: PredictionCoordinator.name,
                in: .predictions,
                on: GradingFixture.date
            )
            let delta = try await harness.open(
                GradingFixture.date,
                from: .predictions,
                kind: .delta,
                marking: [],
                changed: markers
            )
            await harness.work(delta, PredictionsService.definition(harness.context))
            #expect(try await harness.phaseState(delta, .predictions) == "complete")
            let judged = try await harness.pool.query(
                "SELECT DISTINCT player_lookup, points_line FROM nba_predictions.prediction_accuracy WHERE run_id = \(delta.runID)"
            ).one()
            #expect(try judged.decode("player_lookup", as: String.self) == player)
            #expect(try judged.decode("points_line", as: Double.self) == 11.5)
        }
    }

    @Test func aFailingGraderDegradesTheRunAndPublishingOpensAllTheSame() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            var definition = PredictionsService.definition(harness.context)
            definition.processors =
                PredictionsService.definition(harness.context).processors.dropLast() + [BrokenGrading()]
            let run = try await fullRun(fixture)
            await harness.work(run, definition)
            #expect(try await harness.phaseState(run, .publishing) == "open")
            let reasons: [String] = try await harness.scalar(
                "SELECT degraded_reasons FROM nba_orchestration.run_phase WHERE run_id = \(run.runID) AND phase = 6"
            )
            #expect(reasons.count == 1 && reasons[0].hasPrefix("prediction_grading failed"))
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'prediction_grading'"
                ) == 1,
                "what was not judged stays to be judged"
            )
        }
    }

    @Test func aFailingGraderEndsItsOwnRunWithoutBlamingTheCoordinator() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.predicted()
            try await fixture.end()
            var definition = PredictionsService.definition(harness.context)
            definition.processors =
                PredictionsService.definition(harness.context).processors.dropLast() + [BrokenGrading()]
            let run = try await harness.open(
                day,
                from: .predictions,
                kind: .delta,
                until: .predictions,
                marking: ["prediction_grading"]
            )
            await harness.work(run, definition)
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            #expect(try await harness.runState(run) == "unchanged")
            #expect(
                try await harness.count("SELECT count(*) FROM nba_orchestration.alert WHERE title LIKE '%coordinator%'")
                    == 0
            )
        }
    }

    @Test func forcingARunThatOnlyGradesEndsItAndCancellingDoesToo() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.predicted()
            try await fixture.end()
            let desk = try #require(PredictionsService.definition(harness.context).operatorDesk)
            for (action, state, task) in [
                ("force_phase", "complete", "pending"), ("cancel_run", "cancelled", "skipped"),
            ] {
                let run = try await harness.open(
                    day,
                    from: .predictions,
                    kind: .delta,
                    until: .predictions,
                    marking: ["prediction_grading"]
                )
                let request = try await harness.file(action, run, phase: 5)
                _ = try await desk.executePending()
                #expect(try await harness.answer(request).result == "done")
                #expect(try await harness.phaseState(run, .predictions) == state)
                #expect(try await fixture.phase5Tasks(run) == ["prediction_grading \(task)"])
            }
        }
    }

    @Test func forcingAFullRunGoesOnAtOnceAndGradingHasARunOfItsOwn() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            let run = try await fullRun(fixture)
            let definition = PredictionsService.definition(harness.context)
            await TaskWorker(definition: definition, context: harness.context)
                .work([TaskSelector(runID: run.runID, processor: PredictionCoordinator.name)], trigger: nil)
            _ = try await harness.file("force_phase", run, phase: 5)
            _ = try await definition.operatorDesk?.executePending()
            #expect(try await harness.phaseState(run, .publishing) == "open")
            await harness.work(run, definition)
            try await harness.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE state = 'open'"
            )
            let opened = try await fixture.deltas(today: day.adding(days: 1))
            #expect(opened.count == 1)
            #expect(try await harness.count(Self.graded) == fixture.slate.players.count)
        }
    }

    @Test func aRetryOfGradingPredictsNobody() async throws {
        try await with { fixture in
            let harness = fixture.harness
            try await fixture.slate.write(harness.pool)
            try await fixture.end()
            var broken = PredictionsService.definition(harness.context)
            broken.processors = PredictionsService.definition(harness.context).processors.dropLast() + [BrokenGrading()]
            let run = try await fullRun(fixture)
            await harness.work(run, broken)
            let markers = try harness.players(["somebody"], of: PredictionCoordinator.name, in: .predictions, on: day)
            for statement in markers.insertStatements(originDate: day, runID: nil) {
                try await harness.pool.execute(statement)
            }
            let request = try await harness.file(
                "retry_task",
                run,
                phase: 5,
                processor: PredictionGrading.name,
                unit: "*"
            )
            let definition = PredictionsService.definition(harness.context)
            _ = try await definition.operatorDesk?.executePending()
            let opened = try #require(try await harness.answer(request).openedRunID)
            let runs = try await harness.pool.transaction { try await RunRecord.load([opened], in: $0) }
            let retry = try #require(runs[opened])
            await harness.work(retry, definition)
            #expect(try await fixture.phase5Tasks(retry) == ["prediction_grading success"])
            #expect(try await harness.count(Self.graded) == fixture.slate.players.count)
        }
    }

    /// A run of the whole date, its box score already stored, at the beginning of Phase 5.
    private func fullRun(_ fixture: GradingFixture) async throws -> RunRecord {
        try await fixture.results(fixture.summary(), kind: .manual)
        try await fixture.harness.pool.execute("DELETE FROM nba_orchestration.change_marker")
        return try await fixture.harness.open(
            day,
            from: .predictions,
            kind: .full,
            marking: ["prediction_coordinator", "prediction_grading", "tonight_document"]
        )
    }
}
