public import Logging
import Synchronization

/// An idempotent producer (`acks=all`): a batch goes in, the outcome of each of its messages comes out.
public final class KafkaProducer: Sendable {
    private let core: ProducerCore

    /// Opens a producer; connects in the background. Throws `invalidConfiguration` for a setting that is not
    /// accepted. The default delivery timeout is 30 s (`message.timeout.ms`).
    public init(
        configuration: KafkaConfiguration,
        logger: Logger,
        statistics: KafkaStatisticsHandler? = nil
    ) throws(KafkaError) {
        core = try ProducerCore(configuration: configuration, logger: logger, statistics: statistics)
        try core.start()
    }

    // Without an explicit close, nobody waits any more for the messages in flight; they are still sent if possible.
    deinit { core.requestClose(flush: .seconds(5)) }

    /// Produces the batch and waits for every delivery report; result i belongs to message i.
    ///
    /// Messages of one batch keep their order within a partition. Waits for room when the local queue is full.
    /// Ends for each message at the latest after `message.timeout.ms`; cancelling the task does not end it earlier,
    /// because a message that has left cannot be called back and its outcome must be known.
    public func send(_ batch: [KafkaOutgoing]) async -> [Result<KafkaPosition, KafkaError>] {
        let largest = DeliveryLedger<Never>.maximumBatch
        guard batch.count > largest else { return await core.send(batch) }
        var results: [Result<KafkaPosition, KafkaError>] = []
        results.reserveCapacity(batch.count)
        for start in stride(from: 0, to: batch.count, by: largest) {
            results += await core.send(Array(batch[start..<min(start + largest, batch.count)]))
        }
        return results
    }

    /// The error that has made this producer unusable, if any: close it and open another.
    public var fatalError: KafkaError? { core.fatalError }

    /// Messages that were sent and have no outcome yet.
    public var messagesInFlight: Int { core.messagesInFlight }

    /// Waits for the messages in flight, then closes. What has no outcome after `timeout` fails, and if the C library
    /// hangs, the client is abandoned with an error in the log. May be called more than once.
    public func close(timeout: Duration = .seconds(10)) async {
        await core.close(timeout: timeout)
    }
}
