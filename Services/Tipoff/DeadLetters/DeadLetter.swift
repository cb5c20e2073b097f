import Basketball
import Foundation
import Pipeline
import Postgres

/// A rejected message as it was recorded.
struct DeadLetter: Sendable, Hashable {
    var id: Int64
    var cluster: String
    var topic: String
    var partition: Int32
    var offset: Int64
    var consumer: String
    var key: [UInt8]?
    var payload: [UInt8]?
    var reason: String
    var detail: String
    var attempts: Int
    var state: String
    var stateBy: String?
    var stateReason: String?
    var replayMessageID: UUID?
    var firstSeenAt: Date
    var lastSeenAt: Date
    var runID: UUID?
    var processor: String?
    var unit: String?
    var gameDate: GameDate?
    var correlationID: String?
    /// The letter whose replay brought this one about.
    var replayOf: Int64?
    /// What letters that are alike have in common.
    var fingerprint: String

    /// Of the table, which the query calls `d`.
    static let columns: SQL = """
        dead_letter_id, cluster, topic, partition, "offset", consumer, key, payload, reason, detail, attempts, state,
        state_by, state_reason, replay_message_id, first_seen_at, last_seen_at, run_id, processor, unit, game_date,
        correlation_id, replay_of, \(sql: DeadLetterFilter.fingerprintColumn) AS fingerprint
        """

    init(row: PostgresRow) throws {
        id = try row.decode("dead_letter_id")
        cluster = try row.decode("cluster")
        topic = try row.decode("topic")
        partition = try row.decode("partition")
        offset = try row.decode("offset")
        consumer = try row.decode("consumer")
        key = try row.decode("key")
        payload = try row.decode("payload")
        reason = try row.decode("reason")
        detail = try row.decode("detail")
        attempts = Int(try row.decode("attempts", as: Int16.self))
        state = try row.decode("state")
        stateBy = try row.decode("state_by")
        stateReason = try row.decode("state_reason")
        replayMessageID = try row.decode("replay_message_id")
        firstSeenAt = try row.decode("first_seen_at")
        lastSeenAt = try row.decode("last_seen_at")
        runID = try row.decode("run_id")
        processor = try row.decode("processor")
        unit = try row.decode("unit")
        gameDate = try row.optionalGameDate("game_date")
        correlationID = try row.decode("correlation_id")
        replayOf = try row.decode("replay_of")
        fingerprint = try row.decode("fingerprint")
    }

    func json(withPayload: Bool) -> JSONValue {
        var object: [String: JSONValue] = [
            "dead_letter_id": .int(id), "cluster": .string(cluster), "topic": .string(topic),
            "partition": .int(Int64(partition)), "offset": .int(offset), "consumer": .string(consumer),
            "reason": .string(reason), "detail": .string(detail),
            "fingerprint": .string(fingerprint), "attempts": .int(Int64(attempts)),
            "state": .string(state), "state_by": stateBy.map { .string($0) } ?? .null,
            "state_reason": stateReason.map { .string($0) } ?? .null,
            "replay_message_id": replayMessageID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "first_seen_at": .string(Instant.text(firstSeenAt)), "last_seen_at": .string(Instant.text(lastSeenAt)),
        ]
        let subject: [String: String?] = [
            "run_id": runID?.uuidString.lowercased(), "processor": processor, "unit": unit,
            "game_date": gameDate?.description, "correlation_id": correlationID,
        ]
        for (name, value) in subject { object[name] = value.map { .string($0) } ?? .null }
        object["replay_of"] = replayOf.map { .int($0) } ?? .null
        if withPayload {
            object["key"] = key.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null
            object["payload_text"] = payload.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null
            object["payload_base64"] = payload.map { .string(Data($0).base64EncodedString()) } ?? .null
        }
        return .dictionary(object)
    }

    /// For people.
    var lines: [String] {
        var lines = [
            "dead letter \(id)  \(state)",
            "reason     \(SafeText.escaped(reason)): \(SafeText.escaped(detail))",
            "where      \(SafeText.escaped(topic))/\(partition)/\(offset) on \(SafeText.escaped(cluster)), read by \(SafeText.escaped(consumer))",
            "seen       \(attempts) times, first \(EasternTime.precise(firstSeenAt)), last \(EasternTime.precise(lastSeenAt))",
            "key        \(key.map { SafeText.escaped(String(decoding: $0, as: UTF8.self)) } ?? "none")",
        ]
        let subject = [processor, unit, gameDate?.description, correlationID].compactMap { $0 }
        if !subject.isEmpty { lines.append("about      \(SafeText.escaped(subject.joined(separator: " ")))") }
        if let replayOf { lines.append("came of    the replay of dead letter \(replayOf)") }
        if let stateBy {
            lines.append("\(state.padded(10)) by \(SafeText.escaped(stateBy)): \(SafeText.escaped(stateReason ?? ""))")
        }
        if let replayMessageID { lines.append("replay     message \(replayMessageID.uuidString.lowercased())") }
        lines.append("payload    \(payload?.count ?? 0) bytes")
        if let payload {
            // The end of a text can wait: what is wrong is told above.
            let text = SafeText.lines(String(decoding: payload.prefix(20_000), as: UTF8.self))
            lines.append(text)
            if payload.count > 20_000 { lines.append("… (\(payload.count - 20_000) bytes more; --json has all)") }
        }
        lines.append(
            state == "new"
                ? "next: tipoff dlq replay \(id) --payload corrected.json --reason \"…\" --yes" : "next: tipoff dlq ls"
        )
        return lines
    }
}
