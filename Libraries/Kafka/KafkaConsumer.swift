public import Logging

/// A member of a consumer group that hands over messages in batches, on demand.
///
/// Defaults: begins at the earliest message, commits only what was marked as done, session timeout 6 s, eager
/// assignment. Membership does not depend on `nextBatch` being called: the client's own thread serves rebalances
/// while the caller works, so a caller that hangs must be found by its health check (`timeSinceLastRequest`).
public final class KafkaConsumer: Sendable {
    /// Assignments, revocations and errors, oldest first. One reader; if nobody reads, the newest 64 are kept.
    public let events: AsyncStream<KafkaEvent>
    private let core: ConsumerCore

    /// Joins the group in the background. Throws `invalidConfiguration` for a setting that is not accepted and
    /// `invalidArgument` for topics that cannot be subscribed to.
    ///
    /// - Parameter commitInterval: the shortest time between two commits; marks in between are committed together.
    public init(
        configuration: KafkaConfiguration,
        group: String,
        topics: [String],
        logger: Logger,
        commitInterval: Duration = .milliseconds(50),
        statistics: KafkaStatisticsHandler? = nil
    ) throws(KafkaError) {
        let (events, continuation) = AsyncStream.makeStream(
            of: KafkaEvent.self,
            bufferingPolicy: .bufferingNewest(64)
        )
        self.events = events
        core = try ConsumerCore(
            configuration: configuration,
            group: group,
            topics: topics,
            logger: logger,
            commitInterval: commitInterval,
            statistics: statistics,
            events: continuation
        )
        try core.start(topics: topics)
    }

    // Without an explicit close the member still leaves its group, but nobody waits for it.
    deinit { core.requestClose(patience: .seconds(5)) }

    /// Waits until at least one message is there or `maxWait` passes (then the result is empty), and hands over up to
    /// `maximum` messages. Nothing is taken from the client that was not asked for: backpressure is not asking.
    ///
    /// Messages of one partition come in their order. Callers that wait at the same time are served in turn. Throws
    /// `CancellationError` promptly when the task is cancelled (unless messages were taken for it already, which are
    /// then returned), `closed`, or the fatal error that ended the client.
    public func nextBatch(maximum: Int, maxWait: Duration) async throws -> [KafkaIncoming] {
        try await core.nextBatch(maximum: maximum, maxWait: maxWait)
    }

    /// Marks messages as done, in any order. Offsets are committed in the background, in each partition only up to
    /// the first message that was handed over and is not done. Marks for partitions that were lost are ignored.
    public func markDone(_ positions: [KafkaPosition]) { core.markDone(positions) }

    /// Stops fetching a partition until `resume`, or until it is assigned anew. Batches asked for after this call
    /// contain none of its messages.
    public func pause(topic: String, partition: Int32) {
        core.setPaused(true, KafkaTopicPartition(topic: topic, partition: partition))
    }

    /// Goes on with a paused partition, without loss or repetition.
    public func resume(topic: String, partition: Int32) {
        core.setPaused(false, KafkaTopicPartition(topic: topic, partition: partition))
    }

    /// Whether the group has given this member its share, which may be empty.
    public var isAssigned: Bool { core.isAssigned }

    /// The partitions of this member.
    public var assignment: [KafkaTopicPartition] { core.assignment }

    /// Messages that were handed over and are not marked as done.
    public var outstanding: Int { core.outstanding }

    /// How long ago a batch was last asked for; zero while somebody waits for one.
    public var timeSinceLastRequest: Duration { core.timeSinceLastRequest }

    /// Commits what is done, leaves the group and ends. Callers that wait get `closed`. If the C library does not
    /// return within `timeout`, the client is abandoned with an error in the log. May be called more than once.
    public func close(timeout: Duration = .seconds(10)) async {
        await core.close(timeout: timeout)
    }
}
