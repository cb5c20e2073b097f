public import Kafka
public import Logging
import Dispatch
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
        let own = isMock ? MockCluster.clientSettings : [:]
        return KafkaConfiguration(brokers: brokers, clientID: clientID, settings: own.merging(settings) { $1 })
    }

    /// Creates a topic with a name that nobody else uses, and waits until it can be used.
    public func createTopic(
        _ prefix: String = "test",
        partitions: Int = 1,
        logger: Logger = .quiet
    ) async throws -> String {
        let name = unique(prefix)
        try await createTopics([name], partitions: partitions, logger: logger)
        return name
    }

    /// Creates topics, and waits until they can be used. A cluster without CreateTopics (a mock in another process)
    /// makes them by being asked for them, with as many partitions as it likes.
    public func createTopics(_ names: [String], partitions: Int = 1, logger: Logger = .quiet) async throws {
        if let mock {
            for name in names { try mock.createTopic(name, partitions: partitions) }
            return
        }
        let admin = try KafkaAdmin(configuration: configuration("test-admin"), logger: logger)
        defer { admin.close() }
        guard try await canAdminister(admin) else {
            return try await createByAsking(names, admin, logger)
        }
        LeftTopics.shared.add(names, of: self)
        for outcome in try await admin.createTopics(names.map { .init(name: $0, partitions: partitions) }) {
            if let error = outcome.error { throw error }
        }
        try await admin.waitForTopics(names)
    }

    /// Deletes topics of a given cluster that can do that; the mock's end with its process.
    public func deleteTopics(_ names: [String], logger: Logger = .quiet) async throws {
        guard !isMock else { return }
        let admin = try KafkaAdmin(configuration: configuration("test-admin"), logger: logger)
        defer { admin.close() }
        guard try await canAdminister(admin) else { return }
        for outcome in try await admin.deleteTopics(names) {
            if let error = outcome.error, !error.isTopicUnknown { throw error }
        }
        LeftTopics.shared.forget(names)
    }

    /// Whether the given cluster creates and deletes topics on request.
    public var canCreateTopics: Bool {
        get async throws {
            guard !isMock else { return false }
            let admin = try KafkaAdmin(configuration: configuration("test-admin"), logger: .quiet)
            defer { admin.close() }
            return try await canAdminister(admin)
        }
    }

    /// Whether a topic gets as many partitions as a test asks for.
    public var choosesPartitions: Bool {
        get async throws { isMock ? true : try await canCreateTopics }
    }

    private static let capability = Mutex<Bool?>(nil)

    /// Asked once a process: a cluster without a controller lets the request time out.
    private func canAdminister(_ admin: KafkaAdmin) async throws -> Bool {
        if let known = Self.capability.withLock({ $0 }) { return known }
        var isAble = true
        do throws(KafkaError) {
            _ = try await admin.deleteTopics([unique("none")], timeout: .seconds(5))
        } catch {
            guard error.isTimedOut || error.code == .unsupportedFeature else { throw error }
            isAble = false
            print("the given broker does not create topics on request: they are made by being asked for")
        }
        Self.capability.withLock { $0 = isAble }
        return isAble
    }

    private func createByAsking(_ names: [String], _ admin: KafkaAdmin, _ logger: Logger) async throws {
        let asking = try KafkaConsumer(
            configuration: configuration("test-admin", ["allow.auto.create.topics": "true"]),
            group: unique("asking"),
            topics: names,
            logger: logger
        )
        do { try await admin.waitForTopics(names) } catch {
            await asking.close(timeout: .seconds(2))
            throw error
        }
        await asking.close(timeout: .seconds(2))
    }

    /// A name for a topic or a group that nobody else uses.
    public func unique(_ prefix: String) -> String {
        "\(prefix)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }
}

/// Topics of a given cluster that this process has made and that nobody has deleted yet: they go when it ends.
private final class LeftTopics: Sendable {
    static let shared = LeftTopics()
    private let left = Mutex<(names: Set<String>, broker: TestBroker?)>(([], nil))

    func add(_ names: [String], of broker: TestBroker) {
        let isFirst = left.withLock { left in
            left.names.formUnion(names)
            defer { left.broker = broker }
            return left.broker == nil
        }
        if isFirst { atexit { LeftTopics.shared.deleteAll() } }
    }

    func forget(_ names: [String]) { left.withLock { $0.names.subtract(names) } }

    private func deleteAll() {
        let (names, broker) = left.withLock { (Array($0.names), $0.broker) }
        guard let broker, !names.isEmpty else { return }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do { try await broker.deleteTopics(names) } catch { print("topics of the tests are left: \(error)") }
            done.signal()
        }
        // The other threads run on while exit waits here; a cluster that is gone must not hold it up.
        _ = done.wait(timeout: .now() + 30)
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
