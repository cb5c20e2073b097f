import Foundation

/// The settings of the work protocol, read by every service beside the common ones.
public struct WorkSettings: Sendable {
    /// This replica; a restarted one finds its own claims by it, so replicas on one host need different names.
    public var instance: String
    /// The name of the Kafka cluster in dead letters: an offset means something only within its cluster.
    public var kafkaCluster: String
    /// Attempts after which a task is a dead letter.
    public var maximumAttempts: Int
    /// The longest that one execution may take.
    public var taskTimeout: Duration
    /// How long a phase may stay open.
    public var phaseDeadline: Duration
    /// Executions at the same time.
    public var workers: Int
    /// When the nightly audit and the daily guards look.
    public var audit: AuditSettings

    public init(service: String, _ reader: inout ConfigurationReader) {
        let host = ProcessInfo.processInfo.hostName
        instance = reader.string(
            "TIPOFF_INSTANCE",
            default: "\(service)@\(host)",
            help: "name of this replica; give replicas on one host different names"
        )
        kafkaCluster = reader.string("TIPOFF_KAFKA_CLUSTER", default: "default", help: "name of the Kafka cluster")
        maximumAttempts = reader.int(
            "TIPOFF_MAXIMUM_ATTEMPTS",
            default: 5,
            range: 1...100,
            help: "attempts before a task is a dead letter"
        )
        taskTimeout = reader.duration(
            "TIPOFF_TASK_TIMEOUT",
            default: .seconds(120),
            help: "longest execution of a task"
        )
        phaseDeadline = reader.duration("TIPOFF_PHASE_DEADLINE", default: .seconds(7200), help: "longest open phase")
        workers = reader.int("TIPOFF_WORKERS", default: 4, range: 1...64, help: "executions at the same time")
        audit = AuditSettings(&reader)
    }
}
