import Kafka
import KafkaTestKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(3)), .exactPartitions) struct ConsumerTests {
    @Test func messagesComeBackAsTheyWereSent() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("roundtrip")
        let sent = [
            KafkaOutgoing(
                topic: topic,
                key: Array("2024-01-15".utf8),
                value: Array("{}".utf8),
                headers: [
                    KafkaHeader(name: "correlation_id", text: "abc"), KafkaHeader(name: "bytes", value: [0, 255, 0]),
                    KafkaHeader(name: "empty", value: []), KafkaHeader(name: "correlation_id", text: "again"),
                ]
            ),
            KafkaOutgoing(topic: topic, key: nil, value: [0, 1, 2, 0]),
            KafkaOutgoing(topic: topic, key: [], value: []),
            KafkaOutgoing(topic: topic, key: [0], value: Array(repeating: 7, count: 200_000)),
        ]
        let positions = try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(sent) }
        try await KafkaConsumer.with(broker.configuration(), group: broker.unique("g"), topics: [topic]) { consumer in
            let received = try await consumer.collect(sent.count)
            #expect(received.map(\.position) == positions)
            #expect(received.map(\.value) == sent.map(\.value))
            #expect(received.map(\.headers) == sent.map(\.headers))
            #expect(received.map { $0.key ?? [] } == sent.map { $0.key ?? [] })
            #expect(received[1].key == nil)
            #expect(received[0].header("correlation_id") == Array("again".utf8))
            #expect(received.allSatisfy { ($0.timestampMilliseconds ?? 0) > 1_600_000_000_000 })
        }
    }

    @Test func neverMoreThanAskedForAndNothingLost() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("demand", partitions: 2)
        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<2 {
                try await producer.sendAll(numbered(topic, 0..<5_000, partition: partition))
            }
        }
        try await KafkaConsumer.with(broker.configuration(), group: broker.unique("g"), topics: [topic]) { consumer in
            var next: [Int32: Int] = [:]
            var count = 0
            let sizes = [1, 7, 100, 1_000]
            while count < 10_000 {
                let size = sizes[count % sizes.count]
                let batch = try await consumer.nextBatch(maximum: size, maxWait: .seconds(30))
                #expect(batch.count <= size)
                guard !batch.isEmpty else { break }
                count += batch.count
                for message in batch {
                    #expect(message.number == next[message.partition, default: 0])
                    next[message.partition, default: 0] += 1
                }
            }
            #expect(count == 10_000)
            #expect(consumer.outstanding == 10_000)
            let rest = try await consumer.nextBatch(maximum: 10, maxWait: .milliseconds(50))
            #expect(rest.isEmpty)
        }
    }

    @Test func aBacklogLargerThanTheLocalQueueMovesWithoutStops() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("backlog", partitions: 2)
        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<2 {
                try await producer.sendAll(numbered(topic, 0..<2_000, partition: partition))
            }
        }
        let configuration = broker.configuration("test", ["queued.min.messages": "40"])
        try await KafkaConsumer.with(configuration, group: broker.unique("g"), topics: [topic]) { consumer in
            // librdkafka alone pauses for a second whenever its queue was full: at least 40 s here.
            let messages = try await consumer.collect(4_000, within: .seconds(25))
            #expect(messages.count == 4_000)
        }
    }

    @Test func aGroupGoesOnWhereItHasCommittedAndGetsTheRestAgain() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("resume")
        let group = broker.unique("g")
        try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(numbered(topic, 0..<20)) }
        try await KafkaConsumer.with(broker.configuration(), group: group, topics: [topic]) { consumer in
            let messages = try await consumer.collect(20)
            // 12 is a hole: what follows it is done, but cannot be committed.
            consumer.markDone(messages.filter { $0.number != 12 }.shuffled().map(\.position))
        }
        let admin = try KafkaAdmin(configuration: broker.configuration(), logger: .quiet)
        let lag = try await admin.lag(group: group, topics: [topic])
        #expect(lag.map(\.committed) == [12])
        #expect(lag.map(\.lag) == [8])
        admin.close()
        try await KafkaConsumer.with(broker.configuration(), group: group, topics: [topic]) { consumer in
            let numbers = try await consumer.collect(8).map(\.number)
            #expect(numbers == Array(12..<20))
        }
    }

    @Test func commitsHappenWhileTheConsumerRuns() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("background")
        let group = broker.unique("g")
        try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(numbered(topic, 0..<10)) }
        let admin = try KafkaAdmin(configuration: broker.configuration(), logger: .quiet)
        try await KafkaConsumer.with(broker.configuration(), group: group, topics: [topic]) { consumer in
            consumer.markDone(try await consumer.collect(10).map(\.position))
            #expect(consumer.outstanding == 0)
            let deadline = ContinuousClock.now + .seconds(30)
            var committed: Int64?
            while committed != 10, ContinuousClock.now < deadline {
                committed = try await admin.lag(group: group, topics: [topic]).first?.committed
            }
            #expect(committed == 10)
        }
        admin.close()
    }

    @Test func refusedCommitsAreRepeated() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let configuration = KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test")
        try await KafkaProducer.with(configuration) { try await $0.sendAll(numbered("t", 0..<10)) }
        try await KafkaConsumer.with(configuration, group: "g", topics: ["t"]) { consumer in
            let messages = try await consumer.collect(10)
            try cluster.injectErrors(.offsetCommit, [.invalidGroupForTest, .invalidGroupForTest])
            consumer.markDone(messages.map(\.position))
        }
        #expect(try cluster.remainingErrors(.offsetCommit) == 0)
        let admin = try KafkaAdmin(configuration: configuration, logger: .quiet)
        let committed = try await admin.lag(group: "g", topics: ["t"]).map(\.committed)
        #expect(committed == [10])
        admin.close()
    }

    @Test func fetchErrorsAreRetried() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let configuration = KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test")
        try await KafkaConsumer.with(configuration, group: "g", topics: ["t"]) { consumer in
            let isAssigned = try await consumer.waitUntilAssigned()
            #expect(isAssigned)
            try cluster.injectErrors(.fetch, [.unknown, .transport, .notLeaderForPartition])
            try await KafkaProducer.with(configuration) { try await $0.sendAll(numbered("t", 0..<10)) }
            let numbers = try await consumer.collect(10).map(\.number)
            #expect(numbers == Array(0..<10))
            #expect(try cluster.remainingErrors(.fetch) == 0)
        }
    }

    @Test func aPausedPartitionIsSilentAndGoesOnWithoutLoss() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("pause", partitions: 2)
        try await KafkaProducer.with(broker.configuration()) { producer in
            for partition: Int32 in 0..<2 {
                try await producer.sendAll(numbered(topic, 0..<100, partition: partition))
            }
            try await KafkaConsumer.with(broker.configuration(), group: broker.unique("g"), topics: [topic]) {
                consumer in
                var received = try await consumer.collect(10)
                consumer.pause(topic: topic, partition: 0)
                let before = received.filter { $0.partition == 0 }.count
                received += try await consumer.collect(100 - (received.count - before))
                try await producer.sendAll(numbered(topic, 100..<110, partition: 0))
                let silent = try await consumer.nextBatch(maximum: 1_000, maxWait: .milliseconds(200))
                #expect(silent.isEmpty)
                #expect(received.filter { $0.partition == 0 }.count == before)
                #expect(received.filter { $0.partition == 1 }.map(\.number) == Array(0..<100))
                consumer.resume(topic: topic, partition: 0)
                received += try await consumer.collect(110 - before)
                #expect(received.filter { $0.partition == 0 }.map(\.number) == Array(0..<110))
            }
        }
    }

    @Test func aWaitingCallerIsCancelledAndTheNextGetsTheMessages() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("cancel")
        try await KafkaConsumer.with(broker.configuration(), group: broker.unique("g"), topics: [topic]) { consumer in
            let waiting = Task { try await consumer.nextBatch(maximum: 10, maxWait: .seconds(3_600)) }
            while consumer.timeSinceLastRequest != .zero { try await Task.sleep(for: .milliseconds(1)) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            // Cancelled before it begins.
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await consumer.nextBatch(maximum: 10, maxWait: .seconds(3_600))
            }
            await #expect(throws: CancellationError.self) { try await late.value }
            try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(numbered(topic, 0..<10)) }
            let numbers = try await consumer.collect(10).map(\.number)
            #expect(numbers == Array(0..<10))
        }
    }

    @Test func cancellationNeverLosesAMessage() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("cancel-race")
        try await KafkaConsumer.with(broker.configuration(), group: broker.unique("g"), topics: [topic]) { consumer in
            let isAssigned = try await consumer.waitUntilAssigned()
            #expect(isAssigned)
            try await KafkaProducer.with(broker.configuration()) { producer in
                var received: [Int] = []
                for round in 0..<200 {
                    let waiting = Task { try await consumer.nextBatch(maximum: 10, maxWait: .seconds(3_600)) }
                    async let sent: Void = { _ = try await producer.sendAll(numbered(topic, round..<(round + 1))) }()
                    if round % 2 == 0 { try await Task.sleep(for: .microseconds(round * 40)) }
                    waiting.cancel()
                    do {
                        received += try await waiting.value.compactMap(\.number)
                    } catch is CancellationError {
                        // Then its message is still in the queue.
                    }
                    try await sent
                }
                received += try await consumer.collect(200 - received.count).compactMap(\.number)
                #expect(received == Array(0..<200))
            }
        }
    }

    @Test func callersThatWaitGetClosedAtTheEnd() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("closing")
        let consumer = try KafkaConsumer(
            configuration: broker.configuration(),
            group: broker.unique("g"),
            topics: [topic],
            logger: .quiet
        )
        let waiting = Task { try await consumer.nextBatch(maximum: 10, maxWait: .seconds(3_600)) }
        while consumer.timeSinceLastRequest != .zero { try await Task.sleep(for: .milliseconds(1)) }
        await consumer.close()
        await consumer.close()
        await #expect(throws: KafkaError.self) { try await waiting.value }
        await #expect(throws: KafkaError.self) { try await consumer.nextBatch(maximum: 1, maxWait: .zero) }
        consumer.markDone([KafkaPosition(topic: topic, partition: 0, offset: 0)])
        consumer.pause(topic: topic, partition: 0)
        #expect(!consumer.isAssigned)
        for await _ in consumer.events {}
    }

    @Test func closingInACancelledTaskStillCommits() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("cancelled-close")
        let group = broker.unique("g")
        try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(numbered(topic, 0..<5)) }
        let task = Task {
            let consumer = try KafkaConsumer(
                configuration: broker.configuration(),
                group: group,
                topics: [topic],
                logger: .quiet
            )
            let messages = try await consumer.collect(5)
            withUnsafeCurrentTask { $0?.cancel() }
            consumer.markDone(messages.map(\.position))
            await consumer.close()
        }
        try await task.value
        let admin = try KafkaAdmin(configuration: broker.configuration(), logger: .quiet)
        let committed = try await admin.lag(group: group, topics: [topic]).map(\.committed)
        #expect(committed == [5])
        admin.close()
    }

    @Test func theWatchdogEndsACloseThatCannotSucceed() async throws {
        let cluster = try MockCluster(topics: [.init("t")])
        defer { cluster.close() }
        let configuration = KafkaConfiguration(brokers: cluster.bootstrapServers, clientID: "test")
        try await KafkaProducer.with(configuration) { try await $0.sendAll(numbered("t", 0..<5)) }
        let records = Collector<Logger.Message>()
        let consumer = try KafkaConsumer(
            configuration: configuration,
            group: "g",
            topics: ["t"],
            logger: Logger(label: "test") { _ in CollectingHandler(records: records) }
        )
        let messages = try await consumer.collect(5)
        // Nobody answers the last commit any more within the time.
        try cluster.setRTT(.seconds(20))
        consumer.markDone(messages.map(\.position))
        await consumer.close(timeout: .milliseconds(300))
        #expect(records.all.contains("kafka consumer does not close and is abandoned"))
        await #expect(throws: KafkaError.self) { try await consumer.nextBatch(maximum: 1, maxWait: .zero) }
    }

    @Test func statisticsOfAConsumerShowItsGroup() async throws {
        let broker = try TestBroker.shared()
        let topic = try await broker.createTopic("consumer-statistics")
        try await KafkaProducer.with(broker.configuration()) { try await $0.sendAll(numbered(topic, 0..<10)) }
        let collector = Collector<KafkaStatistics>()
        let consumer = try KafkaConsumer(
            configuration: broker.configuration(),
            group: broker.unique("g"),
            topics: [topic],
            logger: .quiet,
            statistics: KafkaStatisticsHandler(interval: .milliseconds(100)) { collector.add($0) }
        )
        _ = try await consumer.collect(10)
        let statistics = await collector.first { $0.group?.assignedPartitions == 1 && $0.receivedMessages >= 10 }
        await consumer.close()
        #expect(try #require(statistics).group?.state == "up")
    }
}

extension KafkaError.Code {
    /// An error that librdkafka does not retry by itself in a commit.
    fileprivate static var invalidGroupForTest: Self { .init(rawValue: 24) }
}

/// Keeps the messages of log lines.
struct CollectingHandler: LogHandler {
    let records: Collector<Logger.Message>
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .error

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { records.add(event.message) }
}
