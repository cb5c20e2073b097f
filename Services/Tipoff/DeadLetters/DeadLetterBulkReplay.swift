import Foundation
import Pipeline
import Postgres

/// Replays a selection of dead letters batch by batch, not faster than it is told to.
struct DeadLetterBulkReplay: Sendable {
    /// Letters of one transaction.
    static let batchSize = 500

    /// What came of it.
    struct Report: Sendable {
        var selected = 0
        var replayed = 0
        var resolved: [Int64] = []
        var refused: [DeadLetterReplay.Refusal] = []
        /// Messages that the broker has not confirmed yet; the services that own them send them.
        var unconfirmed = 0
        var seconds = 0.0
        /// The first ones, for people.
        var messages: [OutboxMessage] = []

        var perSecond: Double { seconds > 0 ? Double(replayed) / seconds : 0 }

        mutating func add(_ batch: DeadLetterReplay.Batch) {
            selected += batch.replayed.count + batch.resolved.count + batch.refused.count
            replayed += batch.replayed.count
            resolved += batch.resolved
            refused += batch.refused
            messages += batch.messages.prefix(max(0, 20 - messages.count))
        }
    }

    let session: Session
    let filter: DeadLetterFilter
    let replay: DeadLetterReplay
    var corrected: [UInt8]?
    let reason: String
    /// Messages a second; the first batch goes at once.
    let rate: Double
    let limit: Int

    /// What would be done.
    func preview() async throws -> Report {
        try await run(isPreview: true) { _ in }
    }

    /// Does it; what this process does not get to the broker is sent by the services that own the messages.
    func carryOut() async throws -> Report {
        try await session.withProducer { producer in
            let relay = session.relay(producer)
            var report = try await run(isPreview: false) { await relay.sendNow($0) }
            try await session.pool.execute(DeadLetters.settleAlerts)
            report.unconfirmed = try await session.pool.query(
                """
                SELECT count(*) FROM nba_orchestration.dead_letter_event AS e
                JOIN nba_orchestration.outbox AS o USING (message_id)
                WHERE e.batch_id = \(replay.batchID) AND e.event = 'replayed' AND o.state = 'pending'
                """
            ).scalar()
            return report
        }
    }

    private func run(isPreview: Bool, send: ([OutboxMessage]) async -> Void) async throws -> Report {
        let before: Date = try await session.pool.query("SELECT clock_timestamp()").scalar()
        let total = try await DeadLetterStore(pool: session.pool).count(filter)
        let clock = ContinuousClock()
        let start = clock.now
        var report = Report()
        var last: Int64 = 0
        while report.selected < limit {
            let size = min(Self.batchSize, limit - report.selected, max(1, Int(rate)))
            let batch = try await replay.batch(
                of: filter,
                after: last,
                seenBefore: before,
                limit: size,
                corrected: corrected,
                reason: reason,
                isPreview: isPreview
            )
            guard let lookedAt = batch.last else { break }
            last = lookedAt
            await send(batch.messages)
            report.add(batch)
            report.seconds = (clock.now - start) / .seconds(1)
            guard !isPreview else { continue }
            session.output.transient(
                "\(report.selected) of \(min(total, limit)), \(Int(report.perSecond.rounded())) a second"
            )
            let due = start + .seconds(Double(report.replayed) / rate)
            if due > clock.now { try await clock.sleep(until: due) }
        }
        session.output.endTransient()
        return report
    }
}
