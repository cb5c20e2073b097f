import Kafka
import Logging
public import Pipeline
public import ServiceLifecycle

/// How often the monitor looks.
public struct MonitoringSettings: Sendable {
    /// Between two looks at the database; the broker is asked half as often.
    public var interval: Duration

    public init(_ reader: inout ConfigurationReader) {
        interval = reader.duration(
            "TIPOFF_MONITOR_INTERVAL",
            default: .seconds(15),
            range: .seconds(1) ... .seconds(600),
            help: "how often the figures that monitoring shows are read from the database"
        )
    }
}

/// Reads the pipeline's figures for `/metrics`, off the path of the work. Each replica reads for itself: the figures are the same
/// everywhere, and none of them depends on which one is asked.
public struct MonitoringRole: Service {
    let context: ServiceContext
    let interval: Duration
    private let database: MonitorReadings
    private let broker: MonitorReadings

    /// Between two signs of life.
    static let beat: Duration = .seconds(2)

    public init(context: ServiceContext, settings: MonitoringSettings) {
        self.context = context
        interval = settings.interval
        database = MonitorReadings(
            "database",
            families: DatabaseMonitor.families,
            maximumAge: interval * 8,
            in: context.metrics
        )
        broker = MonitorReadings(
            "broker",
            families: BrokerMonitor.families,
            maximumAge: interval * 16,
            in: context.metrics
        )
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watchDatabase() }
            group.addTask { await watchBroker() }
        }
    }

    private func watchDatabase() async {
        let monitor = DatabaseMonitor(
            pool: context.pool,
            clock: context.clock,
            deadline: context.configuration.predictionDeadline
        )
        await every(interval, "monitor-database") { database.set(try await monitor.read()) }
    }

    private func watchBroker() async {
        do {
            let admin = try KafkaAdmin(
                configuration: context.configuration.kafka(clientID: context.instance),
                logger: context.logger
            )
            defer { admin.close() }
            let monitor = BrokerMonitor(
                reader: GroupLagReader(admin: admin, prefix: context.configuration.topicPrefix)
            )
            await every(interval * 2, "monitor-broker") { broker.set(try await monitor.read()) }
        } catch {
            context.logger.error("no client for the lag of groups", metadata: ["error": "\(error)"])
        }
    }

    private func every(_ interval: Duration, _ name: String, _ look: () async throws -> Void) async {
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if clock.now >= next {
                next = clock.now + interval
                do { try await look() } catch {
                    context.logger.warning("monitor could not look", metadata: ["of": "\(name)", "error": "\(error)"])
                }
            }
            await context.pause(min(interval, Self.beat))
        }
    }
}
