import Kafka
import KafkaTestKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(3)), .exactPartitions) struct GroupTests {
    @Test func twoMembersShareThePartitionsAndTheOtherTakesOver() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("share", partitions: 4)
        let group = broker.unique("g")
        let first = try KafkaConsumer(
            configuration: broker.configuration("first"),
            group: group,
            topics: [topic],
            logger: .quiet
        )
        let second = try KafkaConsumer(
            configuration: broker.configuration("second"),
            group: group,
            topics: [topic],
            logger: .quiet
        )
        // Nobody asks for messages here: joining and rebalancing must not depend on it.
        let shared = await wait { first.assignment.count == 2 && second.assignment.count == 2 }
        #expect(shared, "\(first.assignment) \(second.assignment)")
        #expect(Set(first.assignment).isDisjoint(with: second.assignment))

        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<4 {
                try await producer.sendAll(numbered(topic, 0..<10, partition: partition))
            }
            let fromFirst = try await first.collect(20)
            let fromSecond = try await second.collect(20)
            #expect(Set(fromFirst.map(\.position.topicPartition)) == Set(first.assignment))
            #expect(Set((fromFirst + fromSecond).map(\.position)).count == 40)
            // The first finishes half of its work.
            first.markDone(fromFirst.filter { ($0.number ?? 0) < 5 }.map(\.position))
            second.markDone(fromSecond.map(\.position))
            // A commit that meets the rebalance may be refused, and its messages come again: it has to be over before.
            try await waitUntilCommitted(10, Set(fromSecond.map(\.position.topicPartition)), by: group, of: broker)
            await first.close()

            let takenOver = await wait { second.assignment.count == 4 }
            #expect(takenOver)
            let again = try await second.collect(10)
            #expect(Set(again.map(\.position)) == Set(fromFirst.filter { ($0.number ?? 0) >= 5 }.map(\.position)))
        }
        await second.close()
    }

    @Test func eventsTellAssignmentsAndRevocations() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("events", partitions: 2)
        let consumer = try KafkaConsumer(
            configuration: broker.configuration(),
            group: broker.unique("g"),
            topics: [topic],
            logger: .quiet
        )
        #expect(!consumer.isAssigned)
        let isAssigned = try await consumer.waitUntilAssigned()
        #expect(isAssigned)
        #expect(consumer.isAssigned)
        #expect(consumer.assignment.map(\.partition) == [0, 1])
        await consumer.close()
    }

    @Test func marksForLostPartitionsAreIgnored() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("lost", partitions: 2)
        let group = broker.unique("g")
        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<2 {
                try await producer.sendAll(numbered(topic, 0..<5, partition: partition))
            }
        }
        let first = try KafkaConsumer(
            configuration: broker.configuration("first"),
            group: group,
            topics: [topic],
            logger: .quiet
        )
        let messages = try await first.collect(10)
        #expect(messages.count == 10)
        let second = try KafkaConsumer(
            configuration: broker.configuration("second"),
            group: group,
            topics: [topic],
            logger: .quiet
        )
        // The first gives up everything without being asked for messages, and gets one partition back.
        #expect(await wait { first.assignment.count == 1 && second.assignment.count == 1 })
        let lost = try #require(second.assignment.first)
        first.markDone(messages.map(\.position))
        // The uncommitted messages are delivered again, to whom their partition belongs now.
        let again = try await second.collect(5)
        #expect(again.allSatisfy { $0.position.topicPartition == lost })
        #expect(again.map(\.number) == Array(0..<5))
        await first.close()
        await second.close()
    }

    @Test func anUnknownTopicIsReportedAndFoundWhenItAppears() async throws {
        // The mock creates topics that are asked for, so the topic's absence is an injected error.
        let cluster = try MockCluster(topics: [.init("later")])
        try cluster.setTopicError("later", .unknownTopicOrPartition)
        defer { cluster.close() }
        let configuration = KafkaConfiguration(
            brokers: cluster.bootstrapServers,
            clientID: "test",
            settings: ["topic.metadata.refresh.interval.ms": "500"]
        )
        try await KafkaConsumer.with(configuration, group: "g", topics: ["later"]) { consumer in
            var reported: KafkaError?
            for await event in consumer.events {
                if case .error(let error) = event {
                    reported = error
                    break
                }
            }
            #expect(try #require(reported).isTopicUnknown)
            // The mock's group takes three seconds to form. A topic that appears meanwhile can be in the metadata of one
            // step and not of the next, and is then never news; a group without partitions says nothing when it stands.
            try await Task.sleep(for: .seconds(6))
            try cluster.setTopicError("later", nil)
            try await KafkaProducer.with(configuration) { try await $0.sendAll(numbered("later", 0..<1)) }
            let count = try await consumer.collect(1).count
            #expect(count == 1)
        }
    }

    @Test func manyConsumersInOneGroupLoseNothing() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("churn", partitions: 6)
        let group = broker.unique("g")
        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<6 {
                try await producer.sendAll(numbered(topic, 0..<200, partition: partition))
            }
        }
        let seen = Collector<KafkaPosition>()
        // Members come and go; each marks every second batch only, so that much is delivered again.
        for round in 0..<3 {
            try await KafkaConsumer.with(broker.configuration("m\(round)"), group: group, topics: [topic]) { consumer in
                for index in 0..<6 {
                    let batch = try await consumer.nextBatch(maximum: 50, maxWait: .seconds(30))
                    for message in batch { seen.add(message.position) }
                    if index % 2 == 0 || round == 2 { consumer.markDone(batch.map(\.position)) }
                }
            }
        }
        try await KafkaConsumer.with(broker.configuration("last"), group: group, topics: [topic]) { consumer in
            while Set(seen.all).count < 1_200 {
                let batch = try await consumer.nextBatch(maximum: 500, maxWait: .seconds(20))
                guard !batch.isEmpty else { break }
                for message in batch { seen.add(message.position) }
                consumer.markDone(batch.map(\.position))
            }
        }
        #expect(Set(seen.all).count == 1_200)
    }

    private func waitUntilCommitted(
        _ offset: Int64,
        _ partitions: Set<KafkaTopicPartition>,
        by group: String,
        of broker: TestBroker
    ) async throws {
        let admin = try KafkaAdmin(configuration: broker.configuration("admin"), logger: .quiet)
        defer { admin.close() }
        let deadline = ContinuousClock.now + .seconds(40)
        while true {
            let all = try await admin.lag(group: group, topics: Set(partitions.map(\.topic)).sorted())
            let lagging = all.filter { partitions.contains($0.partition) && $0.committed != offset }
            if lagging.isEmpty { return }
            try #require(ContinuousClock.now < deadline, "\(lagging)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits for a condition that another thread brings about; false after 40 s.
    private func wait(_ condition: @Sendable () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(40)
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            do { try await Task.sleep(for: .milliseconds(10)) } catch { return false }
        }
        return true
    }
}
