import Foundation
import Logging
public import Pipeline
import Postgres
public import ServiceLifecycle
import Synchronization

/// Tells people of alerts. Several processes run it and one of them, under a lease, does it: when that one falls silent
/// the next goes on where it stopped, with the same budget.
public struct AlertRole: Service {
    /// The role whose lease says that somebody delivers.
    public static let lease = "alert-delivery"
    static let leaseDuration: Duration = .seconds(30)
    static let forgetEvery: Duration = .seconds(3600)

    let context: ServiceContext
    let settings: AlertSettings
    let metrics: AlertMetrics

    public init(context: ServiceContext, settings: AlertSettings) {
        self.context = context
        self.settings = settings
        metrics = AlertMetrics(context.metrics)
    }

    public func run() async throws {
        let sinks = settings.sinks(logger: context.logger)
        let lease = RoleLease(
            pool: context.pool,
            role: Self.lease,
            owner: context.instance,
            duration: Self.leaseDuration
        )
        let desk = AlertDesk(
            pool: context.pool,
            owner: context.instance,
            settings: settings,
            sinks: sinks.map(\.name)
        )
        let sender = AlertSender(
            pool: context.pool,
            sinks: sinks,
            owner: context.service,
            claim: settings.timeout + .seconds(5),
            metrics: metrics,
            logger: context.logger
        )
        let isSending = SendingFlag()
        var outage = DatabaseOutage(patience: settings.databaseSilence)
        let clock = ContinuousClock()
        var forgotAt: ContinuousClock.Instant?
        await withDiscardingTaskGroup { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                context.progress.beat("alerts")
                do {
                    let isHolder = try await lease.acquire() != nil
                    if let message = outage.answered(isHolder: isHolder, at: .now, by: context.service) {
                        await send(message, through: sinks)
                    }
                    if isHolder {
                        try await desk.round()
                        if forgotAt.map({ clock.now - $0 > Self.forgetEvery }) ?? true {
                            try await desk.forget()
                            forgotAt = clock.now
                        }
                        // A slow sink must not cost the lease: the round goes on beside this loop, one at a time.
                        if isSending.begin() {
                            group.addTask {
                                await sender.round()
                                isSending.end()
                            }
                        }
                    }
                } catch {
                    context.logger.warning("alerts were not looked at; trying again", metadata: ["error": "\(error)"])
                    if let message = outage.failed(error, at: .now, by: context.service) {
                        await send(message, through: sinks)
                    }
                }
                await context.pause(settings.interval)
            }
            group.cancelAll()
        }
    }

    /// Without the database nobody keeps count: each sink gets the message once, and a failure is only logged.
    private func send(_ message: AlertMessage, through sinks: [any AlertSink]) async {
        for sink in sinks {
            do throws(AlertSinkError) {
                try await sink.send(message)
                metrics.sent(sink.name, "sent")
            } catch {
                metrics.sent(sink.name, "failed")
                context.logger.error(
                    "an alert did not get through",
                    metadata: ["sink": "\(sink.name.rawValue)", "error": "\(error)", "title": "\(message.title)"]
                )
            }
        }
    }
}

/// Keeps rounds of sending from overlapping.
private final class SendingFlag: Sendable {
    private let isSet = Atomic(false)

    func begin() -> Bool { !isSet.exchange(true, ordering: .acquiringAndReleasing) }
    func end() { isSet.store(false, ordering: .releasing) }
}

/// What is told when the database, which holds everything else that is told, does not answer. Only the process that
/// delivered last speaks, so that several do not say the same.
struct DatabaseOutage: Sendable {
    let patience: Duration
    private var wasHolder = false
    private var since: Date?
    private var isTold = false

    init(patience: Duration) { self.patience = patience }

    static let signature = "alerts:database"

    /// Returns the end of an outage, once.
    mutating func answered(isHolder: Bool, at now: Date, by service: String) -> AlertMessage? {
        let (began, told) = (since, isTold)
        (wasHolder, since, isTold) = (isHolder, nil, false)
        guard told, let began else { return nil }
        return message(.resolve, since: began, until: now, by: service)
    }

    /// Returns the outage when it has lasted, once. Errors of statements are none.
    mutating func failed(_ error: any Error, at now: Date, by service: String) -> AlertMessage? {
        guard let error = error as? PostgresError, error.isInfrastructure, !error.isQueryCanceled else { return nil }
        let began = since ?? now
        since = began
        guard wasHolder, !isTold, now.timeIntervalSince(began) >= patience / .seconds(1) else { return nil }
        isTold = true
        return message(.first, since: began, until: nil, by: service)
    }

    private func message(_ kind: AlertKind, since: Date, until: Date?, by service: String) -> AlertMessage {
        AlertMessage(
            kind: kind,
            level: .critical,
            signature: Self.signature,
            title: kind == .resolve ? "the database answers again" : "the database does not answer: nothing goes on",
            since: since,
            until: until,
            names: ["PostgreSQL"],
            command: kind == .resolve ? "tipoff status" : "tipoff doctor",
            raisedBy: service
        )
    }
}
