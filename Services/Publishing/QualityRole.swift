public import Alerting
public import Monitoring
public import Pipeline
public import ServiceLifecycle
import Logging
import Warehouse

/// The settings of the publishing service beside the common ones.
public struct PublishingSettings: Sendable {
    /// How often dates whose phases have closed are looked for and audited.
    public var qualityInterval: Duration
    public var web: WebSettings
    public var alerts: AlertSettings
    public var watch: WatchSettings
    public var monitoring: MonitoringSettings

    public init(_ reader: inout ConfigurationReader) {
        web = WebSettings(&reader)
        alerts = AlertSettings(&reader)
        watch = WatchSettings(&reader)
        monitoring = MonitoringSettings(&reader)
        qualityInterval = reader.duration(
            "TIPOFF_QUALITY_INTERVAL",
            default: .seconds(30),
            range: .seconds(1) ... .seconds(3600),
            help: "how often rows of closed phases are audited"
        )
    }
}

/// Audits the rows of closed phases, one replica at a time and off the path of the work: what it finds alters no row and
/// holds up no run.
public struct QualityRole: Service {
    let context: ServiceContext
    let interval: Duration

    static let leaseDuration: Duration = .seconds(60)
    /// Between two signs of life.
    static let beat: Duration = .seconds(2)

    public init(context: ServiceContext, settings: PublishingSettings) {
        self.context = context
        interval = settings.qualityInterval
    }

    public func run() async throws {
        let lease = RoleLease(
            pool: context.pool,
            role: "quality",
            owner: context.instance,
            duration: Self.leaseDuration
        )
        let audit = QualityAudit(pool: context.pool, role: context.service)
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("quality")
            if clock.now >= next {
                next = clock.now + interval
                do {
                    if try await lease.acquire() != nil { try await look(audit) }
                } catch {
                    context.logger.warning("audit failed; trying again", metadata: ["error": "\(error)"])
                }
            }
            await context.pause(min(interval, Self.beat))
        }
    }

    private func look(_ audit: QualityAudit) async throws {
        for (table, date, report) in try await audit.pass() {
            for finding in report.fired {
                context.logger.error(
                    "column is unusual",
                    metadata: [
                        "table": "\(table)", "game_date": "\(date)", "column": "\(finding.column)",
                        "monitor": "\(finding.monitor)", "demand": "\(finding.demand)",
                        "measured": "\(finding.measured)", "rows": "\(finding.rows)",
                    ]
                )
            }
        }
    }
}
