import CRdkafka

/// A consumer's native client and its two queues.
///
/// librdkafka normally mixes messages with rebalances, commit results and errors in one queue, so a client that does
/// not want messages yet cannot serve its group either. Here each assigned partition is forwarded to a queue of its
/// own (`messages`), while `control` brings everything else: rebalances are served while the caller works.
///
/// `@unchecked`: used by the poll thread only, except in `init`, which ends before that thread begins.
final class ConsumerQueues: @unchecked Sendable {
    let client: NativeClient
    private let control: OpaquePointer
    private let messages: OpaquePointer
    private let wakeup: EventDescriptor
    private var decoder = MessageDecoder()
    private let limits: QueueLimits
    private var takenSinceEmpty = (messages: 0, bytes: 0)
    private var buffer: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>

    /// The most messages taken from the client at once.
    static let largestTake = 4_096

    init(client: NativeClient, wakeup: EventDescriptor) throws(KafkaError) {
        // From here on the main queue's events (errors, statistics) arrive in the consumer queue.
        rd_kafka_poll_set_consumer(client.pointer)
        guard let control = rd_kafka_queue_get_consumer(client.pointer),
            let messages = rd_kafka_queue_new(client.pointer)
        else { throw KafkaError(.criticalResource, reason: "the client has no queues") }
        self.client = client
        self.control = control
        self.messages = messages
        self.wakeup = wakeup
        limits = QueueLimits(of: client.pointer)
        buffer = .allocate(capacity: Self.largestTake)
        var one: UInt64 = 1
        for queue in [control, messages] {
            // The payload is copied; the descriptor lives until `destroy` has switched the events off.
            rd_kafka_queue_io_event_enable(queue, wakeup.descriptor, &one, MemoryLayout<UInt64>.size)
        }
    }

    deinit { buffer.deallocate() }

    /// Commits what the group still has to hear, leaves it and frees everything. May hang in librdkafka 2.0.2.
    func destroy() {
        rd_kafka_consumer_close(client.pointer)
        for queue in [control, messages] {
            rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
            rd_kafka_queue_destroy(queue)
        }
        client.destroy()
    }

    /// Serves callbacks (rebalance, commits, errors, statistics) until none is left or a message or an error message
    /// turns up. Returns nil when the queue is empty.
    func serveControl() -> Taken? {
        guard let message = rd_kafka_consumer_poll(client.pointer, 0) else { return nil }
        defer { rd_kafka_message_destroy(message) }
        return taken(message)
    }

    enum Taken {
        case message(KafkaIncoming)
        case error(KafkaError, KafkaTopicPartition?)
    }

    /// Takes up to `maximum` messages without waiting.
    func take(_ maximum: Int) -> [Taken] {
        let count = rd_kafka_consume_batch_queue(
            messages,
            0,
            buffer.baseAddress,
            min(maximum, Self.largestTake)
        )
        guard count > 0 else { return [] }
        takenSinceEmpty.messages += count
        return buffer[..<count].compactMap { message in
            guard let message else { return nil }
            defer { rd_kafka_message_destroy(message) }
            takenSinceEmpty.bytes += message.pointee.len
            return taken(message)
        }
    }

    /// Whether the queue has been so full that its fetcher may have stopped, and is so empty now that it should go on.
    ///
    /// librdkafka 2.0.2 stops fetching when its queue reaches `queued.min.messages` or `queued.max.messages.kbytes`,
    /// and looks again only after a second, however quickly the queue was emptied: without a nudge a backlog moves at
    /// one queue a second. Small traffic empties the queue each time and never gets here.
    func mustNudge() -> Bool {
        let left = rd_kafka_queue_length(messages)
        let mayHaveStopped = limits.areReached(half: takenSinceEmpty.messages, takenSinceEmpty.bytes)
        guard left == 0 || (mayHaveStopped && left <= limits.messages / 4) else { return false }
        takenSinceEmpty = (0, 0)
        return mayHaveStopped
    }

    /// Wakes the threads that fetch these partitions by a small request to their leaders (which offset belongs to a
    /// future instant): the only public call that does. The answer is of no interest; a failure means a second's delay.
    func nudge(_ partitions: [KafkaTopicPartition]) {
        let instant = Int64.max / 2
        _ = PartitionList.with(
            partitions.map { KafkaPosition(topic: $0.topic, partition: $0.partition, offset: instant) }
        ) { rd_kafka_offsets_for_times(client.pointer, $0, 50) }
    }

    private func taken(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Taken {
        let native = message.pointee
        guard native.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return .message(decoder.decode(message)) }
        // The payload of an error is its text, with a length and not necessarily with a zero at the end.
        let text = MessageDecoder.bytes(native.payload, native.len).map { String(decoding: $0, as: UTF8.self) }
        let error: KafkaError
        if native.err == RD_KAFKA_RESP_ERR__FATAL, let fatal = KafkaError.fatal(of: client.pointer) {
            error = fatal
        } else {
            error = KafkaError(native: native.err, reason: text)
        }
        let topic = decoder.topicName(of: native)
        return .error(error, topic.isEmpty ? nil : KafkaTopicPartition(topic: topic, partition: native.partition))
    }

    /// Directs the messages of these partitions into the message queue; returns those for which it was impossible.
    func forward(_ partitions: [KafkaTopicPartition]) -> [KafkaTopicPartition] {
        partitions.filter { partition in
            guard let queue = rd_kafka_queue_get_partition(client.pointer, partition.topic, partition.partition) else {
                return true
            }
            rd_kafka_queue_forward(queue, messages)
            rd_kafka_queue_destroy(queue)
            return false
        }
    }

    func setPaused(_ isPaused: Bool, _ partitions: [KafkaTopicPartition]) -> [(KafkaTopicPartition, KafkaError)] {
        guard !partitions.isEmpty else { return [] }
        return PartitionList.with(partitions) { list in
            let code =
                isPaused
                ? rd_kafka_pause_partitions(client.pointer, list) : rd_kafka_resume_partitions(client.pointer, list)
            return zip(partitions, PartitionList.elements(of: list)).compactMap { partition, element in
                let failure = code == RD_KAFKA_RESP_ERR_NO_ERROR ? element.err : code
                return failure == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : (partition, KafkaError(native: failure))
            }
        }
    }

    /// Sends a commit; the result comes to `ClientContext.onCommit` through the control queue. Never waits.
    func commit(_ positions: [KafkaPosition], context: ClientContext) -> KafkaError? {
        let code = PartitionList.with(positions) { list in
            // Unretained: the context outlives the client, and results of a destroyed client are never delivered.
            rd_kafka_commit_queue(
                client.pointer,
                list,
                control,
                commitCallback,
                Unmanaged.passUnretained(context).toOpaque()
            )
        }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(native: code)
    }
}

/// How much a client fetches ahead of its caller.
struct QueueLimits {
    let messages: Int
    let bytes: Int

    /// As the client is configured; librdkafka's own defaults if it cannot say.
    init(of client: OpaquePointer) {
        messages = Self.number("queued.min.messages", of: client) ?? 100_000
        bytes = (Self.number("queued.max.messages.kbytes", of: client) ?? 65_536) * 1_024
    }

    func areReached(half messages: Int, _ bytes: Int) -> Bool {
        messages * 2 >= self.messages || bytes * 2 >= self.bytes
    }

    private static func number(_ property: String, of client: OpaquePointer) -> Int? {
        var size = 32
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
            // Owned by the client. The value is cut to the size that is given, with its zero.
            guard let configuration = rd_kafka_conf(client),
                rd_kafka_conf_get(configuration, property, buffer.baseAddress, &size) == RD_KAFKA_CONF_OK,
                let base = buffer.baseAddress
            else { return nil }
            return Int(String(cString: base))
        }
    }
}
