import Foundation
import Pipeline
import Postgres

/// A row of the outbox: a message as its producer wrote it.
struct StoredMessage: Sendable {
    /// Lower case.
    var id: String
    var producer: String
    var topic: String
    var key: String?
    var state: String
    /// How often it was handed to the broker.
    var sends: Int
    var createdAt: Date
    var sentAt: Date?
    var runID: UUID?
    var headers: JSONValue
    var payload: JSONValue

    /// The newest first.
    static func list(
        topic: String?,
        run: UUID?,
        correlation: String?,
        state: String?,
        since: Date?,
        limit: Int,
        _ pool: PostgresPool
    ) async throws -> [StoredMessage] {
        var conditions: [SQL] = []
        if let topic { conditions.append("topic = \(topic)") }
        if let run { conditions.append("run_id = \(run)") }
        if let correlation {
            conditions.append(
                "run_id IN (SELECT r.run_id FROM nba_orchestration.run AS r WHERE r.correlation_id = \(correlation))"
            )
        }
        if let state { conditions.append("state = \(state)") }
        if let since { conditions.append("created_at >= \(since)") }
        let filter = conditions.isEmpty ? "true" : conditions.joined(separator: " AND ")
        return try await pool.query(
            """
            SELECT \(sql: columns) FROM nba_orchestration.outbox WHERE \(sql: filter)
            ORDER BY outbox_id DESC LIMIT \(Int64(limit))
            """
        ).map(Self.init(row:))
    }

    /// Nil for one that is not, or no longer, on record.
    static func load(_ id: UUID, _ pool: PostgresPool) async throws -> StoredMessage? {
        try await pool.query(
            "SELECT \(sql: columns) FROM nba_orchestration.outbox WHERE message_id = \(id)"
        ).first.map(Self.init(row:))
    }

    private static let columns: SQL =
        "message_id, producer, topic, key, state, sends, created_at, sent_at, run_id, headers, payload"

    private init(row: PostgresRow) throws {
        id = try row.decode("message_id", as: UUID.self).uuidString.lowercased()
        producer = try row.decode("producer")
        topic = try row.decode("topic")
        key = try row.decode("key")
        state = try row.decode("state")
        sends = Int(try row.decode("sends", as: Int16.self))
        createdAt = try row.decode("created_at")
        sentAt = try row.decode("sent_at")
        runID = try row.decode("run_id")
        headers = try JSONValue(parsing: row.decode("headers", as: PostgresJSON.self).bytes)
        payload = try JSONValue(parsing: row.decode("payload", as: PostgresJSON.self).bytes)
    }

    /// What it tells in a few words: the processor, its unit, how it ended.
    var subject: String {
        ["processor_name", "unit", "level", "status"].compactMap { key -> String? in
            guard let value = payload[key] else { return nil }
            if key == "level" { return value.intValue.map { "level \($0)" } }
            return value.stringValue.flatMap { $0 == "*" ? nil : $0 }
        }.joined(separator: " ")
    }

    func json(withPayload: Bool = false) -> JSONValue {
        var object: JSONObject = [
            "message_id": .string(id), "created_at": .string(Instant.text(createdAt)), "producer": .string(producer),
            "topic": .string(topic), "state": .string(state), "sends": .int(Int64(sends)), "subject": .string(subject),
            "game_date": payload["game_date"] ?? .null, "key": key.map { .string($0) } ?? .null,
            "sent_at": sentAt.map { .string(Instant.text($0)) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "correlation_id": payload["correlation_id"] ?? .null,
        ]
        if withPayload {
            object["headers"] = headers
            object["payload"] = payload
        }
        return .object(object)
    }
}
