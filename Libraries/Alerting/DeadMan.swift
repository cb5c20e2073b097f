public import Basketball
public import Foundation
import Logging
public import Pipeline
public import Postgres
public import ServiceLifecycle

/// Looks from another process whether anybody still watches, and whether the daily sign of life came.
public struct DeadMan: Sendable {
    public struct Settings: Sendable {
        /// How old the watch's sign of life may be.
        public var after: Duration
        /// How late the daily sign of life may come.
        public var grace: Duration
        public var allWell: EasternTimeOfDay

        public init(
            after: Duration = .seconds(180),
            grace: Duration = .seconds(900),
            allWell: EasternTimeOfDay = EasternTimeOfDay(hour: 7, minute: 0)
        ) {
            self.after = after
            self.grace = grace
            self.allWell = allWell
        }

        public init(_ reader: inout ConfigurationReader) {
            let standard = Settings()
            after = reader.duration(
                "TIPOFF_DEAD_MAN_AFTER",
                default: standard.after,
                range: .seconds(1) ... .seconds(86_400),
                help: "how old the watch's sign of life may be"
            )
            grace = reader.duration(
                "TIPOFF_ALL_WELL_GRACE",
                default: standard.grace,
                range: .seconds(1) ... .seconds(43_200),
                help: "how late the daily sign of life may come"
            )
            allWell =
                reader.value(
                    "TIPOFF_ALL_WELL",
                    default: standard.allWell,
                    expected: "an Eastern time of day",
                    example: "07:00",
                    help: "when the daily sign of life is given, Eastern",
                    parse: { EasternTimeOfDay($0) }
                ) ?? standard.allWell
        }
    }

    static let watchSignature = "dead_man:watch"
    static let allWellSignature = "dead_man:all_well"

    public var pool: PostgresPool
    public var settings: Settings
    public var alerts: AlertSettings
    public var role: String

    public init(pool: PostgresPool, settings: Settings, alerts: AlertSettings, role: String) {
        self.pool = pool
        self.settings = settings
        self.alerts = alerts
        self.role = role
    }

    /// One look: raises and resolves the two alerts.
    ///
    /// - Parameter awakeSince: since when this process has been able to see, by the services' clock: what should have come
    ///   before that it does not miss.
    public func look(now: Date, awakeSince: Date) async throws {
        let today = LeagueClock.gameDate(of: now)
        let due = settings.allWell.instant(on: today)
        let grace = settings.grace / .seconds(1)
        try await pool.transaction { transaction in
            let row = try await transaction.query(
                """
                SELECT (SELECT seen_at FROM nba_orchestration.lease WHERE role = \(WatchRole.lease)) AS seen_at,
                       COALESCE((SELECT seen_at < now() - \(settings.after / .seconds(1)) * interval '1 second'
                                 FROM nba_orchestration.lease WHERE role = \(WatchRole.lease)),
                                \(now.timeIntervalSince(awakeSince) > settings.after / .seconds(1))) AS is_silent,
                       EXISTS (SELECT 1 FROM nba_orchestration.alert_message
                               WHERE signature = \(AllWell.signature) AND window_key = \(today.description)) AS is_told
                """
            ).one()
            let seenAt: Date? = try row.decode("seen_at")
            if try row.decode("is_silent") {
                try await tell(
                    Self.watchSignature,
                    title: "nobody watches the pipeline: what goes wrong now is not told",
                    since: seenAt,
                    names: ["publishing", "role \(WatchRole.lease)"],
                    in: transaction
                )
            } else {
                try await transaction.execute(Alerts.resolve(signature: Self.watchSignature))
            }
            // Before its time nothing is missing, and what was missing yesterday is past.
            let isLate = now.timeIntervalSince(due) > grace && now.timeIntervalSince(awakeSince) > grace
            if isLate, try !row.decode("is_told") {
                try await tell(
                    Self.allWellSignature,
                    title: "the daily sign of life of \(today) did not come",
                    since: seenAt,
                    names: ["all well at \(settings.allWell) ET"],
                    in: transaction
                )
            } else {
                try await transaction.execute(Alerts.resolve(signature: Self.allWellSignature))
            }
        }
    }

    private func tell(
        _ signature: String,
        title: String,
        since: Date?,
        names: [String],
        in transaction: PostgresTransaction
    ) async throws {
        var detail: [String: JSONValue] = [
            "names": .array(names.map { .string($0) }), "next": .string(alerts.restart("publishing")),
        ]
        detail["since"] = since.map { .string(Instant.text($0)) }
        try await StandingAlert(
            level: .critical,
            signature: signature,
            title: title,
            detail: .dictionary(detail),
            gameDate: nil
        ).tell(by: role, in: transaction) { _, _ in false }
    }
}

/// The dead man's switch as part of a service that is not the watch's.
public struct DeadManRole: Service {
    /// The role whose lease says that somebody looks after the watch.
    public static let lease = "dead-man"
    static let leaseDuration: Duration = .seconds(60)
    static let interval: Duration = .seconds(2)

    let context: ServiceContext
    let settings: DeadMan.Settings
    let alerts: AlertSettings

    public init(context: ServiceContext, settings: DeadMan.Settings, alerts: AlertSettings) {
        self.context = context
        self.settings = settings
        self.alerts = alerts
    }

    public func run() async throws {
        let lease = RoleLease(
            pool: context.pool,
            role: Self.lease,
            owner: context.instance,
            duration: Self.leaseDuration
        )
        let deadMan = DeadMan(pool: context.pool, settings: settings, alerts: alerts, role: context.service)
        var awakeSince = context.clock.now
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("dead man")
            do {
                if try await lease.acquire() != nil {
                    try await deadMan.look(now: context.clock.now, awakeSince: awakeSince)
                }
            } catch {
                // Nobody could have given a sign while the database was away.
                awakeSince = context.clock.now
                context.logger.warning("the watch was not looked after", metadata: ["error": "\(error)"])
            }
            await context.pause(Self.interval)
        }
    }
}
