import Kafka
import KafkaTestKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(2)), .exactPartitions) struct ProducerTests {
    @Test func resultsComeInTheOrderOfTheMessages() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("order")
        try await KafkaProducer.with(broker.configuration()) { producer in
            let positions = try await producer.sendAll(numbered(topic, 0..<500, key: "k"))
            #expect(positions.map(\.offset) == Array(0..<500))
            #expect(positions.allSatisfy { $0.topic == topic && $0.partition == 0 })
            #expect(await producer.send([]).isEmpty)
            #expect(producer.messagesInFlight == 0)
        }
    }

    @Test func aMessageThatIsTooLargeFailsAloneAndAtItsPlace() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("large")
        try await KafkaProducer.with(broker.configuration("test", ["message.max.bytes": "20000"])) { producer in
            var batch = numbered(topic, 0..<5)
            batch[2].value = Array(repeating: 1, count: 30_000)
            let results = await producer.send(batch)
            #expect(results.count == 5)
            for (index, result) in results.enumerated() where index != 2 {
                let offset = try result.get().offset
                #expect(offset == (index < 2 ? Int64(index) : Int64(index - 1)))
            }
            guard case .failure(let error) = results[2] else {
                Issue.record("accepted")
                return
            }
            #expect(error.isMessageTooLarge && error.isCausedByMessage && !error.isRetriable, "\(error)")
        }
    }

    @Test(arguments: [
        KafkaOutgoing(topic: "", key: nil, value: []),
        KafkaOutgoing(topic: "a\0b", key: nil, value: []),
        KafkaOutgoing(topic: "t", key: nil, value: [], headers: [KafkaHeader(name: "a\0b", value: [])]),
    ])
    func malformedMessagesAreTheirOwnFault(_ message: KafkaOutgoing) async throws {
        try await KafkaProducer.with(try TestBroker.shared().configuration()) { producer in
            guard case .failure(let error) = await producer.send([message])[0] else {
                Issue.record("accepted")
                return
            }
            #expect(error.isCausedByMessage, "\(error)")
        }
    }

    @Test func aPartitionThatDoesNotExistIsAnError() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("partition", partitions: 2)
        try await KafkaProducer.with(broker.configuration()) { producer in
            let results = await producer.send(
                numbered(topic, 0..<1, partition: 9) + numbered(topic, 1..<2, partition: 1)
            )
            guard case .failure(let error) = results[0] else {
                Issue.record("accepted")
                return
            }
            #expect(error.isTopicUnknown, "\(error)")
            let partition = try results[1].get().partition
            #expect(partition == 1)
        }
    }

    @Test func oneKeyAlwaysMeansOnePartition() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("keys", partitions: 4)
        try await KafkaProducer.with(broker.configuration()) { producer in
            var used: Set<Int32> = []
            for day in 0..<20 {
                let positions = try await producer.sendAll(numbered(topic, 0..<3, key: "2024-01-\(day)"))
                #expect(Set(positions.map(\.partition)).count == 1)
                used.formUnion(positions.map(\.partition))
            }
            #expect(used.count > 1)
        }
    }

    @Test func aBatchLargerThanTheLocalQueueWaitsForRoom() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("room")
        let configuration = broker.configuration("test", ["queue.buffering.max.messages": "50"])
        try await KafkaProducer.with(configuration) { producer in
            // A second batch that waits behind the first.
            async let second = producer.sendAll(numbered(topic, 0..<300))
            let first = try await producer.sendAll(numbered(topic, 0..<700))
            let all = try await first + second
            #expect(Set(all.map(\.offset)) == Set(0..<1_000))
            #expect(first.map(\.offset) == first.map(\.offset).sorted())
        }
    }

    @Test func theFirstMessageOfATopicDoesNotWaitForATick() async throws {
        let cluster = try MockCluster(topics: (0..<20).map { .init("t\($0)", partitions: 2) })
        defer { cluster.close() }
        let configuration = KafkaConfiguration(
            brokers: cluster.bootstrapServers,
            clientID: "test",
            settings: ["message.timeout.ms": "15000"]
        )
        try await KafkaProducer.with(configuration) { producer in
            // One message at a time, each to a new topic. librdkafka alone needs a second for each.
            let sending = Task {
                for topic in 0..<20 { try await producer.sendAll(numbered("t\(topic)", 0..<1)) }
                // One batch over many topics keeps its order in each.
                return try await producer.sendAll((0..<20).flatMap { numbered("t\($0)", 1..<3, partition: 1) })
            }
            let watchdog = Task {
                try await Task.sleep(for: .seconds(10))
                await producer.close(timeout: .seconds(1))
            }
            let positions = try await sending.value
            watchdog.cancel()
            #expect(positions.count == 40)
        }
    }

    @Test func sendersDoNotDisturbEachOther() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("many", partitions: 3)
        try await KafkaProducer.with(broker.configuration()) { producer in
            try await withThrowingTaskGroup(of: [KafkaPosition].self) { group in
                for sender in 0..<16 {
                    group.addTask { try await producer.sendAll(numbered(topic, 0..<50, key: "\(sender)")) }
                }
                var all: Set<KafkaPosition> = []
                for try await positions in group {
                    #expect(positions.map(\.offset) == positions.map(\.offset).sorted())
                    all.formUnion(positions)
                }
                #expect(all.count == 16 * 50)
            }
        }
    }

    @Test func injectedErrorsAreRetriedWithoutLossOrRepetition() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        // One request at a time: the mock does not check sequence numbers, on which the client relies when a request
        // whose outcome is unknown is overtaken by another.
        let configuration = KafkaConfiguration(
            brokers: cluster.bootstrapServers,
            clientID: "test",
            settings: ["retry.backoff.ms": "5", "max.in.flight.requests.per.connection": "1"]
        )
        try await KafkaProducer.with(configuration) { producer in
            try await producer.sendAll(numbered("t", 0..<1))
            try cluster.injectErrors(
                .produce,
                [.notLeaderForPartition, .requestTimedOut, .notEnoughReplicas, .leaderNotAvailable]
            )
            let positions = try await producer.sendAll(numbered("t", 1..<20))
            #expect(positions.map(\.offset) == Array(1..<20))
            // Each error was met.
            #expect(try cluster.remainingErrors(.produce) == 0)
        }
    }

    @Test func aBrokerThatIsGoneEndsInATimeOutAndAReturnInSuccess() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let configuration = KafkaConfiguration(
            brokers: cluster.bootstrapServers,
            clientID: "test",
            settings: ["message.timeout.ms": "1500"]
        )
        try await KafkaProducer.with(configuration) { producer in
            try await producer.sendAll(numbered("t", 0..<1))
            try cluster.brokerDown()
            guard case .failure(let error) = await producer.send(numbered("t", 1..<2))[0] else {
                Issue.record("acknowledged by nobody")
                return
            }
            #expect(error.isTimedOut && error.isRetriable, "\(error)")
            try cluster.brokerUp()
            try await producer.sendAll(numbered("t", 2..<3))
        }
    }

    @Test func aClosedProducerRefusesAndClosingTwiceIsHarmless() async throws {
        let producer = try KafkaProducer(configuration: try TestBroker.shared().configuration(), logger: .quiet)
        await producer.close()
        await producer.close()
        guard case .failure(let error) = await producer.send(numbered("t", 0..<1))[0] else {
            Issue.record("accepted")
            return
        }
        #expect(error.isClosed && !error.isRetriable)
    }

    @Test func closingGivesEveryMessageAnOutcome() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let producer = try KafkaProducer(
            configuration: KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test"),
            logger: .quiet
        )
        _ = await producer.send(numbered("t", 0..<1))
        try cluster.brokerDown()
        async let results = producer.send(numbered("t", 0..<100))
        try await untilInFlight(producer)
        await producer.close(timeout: .seconds(1))
        #expect(await results.count == 100)
        for result in await results {
            guard case .failure = result else {
                Issue.record("acknowledged by nobody")
                return
            }
        }
    }

    /// Waits until messages are on their way; on a busy machine they may be through before anybody looked.
    private func untilInFlight(_ producer: KafkaProducer) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while producer.messagesInFlight == 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func closingSendsWhatIsInFlight() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let producer = try KafkaProducer(
            configuration: KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test"),
            logger: .quiet
        )
        try cluster.setRTT(.milliseconds(100))
        async let results = producer.send(numbered("t", 0..<100))
        try await untilInFlight(producer)
        await producer.close(timeout: .seconds(30))
        #expect(await results.allSatisfy { (try? $0.get()) != nil })
    }

    @Test func statisticsAreDelivered() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("statistics")
        let collector = Collector<KafkaStatistics>()
        let producer = try KafkaProducer(
            configuration: broker.configuration("stats-client"),
            logger: .quiet,
            statistics: KafkaStatisticsHandler(interval: .milliseconds(50)) { collector.add($0) }
        )
        try await producer.sendAll(numbered(topic, 0..<10))
        let statistics = await collector.first { $0.sentMessages >= 10 }
        await producer.close()
        let found = try #require(statistics)
        #expect(found.clientID == "stats-client")
        #expect(found.sentBytes > 0 && found.group == nil)
        #expect(found.brokers.contains { $0.state == "UP" && $0.connects > 0 })
        #expect(found.partitions.contains { $0.topic == topic && $0.partition == 0 })
    }
}
