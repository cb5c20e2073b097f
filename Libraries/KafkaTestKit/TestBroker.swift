public import Kafka
public import Logging
import Glibc
import Synchronization

/// The Kafka that tests run against: the cluster named by `TIPOFF_KAFKA_BROKERS`, or one mock cluster a process.
public struct TestBroker: Sendable {
    public let brokers: String
    private let mock: MockCluster?

    /// Whether it is the mock, whose limits `MockCluster` names.
    public var isMock: Bool { mock != nil }

    private static let started = Mutex<TestBroker?>(nil)

    /// The process's broker, started by the first use.
    public static func shared() throws -> TestBroker {
        try started.withLock { started in
            if let started { return started }
            let broker: TestBroker
            if let brokers = getenv("TIPOFF_KAFKA_BROKERS").map({ String(cString: $0) }), !brokers.isEmpty {
                broker = TestBroker(brokers: brokers, mock: nil)
            } else {
                let cluster = try MockCluster()
                broker = TestBroker(brokers: cluster.bootstrapServers, mock: cluster)
            }
            started = broker
            return broker
        }
    }

    /// Settings of a client of this broker.
    public func configuration(_ clientID: String = "test", _ settings: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(brokers: brokers, clientID: clientID, settings: settings)
    }

    /// Creates a topic with a name that nobody else uses, and waits until it can be used.
    public func createTopic(
        _ prefix: String = "test",
        partitions: Int = 1,
        logger: Logger = .quiet
    ) async throws -> String {
        let name = unique(prefix)
        if let mock {
            try mock.createTopic(name, partitions: partitions)
            return name
        }
        let admin = try KafkaAdmin(configuration: configuration("test-admin"), logger: logger)
        defer { admin.close() }
        for outcome in try await admin.createTopics([.init(name: name, partitions: partitions)]) {
            if let error = outcome.error { throw error }
        }
        try await admin.waitForTopics([name])
        return name
    }

    /// A name for a topic or a group that nobody else uses.
    public func unique(_ prefix: String) -> String {
        "\(prefix)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }
}

extension Logger {
    /// Discards everything below `critical`.
    public static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
