import Basketball
import Foundation
import Pipeline
import Postgres

/// Turns dead letters into new messages, each once.
///
/// A batch is claimed, marked and written to the outbox in one transaction, in which letters that somebody else is
/// replaying are passed over: of several operators each gets others. The outbox rows belong to the services that rejected
/// the messages, so that their relays send what this process cannot.
struct DeadLetterReplay: Sendable {
    let pool: PostgresPool
    let registry: Registry
    /// The league's day, for the guard against dates far ahead.
    let today: GameDate
    let now: Date
    let actor: String
    /// Also sends what came back after a replay with this payload, and what has been done since.
    var isForced = false
    /// One for all that a command does.
    var batchID = UUID()

    /// Why a letter was left as it is.
    struct Refusal: Sendable, Hashable {
        var id: Int64
        /// A stable name, such as `poison`, or the reason for which it would be rejected again.
        var reason: String
        var detail: String
    }

    /// What became of the letters of one transaction.
    struct Batch: Sendable {
        var messages: [OutboxMessage] = []
        var replayed: [Int64] = []
        /// Letters whose work has been done since.
        var resolved: [Int64] = []
        var refused: [Refusal] = []
        /// The last letter that was looked at; nil when none was left.
        var last: Int64?
    }

    /// Looks at the next new letters after one and replays those that may be.
    ///
    /// - Parameters:
    ///   - before: letters that were seen later, such as those that come back meanwhile, are left alone.
    ///   - corrected: the payload to send instead, for a single letter.
    ///   - isPreview: only says what would be done.
    func batch(
        of filter: DeadLetterFilter,
        after last: Int64,
        seenBefore before: Date,
        limit: Int,
        corrected: [UInt8]? = nil,
        reason: String,
        isPreview: Bool = false
    ) async throws -> Batch {
        try await pool.transaction(readOnly: isPreview) { transaction in
            let rows = try await transaction.query(
                chosen(filter, after: last, before: before, limit: limit, corrected: corrected, isPreview: isPreview)
            )
            var batch = Batch()
            var letters: [(letter: DeadLetter, message: OutboxMessage)] = []
            for row in rows {
                let letter = try DeadLetter(row: row)
                batch.last = letter.id
                if !isForced, corrected == nil, try row.decode("is_done", as: Bool.self) {
                    batch.resolved.append(letter.id)
                    continue
                }
                if !isForced, try row.decode("is_poison", as: Bool.self) {
                    let detail = "its payload failed again after a replay; --payload corrects it, --force insists"
                    batch.refused.append(Refusal(id: letter.id, reason: "poison", detail: detail))
                    continue
                }
                do {
                    letters.append((letter, try message(for: letter, payload: corrected)))
                } catch let error as EnvelopeError {
                    batch.refused.append(Refusal(id: letter.id, reason: error.reason, detail: error.description))
                } catch let problem as CommandProblem {
                    batch.refused.append(Refusal(id: letter.id, reason: "no_topic", detail: problem.message))
                }
            }
            let known = try await knownRuns(letters.compactMap(\.message.envelope.runID), in: transaction)
            for (letter, message) in letters {
                if let runID = message.envelope.runID, !known.contains(runID) {
                    let error = EnvelopeError.unknownRun(runID.uuidString.lowercased())
                    batch.refused.append(Refusal(id: letter.id, reason: error.reason, detail: error.description))
                } else {
                    batch.replayed.append(letter.id)
                    batch.messages.append(message)
                }
            }
            guard !isPreview else { return batch }
            let consumers = Dictionary(letters.map { ($0.letter.id, $0.letter.consumer) }, uniquingKeysWith: { $1 })
            try await write(batch, consumers, corrected: corrected, reason: reason, in: transaction)
            return batch
        }
    }

    private func chosen(
        _ filter: DeadLetterFilter,
        after last: Int64,
        before: Date,
        limit: Int,
        corrected: [UInt8]?,
        isPreview: Bool
    ) -> SQL {
        let lock: SQL = isPreview ? "" : "FOR UPDATE OF d SKIP LOCKED"
        return """
            SELECT d.*, \(sql: DeadLetterFilter.fingerprintColumn) AS fingerprint,
                   \(sql: DeadLetter.isDoneSince) AS is_done,
                   EXISTS (SELECT 1 FROM nba_orchestration.dead_letter_event AS e
                           WHERE e.event = 'returned' AND e.payload_sha256 = sha256(COALESCE(\(corrected), d.payload)))
                       AS is_poison
            FROM nba_orchestration.dead_letter AS d
            WHERE d.state = 'new' AND d.dead_letter_id > \(last) AND \(sql: filter.condition)
                AND (\(before == .distantFuture) OR d.last_seen_at <= \(before == .distantFuture ? Date() : before))
            ORDER BY d.dead_letter_id LIMIT \(Int64(limit)) \(sql: lock)
            """
    }

    /// Marks the letters, writes their messages and what happened.
    private func write(
        _ batch: Batch,
        _ consumers: [Int64: String],
        corrected: [UInt8]?,
        reason: String,
        in transaction: PostgresTransaction
    ) async throws {
        if !batch.replayed.isEmpty {
            let sent = Dictionary(grouping: zip(batch.replayed, batch.messages)) { consumers[$0.0] ?? "" }
            for (consumer, messages) in sent.sorted(by: { $0.key < $1.key }) {
                try await transaction.execute(
                    OutboxMessage.insertStatement(messages.map(\.1), producer: consumer)
                )
            }
            try await transaction.execute(
                """
                WITH sent AS (
                    UPDATE nba_orchestration.dead_letter AS d
                    SET state = 'replayed', state_by = \(actor), state_reason = \(reason), replay_message_id = m.message_id
                    FROM unnest(\(batch.replayed)::bigint[], \(batch.messages.map(\.envelope.messageID))::uuid[])
                        AS m(dead_letter_id, message_id)
                    WHERE d.dead_letter_id = m.dead_letter_id
                    RETURNING d.dead_letter_id, d.replay_message_id, sha256(COALESCE(\(corrected), d.payload)) AS sha256
                )
                INSERT INTO nba_orchestration.dead_letter_event
                    (dead_letter_id, event, batch_id, actor, reason, message_id, payload_sha256)
                SELECT dead_letter_id, 'replayed', \(batchID), \(actor), \(reason), replay_message_id, sha256 FROM sent
                """
            )
        }
        if !batch.resolved.isEmpty {
            try await transaction.execute(
                """
                WITH ended AS (
                    UPDATE nba_orchestration.dead_letter
                    SET state = 'resolved', state_by = \(actor), state_reason = 'its work has been done since'
                    WHERE dead_letter_id = ANY(\(batch.resolved)) RETURNING dead_letter_id
                )
                INSERT INTO nba_orchestration.dead_letter_event (dead_letter_id, event, batch_id, actor, reason)
                SELECT dead_letter_id, 'resolved', \(batchID), \(actor), \(reason) FROM ended
                """
            )
        }
    }

    /// The new message, checked as the consumer would check it.
    func message(for letter: DeadLetter, payload corrected: [UInt8]?) throws -> OutboxMessage {
        guard let topic = Topic(rawValue: letter.topic) else {
            throw CommandProblem.problem("\(letter.topic) is not a topic of this build")
        }
        guard let payload = corrected ?? letter.payload else {
            throw EnvelopeError.notJSON("the message has no payload")
        }
        let origin = MessageOrigin(
            cluster: letter.cluster,
            topic: letter.topic,
            partition: letter.partition,
            offset: letter.offset,
            timestampMilliseconds: Int64(letter.firstSeenAt.timeIntervalSince1970 * 1000)
        )
        let original = try Envelope(decoding: payload, origin: origin)
        if original.runID == nil {
            guard registry.resolve(original.processorName, in: original.phase) != nil else {
                throw EnvelopeError.unknownProcessor("\(original.processorName) (\(original.phase.wireName))")
            }
            let horizon = today.adding(days: Intake.futureDays)
            guard original.gameDate <= horizon else {
                throw EnvelopeError.invalidField(
                    "game_date",
                    found: original.gameDate.description,
                    expected: "a day up to \(horizon)"
                )
            }
        }
        var envelope = original
        envelope.messageID = UUID()
        envelope.triggerSource = .replay
        envelope.triggerMessageID = original.messageID.uuidString.lowercased()
        envelope.timestamp = now
        // A text column holds no U+0000; such a key only chose a partition.
        let key = letter.key.flatMap { String(validating: $0, as: UTF8.self) }.flatMap { $0.contains("\0") ? nil : $0 }
        var message = OutboxMessage(topic: topic, key: key, envelope: envelope)
        message.extraHeaders = [
            "replay_of": original.messageID.uuidString.lowercased(), "dead_letter_id": String(letter.id),
        ]
        return message
    }

    private func knownRuns(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> Set<UUID> {
        guard !runIDs.isEmpty else { return [] }
        let rows = try await transaction.query(
            "SELECT run_id FROM nba_orchestration.run WHERE run_id = ANY(\(Array(Set(runIDs))))"
        )
        return Set(try rows.column("run_id", as: UUID.self))
    }
}
