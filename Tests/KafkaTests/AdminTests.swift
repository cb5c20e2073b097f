import Foundation
import Kafka
import KafkaTestKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(2)), .exactPartitions) struct AdminTests {
    @discardableResult
    private func with<Result>(_ body: (KafkaAdmin, TestBroker) async throws -> Result) async throws -> Result {
        let broker = try TestBroker.shared()
        let admin = try KafkaAdmin(configuration: broker.configuration("admin"), logger: .quiet)
        defer { admin.close() }
        return try await body(admin, broker)
    }

    @Test func metadataShowsBrokersAndTopics() async throws {
        try await with { admin, broker in
            let topic = try await broker.createTopic("metadata", partitions: 3)
            let missing = broker.unique("missing")
            let metadata = try await admin.metadata(topics: [topic, missing])
            #expect(!metadata.brokers.isEmpty && metadata.brokers.allSatisfy { $0.port > 0 })
            #expect(metadata.topics.map(\.name) == [topic])
            #expect(metadata.topic(topic)?.partitions.map(\.id) == [0, 1, 2])
            #expect(metadata.topic(topic)?.isReady == true)
            // Looking does not create.
            let unknown = try await admin.metadata(topics: [missing]).topics
            #expect(unknown.isEmpty)
        }
    }

    @Test func waitingForATopicEndsWhenItAppearsAndNamesWhatIsMissing() async throws {
        try await with { admin, broker in
            let topic = try await broker.createTopic("wait")
            try await admin.waitForTopics([topic])
            let missing = broker.unique("missing")
            let error = await #expect(throws: KafkaError.self) {
                try await admin.waitForTopics([topic, missing], timeout: .milliseconds(300))
            }
            #expect(error?.isTimedOut == true && error?.reason.contains(missing) == true)
        }
    }

    @Test func lagOfAGroupThatHasNeverCommittedIsEverything() async throws {
        try await with { admin, broker in
            let topic = try await broker.createTopic("lag", partitions: 2)
            try await KafkaProducer.with(broker.configuration()) {
                try await $0.sendAll(numbered(topic, 0..<7, partition: 1))
            }
            let lag = try await admin.lag(group: broker.unique("g"), topics: [topic])
            #expect(lag.map(\.partition.partition) == [0, 1])
            #expect(lag.map(\.committed) == [nil, nil])
            #expect(lag.map(\.lag) == [0, 7])
            await #expect(throws: KafkaError.self) {
                try await admin.lag(group: "g", topics: [broker.unique("missing")])
            }
        }
    }

    @Test func aMessageHasTheTimeAtWhichItWasProduced() async throws {
        try await with { admin, broker in
            let topic = try await broker.createTopic("times", partitions: 2)
            let before = Int64(Date.now.timeIntervalSince1970 * 1000)
            try await KafkaProducer.with(broker.configuration()) {
                try await $0.sendAll(numbered(topic, 0..<3, partition: 1))
            }
            let after = Int64(Date.now.timeIntervalSince1970 * 1000)
            let last = KafkaPosition(topic: topic, partition: 1, offset: 2)
            let times = try await admin.timestampsMilliseconds(at: [last])
            let time = try #require(times[last.topicPartition])
            #expect(time >= before && time <= after)
            // Nothing has come there: it is not waited for longer than asked.
            let empty = KafkaPosition(topic: topic, partition: 0, offset: 0)
            let none = try await admin.timestampsMilliseconds(at: [empty], timeout: .milliseconds(200))
            #expect(none == [:])
            let nothing = try await admin.timestampsMilliseconds(at: [])
            #expect(nothing == [:])
        }
    }

    @Test func topicsAreCreatedAndGroupsListedWhereTheBrokerCan() async throws {
        try await with { admin, broker in
            let topic = broker.unique("created")
            guard try await broker.canCreateTopics else {
                // The mock's limits are errors, not silence.
                await #expect(throws: KafkaError.self) {
                    try await admin.createTopics([.init(name: topic)], timeout: .seconds(1))
                }
                await #expect(throws: KafkaError.self) { try await admin.listGroups(timeout: .seconds(2)) }
                return
            }
            let specification = KafkaTopicSpecification(
                name: topic,
                partitions: 2,
                settings: ["retention.ms": "604800000"]
            )
            let outcomes = try await admin.createTopics([specification]).map(\.error)
            #expect(outcomes == [nil])
            try await admin.waitForTopics([topic])
            let repeated = try await admin.createTopics([specification]).first?.error?.code
            #expect(repeated == .topicAlreadyExists)
            let group = broker.unique("g")
            try await KafkaConsumer.with(broker.configuration("member"), group: group, topics: [topic]) { consumer in
                let isAssigned = try await consumer.waitUntilAssigned()
                #expect(isAssigned)
                let found = try #require(try await admin.listGroups().first { $0.name == group })
                #expect(found.state == "Stable")
                #expect(found.members.map(\.clientID) == ["member"])
                #expect(found.members.first?.assignment.map(\.partition) == [0, 1])
            }
            let deleted = try await admin.deleteTopics([topic]).map(\.error)
            #expect(deleted == [nil])
        }
    }

    @Test func anUnreachableClusterIsARetriableError() async throws {
        let cluster = try MockCluster()
        try cluster.brokerDown()
        defer { cluster.close() }
        let admin = try KafkaAdmin(
            configuration: KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test"),
            logger: .quiet
        )
        let error = await #expect(throws: KafkaError.self) {
            try await admin.metadata(timeout: .milliseconds(300))
        }
        #expect(error?.isRetriable == true)
        admin.close()
        let closed = await #expect(throws: KafkaError.self) { try await admin.metadata() }
        #expect(closed?.isClosed == true)
    }
}
