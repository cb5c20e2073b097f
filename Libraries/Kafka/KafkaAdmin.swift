public import Logging
import Synchronization

/// Looks at a cluster and creates topics. Each call is bounded by its timeout.
public final class KafkaAdmin: Sendable {
    private let client: Mutex<AdminClient?>
    private let configuration: KafkaConfiguration
    private let logger: Logger

    /// Opens a client; connects with the first call. Throws `invalidConfiguration`.
    public init(configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        client = Mutex(try AdminClient(configuration: configuration, logger: logger))
        self.configuration = configuration
        self.logger = logger
    }

    /// Brokers and topics as the cluster knows them now; `topics` nil means all. Creates no topic.
    public func metadata(
        topics: [String]? = nil,
        timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> KafkaMetadata {
        var metadata = try await perform { $0.metadata(timeout: timeout) }
        if let topics {
            let wanted = Set(topics)
            metadata.topics.removeAll { !wanted.contains($0.name) }
        }
        return metadata
    }

    /// Creates topics; an outcome each, `topicAlreadyExists` among them. Throws if the request as a whole fails, for
    /// example `timedOut` on the mock broker, which has no controller that could create topics.
    public func createTopics(
        _ topics: [KafkaTopicSpecification],
        timeout: Duration = .seconds(30)
    ) async throws(KafkaError) -> [KafkaTopicOutcome] {
        guard !topics.isEmpty else { return [] }
        return try await perform { $0.createTopics(topics, timeout: timeout) }
    }

    /// Deletes topics with all their messages; an outcome each.
    public func deleteTopics(
        _ topics: [String],
        timeout: Duration = .seconds(30)
    ) async throws(KafkaError) -> [KafkaTopicOutcome] {
        guard !topics.isEmpty else { return [] }
        return try await perform { $0.deleteTopics(topics, timeout: timeout) }
    }

    /// Waits until each of these topics exists and all its partitions have leaders. Throws `timedOut` naming those
    /// that are missing, or `CancellationError`.
    public func waitForTopics(_ topics: [String], timeout: Duration = .seconds(30)) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        var missing = topics
        while true {
            let left = clock.now.duration(to: deadline)
            do throws(KafkaError) {
                let known = try await metadata(topics: topics, timeout: max(.milliseconds(100), min(left, .seconds(5))))
                missing = topics.filter { known.topic($0)?.isReady != true }
                if missing.isEmpty { return }
            } catch {
                // Not `catch where`: with a typed throw it crashes the 6.3.1 compiler.
                guard error.isRetriable else { throw error }
                logger.debug("kafka metadata not available yet", metadata: ["error": "\(error)"])
            }
            guard clock.now < deadline else {
                throw KafkaError(
                    .timedOut,
                    reason: "topics do not exist: \(missing.joined(separator: ", "))",
                    isRetriable: true
                )
            }
            // Kafka tells nobody about new topics: asking again is the only way.
            try await clock.sleep(for: min(.milliseconds(200), timeout))
        }
    }

    /// Every consumer group with its members and their partitions.
    public func listGroups(timeout: Duration = .seconds(10)) async throws(KafkaError) -> [KafkaGroup] {
        try await perform { $0.listGroups(timeout: timeout) }
    }

    /// How far a group is behind, for every partition of these topics. Throws `unknownTopic` if one does not exist.
    public func lag(
        group: String,
        topics: [String],
        timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [KafkaPartitionLag] {
        let known = try await metadata(topics: topics, timeout: timeout)
        if let unknown = topics.first(where: { known.topic($0) == nil }) {
            throw KafkaError(.unknownTopic, reason: "topic \(unknown) does not exist")
        }
        let partitions = known.topics.flatMap { topic in
            topic.partitions.map { KafkaTopicPartition(topic: topic.name, partition: $0.id) }
        }.sorted()
        guard !partitions.isEmpty else { return [] }
        return try await perform { $0.lag(group: group, partitions: partitions, timeout: timeout) }
    }

    /// When the messages at these positions were produced, in milliseconds since 1970; where retention has removed one, the
    /// next that is kept. A partition is missing when its message did not come within `timeout` or carries no timestamp. At
    /// most one position a partition. Joins no group and commits nothing.
    public func timestampsMilliseconds(
        at positions: [KafkaPosition],
        timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        guard !positions.isEmpty else { return [:] }
        let (configuration, logger) = (configuration, logger)
        return try await perform { _ in
            MessageTimes.read(positions, configuration: configuration, logger: logger, timeout: timeout)
        }
    }

    /// Closes the client when the calls that are running have ended; later calls throw `closed`.
    public func close() {
        // Destroyed outside the lock: the last reference may go here.
        let last = client.withLock { client in
            defer { client = nil }
            return client
        }
        _ = last
    }

    /// Runs a blocking call on a thread of its own, which keeps the client alive meanwhile.
    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (AdminClient) -> Result<Value, KafkaError>
    ) async throws(KafkaError) -> Value {
        guard let client = client.withLock({ $0 }) else { throw .closed("admin client") }
        let result: Result<Value, KafkaError> = await withCheckedContinuation { continuation in
            do throws(KafkaError) {
                try NativeThread.start(name: "kafka-admin") { continuation.resume(returning: body(client)) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}
