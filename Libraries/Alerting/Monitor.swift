public import Foundation
public import Kafka
import Pipeline
public import Postgres

/// One question about the pipeline: what it asks and what it says about the answer.
public struct Monitor: Sendable {
    /// A name of code: a label of metrics and part of signatures.
    public var name: String
    public var ask: @Sendable (WatchContext) async throws -> [Finding]

    public init(name: String, ask: @escaping @Sendable (WatchContext) async throws -> [Finding]) {
        self.name = name
        self.ask = ask
    }
}

/// What monitors ask.
public struct WatchContext: Sendable {
    public var pool: PostgresPool
    /// The services' clock. Stored instants of tasks, messages and leases are the database's; those of the execution log
    /// and the planner's decisions are this one's.
    public var now: Date
    public var settings: WatchSettings
    public var alerts: AlertSettings
    /// nil where the broker cannot tell of groups.
    public var admin: KafkaAdmin?
    public var topicPrefix: String

    public init(
        pool: PostgresPool,
        now: Date,
        settings: WatchSettings,
        alerts: AlertSettings,
        admin: KafkaAdmin?,
        topicPrefix: String
    ) {
        self.pool = pool
        self.now = now
        self.settings = settings
        self.alerts = alerts
        self.admin = admin
        self.topicPrefix = topicPrefix
    }
}

extension Monitor {
    /// Every monitor of this build.
    public static let standard: [Monitor] = [
        stuckWork, stuckOrchestrator, consumers, outboxAge, markerAge, deadLetters, decisions, planner, errorRate,
        storm, halt, overdueOutputs, picks,
    ]
}
