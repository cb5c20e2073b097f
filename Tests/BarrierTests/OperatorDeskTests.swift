import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Barrier
@testable import Pipeline

/// What operators ask for, executed by the owners of Phases 1 to 4 on a real PostgreSQL.
@Suite("Operators' requests")
struct OperatorDeskTests {
    @Test(
        "Forcing an open phase ends it degraded, marks what is missing late and opens what follows",
        arguments: [Phase.scrapers, .raw, .analytics, .precompute]
    )
    func force(phase: Phase) async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(phase)
            let request = try await bench.file(.forcePhase, run, phase)
            let messages = try await bench.desk(phase).executePending()
            #expect(messages.count == 1)
            let answer = try await bench.answer(request)
            #expect(answer.result == "done")
            #expect(answer.outcome.contains("marked late; completed degraded"))
            #expect(try await bench.phaseState(run, phase) == "complete")
            #expect(try await bench.count("late_at IS NOT NULL AND state = 'pending'", of: run) > 0)
            let next = try #require((phase == .scrapers ? .raw : phase).next)
            #expect(try await bench.phaseState(run, next) == "open")
            let reasons: [String] = try await bench.scalar(
                """
                SELECT degraded_reasons FROM nba_orchestration.run_phase
                WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue))
                """
            )
            #expect(reasons.contains { $0.contains("forced by ann") })
        }
    }

    @Test(
        "Giving up one processor while others are open is refused and changes nothing",
        arguments: [Phase.raw, .analytics]
    )
    func forceOfOne(phase: Phase) async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(phase)
            let name = try #require(Registry.standard.enabled(in: phase).first?.name)
            let request = try await bench.file(.forcePhase, run, phase, processor: name)
            #expect(try await bench.desk(phase).executePending() == [])
            #expect(try await bench.answer(request).result == "refused")
            #expect(try await bench.phaseState(run, phase) == "open")
            #expect(try await bench.count("late_at IS NOT NULL", of: run) == 0)
        }
    }

    @Test(
        "Cancelling ends the run, skips what has not begun and leaves running tasks and markers alone",
        arguments: [Phase.scrapers, .raw, .analytics, .precompute]
    )
    func cancel(phase: Phase) async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(phase)
            let markers: Int = try await bench.scalar("SELECT count(*) FROM nba_orchestration.change_marker")
            try await bench.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'running', execution_id = gen_random_uuid()
                WHERE ctid = (SELECT min(ctid) FROM nba_orchestration.task WHERE run_id = \(run.runID))
                """
            )
            let request = try await bench.file(.cancelRun, run, phase)
            #expect(try await bench.desk(phase).executePending() == [])
            #expect(try await bench.answer(request).result == "done")
            #expect(try await bench.answer(request).outcome == "cancelled by ann: because")
            #expect(try await bench.runState(run) == "cancelled")
            #expect(try await bench.phaseState(run, phase) == "cancelled")
            #expect(try await bench.count("state = 'pending'", of: run) == 0)
            #expect(try await bench.count("state = 'running'", of: run) == 1)
            #expect(try await bench.scalar("SELECT count(*) FROM nba_orchestration.change_marker") == markers)
        }
    }

    @Test("A cancellation follows the run to the phase that is open by now")
    func cancelFollows() async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(.analytics)
            let request = try await bench.file(.cancelRun, run, .raw)
            #expect(try await bench.desk(.raw).executePending() == [])
            #expect(try await bench.runState(run) == "open")
            _ = try await bench.desk(.analytics).executePending()
            #expect(try await bench.answer(request).result == "done")
            #expect(try await bench.runState(run) == "cancelled")
        }
    }

    @Test("What cannot be done any more is answered, not left waiting")
    func nothingToDo() async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(.analytics)
            let early = try await bench.file(.forcePhase, run, .raw)
            let nobody = try await bench.file(.retryTask, run, .raw, processor: "nbac_schedule", unit: "*")
            _ = try await bench.desk(.raw).executePending()
            #expect(try await bench.answer(early).result == "nothing_to_do")
            #expect(try await bench.answer(early).outcome == "phase 2 is not open, phase 3 is")
            #expect(try await bench.answer(nobody).outcome == "the run has no task nbac_schedule *")
            try await bench.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
            )
            let requests = [
                try await bench.file(.cancelRun, run, .analytics), try await bench.file(.forcePhase, run, .analytics),
            ]
            _ = try await bench.desk(.analytics).executePending()
            for request in requests {
                #expect(try await bench.answer(request).result == "nothing_to_do")
                #expect(try await bench.answer(request).outcome == "the run is over")
            }
        }
    }

    @Test("A task that waits for its next attempt is due now; running and successful ones are left alone")
    func retryOfOpenTasks() async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(.scrapers)
            let name = "nbac_schedule_api"
            try await bench.pool.execute(
                """
                UPDATE nba_orchestration.task SET attempts = 2, next_attempt_at = now() + interval '1 hour'
                WHERE run_id = \(run.runID) AND phase = 1 AND processor = \(name)
                """
            )
            let due = try await bench.file(.retryTask, run, .scrapers, processor: name, unit: "*")
            let raw = try await bench.file(.retryTask, run, .raw, processor: "nbac_schedule", unit: "*")
            _ = try await bench.desk(.scrapers).executePending()
            #expect(try await bench.answer(due).outcome == "due now")
            #expect(
                try await bench.count("processor = \(name) AND next_attempt_at <= now() AND state = 'pending'", of: run)
                    == 1
            )
            #expect(try await bench.answer(raw).outcome == "it waits for the outcome of its scrape")
            for (state, outcome) in [
                ("running", "attempt 2 is running"), ("success", "it ended success; tipoff run open runs a date again"),
            ] {
                try await bench.end(run, .scrapers, name, as: state)
                let request = try await bench.file(.retryTask, run, .scrapers, processor: name, unit: "*")
                _ = try await bench.desk(.scrapers).executePending()
                #expect(try await bench.answer(request).result == "nothing_to_do")
                #expect(try await bench.answer(request).outcome == outcome)
            }
            #expect(try await bench.scalar("SELECT count(*) FROM nba_orchestration.run", as: Int.self) == 1)
        }
    }

    @Test(
        "A failed task stays failed and its work is done again by a delta run of its phase",
        arguments: [
            (Phase.scrapers, "nbac_schedule_api"), (.analytics, "player_game_summary"),
            (.precompute, "player_daily_cache"),
        ],
        [false, true]
    )
    func retryOfFailedTask(task: (phase: Phase, processor: String), isOver: Bool) async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(task.phase)
            try await bench.end(run, task.phase, task.processor, as: "failed")
            if isOver {
                try await bench.pool.execute(
                    "UPDATE nba_orchestration.run SET state = 'failed', finished_at = now() WHERE run_id = \(run.runID)"
                )
            }
            let request = try await bench.file(.retryTask, run, task.phase, processor: task.processor, unit: "*")
            let messages = try await bench.desk(task.phase).executePending()
            let answer = try await bench.answer(request)
            #expect(answer.result == "done")
            let opened = try #require(answer.openedRunID)
            #expect(messages.map(\.envelope.runID) == [opened])
            #expect(messages.first?.topic == .trigger(of: task.phase))
            #expect(try await bench.count("processor = \(task.processor) AND state = 'failed'", of: run) == 1)
            let row = try await bench.pool.query(
                """
                SELECT kind, first_phase, until_phase, correlation_id, opened_by, state FROM nba_orchestration.run
                WHERE run_id = \(opened)
                """
            ).one()
            #expect(try row.decode("kind", as: String.self) == "delta")
            #expect(try row.phase("first_phase") == task.phase)
            #expect(try row.phase("until_phase") == run.untilPhase)
            #expect(try row.decode("correlation_id", as: String.self) == run.correlationID)
            #expect(try row.decode("opened_by", as: String.self) == "ann")
            let again: Int = try await bench.scalar(
                """
                SELECT count(*) FROM nba_orchestration.task
                WHERE run_id = \(opened) AND processor = \(task.processor) AND state = 'pending'
                """
            )
            #expect(again == 1)
        }
    }

    @Test("A raw task that failed over its payload gets the same payload again; without one its scrape is done again")
    func retryOfRaw() async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(.raw)
            for input in [#"{"status": "success", "object_path": "a/b.json"}"#, #"{"status": "failed"}"#] {
                try await bench.pool.execute(
                    """
                    UPDATE nba_orchestration.task SET state = 'failed', finished_at = now(), input = \(PostgresJSON(input))
                    WHERE run_id = \(run.runID) AND phase = 2 AND processor = 'nbac_schedule'
                    """
                )
                let request = try await bench.file(.retryTask, run, .raw, processor: "nbac_schedule", unit: "*")
                let messages = try await bench.desk(.raw).executePending()
                let opened = try #require(try await bench.answer(request).openedRunID)
                let tasks = try await bench.pool.query(
                    """
                    SELECT phase, processor, input->>'object_path' AS path FROM nba_orchestration.task
                    WHERE run_id = \(opened) ORDER BY phase
                    """
                )
                let hasPayload = input.contains("object_path")
                #expect(
                    try tasks.column("processor", as: String.self)
                        == (hasPayload ? ["nbac_schedule"] : ["nbac_schedule_api", "nbac_schedule"])
                )
                #expect(try tasks[0].decode("path", as: String?.self) == (hasPayload ? "a/b.json" : nil))
                #expect(messages.map(\.topic) == [hasPayload ? .phase1ScrapersComplete : .phase1Trigger])
                #expect(messages.first?.envelope.unit == (hasPayload ? "*" : nil))
            }
        }
    }

    @Test("Two replicas that look at once execute each request exactly once", arguments: [Phase.raw, .analytics])
    func executedOnce(phase: Phase) async throws {
        try await OperatorBench.with { bench in
            let replicas = [bench.desk(phase), bench.desk(phase)]
            let processor = phase == .raw ? "nbac_schedule" : "player_game_summary"
            for _ in 0..<15 {
                let run = try await bench.open(phase)
                try await bench.pool.execute(
                    """
                    UPDATE nba_orchestration.task SET state = 'failed', finished_at = now(),
                        input = '{"status": "success", "object_path": "a/b.json"}'
                    WHERE run_id = \(run.runID) AND processor = \(processor)
                    """
                )
                _ = try await bench.file(.retryTask, run, phase, processor: processor, unit: "*")
                _ = try await bench.file(.forcePhase, run, phase)
                let messages = try await withThrowingTaskGroup(of: [OutboxMessage].self) { group in
                    for replica in replicas { group.addTask { try await replica.executePending() } }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(messages.count == 2)
            }
            let counted = try await bench.pool.query(
                """
                SELECT (SELECT count(*) FROM nba_orchestration.run WHERE plan_key LIKE 'retry:%') AS retries,
                       (SELECT count(*) FROM nba_orchestration.phase_trigger WHERE phase = \(Int16(phase.rawValue + 1)))
                           AS triggers,
                       (SELECT count(*) FROM nba_orchestration.operator_request
                        WHERE result = 'done' AND executed_by IS NOT NULL) AS done
                """
            ).one()
            #expect(try counted.decode("retries", as: Int.self) == 15)
            #expect(try counted.decode("triggers", as: Int.self) == 15)
            #expect(try counted.decode("done", as: Int.self) == 30)
        }
    }

    @Test("A request that cannot be executed is recorded as failed and keeps no other waiting")
    func failureIsRecorded() async throws {
        struct Broken: Error {}
        try await OperatorBench.with { bench in
            let first = try await bench.file(.forcePhase, try await bench.open(.analytics), .analytics)
            let run = try await bench.open(.analytics)
            let second = try await bench.file(.cancelRun, run, .analytics)
            var desk = bench.desk(.analytics)
            let owners = desk.endPhase
            desk.endPhase = { request, run, transaction in
                if request.action == .forcePhase { throw Broken() }
                return try await owners(request, run, transaction)
            }
            _ = try await desk.executePending()
            #expect(try await bench.answer(first).result == "failed")
            #expect(try await bench.answer(first).outcome == "Broken()")
            #expect(try await bench.answer(second).result == "done")
        }
    }

    @Test(
        "phase4-to-phase5 cancels what the owners of Phases 5 and 6 leave, after they had their time",
        arguments: [Phase.predictions, .publishing]
    )
    func remainder(phase: Phase) async throws {
        try await OperatorBench.with { bench in
            let run = try await bench.open(phase)
            let cancel = try await bench.file(.cancelRun, run, phase)
            let force = try await bench.file(.forcePhase, run, phase)
            let shell = bench.shell(.phase4ToPhase5)
            #expect(try await shell.remainderDesk(patience: .seconds(60)).executePending() == [])
            #expect(try await bench.runState(run) == "open")
            _ = try await shell.remainderDesk(patience: .zero).executePending()
            #expect(try await bench.answer(cancel).result == "done")
            #expect(try await bench.runState(run) == "cancelled")
            let isOpen: Bool = try await bench.scalar(
                "SELECT executed_at IS NULL FROM nba_orchestration.operator_request WHERE request_id = \(force)"
            )
            #expect(isOpen, "only the owner can force its phase")
        }
    }
}
