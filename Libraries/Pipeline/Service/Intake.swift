import Basketball
public import Foundation
public import Kafka
import Logging
public import Postgres

/// A message that was accepted and belongs to a run.
public struct WakeUp: Sendable {
    public var envelope: Envelope
    public var topic: Topic
    public var position: KafkaPosition
}

/// Reads what one poll returned: bad messages become dead letters, hand-made ones open their run, the rest are
/// wake-ups of known runs.
public struct Intake: Sendable {
    public var pool: PostgresPool
    public var registry: Registry
    public var deadLetters: DeadLetters
    public var manualRuns: ManualRuns
    public var relay: OutboxRelay
    public var producer: any KafkaProducing
    public var cluster: String
    public var topicPrefix: String
    public var clock: PipelineClock
    /// Reads messages that are no envelopes, such as an object store's notices: returns what they mean, nil when it does
    /// not know them either.
    public var foreign: ForeignMessageReader?
    /// The longest that looking for known runs may take. After it the messages are processed unchecked: a wake-up of
    /// a run that does not exist matches no task, while one that is skipped might be the last of its run.
    public var knownRunsLimit: Duration = .seconds(5)

    var metrics: WorkMetrics?

    public typealias ForeignMessageReader =
        @Sendable (_ payload: [UInt8], _ origin: MessageOrigin) throws(EnvelopeError) -> [Envelope]?

    /// Days that a message's game date may lie ahead of the league's day.
    public static let futureDays = 14

    /// Returns the wake-ups of the batch in its order. Throws only when something could not be recorded.
    public func read(_ batch: [KafkaIncoming]) async throws -> [WakeUp] {
        var rejected: [(message: KafkaIncoming, error: EnvelopeError)] = []
        var accepted: [(message: KafkaIncoming, wakeUp: WakeUp)] = []
        for message in batch {
            do throws(EnvelopeError) {
                for wakeUp in try decode(message) { accepted.append((message, wakeUp)) }
            } catch {
                rejected.append((message, error))
            }
        }
        let named = Set(accepted.compactMap { $0.wakeUp.envelope.runID })
        let known = await knownRuns(named)
        var wakeUps: [WakeUp] = []
        for (message, wakeUp) in accepted {
            guard let runID = wakeUp.envelope.runID else {
                if let error = try await openManualRun(wakeUp) { rejected.append((message, error)) }
                continue
            }
            if known.contains(runID) {
                wakeUps.append(wakeUp)
            } else {
                rejected.append((message, .unknownRun(runID.uuidString.lowercased())))
            }
        }
        metrics?.taken(batch.map(topicName), rejected: rejected.map { topicName($0.message) })
        let copies = try await deadLetters.file(rejected)
        if !copies.isEmpty { _ = await producer.send(copies) }
        return wakeUps
    }

    private func topicName(_ message: KafkaIncoming) -> String { String(message.topic.dropFirst(topicPrefix.count)) }

    private func decode(_ message: KafkaIncoming) throws(EnvelopeError) -> [WakeUp] {
        guard let topic = Topic(rawValue: String(message.topic.dropFirst(topicPrefix.count))) else {
            throw .invalidField("topic", found: message.topic, expected: "a topic of topics.yaml")
        }
        guard let payload = message.value else { throw .notJSON("the message has no payload") }
        let origin = MessageOrigin(
            cluster: cluster,
            topic: message.topic,
            partition: message.partition,
            offset: message.offset,
            timestampMilliseconds: message.timestampMilliseconds ?? 0
        )
        let position = KafkaPosition(topic: message.topic, partition: message.partition, offset: message.offset)
        var wakeUps: [WakeUp] = []
        for envelope in try envelopes(payload, origin) {
            try check(envelope)
            wakeUps.append(WakeUp(envelope: envelope, topic: topic, position: position))
        }
        return wakeUps
    }

    private func envelopes(_ payload: [UInt8], _ origin: MessageOrigin) throws(EnvelopeError) -> [Envelope] {
        do {
            return [try Envelope(decoding: payload, origin: origin)]
        } catch {
            guard let foreign, let envelopes = try foreign(payload, origin) else { throw error }
            return envelopes
        }
    }

    /// Whoever sends for a run of ours is one of ours; a stranger must name a processor that exists.
    private func check(_ envelope: Envelope) throws(EnvelopeError) {
        guard envelope.runID == nil else { return }
        guard registry.resolve(envelope.processorName, in: envelope.phase) != nil else {
            throw .unknownProcessor("\(envelope.processorName) (\(envelope.phase.wireName))")
        }
        let horizon = clock.leagueDay.adding(days: Self.futureDays)
        guard envelope.gameDate <= horizon else {
            throw .invalidField(
                "game_date",
                found: envelope.gameDate.description,
                expected: "a day up to \(horizon)"
            )
        }
    }

    /// Those of the runs that exist; all of them when that cannot be found out in time.
    private func knownRuns(_ runIDs: Set<UUID>) async -> Set<UUID> {
        guard !runIDs.isEmpty else { return [] }
        do {
            return try await withDeadline(knownRunsLimit) {
                try await FaultPoint.suffer("known-runs")
                let rows = try await pool.query(
                    "SELECT run_id FROM nba_orchestration.run WHERE run_id = ANY(\(Array(runIDs)))"
                )
                return Set(try rows.column("run_id", as: UUID.self))
            }
        } catch {
            relay.logger.warning(
                "known runs not looked up; the messages are processed unchecked",
                metadata: ["error": "\(error)", "runs": "\(runIDs.count)"]
            )
            return runIDs
        }
    }

    /// Opens the run of a hand-made message; returns why not when the message itself is at fault.
    private func openManualRun(_ wakeUp: WakeUp) async throws -> EnvelopeError? {
        do {
            let result = try await pool.transaction { transaction in
                try await manualRuns.accept(wakeUp.envelope, on: wakeUp.topic, now: clock.now, in: transaction)
            }
            if !result.isNew {
                relay.logger.notice(
                    "a copy of a known message, or one that joins an open run",
                    metadata: [
                        "message_id": "\(wakeUp.envelope.messageID.uuidString.lowercased())",
                        "run_id": "\(result.run.runID.uuidString.lowercased())",
                        "replay": "tipoff run open --kind full --date \(result.run.gameDate)",
                    ]
                )
            }
            relay.send(result.messages)
            return nil
        } catch let error as EnvelopeError {
            return error
        } catch let error as PostgresError {
            // A value out of its range or a broken rule is the message's own: tried again it would hold its partition for
            // ever. A key that is taken says that a copy was quicker.
            guard let state = error.sqlState, state.hasPrefix("22") || state.hasPrefix("23"), !error.isUniqueViolation
            else { throw error }
            return .refused(String(error.description.prefix(400)))
        }
    }
}
