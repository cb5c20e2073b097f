import FoundationEssentials

/// A small part of librdkafka's periodic statistics: what metrics and health checks need.
public struct KafkaStatistics: Sendable, Hashable {
    /// The client's instance name, such as `raw#consumer-1`.
    public var name: String
    public var clientID: String
    /// Messages waiting in the producer's local queue or in flight.
    public var queuedMessages: Int
    public var queuedBytes: Int
    /// Callbacks waiting to be served.
    public var pendingCallbacks: Int
    public var sentMessages: Int
    public var sentBytes: Int
    public var receivedMessages: Int
    public var receivedBytes: Int
    public var brokers: [Broker]
    public var partitions: [Partition]
    /// nil for producers.
    public var group: Group?

    public struct Broker: Sendable, Hashable {
        public var name: String
        /// `UP`, `DOWN`, `CONNECT`, …
        public var state: String
        /// Round trip in microseconds over the last interval; 0 without requests.
        public var roundTripAverageMicroseconds: Int
        public var roundTripP99Microseconds: Int
        public var requestsInFlight: Int
        public var connects: Int
        public var disconnects: Int
        public var requestTimeouts: Int
    }

    public struct Partition: Sendable, Hashable {
        public var topic: String
        public var partition: Int32
        /// Messages between the committed offset and the end; nil while unknown.
        public var consumerLag: Int64?
        public var committedOffset: Int64?
        public var highWatermark: Int64?
        /// Messages fetched and not yet handed over.
        public var fetchedMessages: Int
    }

    public struct Group: Sendable, Hashable {
        public var state: String
        public var joinState: String
        public var rebalances: Int
        public var assignedPartitions: Int
    }

    /// Decodes librdkafka's document. Throws a `DecodingError` if it is not one.
    public init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let document = try decoder.decode(Document.self, from: Data(json))
        name = document.name
        clientID = document.clientId
        queuedMessages = document.msgCnt ?? 0
        queuedBytes = document.msgSize ?? 0
        pendingCallbacks = document.replyq ?? 0
        sentMessages = document.txmsgs ?? 0
        sentBytes = document.txmsgBytes ?? 0
        receivedMessages = document.rxmsgs ?? 0
        receivedBytes = document.rxmsgBytes ?? 0
        // Negative node ids are bootstrap entries and internal pseudo brokers, not brokers of the cluster.
        brokers = (document.brokers ?? [:]).values.filter { $0.nodeid >= 0 }
            .sorted { $0.nodeid < $1.nodeid }
            .map {
                Broker(
                    name: $0.name,
                    state: $0.state,
                    roundTripAverageMicroseconds: $0.rtt?.avg ?? 0,
                    roundTripP99Microseconds: $0.rtt?.p99 ?? 0,
                    requestsInFlight: $0.waitrespCnt ?? 0,
                    connects: $0.connects ?? 0,
                    disconnects: $0.disconnects ?? 0,
                    requestTimeouts: $0.reqTimeouts ?? 0
                )
            }
        // Partition -1 collects messages without a partition yet.
        partitions = (document.topics ?? [:]).values.sorted { $0.topic < $1.topic }.flatMap { topic in
            (topic.partitions ?? [:]).values.filter { $0.partition >= 0 }.sorted { $0.partition < $1.partition }
                .map {
                    Partition(
                        topic: topic.topic,
                        partition: $0.partition,
                        consumerLag: Self.known($0.consumerLag),
                        committedOffset: Self.known($0.committedOffset),
                        highWatermark: Self.known($0.hiOffset),
                        fetchedMessages: $0.fetchqCnt ?? 0
                    )
                }
        }
        group = document.cgrp.map {
            Group(
                state: $0.state,
                joinState: $0.joinState,
                rebalances: $0.rebalanceCnt ?? 0,
                assignedPartitions: $0.assignmentSize ?? 0
            )
        }
    }

    /// The sum of the known lags of all partitions, in messages.
    public var totalLag: Int64 { partitions.reduce(0) { $0 + ($1.consumerLag ?? 0) } }

    /// librdkafka writes -1 and -1001 for "unknown".
    private static func known(_ value: Int64?) -> Int64? { value.flatMap { $0 < 0 ? nil : $0 } }
}

/// How often statistics come and who gets them.
public struct KafkaStatisticsHandler: Sendable {
    public var interval: Duration
    /// Called on the client's own thread: it must return quickly and never block.
    public var handle: @Sendable (KafkaStatistics) -> Void

    public init(interval: Duration, handle: @escaping @Sendable (KafkaStatistics) -> Void) {
        self.interval = interval
        self.handle = handle
    }
}

/// The fields read, named as librdkafka's STATISTICS.md names them (in snake case there).
private struct Document: Decodable {
    var name: String
    var clientId: String
    var replyq: Int?
    var msgCnt: Int?
    var msgSize: Int?
    var txmsgs: Int?
    var txmsgBytes: Int?
    var rxmsgs: Int?
    var rxmsgBytes: Int?
    var brokers: [String: BrokerEntry]?
    var topics: [String: TopicEntry]?
    var cgrp: GroupEntry?

    struct BrokerEntry: Decodable {
        var name: String
        var nodeid: Int
        var state: String
        var rtt: Window?
        var waitrespCnt: Int?
        var connects: Int?
        var disconnects: Int?
        var reqTimeouts: Int?
    }
    struct Window: Decodable {
        var avg: Int
        var p99: Int
    }
    struct TopicEntry: Decodable {
        var topic: String
        var partitions: [String: PartitionEntry]?
    }
    struct PartitionEntry: Decodable {
        var partition: Int32
        var consumerLag: Int64?
        var committedOffset: Int64?
        var hiOffset: Int64?
        var fetchqCnt: Int?
    }
    struct GroupEntry: Decodable {
        var state: String
        var joinState: String
        var rebalanceCnt: Int?
        var assignmentSize: Int?
    }
}
