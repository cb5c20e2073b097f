import Basketball
package import Foundation
import Logging
package import Postgres

/// How one execution ended, as it is to be recorded.
package struct TaskResult: Sendable {
    package enum Ending: Sendable {
        case finished(Outcome, [ChangePlan])
        case retry(TaskError, after: Duration)
        case failed(TaskError)
    }

    package var task: ClaimedTask
    var definition: ProcessorDefinition
    package var ending: Ending
    var startedAt: Date
    var duration: Duration
    var triggerMessageID: String?
    var triggerSource: TriggerSource?
    /// What the execution found of its date, however it ended.
    var record: ExecutionRecord?

    package init(
        task: ClaimedTask,
        definition: ProcessorDefinition,
        ending: Ending,
        startedAt: Date,
        duration: Duration,
        triggerMessageID: String?,
        triggerSource: TriggerSource?,
        record: ExecutionRecord? = nil
    ) {
        self.record = record
        self.task = task
        self.definition = definition
        self.ending = ending
        self.startedAt = startedAt
        self.duration = duration
        self.triggerMessageID = triggerMessageID
        self.triggerSource = triggerSource
    }
}

/// The last step of the work protocol: rows, markers, log row, the task's end and its completion event in one
/// transaction, which is the only synchronous flush of the hop.
package struct TaskFinisher: Sendable {
    var pool: PostgresPool
    var registry: Registry
    var service: String
    var instance: String
    var clock: PipelineClock
    /// Runs in the same transaction when tasks became terminal; the owner of a phase ends it here.
    var onTerminal: (@Sendable ([ClaimedTask], PostgresTransaction) async throws -> [OutboxMessage])?

    package init(
        pool: PostgresPool,
        registry: Registry,
        service: String,
        instance: String,
        clock: PipelineClock,
        onTerminal: (@Sendable ([ClaimedTask], PostgresTransaction) async throws -> [OutboxMessage])?
    ) {
        self.pool = pool
        self.registry = registry
        self.service = service
        self.instance = instance
        self.clock = clock
        self.onTerminal = onTerminal
    }

    /// What a commit produced.
    package struct Committed: Sendable {
        package var messages: [OutboxMessage]
        /// Executions that had lost their lease; nothing of them was written.
        var fenced: Set<UUID>
        /// Runs whose task of the same unit waited for one of these to end.
        var waitingRuns: Set<UUID>
        /// When the last statement before the commit had its answer.
        var writtenAt = ContinuousClock.now
    }

    /// Records the results in one transaction. Throws ``ChangeDetectionError/staleHead(table:scope:)`` when a plan
    /// must be made again.
    package func finish(_ results: [TaskResult]) async throws -> Committed {
        let now = clock.now
        return try await pool.transaction { transaction in
            let held = try await end(results, in: transaction)
            let current = results.filter { held.contains($0.task.executionID) }
            let terminal = current.filter(\.isTerminal).map(\.task)
            FaultPoint.hit("finish-before-writes")
            // Two round trips for most tasks, the fence and this batch. Found or handed-out units and statements of the
            // processor's own take one each.
            var batch = StatementBatch()
            let markers = try apply(current, to: &batch)
            batch.add(contentsOf: Quarantine.statements(for: current, role: service))
            var messages: [OutboxMessage] = []
            batch.add(contentsOf: carriedOut(current))
            for result in current { messages += try await write(result, now: now, to: &batch, in: transaction) }
            messages += current.compactMap { completionMessage($0, now: now) }
            if !messages.isEmpty { batch.add(OutboxMessage.insertStatement(messages, producer: service)) }
            if !current.isEmpty { batch.add(log(current)) }
            if let rows = dependencyRows(current) { batch.add(rows) }
            let waitingAt = batch.count
            if !terminal.isEmpty { batch.add(waitingRuns(terminal)) }
            // Last, because the tasks of a date mark the same rows and wait for each other from here to the commit.
            batch.add(contentsOf: markers)
            let answers = try await batch.run(in: transaction)
            let waiting = terminal.isEmpty ? [] : try answers[waitingAt].column("run_id", as: UUID.self)
            for result in current { try await writeMore(result, in: transaction) }
            if let onTerminal, !terminal.isEmpty {
                let more = try await onTerminal(terminal, transaction)
                if !more.isEmpty {
                    try await transaction.execute(OutboxMessage.insertStatement(more, producer: service))
                }
                messages += more
            }
            FaultPoint.hit("finish-before-commit")
            return Committed(
                messages: messages,
                fenced: Set(results.map(\.task.executionID)).subtracting(held),
                waitingRuns: Set(waiting)
            )
        }
    }

    /// The fence: only the execution that still holds its task may end it; a zombie matches nothing.
    private func end(_ results: [TaskResult], in transaction: PostgresTransaction) async throws -> Set<UUID> {
        let rows = try await transaction.query(
            """
            UPDATE nba_orchestration.task AS t
            SET state = r.state, lease_until = NULL,
                next_attempt_at = CASE WHEN r.state = 'pending' THEN now() + r.delay * interval '1 second' END,
                finished_at = CASE WHEN r.state <> 'pending' THEN now() END,
                expected_empty = r.expected_empty, entities_in_scope = r.in_scope, entities_processed = r.processed,
                entities_changed = r.changed, record_count = r.records, error_type = r.error_type,
                error_message = r.error_message, degraded_reason = r.degraded_reason
            FROM unnest(\(results.map(\.task.executionID))::uuid[], \(results.map(\.state))::text[],
                        \(results.map(\.retryDelay))::double precision[], \(results.map(\.isExpectedEmpty))::boolean[],
                        \(results.map { Int32($0.inScope) })::int4[], \(results.map { Int32($0.processed) })::int4[],
                        \(results.map { Int32($0.changed) })::int4[], \(results.map { Int32($0.recordCount) })::int4[],
                        \(results.map { $0.error?.type })::text[], \(results.map { $0.error?.message })::text[],
                        \(results.map(\.degradedReason))::text[])
                AS r(execution_id, state, delay, expected_empty, in_scope, processed, changed, records, error_type,
                     error_message, degraded_reason)
            WHERE t.execution_id = r.execution_id AND t.state = 'running'
                AND t.run_id = ANY(\(Array(Set(results.map(\.task.run.runID)))))
            RETURNING t.execution_id
            """
        )
        return Set(try rows.column("execution_id", as: UUID.self))
    }

    /// Deletes the markers that the results have carried out, one statement a date.
    private func carriedOut(_ results: [TaskResult]) -> [SQL] {
        var markers: [GameDate: Set<Int64>] = [:]
        for result in results {
            guard case .finished(let outcome, _) = result.ending, let scope = outcome.scope, outcome.carriesOutScope
            else { continue }
            markers[result.task.gameDate, default: []].formUnion(scope.markerIDs)
        }
        return markers.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { date, markers in
            """
            DELETE FROM nba_orchestration.change_marker
            WHERE game_date = \(date.postgres) AND marker_id = ANY(\(markers.sorted()))
            """
        }
    }

    /// What ends a task beside its rows: its dead letter, the tasks that it found or hands out. Returns the
    /// messages that start the latter.
    private func write(
        _ result: TaskResult,
        now: Date,
        to batch: inout StatementBatch,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        var messages: [OutboxMessage] = []
        switch result.ending {
        case .retry:
            return []
        case .failed(let error):
            batch.add(deadLetter(result, error))
        case .finished(let outcome, _):
            try await addUnits(outcome, of: result, in: transaction)
            messages = try await handOut(outcome, of: result, now: now, in: transaction)
        }
        if result.task.phase == .scrapers, let statement = handInput(result) { batch.add(statement) }
        return messages
    }

    /// The completion event of a task that has ended.
    private func completionMessage(_ result: TaskResult, now: Date) -> OutboxMessage? {
        guard result.isTerminal, let topic = Topic.completion(of: result.task.phase) else { return nil }
        let starts: OutboxMessage.Starts? =
            result.task.phase == .scrapers && !registry.rawProcessors(of: result.task.processor).isEmpty
            ? .init(phase: .raw, unit: result.task.unit) : nil
        return OutboxMessage(topic: topic, envelope: completion(result, now: now), starts: starts)
    }

    /// The processor's own statements for rows that are no warehouse table.
    private func writeMore(_ result: TaskResult, in transaction: PostgresTransaction) async throws {
        guard case .finished(let outcome, _) = result.ending, let alsoWrite = outcome.alsoWrite else { return }
        try await alsoWrite(
            FinishTransaction(
                transaction: transaction,
                execution: result.task.identity,
                task: result.task,
                registry: registry
            )
        )
    }

    /// Applies the plans of all results. Incremental plans of one table and scope were made against one head, so they
    /// move it once together. Returns the statements that mark what the changes concern.
    private func apply(_ results: [TaskResult], to batch: inout StatementBatch) throws -> [SQL] {
        var marking: [SQL] = []
        struct Head: Hashable {
            var runID: UUID
            var table: String
            var scope: String
        }
        var groups: [(lead: TaskResult, parts: [ChangeWriter.Part], wantRun: Bool)] = []
        var places: [Head: Int] = [:]
        for result in results {
            for plan in result.plans {
                let part = ChangeWriter.Part(plan: plan, execution: result.task.identity)
                let head = Head(
                    runID: result.task.run.runID,
                    table: plan.write.table.name,
                    scope: plan.write.scope.headKey
                )
                if case .entities = plan.write.scope, let place = places[head] {
                    groups[place].parts.append(part)
                    groups[place].wantRun = groups[place].wantRun || result.task.isLate
                } else {
                    if case .entities = plan.write.scope { places[head] = groups.count }
                    groups.append((result, [part], result.task.isLate))
                }
            }
        }
        for group in groups {
            let statements = try ChangeWriter.statements(for: group.parts)
            guard let head = statements.first else { continue }
            let write = group.parts[0].plan.write
            batch.addGuard(
                head,
                orThrow: ChangeDetectionError.staleHead(table: write.table.name, scope: write.scope.headKey)
            )
            batch.add(contentsOf: Array(statements.dropFirst()))
            let markers = MarkerSet(
                changes: group.parts.flatMap(\.plan.changes),
                table: write.table.name,
                registry: registry
            )
            marking += markers.insertStatements(
                originDate: group.lead.task.gameDate,
                runID: group.lead.task.run.runID,
                wantRun: group.wantRun,
                wanting: registry.leftToDeltas(by: group.lead.task.run),
                isQuiet: group.lead.task.run.isReplay
            )
        }
        return marking
    }

    /// Writes the tasks that a coordinator hands out and the messages that start them, while the phase is open.
    private func handOut(
        _ outcome: Outcome,
        of result: TaskResult,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        guard !outcome.requests.isEmpty else { return [] }
        let run = result.task.run
        let phase = result.task.phase
        let open = try await transaction.query(
            """
            SELECT phase FROM nba_orchestration.run_phase
            WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue)) AND state = 'open' FOR SHARE
            """
        )
        guard !open.isEmpty else { return [] }
        var messages: [OutboxMessage] = []
        for request in outcome.requests {
            guard let worker = registry.processor(request.processor, in: phase) else {
                throw TaskError(.permanent, type: "unknown_processor", "no processor is called \(request.processor)")
            }
            let seeds = request.items.map { TaskSeed(definition: worker, unit: $0.unit, input: $0.input) }
            try await transaction.execute(TaskStatements.insert(seeds, run: run))
            var envelope = Envelope(
                run: run,
                from: worker.name,
                completed: phase,
                source: result.triggerSource ?? .pubsub,
                at: now
            )
            envelope.parentProcessor = result.task.processor
            envelope.recordCount = seeds.count
            envelope.metadata["units"] = .array(seeds.map { .string($0.unit) })
            let message = OutboxMessage(
                topic: request.topic,
                key: request.key,
                envelope: envelope,
                starts: .init(phase: phase, level: worker.level)
            )
            messages.append(message)
        }
        return messages
    }

    /// Adds the units that a scraper found, while the phase is open: the row lock makes the barrier wait.
    private func addUnits(
        _ outcome: Outcome,
        of result: TaskResult,
        in transaction: PostgresTransaction
    ) async throws {
        guard !outcome.discovered.isEmpty else { return }
        let open = try await transaction.query(
            """
            SELECT phase FROM nba_orchestration.run_phase
            WHERE run_id = \(result.task.run.runID) AND phase = 2 AND state = 'open' FOR SHARE
            """
        )
        guard !open.isEmpty else { return }
        var seeds: [TaskSeed] = []
        for found in outcome.discovered {
            guard let scraper = registry.processor(found.scraper, in: .scrapers) else {
                throw TaskError(.permanent, type: "unknown_processor", "no scraper is called \(found.scraper)")
            }
            seeds += RunOpener.seeds(scraper: scraper, unit: found.unit, input: found.input, registry: registry)
        }
        try await transaction.execute(TaskStatements.insert(seeds, run: result.task.run))
    }

    /// Hands a scrape's outcome, whatever it is, to the raw tasks that wait for it.
    private func handInput(_ result: TaskResult) -> SQL? {
        let processors = registry.rawProcessors(of: result.task.processor).map(\.name)
        guard !processors.isEmpty else { return nil }
        var input: [String: JSONValue] = ["status": .string(result.completionStatus.rawValue)]
        if case .finished(let outcome, _) = result.ending, let raw = outcome.rawInput?.dictionaryValue {
            input.merge(raw) { $1 }
        }
        input["expected_empty"] = .bool(result.isExpectedEmpty)
        if let error = result.error {
            input["error_type"] = .string(error.type)
            input["error_message"] = .string(error.message)
        }
        return """
            UPDATE nba_orchestration.task SET input = \(PostgresJSON(JSONValue.dictionary(input).encodedText))
            WHERE run_id = \(result.task.run.runID) AND phase = 2 AND processor = ANY(\(processors))
                AND unit = \(result.task.unit) AND state = 'pending'
            """
    }

    /// The runs whose task of the same unit waits for one of these to end.
    private func waitingRuns(_ tasks: [ClaimedTask]) -> SQL {
        """
        SELECT DISTINCT t.run_id FROM nba_orchestration.task AS t
        JOIN unnest(\(tasks.map(\.processor))::text[], \(tasks.map(\.unit))::text[],
                    \(tasks.map(\.gameDate.postgres))::date[], \(tasks.map(\.run.runID))::uuid[])
            AS e(processor, unit, game_date, run_id)
            ON t.processor = e.processor AND t.unit = e.unit AND t.game_date = e.game_date
            AND t.run_id <> e.run_id
        WHERE t.phase = \(Int16(tasks[0].phase.rawValue)) AND t.state = 'pending'
        """
    }
}
