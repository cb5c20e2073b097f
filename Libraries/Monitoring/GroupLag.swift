public import Foundation
public import Kafka
import Pipeline

/// How far a consumer group is behind in one topic.
public struct GroupLag: Sendable, Hashable {
    /// One partition and who reads it.
    public struct Partition: Sendable, Hashable {
        public var id: Int32
        /// Messages not finished.
        public var messages: Int64
        /// Age of the oldest of them; nil when there is none, or when it could not be read.
        public var seconds: Double?
        /// The next offset that the group will read; nil if it has never committed here.
        public var committed: Int64?
        public var high: Int64
        /// `client@host`; nil when nobody reads it, or when the broker does not tell.
        public var member: String?
    }

    /// Without the prefix.
    public var topic: String
    public var group: String
    public var partitions: [Partition]
    /// Nil when the broker does not list groups, as the embedded one.
    public var members: Int?
    /// As Kafka names it; nil with ``members``.
    public var state: String?

    public var messages: Int64 { partitions.reduce(0) { $0 + $1.messages } }
    /// Age of the oldest message that is not finished; nil when there is none.
    public var seconds: Double? { partitions.compactMap(\.seconds).max() }
    public var hasNoMember: Bool { members == 0 }
}

/// The lag of every group that should read a topic of the pipeline.
public struct LagReading: Sendable, Hashable {
    /// The furthest behind first: by age, then by messages.
    public var groups: [GroupLag]
    /// Why nobody knows who reads: the broker's words; nil when it lists groups.
    public var membersUnknown: String?
}

/// Asks a broker for the lag of every group that should read a topic of the pipeline.
public struct GroupLagReader: Sendable {
    let admin: KafkaAdmin
    let prefix: String

    /// - Parameter prefix: what stands before every topic and group.
    public init(admin: KafkaAdmin, prefix: String) {
        self.admin = admin
        self.prefix = prefix
    }

    /// Reads committed offsets, ends and the time stamps of the oldest messages. A group that the broker does not know, though
    /// it lists groups, has no members.
    ///
    /// - Parameter now: the wall clock of the brokers and producers, whatever the services' clock says.
    /// - Throws: `unknownTopic` for a topic that does not exist, and what the broker answers.
    public func read(now: Date = .now, timeout: Duration = .seconds(10)) async throws(KafkaError) -> LagReading {
        // An unreachable broker is told from one that does not know a request.
        _ = try await admin.metadata(topics: [], timeout: min(timeout, .seconds(5)))
        var groups: [String: KafkaGroup]?
        var membersUnknown: String?
        do throws(KafkaError) {
            let all = try await admin.listGroups(timeout: min(timeout, .seconds(5)))
            groups = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
        } catch {
            membersUnknown = "\(error)"
        }
        var lags: [GroupLag] = []
        for topic in Topic.allCases {
            for consumer in topic.consumers {
                lags.append(try await lag(of: consumer, in: topic, groups, timeout: timeout))
            }
        }
        let oldest = lags.flatMap { lag in
            lag.partitions.filter { $0.messages > 0 }.map {
                KafkaPosition(topic: prefix + lag.topic, partition: $0.id, offset: max($0.committed ?? 0, 0))
            }
        }
        // Of two groups of one topic the partition's earliest position is read; the other one is as old or younger.
        let positions = Dictionary(grouping: oldest, by: \.topicPartition).compactMap { _, of in
            of.min { $0.offset < $1.offset }
        }
        let times = try await admin.timestampsMilliseconds(at: positions, timeout: timeout)
        for index in lags.indices {
            for place in lags[index].partitions.indices where lags[index].partitions[place].messages > 0 {
                let key = KafkaTopicPartition(
                    topic: prefix + lags[index].topic,
                    partition: lags[index].partitions[place].id
                )
                lags[index].partitions[place].seconds = times[key].map {
                    max(0, now.timeIntervalSince1970 - Double($0) / 1000)
                }
            }
        }
        let ordered = lags.sorted {
            ($0.seconds ?? -1, $0.messages, $1.topic, $1.group) > ($1.seconds ?? -1, $1.messages, $0.topic, $0.group)
        }
        return LagReading(groups: ordered, membersUnknown: membersUnknown)
    }

    private func lag(
        of consumer: String,
        in topic: Topic,
        _ groups: [String: KafkaGroup]?,
        timeout: Duration
    ) async throws(KafkaError) -> GroupLag {
        let group = groups?[prefix + consumer]
        var readers: [KafkaTopicPartition: String] = [:]
        for member in group?.members ?? [] {
            for partition in member.assignment { readers[partition] = "\(member.clientID)@\(member.host)" }
        }
        let lags = try await admin.lag(group: prefix + consumer, topics: [prefix + topic.rawValue], timeout: timeout)
        return GroupLag(
            topic: topic.rawValue,
            group: consumer,
            partitions: lags.map {
                GroupLag.Partition(
                    id: $0.partition.partition,
                    messages: $0.lag,
                    seconds: nil,
                    committed: $0.committed.map { max($0, 0) },
                    high: $0.high,
                    member: readers[$0.partition]
                )
            },
            members: groups == nil ? nil : group?.members.count ?? 0,
            state: groups == nil ? nil : group?.state ?? "Empty"
        )
    }
}
