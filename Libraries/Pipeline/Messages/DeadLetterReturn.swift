import Basketball
import Foundation
import Kafka
import Postgres

/// A rejected message that says it is the replay of a dead letter.
struct DeadLetterReturn: Sendable {
    /// The header that names the letter.
    static let header = "dead_letter_id"

    var letterID: Int64
    var messageID: UUID

    /// Nil for a message that names no letter. What it says is believed only where the letter says the same.
    init?(_ message: KafkaIncoming) {
        func text(_ name: String) -> String? { message.header(name).map { String(decoding: $0, as: UTF8.self) } }
        guard let letterID = text(Self.header).flatMap({ Int64($0) }),
            let messageID = text("message_id").flatMap({ UUID(uuidString: $0) })
        else { return nil }
        self.letterID = letterID
        self.messageID = messageID
    }

    /// Makes the letter new again and counts the attempt, once; answers whether the message is a replay of it at all.
    func statement(reason: String, detail: String, consumer: String) -> SQL {
        """
        WITH replayed AS (
            SELECT dead_letter_id, batch_id, message_id, payload_sha256 FROM nba_orchestration.dead_letter_event
            WHERE message_id = \(messageID) AND event = 'replayed' AND dead_letter_id = \(letterID)
        ), returned AS (
            UPDATE nba_orchestration.dead_letter AS d
            SET state = 'new', state_by = NULL, state_reason = NULL, last_seen_at = now(),
                attempts = least(d.attempts + 1, 32767)::smallint, reason = \(reason), detail = \(detail)
            FROM replayed AS r
            WHERE d.dead_letter_id = r.dead_letter_id AND d.state = 'replayed' AND d.replay_message_id = r.message_id
            RETURNING d.dead_letter_id
        ), noted AS (
            INSERT INTO nba_orchestration.dead_letter_event
                (dead_letter_id, event, batch_id, actor, reason, message_id, payload_sha256)
            SELECT r.dead_letter_id, 'returned', r.batch_id, \(consumer), \(reason), r.message_id, r.payload_sha256
            FROM replayed AS r JOIN returned USING (dead_letter_id)
        )
        SELECT EXISTS (SELECT 1 FROM replayed) AS is_replay
        """
    }
}

/// What a rejected payload is about, as far as it can be read. Nothing is decided by it: it is what letters are found by.
struct DeadLetterSubject: Sendable {
    var runID: UUID?
    var processor: String?
    var unit: String?
    var gameDate: GameDate?
    var correlationID: String?

    init(_ payload: [UInt8]?) {
        guard let payload, payload.count <= Envelope.maximumBytes, let object = Self.object(payload) else { return }
        func text(_ value: JSONValue?) -> String? {
            guard let text = value?.stringValue, !text.isEmpty, text.utf8.count <= 200, !text.contains("\0") else {
                return nil
            }
            return text
        }
        runID = text(object["run_id"]).flatMap { UUID(uuidString: $0) }
        processor = text(object["processor_name"])
        unit = text(object["metadata"]?["unit"])
        gameDate = text(object["game_date"]).flatMap(Self.date)
        correlationID = text(object["correlation_id"])
    }

    /// What is no JSON is about nothing that could be named: its reason says so.
    private static func object(_ payload: [UInt8]) -> JSONValue? {
        do { return try JSONValue(parsing: payload) } catch { return nil }
    }

    private static func date(_ text: String) -> GameDate? {
        do { return try GameDate(text) } catch { return nil }
    }
}
