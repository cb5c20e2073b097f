import Foundation
import Kafka
import Logging
public import Pipeline
public import ServiceLifecycle

/// Watches the pipeline, one replica at a time; its lease is its sign of life, which the dead man's switch looks for.
public struct WatchRole: Service {
    /// The role whose lease says that somebody watches.
    public static let lease = "alert-watch"
    static let leaseDuration: Duration = .seconds(30)
    /// Between two signs of life.
    static let beat: Duration = .seconds(5)

    let context: ServiceContext
    let settings: WatchSettings
    let alerts: AlertSettings
    let monitors: [Monitor]

    public init(
        context: ServiceContext,
        settings: WatchSettings,
        alerts: AlertSettings,
        monitors: [Monitor] = Monitor.standard
    ) {
        self.context = context
        self.settings = settings
        self.alerts = alerts
        self.monitors = monitors
    }

    public func run() async throws {
        let lease = RoleLease(
            pool: context.pool,
            role: Self.lease,
            owner: context.instance,
            duration: Self.leaseDuration
        )
        let admin =
            settings.asksForConsumers
            ? try KafkaAdmin(
                configuration: context.configuration.kafka(clientID: context.instance + "-watch"),
                logger: context.logger
            ) : nil
        defer { admin?.close() }
        var watch = Watch(
            // One that may not ask counts as none, not as one that found nothing.
            monitors: monitors.filter { $0.name != Monitor.consumers.name || admin != nil },
            role: context.service,
            graces: [Monitor.consumers.name: settings.consumerAge],
            metrics: AlertMetrics(context.metrics),
            logger: context.logger
        )
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("watch")
            do {
                if try await lease.acquire() != nil, clock.now >= next {
                    next = clock.now + settings.interval
                    try await watch.round(question(admin)) { context.progress.beat("watch") }
                    try await AllWell(pool: context.pool, owner: context.instance).tell(
                        at: settings.allWell,
                        now: context.clock.now
                    )
                }
            } catch {
                context.logger.warning("nothing was watched; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(min(settings.interval, Self.beat))
        }
    }

    private func question(_ admin: KafkaAdmin?) -> WatchContext {
        WatchContext(
            pool: context.pool,
            now: context.clock.now,
            settings: settings,
            alerts: alerts,
            admin: admin,
            topicPrefix: context.configuration.topicPrefix
        )
    }
}
