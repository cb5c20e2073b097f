import Basketball
import Foundation
import Pipeline
import Postgres

/// Turns a dead letter into a new message, once.
struct DeadLetterReplay: Sendable {
    let pool: PostgresPool
    let registry: Registry
    /// The league's day, for the guard against dates far ahead.
    let today: GameDate
    let now: Date
    let actor: String

    /// Marks the letter replayed and writes the message, in one transaction. Of several callers one succeeds.
    ///
    /// The outbox row belongs to the service that rejected the message: its relay sends it when this process cannot.
    ///
    /// - Throws: ``EnvelopeError`` when the payload would be rejected again; a problem when the letter is not new.
    func record(_ id: Int64, corrected: [UInt8]?, reason: String) async throws -> OutboxMessage {
        let letter = try await DeadLetterStore(pool: pool).load(id)
        guard letter.state == "new" else { throw DeadLetterStore.done(letter) }
        let message = try message(for: letter, payload: corrected)
        try await checkRun(message.envelope)
        let isWinner = try await pool.transaction { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE nba_orchestration.dead_letter
                SET state = 'replayed', state_by = \(actor), state_reason = \(reason),
                    replay_message_id = \(message.envelope.messageID)
                WHERE dead_letter_id = \(id) AND state = 'new'
                """
            )
            guard changed == 1 else { return false }
            try await transaction.execute(message.insertStatement(producer: letter.consumer))
            try await transaction.execute(DeadLetters.settleAlerts)
            return true
        }
        guard isWinner else { throw DeadLetterStore.done(try await DeadLetterStore(pool: pool).load(id)) }
        return message
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

    private func checkRun(_ envelope: Envelope) async throws {
        guard let runID = envelope.runID else { return }
        let exists: Bool = try await pool.query(
            "SELECT EXISTS (SELECT 1 FROM nba_orchestration.run WHERE run_id = \(runID))"
        ).scalar()
        if !exists { throw EnvelopeError.unknownRun(runID.uuidString.lowercased()) }
    }
}
