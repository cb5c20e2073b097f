/// Collects the delivery reports of produced batches. Pure: the owner resumes what it returns.
///
/// Each message carries a ticket: batch number and index in one integer, so that a report that comes late, twice or
/// never can reach nothing but an entry of this table.
struct DeliveryLedger<Continuation: Sendable>: Sendable {
    typealias Outcome = Result<KafkaPosition, KafkaError>

    struct Completed: Sendable {
        var outcomes: [Outcome]
        var continuation: Continuation
    }

    private struct Batch: Sendable {
        var topics: [String]
        var outcomes: [Outcome?]
        var missing: Int
        var continuation: Continuation
    }

    private static var indexBits: UInt { 24 }
    /// The largest batch that a ticket can address.
    static var maximumBatch: Int { 1 << Int(indexBits) }

    private var batches: [UInt: Batch] = [:]
    private var nextBatch: UInt = 1

    /// Opens a batch of at least one and at most `maximumBatch` messages.
    mutating func open(topics: [String], continuation: Continuation) -> UInt {
        precondition(!topics.isEmpty && topics.count <= Self.maximumBatch)
        let number = nextBatch
        nextBatch += 1
        batches[number] = Batch(
            topics: topics,
            outcomes: Array(repeating: nil, count: topics.count),
            missing: topics.count,
            continuation: continuation
        )
        return number
    }

    static func ticket(batch: UInt, index: Int) -> UInt { batch << indexBits | UInt(index) }

    /// Writes down the outcome of one message; returns the batch when it was the last one.
    mutating func record(
        ticket: UInt,
        _ outcome: Result<(partition: Int32, offset: Int64), KafkaError>
    ) -> Completed? {
        let number = ticket >> Self.indexBits
        let index = Int(ticket & (1 << Self.indexBits - 1))
        guard let topics = batches[number]?.topics, index < topics.count, batches[number]?.outcomes[index] == nil
        else { return nil }
        batches[number]?.outcomes[index] = outcome.map { report in
            // Retried messages of an idempotent producer may be acknowledged without their offset.
            KafkaPosition(topic: topics[index], partition: report.partition, offset: max(-1, report.offset))
        }
        batches[number]?.missing -= 1
        guard batches[number]?.missing == 0, let batch = batches.removeValue(forKey: number) else { return nil }
        return Completed(outcomes: batch.outcomes.compactMap { $0 }, continuation: batch.continuation)
    }

    /// Fails every message that is still open, in the order in which the batches were opened.
    mutating func failAll(_ error: KafkaError) -> [Completed] {
        defer { batches.removeAll() }
        return batches.sorted { $0.key < $1.key }.map { _, batch in
            Completed(outcomes: batch.outcomes.map { $0 ?? .failure(error) }, continuation: batch.continuation)
        }
    }

    /// Messages without an outcome.
    var missing: Int { batches.values.reduce(0) { $0 + $1.missing } }
}
