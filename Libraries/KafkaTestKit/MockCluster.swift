import CRdkafka
public import Kafka
import Synchronization

/// A Kafka cluster inside this process: librdkafka's mock brokers, which speak the real protocol on loopback sockets.
///
/// Facts of librdkafka 2.0.2: memory only, about 5 MB kept per partition (the oldest messages go first), joining a
/// group takes about 3 s, long polls are not woken, and admin requests (creating topics, listing groups) are not
/// supported. The port is chosen by the system.
public final class MockCluster: Sendable {
    /// What clients of a mock cluster need to be as fast as those of a broker: it does not wake a waiting fetch.
    public static let clientSettings = ["fetch.wait.max.ms": "3"]

    /// The native cluster and the client instance that librdkafka needs for its bookkeeping.
    ///
    /// `@unchecked`: the mock functions are thread-safe, and every use is inside the lock that `close` takes as well.
    private struct Native: @unchecked Sendable {
        let client: OpaquePointer
        let cluster: OpaquePointer
    }

    /// A topic that the cluster begins with.
    public struct Topic: Sendable, Hashable {
        public var name: String
        public var partitions: Int

        public init(_ name: String, partitions: Int = 1) {
            self.name = name
            self.partitions = partitions
        }
    }

    /// Requests into which errors can be injected; the raw value is the protocol's API key.
    public enum Request: Int16, Sendable, CaseIterable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
    }

    private let native: Mutex<Native?>
    /// `host:port` of every broker, separated by commas.
    public let bootstrapServers: String

    /// Starts brokers (numbered from 1) and creates topics.
    public init(brokers: Int = 1, topics: [Topic] = []) throws(KafkaError) {
        guard (1...16).contains(brokers) else {
            throw KafkaError(.invalidArgument, reason: "a mock cluster of \(brokers) brokers")
        }
        guard let configuration = rd_kafka_conf_new() else {
            throw KafkaError(.criticalResource, reason: "no memory for a client configuration")
        }
        // This client connects to nobody: it only lends its bookkeeping (and its log, which stays quiet).
        rd_kafka_conf_set_log_cb(configuration, quietLog)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaError(.criticalResource, reason: "cannot create the client of a mock cluster")
        }
        guard let cluster = rd_kafka_mock_cluster_new(client, Int32(brokers)) else {
            rd_kafka_destroy(client)
            throw KafkaError(.criticalResource, reason: "cannot create a mock cluster")
        }
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        native = Mutex(Native(client: client, cluster: cluster))
        // Without it everything works, only slower.
        for port in bootstrapServers.split(separator: ",").compactMap({ $0.split(separator: ":").last }) {
            if let port = UInt16(port) { ListeningSockets.disableNagle(port: port) }
        }
        for topic in topics { try createTopic(topic.name, partitions: topic.partitions) }
    }

    deinit { close() }

    /// Creates a topic. Throws if it exists.
    public func createTopic(_ name: String, partitions: Int = 1, replication: Int = 1) throws(KafkaError) {
        guard !name.isEmpty, !name.utf8.contains(0), partitions > 0 else {
            throw KafkaError(.invalidTopic, reason: "topic \(name) with \(partitions) partitions")
        }
        try perform("create topic \(name)") {
            rd_kafka_mock_topic_create($0, name, Int32(clamping: partitions), Int32(clamping: replication))
        }
    }

    /// The next requests of this kind fail with these errors, one each, on any broker.
    /// `KafkaError.Code.transport` makes the broker drop the connection.
    public func injectErrors(_ request: Request, _ errors: [KafkaError.Code]) throws(KafkaError) {
        let natives = errors.map { rd_kafka_resp_err_t($0.rawValue) }
        try perform("inject errors") {
            rd_kafka_mock_push_request_errors_array($0, request.rawValue, natives.count, natives)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Forgets the injected errors of a request.
    public func clearErrors(_ request: Request) throws(KafkaError) {
        try perform("clear errors") {
            rd_kafka_mock_clear_request_errors($0, request.rawValue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Injected errors of a request that have not been used yet on this broker.
    public func remainingErrors(_ request: Request, broker: Int32 = 1) throws(KafkaError) -> Int {
        var count = 0
        try perform("count errors") {
            rd_kafka_mock_broker_error_stack_cnt($0, broker, request.rawValue, &count)
        }
        return count
    }

    /// Every request about this topic fails with the error; nil ends that.
    public func setTopicError(_ name: String, _ error: KafkaError.Code?) throws(KafkaError) {
        try perform("set topic error") {
            rd_kafka_mock_topic_set_error($0, name, rd_kafka_resp_err_t(error?.rawValue ?? 0))
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// The broker closes its connections and refuses new ones; it keeps its messages.
    public func brokerDown(_ id: Int32 = 1) throws(KafkaError) {
        try perform("broker \(id) down") { rd_kafka_mock_broker_set_down($0, id) }
    }

    /// The broker accepts connections again.
    public func brokerUp(_ id: Int32 = 1) throws(KafkaError) {
        try perform("broker \(id) up") { rd_kafka_mock_broker_set_up($0, id) }
    }

    /// Delays each of the broker's answers.
    public func setRTT(_ duration: Duration, broker: Int32 = 1) throws(KafkaError) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        try perform("set rtt") { rd_kafka_mock_broker_set_rtt($0, broker, Int32(clamping: milliseconds)) }
    }

    /// Moves the lead of a partition to another broker.
    public func setLeader(topic: String, partition: Int32, broker: Int32) throws(KafkaError) {
        try perform("set leader") { rd_kafka_mock_partition_set_leader($0, topic, partition, broker) }
    }

    /// Stops the brokers; their messages are gone. Clients should be closed before.
    public func close() {
        native.withLock { native in
            guard let current = native else { return }
            native = nil
            // In this order: the cluster uses the client until it is destroyed.
            rd_kafka_mock_cluster_destroy(current.cluster)
            rd_kafka_destroy(current.client)
        }
    }

    private func perform(
        _ what: String,
        _ body: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        let code = native.withLock { native in native.map { body($0.cluster) } }
        guard let code else { throw KafkaError(.closed, reason: "the mock cluster is closed") }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(
                .init(rawValue: code.rawValue),
                reason: "\(what): \(String(cString: rd_kafka_err2str(code)))"
            )
        }
    }
}

/// The mock brokers report every dropped connection; tests and the development broker have no use for it.
private func quietLog(
    client: OpaquePointer?,
    level: CInt,
    facility: UnsafePointer<CChar>?,
    text: UnsafePointer<CChar>?
) {}
