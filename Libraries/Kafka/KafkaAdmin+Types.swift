/// A topic to be created.
public struct KafkaTopicSpecification: Sendable, Hashable {
    public var name: String
    /// nil: the broker's default.
    public var partitions: Int?
    /// nil: the broker's default.
    public var replication: Int?
    /// Topic settings such as `retention.ms`.
    public var settings: [String: String]

    public init(name: String, partitions: Int? = nil, replication: Int? = nil, settings: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.settings = settings
    }
}

/// What became of one topic of a request; `error` is nil on success.
public struct KafkaTopicOutcome: Sendable, Hashable {
    public var name: String
    public var error: KafkaError?
}

/// The brokers and topics of a cluster.
public struct KafkaMetadata: Sendable, Hashable {
    public struct Broker: Sendable, Hashable {
        public var id: Int32
        public var host: String
        public var port: Int
    }

    public struct Topic: Sendable, Hashable {
        public var name: String
        public var partitions: [Partition]
        public var error: KafkaError?

        /// Whether every partition can be written to and read from.
        public var isReady: Bool { error == nil && !partitions.isEmpty && partitions.allSatisfy { $0.leader >= 0 } }
    }

    public struct Partition: Sendable, Hashable {
        public var id: Int32
        /// The leading broker's id; -1 if there is none.
        public var leader: Int32
        public var replicas: [Int32]
        public var inSyncReplicas: [Int32]
    }

    public var brokers: [Broker]
    /// Ordered by name. A topic that was asked for and does not exist is missing here.
    public var topics: [Topic]

    public func topic(_ name: String) -> Topic? { topics.first { $0.name == name } }
}

/// A consumer group and its members.
public struct KafkaGroup: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public var id: String
        public var clientID: String
        public var host: String
        public var assignment: [KafkaTopicPartition]
    }

    public var name: String
    /// As Kafka names it: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead`, `Unknown`.
    public var state: String
    public var assignor: String
    public var members: [Member]
    public var error: KafkaError?
}

/// How far a group is behind in one partition.
public struct KafkaPartitionLag: Sendable, Hashable {
    public var partition: KafkaTopicPartition
    /// The oldest offset that is still kept.
    public var low: Int64
    /// The offset that the next message will get.
    public var high: Int64
    /// The next offset that the group will read; nil if it has never committed here.
    public var committed: Int64?

    /// Messages that the group has not finished; what retention has deleted does not count.
    public var lag: Int64 { max(0, high - max(low, committed ?? low)) }
}
