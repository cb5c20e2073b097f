import CRdkafka
import Logging
import Synchronization

/// The shared part of a consumer: callers ask and mark from any task, one thread does everything with the client.
///
/// The poll thread sleeps on one event descriptor that is signalled by librdkafka (something has arrived in an empty
/// queue) and by callers (a request, a mark, a pause, the end). There is no fixed sleep between a message and the
/// caller that waits for it.
final class ConsumerCore: Sendable {
    typealias Continuation = CheckedContinuation<[KafkaIncoming], any Error>

    struct State {
        var demand = DemandQueue<Continuation>()
        var tracker = OffsetTracker()
        var pauseRequests: [(isPaused: Bool, partition: KafkaTopicPartition)] = []
        var paused: Set<KafkaTopicPartition> = []
        var isAssigned = false
        var closing: Duration?
        var fatal: KafkaError?
        var nextRequest: UInt64 = 0
        var lastRequest = ContinuousClock.now
        var commitsInFlight = 0
        /// No commit is sent before this instant.
        var commitNotBefore = ContinuousClock.now
        /// The poll thread knows that a commit is due.
        var commitAnnounced = false
    }

    let state = Mutex(State())
    let logger: Logger
    let commitInterval: Duration
    let events: AsyncStream<KafkaEvent>.Continuation
    let wakeup: EventDescriptor
    private let closed: EventDescriptor
    /// Set once in `init`, before the poll thread starts; a mutex only because it is set after `self` is complete.
    private let native = Mutex<(queues: ConsumerQueues, context: ClientContext)?>(nil)

    init(
        configuration: KafkaConfiguration,
        group: String,
        topics: [String],
        logger: Logger,
        commitInterval: Duration,
        statistics: KafkaStatisticsHandler?,
        events: AsyncStream<KafkaEvent>.Continuation
    ) throws(KafkaError) {
        var logger = logger
        logger[metadataKey: "group"] = "\(group)"
        self.logger = logger
        self.commitInterval = commitInterval
        self.events = events
        wakeup = try EventDescriptor()
        closed = try EventDescriptor()
        guard !group.isEmpty else { throw KafkaError(.invalidArgument, reason: "the group's name is empty") }
        guard !topics.isEmpty, Set(topics).count == topics.count, !topics.contains(where: \.isEmpty),
            !topics.contains(where: { $0.utf8.contains(0) })
        else {
            throw KafkaError(.invalidArgument, reason: "topics are missing, repeated or empty: \(topics)")
        }
        let context = ClientContext(
            logger: logger,
            configuration: configuration,
            onStatistics: statistics?.handle,
            onError: { [weak self] in self?.report($0, partition: nil) },
            onRebalance: { [weak self] in self?.rebalance(client: $0, code: $1, list: $2) },
            onCommit: { [weak self] in self?.commitFinished($0, $1) }
        )
        let client = try NativeClient(
            .consumer(group: group),
            configuration: configuration,
            statisticsInterval: statistics?.interval,
            context: context
        )
        let queues: ConsumerQueues
        do throws(KafkaError) {
            queues = try ConsumerQueues(client: client, wakeup: wakeup)
        } catch {
            client.destroy()
            throw error
        }
        native.withLock { $0 = (queues, context) }
    }

    /// Subscribes and starts the poll thread, which keeps the core alive until the client is destroyed.
    func start(topics: [String]) throws(KafkaError) {
        guard let (queues, context) = native.withLock({ $0 }) else { return }
        do throws(KafkaError) {
            let code = PartitionList.with(topics.map { KafkaTopicPartition(topic: $0, partition: -1) }) {
                rd_kafka_subscribe(queues.client.pointer, $0)
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(native: code) }
            try NativeThread.start(name: "kafka-consumer") { ConsumerLoop(self, queues, context).run() }
        } catch {
            finished(queues)
            throw error
        }
    }

    // MARK: Called by any task

    func nextBatch(maximum: Int, maxWait: Duration) async throws -> [KafkaIncoming] {
        guard maximum > 0 else { throw KafkaError(.invalidArgument, reason: "a batch of \(maximum) messages") }
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextRequest += 1
            return state.nextRequest
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let refusal: (any Error)? = state.withLock { state in
                    if let fatal = state.fatal { return fatal }
                    if state.closing != nil { return KafkaError.closed("consumer") }
                    state.lastRequest = .now
                    state.demand.add(
                        .init(id: id, maximum: maximum, deadline: .now + maxWait, continuation: continuation)
                    )
                    return nil
                }
                if let refusal {
                    continuation.resume(throwing: refusal)
                } else if Task.isCancelled {
                    // The handler may have run before the request was in the queue.
                    cancel(id)
                } else {
                    wakeup.signal()
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        state.withLock { $0.demand.cancel(id) }?.resume(throwing: CancellationError())
    }

    func markDone(_ positions: [KafkaPosition]) {
        let mustWake = state.withLock { state in
            for position in positions { state.tracker.done(position.offset, of: position.topicPartition) }
            guard !state.commitAnnounced, state.commitsInFlight == 0, state.tracker.hasCommits else { return false }
            state.commitAnnounced = true
            return true
        }
        if mustWake { wakeup.signal() }
    }

    func setPaused(_ isPaused: Bool, _ partition: KafkaTopicPartition) {
        state.withLock { $0.pauseRequests.append((isPaused, partition)) }
        wakeup.signal()
    }

    var isAssigned: Bool { state.withLock { $0.isAssigned } }
    var assignment: [KafkaTopicPartition] { state.withLock { $0.tracker.assignment } }
    var outstanding: Int { state.withLock { $0.tracker.outstanding } }
    var timeSinceLastRequest: Duration {
        state.withLock { $0.demand.isEmpty ? $0.lastRequest.duration(to: .now) : .zero }
    }

    // MARK: Callbacks, on the poll thread

    private func rebalance(
        client: OpaquePointer,
        code: rd_kafka_resp_err_t,
        list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        guard let (queues, context) = native.withLock({ $0 }) else { return }
        let partitions = PartitionList.elements(of: list).map { PartitionList.position(of: $0).topicPartition }
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            assign(partitions, client, list, queues)
        } else {
            if code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS { report(KafkaError(native: code), partition: nil) }
            revoke(partitions, client, queues, context)
        }
    }

    private func assign(
        _ partitions: [KafkaTopicPartition],
        _ client: OpaquePointer,
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>,
        _ queues: ConsumerQueues
    ) {
        // Before the fetchers start, so that no message takes the way through the control queue.
        let unforwarded = queues.forward(partitions)
        if !unforwarded.isEmpty {
            logger.warning("kafka partitions share the control queue", metadata: ["partitions": "\(unforwarded)"])
        }
        state.withLock { state in
            state.tracker.assign(partitions)
            state.isAssigned = true
        }
        let code = rd_kafka_assign(client, list)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { report(KafkaError(native: code), partition: nil) }
        logger.info("kafka partitions assigned", metadata: ["partitions": "\(partitions)"])
        events.yield(.assigned(partitions))
    }

    /// Never waits: the commit goes out before the assignment is given up, and its answer is not awaited.
    private func revoke(
        _ partitions: [KafkaTopicPartition],
        _ client: OpaquePointer,
        _ queues: ConsumerQueues,
        _ context: ClientContext
    ) {
        // A lost assignment may belong to somebody else already: a commit could overtake theirs.
        let isLost = rd_kafka_assignment_lost(client) != 0
        let (commits, paused) = state.withLock { state in
            let commits = isLost ? [] : state.tracker.takeCommits()
            if !commits.isEmpty { state.commitsInFlight += 1 }
            // Eager assignors revoke everything at once.
            state.tracker.revokeAll()
            state.isAssigned = false
            defer { state.paused = [] }
            return (commits, state.paused)
        }
        if !commits.isEmpty, let error = queues.commit(commits, context: context) { commitFinished(commits, error) }
        // A pause ends with the assignment; librdkafka would remember it for the next one.
        _ = queues.setPaused(false, Array(paused))
        let code = rd_kafka_assign(client, nil)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { report(KafkaError(native: code), partition: nil) }
        logger.info("kafka partitions revoked", metadata: ["partitions": "\(partitions)", "lost": "\(isLost)"])
        events.yield(.revoked(partitions))
    }

    func commitFinished(_ positions: [KafkaPosition], _ error: KafkaError?) {
        state.withLock { state in
            state.commitsInFlight = max(0, state.commitsInFlight - 1)
            guard error != nil else { return }
            for position in positions { state.tracker.commitFailed(position) }
            // A coordinator that has just refused needs a moment.
            state.commitNotBefore = .now + max(commitInterval, .milliseconds(250))
        }
        guard let error else { return }
        // Harmless: what was not committed is delivered again, and what still belongs to us is committed again.
        logger.notice("kafka commit failed", metadata: ["error": "\(error)"])
    }

    func report(_ error: KafkaError, partition: KafkaTopicPartition?) {
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let partition { metadata["partition"] = "\(partition)" }
        logger.log(level: error.isFatal ? .error : .warning, "kafka consumer error", metadata: metadata)
        events.yield(.error(error))
        guard error.isFatal else { return }
        let waiting = state.withLock { state in
            state.fatal = state.fatal ?? error
            return state.demand.removeAll()
        }
        for continuation in waiting { continuation.resume(throwing: error) }
    }

    // MARK: The end

    /// Asks the poll thread to end; it may spend `patience` on the last commit. Only the first request counts.
    func requestClose(patience: Duration) {
        state.withLock { $0.closing = $0.closing ?? patience }
        wakeup.signal()
    }

    func close(timeout: Duration) async {
        requestClose(patience: timeout * 0.5)
        if await !Watchdog.wait(for: closed, atMost: timeout) {
            logger.error("kafka consumer does not close and is abandoned", metadata: ["timeout": "\(timeout)"])
            failWaiting()
            events.finish()
        }
    }

    func failWaiting() {
        for continuation in state.withLock({ $0.demand.removeAll() }) {
            continuation.resume(throwing: KafkaError.closed("consumer"))
        }
    }

    /// Leaves the group and destroys the client; on the poll thread, as its last act.
    func finished(_ queues: ConsumerQueues) {
        queues.destroy()
        // Breaks the cycle between this object and the client.
        native.withLock { $0 = nil }
        failWaiting()
        state.withLock { state in
            state.isAssigned = false
            state.tracker.revokeAll()
        }
        events.finish()
        closed.signal()
    }
}
