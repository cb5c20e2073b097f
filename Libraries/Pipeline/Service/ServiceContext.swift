public import Foundation
public import Kafka
public import Logging
public import Postgres
public import ServiceLifecycle

/// Everything that the parts of one service share.
public struct ServiceContext: Sendable {
    public var service: String
    /// This replica; a restarted one finds its claims by it.
    public var instance: String
    public var configuration: PipelineConfiguration
    public var work: WorkSettings
    public var registry: Registry
    public var pool: PostgresPool
    public var producer: KafkaProducer
    public var objects: any ObjectStore
    public var clock: PipelineClock
    public var relay: OutboxRelay
    public var intake: Intake
    public var progress: ProgressMonitor
    public var readiness: Readiness
    public var metrics: MetricsRegistry
    let workMetrics: WorkMetrics
    private let kafkaMetrics: KafkaMetrics
    public var logger: Logger

    /// Makes what every service shares.
    public init(
        configuration: PipelineConfiguration,
        work: WorkSettings,
        registry: Registry,
        pool: PostgresPool,
        progress: ProgressMonitor,
        readiness: Readiness,
        metrics: MetricsRegistry,
        logger: Logger
    ) throws {
        let service = configuration.service
        let workMetrics = WorkMetrics(metrics)
        let kafkaMetrics = KafkaMetrics(metrics)
        let producer = try KafkaProducer(
            configuration: configuration.kafka(clientID: work.instance),
            logger: logger,
            statistics: kafkaMetrics.handler("producer")
        )
        let clock = PipelineClock(start: configuration.clockStart)
        var relay = OutboxRelay(
            pool: pool,
            producer: producer,
            role: service,
            topicPrefix: configuration.topicPrefix,
            resendBase: configuration.resendBase,
            logger: logger
        )
        relay.metrics = workMetrics
        self.workMetrics = workMetrics
        self.kafkaMetrics = kafkaMetrics
        self.service = service
        instance = work.instance
        self.work = work
        self.configuration = configuration
        self.registry = registry
        self.pool = pool
        self.producer = producer
        objects = try configuration.makeObjects()
        self.clock = clock
        self.relay = relay
        intake = Intake(
            pool: pool,
            registry: registry,
            deadLetters: DeadLetters(
                pool: pool,
                cluster: work.kafkaCluster,
                consumer: service,
                topicPrefix: configuration.topicPrefix
            ),
            manualRuns: ManualRuns(registry: registry, role: service, phaseDeadline: work.phaseDeadline),
            relay: relay,
            producer: producer,
            cluster: work.kafkaCluster,
            topicPrefix: configuration.topicPrefix,
            clock: clock
        )
        intake.metrics = workMetrics
        self.progress = progress
        self.readiness = readiness
        self.metrics = metrics
        self.logger = logger
    }

    /// A consumer of the service's group; topic names get the configured prefix, the group too.
    public func makeConsumer(group: String, topics: [Topic]) throws -> KafkaConsumer {
        try KafkaConsumer(
            configuration: configuration.kafka(clientID: instance),
            group: configuration.topicPrefix + group,
            topics: topics.map { configuration.topicPrefix + $0.rawValue },
            logger: logger,
            statistics: kafkaMetrics.handler("consumer")
        )
    }

    public func setReady(_ condition: String, _ isReady: Bool) {
        if isReady { readiness.satisfy(condition) } else { readiness.fail(condition, reason: "lost; reconnecting") }
    }

    /// Runs the relay beside `body`; what `body` handed over is produced before this returns.
    public func relaying(_ body: @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await relay.run() }
            await body()
            relay.finish()
            await group.waitForAll()
        }
    }

    /// Waits, or returns early when the service shuts down.
    public func pause(_ duration: Duration) async {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
        } catch {
            return
        }
    }

    /// A logger whose every line carries the task's ids.
    func logger(for task: ClaimedTask) -> Logger {
        var logger = logger
        logger[metadataKey: "run_id"] = "\(task.run.runID.uuidString.lowercased())"
        logger[metadataKey: "correlation_id"] = "\(task.run.correlationID)"
        logger[metadataKey: "game_date"] = "\(task.gameDate)"
        logger[metadataKey: "processor"] = "\(task.processor)"
        logger[metadataKey: "unit"] = "\(task.unit)"
        logger[metadataKey: "execution_id"] = "\(task.executionID.uuidString.lowercased())"
        return logger
    }
}
