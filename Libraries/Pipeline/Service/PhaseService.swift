public import Foundation
public import Kafka
public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization

/// What a phase service is made of.
public struct PhaseServiceDefinition: Sendable {
    public var phase: Phase
    /// The executable's name; also its consumer group and the producer of its outbox rows.
    public var service: String
    public var topics: [Topic]
    public var processors: [any Processor]
    /// Executions at the same time.
    public var workers: Int
    /// Ends the phase when its last task is terminal; only where the phase's owner is this service.
    public var onTerminal: (@Sendable ([ClaimedTask], PostgresTransaction) async throws -> [OutboxMessage])?
    /// Follows a commit at once, for projections of what was written; a timer must do the same, because a crash may
    /// come between.
    public var afterCommit: (@Sendable ([ClaimedTask]) async -> Void)?
    /// Executes what operators ask of the phase; only where the phase's owner is this service.
    public var operatorDesk: OperatorDesk?
    /// Whether the nightly audit computes dates of the phase again and compares them; see ``Auditor``.
    public var isAudited: Bool

    public init(
        phase: Phase,
        service: String,
        topics: [Topic],
        processors: [any Processor],
        workers: Int = 4,
        onTerminal: (@Sendable ([ClaimedTask], PostgresTransaction) async throws -> [OutboxMessage])? = nil,
        afterCommit: (@Sendable ([ClaimedTask]) async -> Void)? = nil,
        operatorDesk: OperatorDesk? = nil,
        isAudited: Bool = false
    ) {
        self.phase = phase
        self.service = service
        self.topics = topics
        self.processors = processors
        self.workers = workers
        self.onTerminal = onTerminal
        self.afterCommit = afterCommit
        self.operatorDesk = operatorDesk
        self.isAudited = isAudited
    }
}

/// A phase service: reads wake-ups, claims the tasks they name, works and finishes.
public struct PhaseService: Service {
    let definition: PhaseServiceDefinition
    let context: ServiceContext
    let worker: TaskWorker

    public init(_ definition: PhaseServiceDefinition, context: ServiceContext) {
        self.definition = definition
        self.context = context
        worker = TaskWorker(definition: definition, context: context)
    }

    public func run() async throws {
        let left = try await worker.claimer.releaseOwnClaims()
        let consumer = try context.makeConsumer(group: definition.service, topics: definition.topics)
        await context.relaying {
            await withTaskGroup(of: Void.self) { group in
                if !left.isEmpty {
                    context.logger.info("picking up claims of an earlier life", metadata: ["runs": "\(left.count)"])
                    group.addTask { await worker.work(Set(left.map { TaskSelector(runID: $0) }), trigger: nil) }
                }
                group.addTask { await consume(consumer) }
                group.addTask { await keepTime() }
                group.addTask { await keepLeases() }
                if definition.isAudited { group.addTask(priority: .background) { await audit() } }
                await group.waitForAll()
            }
        }
        await consumer.close(timeout: .seconds(10))
    }

    private func consume(_ consumer: KafkaConsumer) async {
        // More is read than is claimed, so that what is live is found behind what fills in the past.
        let read = AsyncGate(limit: definition.workers * 16)
        let claims = AsyncGate(limit: definition.workers * 2)
        await withTaskGroup(of: Void.self) { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                context.progress.beat("consumer")
                context.setReady("kafka_assigned", consumer.isAssigned)
                let batch: [KafkaIncoming]
                do {
                    batch = try await cancelWhenGracefulShutdown {
                        try await consumer.nextBatch(maximum: 500, maxWait: .milliseconds(500))
                    }
                } catch is CancellationError {
                    break
                } catch {
                    context.logger.error("reading from the broker failed", metadata: ["error": "\(error)"])
                    await context.pause(.milliseconds(500))
                    continue
                }
                guard !batch.isEmpty else { continue }
                await read.enter()
                // Below what answers requests, renews leases and keeps time.
                group.addTask(priority: .utility) {
                    await accept(batch, consumer, claims)
                    await read.leave()
                }
            }
        }
    }

    /// Takes one poll batch in. A message is done when its rows say so: claimed, opened as a run, or filed as a dead
    /// letter. What cannot be recorded now is tried again, never skipped.
    private func accept(_ batch: [KafkaIncoming], _ consumer: KafkaConsumer, _ claims: AsyncGate) async {
        guard
            let wakeUps = await recorded({ try await context.intake.read(batch) })
        else { return }
        let isLive = wakeUps.contains { $0.envelope.lane == .live }
        let selectors = Set(wakeUps.flatMap { definition.phase.tasks(namedBy: $0, context.registry) })
        await claims.enter(isLive ? .live : .backfill)
        await claim(selectors, of: batch, consumer, trigger: wakeUps.first?.envelope)
        await claims.leave()
    }

    private func claim(
        _ selectors: Set<TaskSelector>,
        of batch: [KafkaIncoming],
        _ consumer: KafkaConsumer,
        trigger: Envelope?
    ) async {
        let first = await recorded { () async throws -> TaskClaimer.Claim? in
            selectors.isEmpty ? nil : try await worker.claimer.claim(selectors, limit: worker.claimLimit)
        }
        guard let first else { return }
        FaultPoint.hit("claimed-before-offset")
        consumer.markDone(batch.map { KafkaPosition(topic: $0.topic, partition: $0.partition, offset: $0.offset) })
        if let first { await worker.work(selectors, first: first, trigger: trigger) }
    }

    /// What the body returns, tried until it can; nil when the service ends first.
    private func recorded<Value: Sendable>(_ body: () async throws -> Value) async -> Value? {
        var attempt = 0
        while !Task.isCancelled {
            do { return try await body() } catch {
                attempt += 1
                context.logger.warning(
                    "wake-ups not taken yet",
                    metadata: ["error": "\(error)", "attempt": "\(attempt)"]
                )
                context.setReady("database", false)
                await context.pause(.milliseconds(min(100 << min(attempt, 6), 5000)))
                if Task.isShuttingDownGracefully { return nil }
            }
        }
        return nil
    }

    /// Renews leases, whatever else waits: a broker that is away must not cost running work its lease.
    private func keepLeases() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await worker.renewLeases() } catch {
                context.logger.warning("leases not renewed; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(context.configuration.lease / 12)
        }
    }

    /// Answers what the night and operators ask to be compared; of several replicas the one that holds the role.
    private func audit() async {
        let auditor = Auditor(
            pool: context.pool,
            registry: context.registry,
            phase: definition.phase,
            processors: definition.processors,
            objects: context.objects,
            clock: context.clock,
            settings: context.work.audit,
            service: definition.service,
            owner: context.instance,
            timeout: context.work.taskTimeout,
            logger: context.logger
        )
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { _ = try await cancelWhenGracefulShutdown { try await auditor.round() } } catch {
                if !(error is CancellationError) {
                    context.logger.warning("audit round failed; trying again", metadata: ["error": "\(error)"])
                }
            }
            await context.pause(Auditor.interval)
        }
    }

    /// Resends, executes what operators ask and ends poisons.
    private func keepTime() async {
        var tick = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("timer")
            do {
                _ = try await context.relay.resendDue()
                if let desk = definition.operatorDesk { context.relay.send(try await desk.executePending()) }
                context.setReady("database", true)
                if tick % 4 == 0 { await worker.endPoisons() }
            } catch {
                context.setReady("database", false)
                context.logger.warning("timer round failed", metadata: ["error": "\(error)"])
            }
            tick += 1
            await context.pause(.milliseconds(250))
        }
    }
}

extension Phase {
    /// The tasks of this phase that a wake-up names.
    func tasks(namedBy wakeUp: WakeUp, _ registry: Registry) -> [TaskSelector] {
        let envelope = wakeUp.envelope
        guard let runID = envelope.runID else { return [] }
        switch self {
        case .raw:
            let processors =
                registry.resolve(envelope.processorName, in: .scrapers)
                .map { registry.rawProcessors(of: $0.name) } ?? []
            return processors.map { TaskSelector(runID: runID, processor: $0.name, unit: envelope.unit) }
        case .precompute: return [TaskSelector(runID: runID, level: envelope.level)]
        default: return [TaskSelector(runID: runID)]
        }
    }
}
