import CRdkafka
import Logging
import Synchronization

/// The shared part of a producer: senders put messages in from any task, one thread serves the delivery reports.
final class ProducerCore: Sendable {
    typealias Ledger = DeliveryLedger<CheckedContinuation<[Result<KafkaPosition, KafkaError>], Never>>

    /// A batch that did not fit into the local queue: what remains of it.
    private struct Waiting {
        var batch: UInt
        var messages: [KafkaOutgoing]
        var next: Int
    }

    /// Guarded by one lock, which also keeps the order of batches: a sender uses the client only inside it, and the
    /// poll thread sets it to nil inside it before it destroys the client.
    private struct Gate {
        var client: NativeClient?
        var waiting: [Waiting] = []
        /// Topics whose leaders have been looked up.
        var knownTopics: Set<String> = []
    }

    private struct Lifecycle {
        var isClosing = false
        var flush: Duration = .zero
        var fatal: KafkaError?
        /// Wakes the poll thread; destroyed by it, so it is used only inside the lock.
        var queue: QueueReference?
    }

    /// A reference to the client's main queue.
    ///
    /// `@unchecked`: queue functions are thread-safe, and the reference is dropped under the lock that guards its use.
    private struct QueueReference: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let logger: Logger
    private let ledger: Mutex<Ledger>
    private let gate: Mutex<Gate>
    private let lifecycle: Mutex<Lifecycle>
    private let closed: EventDescriptor

    init(
        configuration: KafkaConfiguration,
        logger: Logger,
        statistics: KafkaStatisticsHandler?
    ) throws(KafkaError) {
        self.logger = logger
        ledger = Mutex(Ledger())
        gate = Mutex(Gate())
        lifecycle = Mutex(Lifecycle())
        closed = try EventDescriptor()
        let context = ClientContext(
            logger: logger,
            configuration: configuration,
            onStatistics: statistics?.handle,
            onError: { [weak self] in self?.report($0) },
            onDelivery: { [weak self] in self?.delivered(ticket: $0, $1) }
        )
        let client = try NativeClient(
            .producer,
            configuration: configuration,
            statisticsInterval: statistics?.interval,
            context: context
        )
        gate.withLock { $0.client = client }
        lifecycle.withLock {
            $0.queue = rd_kafka_queue_get_main(client.pointer).map { QueueReference(pointer: $0) }
        }
    }

    /// Starts the poll thread, which keeps the core alive until it has destroyed the client.
    func start() throws(KafkaError) {
        do throws(KafkaError) {
            try NativeThread.start(name: "kafka-producer") { self.run() }
        } catch {
            destroy()
            throw error
        }
    }

    var fatalError: KafkaError? { lifecycle.withLock { $0.fatal } }
    var messagesInFlight: Int { ledger.withLock { $0.missing } }

    // MARK: Sending

    func send(_ messages: [KafkaOutgoing]) async -> [Result<KafkaPosition, KafkaError>] {
        guard !messages.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let batch = ledger.withLock { $0.open(topics: messages.map(\.topic), continuation: continuation) }
            gate.withLock { gate in
                var remaining = Waiting(batch: batch, messages: messages, next: 0)
                // Behind batches that wait already, so that batches keep their order.
                if !gate.waiting.isEmpty || !produce(&remaining, gate) { gate.waiting.append(remaining) }
            }
        }
    }

    /// Produces the rest of a batch. False if something remains: the local queue is full, or a topic is new.
    private func produce(_ batch: inout Waiting, _ gate: borrowing Gate) -> Bool {
        while batch.next < batch.messages.count {
            let ticket = Ledger.ticket(batch: batch.batch, index: batch.next)
            guard let client = gate.client else {
                delivered(ticket: ticket, .failure(.closed("producer")))
                batch.next += 1
                continue
            }
            guard gate.knownTopics.contains(batch.messages[batch.next].topic) else {
                wake()
                return false
            }
            if let error = MessageProducing.produce(batch.messages[batch.next], ticket: ticket, on: client.pointer) {
                if error.code == .queueFull { return false }
                delivered(ticket: ticket, .failure(error))
            }
            batch.next += 1
        }
        return true
    }

    /// Goes on with the batches that wait; on the poll thread.
    private func produceWaiting() {
        while let topic = gate.withLock({ produceWaiting(&$0) }) {
            // Outside the lock, because it waits for the broker.
            lookUp(topic)
            gate.withLock { _ = $0.knownTopics.insert(topic) }
        }
    }

    /// Returns the new topic at which it has stopped, if that is the reason.
    private func produceWaiting(_ gate: inout Gate) -> String? {
        while !gate.waiting.isEmpty {
            var first = gate.waiting[0]
            guard produce(&first, gate) else {
                gate.waiting[0].next = first.next
                let topic = first.messages[first.next].topic
                return gate.knownTopics.contains(topic) ? nil : topic
            }
            gate.waiting.removeFirst()
        }
        return nil
    }

    /// Learns a topic's partitions and leaders before its first message.
    ///
    /// librdkafka does so by itself, but then sends the first message of each topic only at its next tick, a second
    /// later. A failure leaves it at that: the message waits and fails by its own time-out.
    private func lookUp(_ topic: String) {
        guard !topic.isEmpty, !topic.utf8.contains(0), !lifecycle.withLock({ $0.isClosing }),
            let client = gate.withLock({ $0.client }), let native = rd_kafka_topic_new(client.pointer, topic, nil)
        else { return }
        defer { rd_kafka_topic_destroy(native) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        if rd_kafka_metadata(client.pointer, 0, native, &metadata, 1_000) == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata {
            rd_kafka_metadata_destroy(metadata)
        }
    }

    private func wake() {
        lifecycle.withLock { lifecycle in
            if let queue = lifecycle.queue { rd_kafka_queue_yield(queue.pointer) }
        }
    }

    private func delivered(ticket: UInt, _ outcome: Result<(partition: Int32, offset: Int64), KafkaError>) {
        let completed = ledger.withLock { $0.record(ticket: ticket, outcome) }
        // Outside the lock: resuming may run other code at once.
        if let completed { completed.continuation.resume(returning: completed.outcomes) }
    }

    private func report(_ error: KafkaError) {
        if error.isFatal { lifecycle.withLock { $0.fatal = $0.fatal ?? error } }
        logger.log(
            level: error.isFatal ? .error : .warning,
            "kafka producer error",
            metadata: ["error": "\(error)"]
        )
    }

    // MARK: The poll thread

    private func run() {
        guard let client = gate.withLock({ $0.client }) else { return }
        while !lifecycle.withLock({ $0.isClosing }) {
            // Blocks until there is something to serve. The time-out is only a safety net: closing wakes the queue.
            // Serving a delivery report is also what makes room for the batches that wait.
            rd_kafka_poll(client.pointer, 1_000)
            produceWaiting()
        }
        finish(client)
    }

    /// Flushes within the agreed time, then gives every open message an outcome and destroys the client.
    private func finish(_ client: NativeClient) {
        let clock = ContinuousClock()
        let deadline = clock.now + lifecycle.withLock { $0.flush }
        while messagesInFlight > 0, clock.now < deadline {
            let left = clock.now.duration(to: deadline)
            // Polled, not flushed, so that waiting batches go on as soon as there is room.
            rd_kafka_poll(client.pointer, min(left.pollMilliseconds, 100))
            produceWaiting()
        }
        if messagesInFlight > 0 {
            logger.error(
                "kafka producer closes with messages in flight",
                metadata: ["messages": "\(messagesInFlight)"]
            )
            rd_kafka_purge(client.pointer, CInt(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT))
            rd_kafka_poll(client.pointer, 0)
        }
        destroy()
        closed.signal()
    }

    private func destroy() {
        let client = gate.withLock { gate in
            defer { gate.client = nil }
            return gate.client
        }
        // Nobody can produce any more: what waits or is still open fails now.
        produceWaiting()
        lifecycle.withLock { lifecycle in
            lifecycle.isClosing = true
            if let queue = lifecycle.queue { rd_kafka_queue_destroy(queue.pointer) }
            lifecycle.queue = nil
        }
        client?.destroy()
        for completed in ledger.withLock({ $0.failAll(.closed("producer")) }) {
            completed.continuation.resume(returning: completed.outcomes)
        }
    }

    // MARK: Closing

    /// Asks the poll thread to flush for up to `flush` and to end. Only the first request counts.
    func requestClose(flush: Duration) {
        lifecycle.withLock { lifecycle in
            guard !lifecycle.isClosing else { return }
            lifecycle.isClosing = true
            lifecycle.flush = flush
            if let queue = lifecycle.queue { rd_kafka_queue_yield(queue.pointer) }
        }
    }

    func close(timeout: Duration) async {
        // Some of the time is left for tearing down connections.
        requestClose(flush: timeout * 0.8)
        if await !Watchdog.wait(for: closed, atMost: timeout) {
            logger.error("kafka producer does not close and is abandoned", metadata: ["timeout": "\(timeout)"])
            // The native client goes on living with its thread, but no caller may wait for it.
            for completed in ledger.withLock({ $0.failAll(.closed("producer")) }) {
                completed.continuation.resume(returning: completed.outcomes)
            }
        }
    }
}
