/// One partition of one topic.
public struct KafkaTopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// Where a message lies: topic, partition and offset.
public struct KafkaPosition: Sendable, Hashable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32
    /// -1 when the broker has acknowledged a retried message without telling its offset.
    public var offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    public var topicPartition: KafkaTopicPartition { KafkaTopicPartition(topic: topic, partition: partition) }

    public var description: String { "\(topic)[\(partition)]@\(offset)" }
}

/// A message header; names may repeat and keep their order.
public struct KafkaHeader: Sendable, Hashable {
    public var name: String
    public var value: [UInt8]

    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// A header whose value is UTF-8 text.
    public init(name: String, text: String) {
        self.init(name: name, value: Array(text.utf8))
    }

    /// The value read as UTF-8; nil if it is not UTF-8.
    public var text: String? { String(validating: value, as: UTF8.self) }
}

/// A message to be produced.
public struct KafkaOutgoing: Sendable, Hashable {
    public var topic: String
    /// Decides the partition unless `partition` is given; nil spreads messages over the partitions.
    public var key: [UInt8]?
    public var value: [UInt8]
    public var headers: [KafkaHeader]
    public var partition: Int32?

    public init(
        topic: String,
        key: [UInt8]?,
        value: [UInt8],
        headers: [KafkaHeader] = [],
        partition: Int32? = nil
    ) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
        self.partition = partition
    }
}

/// A message as it was consumed.
public struct KafkaIncoming: Sendable, Hashable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    /// Milliseconds since 1970 (UTC) as the producer or the broker stamped it; nil if the broker keeps none.
    public var timestampMilliseconds: Int64?
    public var key: [UInt8]?
    /// nil is a tombstone.
    public var value: [UInt8]?
    public var headers: [KafkaHeader]

    public init(
        topic: String,
        partition: Int32,
        offset: Int64,
        timestampMilliseconds: Int64? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]? = nil,
        headers: [KafkaHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
        self.key = key
        self.value = value
        self.headers = headers
    }

    public var position: KafkaPosition { KafkaPosition(topic: topic, partition: partition, offset: offset) }

    /// The value of the last header with this name, as Kafka clients read a repeated name.
    public func header(_ name: String) -> [UInt8]? { headers.last { $0.name == name }?.value }
}

/// What a consumer reports beside its messages.
public enum KafkaEvent: Sendable {
    /// The group has given this member these partitions; possibly none.
    case assigned([KafkaTopicPartition])
    /// The partitions are no longer ours; what was not committed is delivered again to somebody.
    case revoked([KafkaTopicPartition])
    /// Something went wrong; the client goes on by itself unless the error is fatal.
    case error(KafkaError)
}
