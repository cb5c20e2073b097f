import Basketball
import Foundation
import Postgres

@testable import Pipeline

extension ProtocolLife {
    /// Takes one execution a step further, or lets its process die there.
    func fly(_ index: Int) async throws {
        let flight = flights[index]
        if random.chance(hostility.crash) {
            flights.remove(at: index)
            wakes.removeAll { $0.id == flight.wake }
            count("crashed")
            return
        }
        switch flight.stage {
        case .claimed: flights[index].stage = .worked(try await work(flight))
        case .worked(let outcome): flights[index].stage = .planned(outcome, try await plan(flight, outcome))
        case .planned(let outcome, let ending):
            flights[index].stage = try await finish(flight, outcome, ending)
        case .finished(let messages):
            flights.remove(at: index)
            try await send(messages, node(flight.phase).relay)
        }
    }

    private func work(_ flight: Flight) async throws -> Result<Outcome, TaskError> {
        if random.chance(hostility.permanentFailure) {
            return .failure(TaskError(.permanent, type: "simulated", "fails for good"))
        }
        if random.chance(hostility.transientFailure) {
            return .failure(TaskError(.transient, type: "simulated", "fails for now"))
        }
        let task = flight.task
        let execution = Execution(
            task: task,
            definition: try definition(task),
            registry: SimulatedLeague.registry,
            pool: pool,
            objects: database.objects,
            clock: database.clock.pipeline,
            logger: SimulatedDatabase.quiet
        )
        do { return .success(try await processor(task).execute(execution)) } catch let error as TaskError {
            return .failure(error)
        }
    }

    private func processor(_ task: ClaimedTask) -> any Processor {
        switch task.phase {
        case .scrapers:
            task.processor == ScheduleScraper.name
                ? ScheduleScraper(sources: sources) : CaptureScraper(sources: sources)
        case .raw: RawProcessor()
        default: DerivedProcessor()
        }
    }

    private func definition(_ task: ClaimedTask) throws -> ProcessorDefinition {
        guard let found = SimulatedLeague.registry.processor(task.processor, in: task.phase) else {
            throw BrokenPromise("claimed a task of the unknown processor \(task.processor)")
        }
        return found
    }

    /// Compares what the execution wants to write with the tables, as the worker does before it finishes.
    private func plan(_ flight: Flight, _ outcome: Result<Outcome, TaskError>) async throws -> TaskResult.Ending {
        switch outcome {
        case .success(let outcome):
            guard !outcome.writes.isEmpty else { return .finished(outcome, []) }
            let plans = try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
                try await ChangeDetector().plan(all: outcome.writes, reader: transaction)
            }
            return .judging(outcome, plans)
        case .failure(let error):
            guard error.kind == .transient, flight.task.attempt < LifeSettings.maximumAttempts else {
                return .failed(error)
            }
            return .retry(error, after: .milliseconds(500 << flight.task.attempt))
        }
    }

    private func finish(
        _ flight: Flight,
        _ outcome: Result<Outcome, TaskError>,
        _ ending: TaskResult.Ending
    ) async throws -> Flight.Stage {
        let result = TaskResult(
            task: flight.task,
            definition: try definition(flight.task),
            ending: ending,
            startedAt: database.clock.now,
            duration: .zero,
            triggerMessageID: flight.trigger?.messageID.uuidString.lowercased(),
            triggerSource: flight.trigger?.triggerSource
        )
        let committed: TaskFinisher.Committed
        do { committed = try await node(flight.phase).finisher.finish([result]) } catch let error
            as ChangeDetectionError
        {
            guard case .staleHead = error else { throw error }
            count("head moved")
            return .worked(outcome)
        }
        if committed.fenced.contains(flight.task.executionID) {
            fenced.insert(flight.task.executionID)
            count("zombie fenced")
        } else {
            remember(result)
        }
        if !committed.waitingRuns.isEmpty, let wake = wakes.firstIndex(where: { $0.id == flight.wake }) {
            wakes[wake].selectors.formUnion(committed.waitingRuns.map { TaskSelector(runID: $0) })
        }
        return .finished(committed.messages)
    }

    private func remember(_ result: TaskResult) {
        count("ended \(result.state)")
        if result.task.isLate { count("late unit ended") }
        guard result.task.phase == .raw, result.state == "success", let capture = Capture(result.task) else { return }
        taken[RawUnit(date: result.task.gameDate, unit: result.task.unit)] = capture
    }

    /// Sends what a commit made: not at all when the process dies before, and without a mark when it dies after.
    func send(_ messages: [OutboxMessage], _ relay: OutboxRelay) async throws {
        guard !messages.isEmpty, !random.chance(hostility.crash) else { return }
        await relay.sendNow(messages)
        guard random.chance(hostility.crash) else { return }
        count("sent without a mark")
        try await pool.execute(
            """
            UPDATE nba_orchestration.outbox SET state = 'pending', sends = sends - 1, sent_at = NULL
            WHERE message_id = ANY(\(messages.map(\.envelope.messageID))) AND sends > 0
            """
        )
    }

    /// Ends the tasks whose every attempt died, as each service's timer does.
    func endPoisons(_ node: ServiceNode) async throws {
        for task in try await node.claimers[0].exhausted() {
            count("poison ended")
            let error = TaskError(.permanent, type: "crashed_or_hung", "every attempt ended in a crash or a hang")
            let result = TaskResult(
                task: task,
                definition: try definition(task),
                ending: .failed(error),
                startedAt: database.clock.now,
                duration: .zero,
                triggerMessageID: nil,
                triggerSource: nil
            )
            try await send(try await node.finisher.finish([result]).messages, node.relay)
        }
    }
}
