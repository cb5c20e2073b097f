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

    static let columns: SQL = """
        dead_letter_id, cluster, topic, partition, "offset", consumer, key, payload, reason, detail, attempts, state,
        state_by, state_reason, replay_message_id, first_seen_at, last_seen_at
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
    }

    func json(withPayload: Bool) -> JSONValue {
        var object: [String: JSONValue] = [
            "dead_letter_id": .int(id), "cluster": .string(cluster), "topic": .string(topic),
            "partition": .int(Int64(partition)), "offset": .int(offset), "consumer": .string(consumer),
            "reason": .string(reason), "detail": .string(detail), "attempts": .int(Int64(attempts)),
            "state": .string(state), "state_by": stateBy.map { .string($0) } ?? .null,
            "state_reason": stateReason.map { .string($0) } ?? .null,
            "replay_message_id": replayMessageID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "first_seen_at": .string(Instant.text(firstSeenAt)), "last_seen_at": .string(Instant.text(lastSeenAt)),
        ]
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
            state == "new" ? "next: tipoff dlq replay \(id) --payload corrected.json" : "next: tipoff dlq ls"
        )
        return lines
    }
}

/// The dead letters of the database.
struct DeadLetterStore: Sendable {
    let pool: PostgresPool

    func list(reason: String?, topic: String?, state: String?, limit: Int) async throws -> [DeadLetter] {
        let rows = try await pool.query(
            """
            SELECT \(sql: DeadLetter.columns) FROM nba_orchestration.dead_letter
            WHERE (\(reason)::text IS NULL OR reason = \(reason)) AND (\(topic)::text IS NULL OR topic = \(topic))
                AND (\(state)::text IS NULL OR state = \(state))
            ORDER BY last_seen_at DESC, dead_letter_id DESC LIMIT \(Int64(limit))
            """
        )
        return try rows.map(DeadLetter.init)
    }

    func load(_ id: Int64) async throws -> DeadLetter {
        let rows = try await pool.query(
            "SELECT \(sql: DeadLetter.columns) FROM nba_orchestration.dead_letter WHERE dead_letter_id = \(id)"
        )
        guard let row = rows.first else { throw Self.unknown(id) }
        return try DeadLetter(row: row)
    }

    func drop(_ id: Int64, actor: String, reason: String) async throws {
        guard !reason.isEmpty else { throw CommandProblem.usage("--reason must say something") }
        let changed = try await pool.transaction { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE nba_orchestration.dead_letter
                SET state = 'dropped', state_by = \(actor), state_reason = \(reason)
                WHERE dead_letter_id = \(id) AND state = 'new'
                """
            )
            try await transaction.execute(DeadLetters.settleAlerts)
            return changed
        }
        if changed == 0 { throw Self.done(try await load(id)) }
    }

    static func unknown(_ id: Int64) -> CommandProblem {
        .problem("there is no dead letter \(id)", next: "tipoff dlq ls --state all")
    }

    static func done(_ letter: DeadLetter) -> CommandProblem {
        .problem(
            "dead letter \(letter.id) is \(letter.state) already\(letter.stateBy.map { " by \($0)" } ?? "")",
            next: "tipoff dlq show \(letter.id)"
        )
    }
}
