import Foundation
import Logging
import Postgres
import ServiceLifecycle

/// Claims, executes and finishes tasks.
struct TaskWorker: Sendable {
    let definition: PhaseServiceDefinition
    let context: ServiceContext
    let claimer: TaskClaimer
    let finisher: TaskFinisher
    private let processors: [String: any Processor]
    private let gate: AsyncGate
    private let active = ActiveExecutions()
    private let cache = DayCache()

    /// The most tasks of one claim: enough to fill every worker's batch.
    let claimLimit: Int
    /// Whether ending tasks can make those of a higher level ready.
    private let hasLevels: Bool

    init(definition: PhaseServiceDefinition, context: ServiceContext) {
        self.definition = definition
        self.context = context
        processors = Dictionary(
            uniqueKeysWithValues: definition.processors.map { (type(of: $0).name, $0) }
        )
        claimer = TaskClaimer(
            pool: context.pool,
            phase: definition.phase,
            processors: Array(processors.keys).sorted(),
            owner: context.instance,
            lease: context.configuration.lease,
            maximumAttempts: context.work.maximumAttempts
        )
        finisher = TaskFinisher(
            pool: context.pool,
            registry: context.registry,
            service: definition.service,
            instance: context.instance,
            clock: context.clock,
            onTerminal: definition.onTerminal
        )
        gate = AsyncGate(limit: definition.workers)
        let batch = definition.processors.compactMap { ($0 as? any BatchProcessor).map { type(of: $0).batchSize } }
            .max()
        claimLimit = max(64, definition.workers * (batch ?? 1))
        hasLevels = Set(context.registry.enabled(in: definition.phase).map(\.level)).count > 1
    }

    /// Works on what the selectors name, and again where ending it can have made more ready: a next level, found units, a
    /// run that waited, tasks that the claim had to leave.
    func work(_ selectors: Set<TaskSelector>, first: TaskClaimer.Claim? = nil, trigger: Envelope?) async {
        var selectors = selectors
        var claim = first
        while !Task.isCancelled {
            do {
                let taken: TaskClaimer.Claim
                if let given = claim {
                    taken = given
                } else {
                    taken = try await claimer.claim(selectors, limit: claimLimit)
                }
                claim = nil
                guard !taken.tasks.isEmpty else { return }
                let follow = await execute(taken.tasks, trigger: trigger)
                guard hasLevels || taken.leavesMore || follow.hasMadeReady || !follow.waitingRuns.isEmpty else {
                    return
                }
                selectors.formUnion(follow.waitingRuns.map { TaskSelector(runID: $0) })
            } catch {
                // The rows remember what is open; the resend brings it back.
                context.logger.warning("claim failed; it will be sent again", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    /// What ended executions mean for others.
    private struct Follow: Sendable {
        /// Runs whose task of the same unit waited for one of these to end.
        var waitingRuns: Set<UUID> = []
        /// Tasks of the same phase were found or handed out.
        var hasMadeReady = false

        mutating func join(_ other: Follow) {
            waitingRuns.formUnion(other.waitingRuns)
            hasMadeReady = hasMadeReady || other.hasMadeReady
        }
    }

    /// Executes claimed tasks, a few at a time.
    private func execute(_ tasks: [ClaimedTask], trigger: Envelope?) async -> Follow {
        active.insert(tasks.map(\.executionID))
        return await withTaskGroup(of: Follow.self) { group in
            for chunk in chunks(of: tasks) {
                await gate.enter(chunk[0].run.lane)
                group.addTask {
                    let follow = await executeChunk(chunk, trigger: trigger)
                    await gate.leave()
                    return follow
                }
            }
            return await group.reduce(into: Follow()) { $0.join($1) }
        }
    }

    private func chunks(of tasks: [ClaimedTask]) -> [[ClaimedTask]] {
        struct Group: Hashable {
            var runID: UUID
            var processor: String
        }
        var groups: [Group: [ClaimedTask]] = [:]
        var order: [Group] = []
        for task in tasks {
            let group = Group(runID: task.run.runID, processor: task.processor)
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(task)
        }
        return order.flatMap { group -> [[ClaimedTask]] in
            let members = groups[group] ?? []
            let size = (processors[group.processor] as? any BatchProcessor).map { type(of: $0).batchSize } ?? 1
            return stride(from: 0, to: members.count, by: size).map {
                Array(members[$0..<min($0 + size, members.count)])
            }
        }
    }

    private func executeChunk(_ tasks: [ClaimedTask], trigger: Envelope?) async -> Follow {
        defer { active.remove(tasks.map(\.executionID)) }
        let startedAt = context.clock.now
        let clock = ContinuousClock()
        let start = clock.now
        let records = tasks.map { _ in ExecutionRecord() }
        FaultPoint.hit("claimed-before-work")
        let outcomes: [Result<Outcome, any Error>]
        do {
            let done = try await withDeadline(context.work.taskTimeout) { try await watched(tasks, records) }
            outcomes = done.map { .success($0) }
        } catch {
            if tasks.count > 1, Self.isOwnFault(error) {
                return await executeOneByOne(tasks, trigger: trigger)
            }
            outcomes = tasks.map { _ in .failure(error) }
        }
        if outcomes.contains(where: { result in
            if case .failure(let error) = result { Self.isInfrastructure(error) } else { false }
        }) {
            await release(tasks, outcomes)
            return Follow()
        }
        let reading = records.reduce(.zero) { $0 + $1.readingTime }
        context.workMetrics.spent(reading, on: .read)
        context.workMetrics.spent(clock.now - start - reading, on: .compute)
        FaultPoint.hit("worked-before-finish")
        let committed = await record(
            tasks,
            outcomes,
            records,
            startedAt: startedAt,
            duration: { clock.now - start },
            trigger: trigger
        )
        FaultPoint.hit("finished-before-send")
        guard let committed else { return Follow() }
        for execution in committed.fenced {
            context.logger.warning(
                "execution lost its lease; nothing written",
                metadata: ["execution_id": "\(execution)"]
            )
        }
        context.relay.send(committed.messages)
        await definition.afterCommit?(tasks)
        let hasMadeReady = outcomes.contains { result in
            if case .success(let outcome) = result {
                !outcome.discovered.isEmpty || !outcome.requests.isEmpty
            } else {
                false
            }
        }
        return Follow(waitingRuns: committed.waitingRuns, hasMadeReady: hasMadeReady)
    }

    /// One of a batch is at fault and takes the others along; alone, each ends as it deserves.
    private func executeOneByOne(_ tasks: [ClaimedTask], trigger: Envelope?) async -> Follow {
        var follow = Follow()
        for task in tasks { follow.join(await executeChunk([task], trigger: trigger)) }
        return follow
    }

    /// A hang that even ignores cancellation is left behind by the deadline. Its loop then falls silent, and the
    /// liveness probe has the process replaced before the threads run out.
    private func watched(_ tasks: [ClaimedTask], _ records: [ExecutionRecord]) async throws -> [Outcome] {
        // A batch that hung is done again one by one; the names keep the two watches apart.
        let loop = "execution \(tasks[0].executionID.uuidString.lowercased()) of \(tasks.count)"
        context.progress.register(
            loop,
            maximumSilence: context.work.taskTimeout + context.configuration.stuckAfter
        )
        defer { context.progress.unregister(loop) }
        return try await run(tasks, records)
    }

    private func run(_ tasks: [ClaimedTask], _ records: [ExecutionRecord]) async throws -> [Outcome] {
        guard let processor = processors[tasks[0].processor],
            let registered = context.registry.processor(tasks[0].processor, in: definition.phase)
        else {
            throw TaskError(.permanent, type: "unknown_processor", "no processor is called \(tasks[0].processor)")
        }
        let executions = zip(tasks, records).map { task, record in
            Execution(
                task: task,
                definition: registered,
                registry: context.registry,
                pool: context.pool,
                objects: context.objects,
                clock: context.clock,
                logger: context.logger(for: task),
                record: record,
                // What is done again reads everything again.
                cache: task.run.isReplay ? DayCache() : cache
            )
        }
        for task in tasks { try await FaultPoint.suffer("\(task.processor)/\(task.unit)") }
        if let batch = processor as? any BatchProcessor { return try await batch.execute(batch: executions) }
        return [try await processor.outcome(of: executions[0])]
    }

    /// Compares, writes and ends in one transaction; keeps at it until the database has said yes or the lease is gone.
    private func record(
        _ tasks: [ClaimedTask],
        _ outcomes: [Result<Outcome, any Error>],
        _ records: [ExecutionRecord],
        startedAt: Date,
        duration: () -> Duration,
        trigger: Envelope?
    ) async -> TaskFinisher.Committed? {
        var attempt = 0
        while true {
            do {
                var results: [TaskResult] = []
                for ((task, record), ending) in zip(zip(tasks, records), try await endings(outcomes, tasks, records)) {
                    guard let registered = context.registry.processor(task.processor, in: task.phase) else { continue }
                    results.append(
                        TaskResult(
                            task: task,
                            definition: registered,
                            ending: ending,
                            startedAt: startedAt,
                            duration: duration(),
                            triggerMessageID: trigger?.messageID.uuidString.lowercased(),
                            triggerSource: trigger?.triggerSource,
                            record: record
                        )
                    )
                }
                return try await finish(results)
            } catch let error as ChangeDetectionError {
                guard case .staleHead = error else {
                    return await fail(tasks, error, records, startedAt, duration(), trigger)
                }
            } catch let error as PostgresError where error.isUnknownCommitOutcome {
                if await alreadyEnded(tasks) {
                    return .init(messages: [], fenced: [], waitingRuns: [])
                }
            } catch {
                guard Self.isInfrastructure(error) || (error as? PostgresError)?.isSerializationFailure == true else {
                    return await fail(tasks, error, records, startedAt, duration(), trigger)
                }
            }
            attempt += 1
            if attempt > 20, Task.isShuttingDownGracefully { return nil }
            await context.pause(.milliseconds(min(5 << min(attempt, 10), 2000)))
        }
    }

    private func finish(_ results: [TaskResult]) async throws -> TaskFinisher.Committed {
        let start = ContinuousClock.now
        let committed = try await finisher.finish(results)
        context.workMetrics.spent(committed.writtenAt - start, on: .write)
        context.workMetrics.spent(.now - committed.writtenAt, on: .commit)
        context.workMetrics.ended(results, committed)
        for result in results where !committed.fenced.contains(result.task.executionID) {
            guard let quarantine = result.outcome?.quarantine else { continue }
            context.logger(for: result.task).error("rows in quarantine", metadata: ["error": "\(quarantine.message)"])
        }
        return committed
    }

    /// Compares all writes of the outcomes with the tables in one snapshot, and judges what their dates then hold.
    private func endings(
        _ outcomes: [Result<Outcome, any Error>],
        _ tasks: [ClaimedTask],
        _ records: [ExecutionRecord]
    ) async throws -> [TaskResult.Ending] {
        let writes = outcomes.map { if case .success(let outcome) = $0 { outcome.writes } else { [TableWrite]() } }
        let all = writes.flatMap { $0 }
        guard !all.isEmpty else { return zip(outcomes, tasks).map { ending($0, [], $1) } }
        let start = ContinuousClock.now
        defer { context.workMetrics.spent(.now - start, on: .compare) }
        return try await context.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            let detector = ChangeDetector(comparesValues: tasks.contains { $0.run.isReplay })
            var plans = try await detector.plan(all: all, reader: transaction)[...]
            var endings: [TaskResult.Ending] = []
            for (index, task) in tasks.enumerated() {
                let own = Array(plans.prefix(writes[index].count))
                plans = plans.dropFirst(own.count)
                let definition = context.registry.processor(task.processor, in: task.phase)
                let judged = try await definition?.judge(outcomes[index], own, records[index], reader: transaction)
                endings.append(ending(judged ?? outcomes[index], own, task))
            }
            return endings
        }
    }

    private func ending(
        _ outcome: Result<Outcome, any Error>,
        _ plans: [ChangePlan],
        _ task: ClaimedTask
    ) -> TaskResult.Ending {
        switch outcome {
        case .failure(let error): return failure(Self.taskError(error), task)
        case .success(let outcome): return .judging(outcome, plans)
        }
    }

    private func failure(_ error: TaskError, _ task: ClaimedTask) -> TaskResult.Ending {
        guard error.kind == .transient, task.attempt < context.work.maximumAttempts else {
            return .failed(error)
        }
        let backoff = Duration.milliseconds(min(500 << min(task.attempt, 8), 60_000))
        return .retry(error, after: max(error.retryAfter ?? .zero, backoff))
    }

    /// Ends tasks whose results cannot be stored.
    private func fail(
        _ tasks: [ClaimedTask],
        _ error: any Error,
        _ records: [ExecutionRecord],
        _ startedAt: Date,
        _ duration: Duration,
        _ trigger: Envelope?
    ) async -> TaskFinisher.Committed? {
        context.logger.error("results refused", metadata: ["error": "\(error)", "processor": "\(tasks[0].processor)"])
        let results = zip(tasks, records).compactMap { task, record -> TaskResult? in
            context.registry.processor(task.processor, in: task.phase).map {
                TaskResult(
                    task: task,
                    definition: $0,
                    ending: failure(Self.taskError(error), task),
                    startedAt: startedAt,
                    duration: duration,
                    triggerMessageID: trigger?.messageID.uuidString.lowercased(),
                    triggerSource: trigger?.triggerSource,
                    record: record
                )
            }
        }
        do {
            return try await finish(results)
        } catch {
            context.logger.error(
                "failure not recorded; the lease will run out",
                metadata: ["error": "\(error)"]
            )
            return nil
        }
    }

    private func alreadyEnded(_ tasks: [ClaimedTask]) async -> Bool {
        do {
            let rows = try await context.pool.query(
                """
                SELECT 1 AS held FROM nba_orchestration.task
                WHERE execution_id = ANY(\(tasks.map(\.executionID))) AND state = 'running'
                """
            )
            return rows.isEmpty
        } catch {
            return false
        }
    }

    /// An infrastructure failure is never charged to the task.
    private func release(_ tasks: [ClaimedTask], _ outcomes: [Result<Outcome, any Error>]) async {
        for case .failure(let error) in outcomes.prefix(1) {
            context.logger.warning(
                "infrastructure failed under a task; it will be tried again",
                metadata: ["error": "\(error)", "processor": "\(tasks[0].processor)"]
            )
        }
        do {
            try await context.pool.execute(
                """
                UPDATE nba_orchestration.task
                SET state = 'pending', attempts = attempts - 1, lease_until = NULL,
                    next_attempt_at = now() + interval '1 second'
                WHERE execution_id = ANY(\(tasks.map(\.executionID))) AND state = 'running'
                """
            )
        } catch {
            context.logger.warning("claim not given back; its lease will run out", metadata: ["error": "\(error)"])
        }
    }

    func renewLeases() async throws {
        let lost = try await claimer.renew(active.all)
        if !lost.isEmpty {
            context.logger.warning("leases lost to another replica", metadata: ["executions": "\(lost.count)"])
        }
    }

    /// Tasks that crashed or hung at every attempt become dead letters.
    func endPoisons() async {
        do {
            let tasks = try await claimer.exhausted()
            for task in tasks {
                let error = TaskError(
                    .permanent,
                    type: "crashed_or_hung",
                    "\(task.attempt) attempts ended in a crash or a hang of the process"
                )
                _ = await record(
                    [task],
                    [.failure(error)],
                    [ExecutionRecord()],
                    startedAt: context.clock.now,
                    duration: { .zero },
                    trigger: nil
                ).map { context.relay.send($0.messages) }
            }
        } catch {
            context.logger.warning("looking for poisons failed", metadata: ["error": "\(error)"])
        }
    }

    static func isInfrastructure(_ error: any Error) -> Bool {
        (error as? PostgresError)?.isInfrastructure ?? (error is CancellationError)
    }

    /// Whether the work itself is at fault, so that the tasks of a batch are better judged one by one.
    static func isOwnFault(_ error: any Error) -> Bool {
        !isInfrastructure(error) && (error is DeadlineExceeded || taskError(error).kind == .permanent)
    }

    static func taskError(_ error: any Error) -> TaskError {
        switch error {
        case let error as TaskError: error
        case let error as PostgresError where error.isSerializationFailure:
            TaskError(.transient, type: "serialization_failure", String(describing: error))
        case let error as ObjectStoreError where error.isTransient:
            TaskError(.transient, type: "object_store", String(describing: error))
        case let error as ObjectStoreError: TaskError(.permanent, type: "object_store", String(describing: error))
        case is DeadlineExceeded: TaskError(.transient, type: "hung", "the task did not end within its time limit")
        default: TaskError(.permanent, type: String(describing: type(of: error)), String(describing: error))
        }
    }
}
