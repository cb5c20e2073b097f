import Foundation
import Pipeline
import Postgres

/// The dead letters of the database.
struct DeadLetterStore: Sendable {
    /// What letters are counted by.
    enum Grouping: String, Sendable, CaseIterable {
        case fingerprint, reason, topic, processor, date, run, correlation

        var column: SQL {
            switch self {
            case .fingerprint: DeadLetterFilter.fingerprintColumn
            case .reason: "d.reason"
            case .topic: "d.topic"
            case .processor: "d.processor"
            case .date: "d.game_date::text"
            case .run: "d.run_id::text"
            case .correlation: "d.correlation_id"
            }
        }
    }

    /// Letters that have something in common.
    struct Group: Sendable, Hashable {
        /// Nil where the letters do not say.
        var name: String?
        var count: Int
        /// The most attempts of one of them.
        var attempts: Int
        var oldest: Date
        var newest: Date
        /// One of them.
        var example: Int64
        var topic: String
        var reason: String
        var detail: String

        var json: JSONValue {
            [
                "name": name.map { .string($0) } ?? .null, "count": .int(Int64(count)),
                "attempts": .int(Int64(attempts)), "oldest": .string(Instant.text(oldest)),
                "newest": .string(Instant.text(newest)), "example": .int(example), "topic": .string(topic),
                "reason": .string(reason), "detail": .string(detail),
            ]
        }
    }

    let pool: PostgresPool

    /// The newest letters; nil for any state.
    func list(_ filter: DeadLetterFilter, state: String?, limit: Int) async throws -> [DeadLetter] {
        let rows = try await pool.query(
            """
            SELECT \(sql: DeadLetter.columns) FROM nba_orchestration.dead_letter AS d
            WHERE \(sql: filter.condition) AND (\(state)::text IS NULL OR d.state = \(state))
            ORDER BY d.last_seen_at DESC, d.dead_letter_id DESC LIMIT \(Int64(limit))
            """
        )
        return try rows.map(DeadLetter.init)
    }

    /// The letters counted, the largest group first.
    func groups(_ filter: DeadLetterFilter, by grouping: Grouping, state: String?, limit: Int) async throws -> [Group] {
        let rows = try await pool.query(
            """
            SELECT g.name, count(*) AS letters, max(g.attempts) AS attempts, min(g.first_seen_at) AS oldest,
                   max(g.last_seen_at) AS newest, max(g.dead_letter_id) AS example, max(g.topic) AS topic,
                   max(g.reason) AS reason, (array_agg(g.detail ORDER BY g.dead_letter_id DESC))[1] AS detail
            FROM (SELECT d.*, \(sql: grouping.column) AS name FROM nba_orchestration.dead_letter AS d
                  WHERE \(sql: filter.condition) AND (\(state)::text IS NULL OR d.state = \(state))) AS g
            GROUP BY g.name ORDER BY letters DESC, g.name LIMIT \(Int64(limit))
            """
        )
        return try rows.map { row in
            Group(
                name: try row.decode("name"),
                count: try row.decode("letters"),
                attempts: Int(try row.decode("attempts", as: Int16.self)),
                oldest: try row.decode("oldest"),
                newest: try row.decode("newest"),
                example: try row.decode("example"),
                topic: try row.decode("topic"),
                reason: try row.decode("reason"),
                detail: try row.decode("detail")
            )
        }
    }

    func load(_ id: Int64) async throws -> DeadLetter {
        let rows = try await pool.query(
            "SELECT \(sql: DeadLetter.columns) FROM nba_orchestration.dead_letter AS d WHERE dead_letter_id = \(id)"
        )
        guard let row = rows.first else { throw Self.unknown(id) }
        return try DeadLetter(row: row)
    }

    /// What was done with a letter, and whether it came back, in order: `2024-01-15 06:12:09.250 ET replayed by …`.
    func history(of id: Int64) async throws -> [String] {
        let rows = try await pool.query(
            """
            SELECT event, actor, reason, message_id, happened_at FROM nba_orchestration.dead_letter_event
            WHERE dead_letter_id = \(id) ORDER BY event_id
            """
        )
        return try rows.map { row in
            let message = try row.decode("message_id", as: UUID?.self).map { ", message \($0.uuidString.lowercased())" }
            return "\(EasternTime.precise(try row.decode("happened_at"))) \(try row.decode("event", as: String.self)) "
                + "by \(SafeText.escaped(try row.decode("actor"))): \(SafeText.escaped(try row.decode("reason")))"
                + (message ?? "")
        }
    }

    /// The message's headers, by name.
    func headers(_ id: Int64) async throws -> JSONValue {
        let headers: PostgresJSON = try await pool.query(
            "SELECT headers FROM nba_orchestration.dead_letter WHERE dead_letter_id = \(id)"
        ).scalar()
        return try JSONValue(parsing: headers.bytes)
    }

    /// The new letters among those that are meant; only those whose work has been done since, when asked so.
    func count(_ filter: DeadLetterFilter, doneSince: Bool = false) async throws -> Int {
        let done: SQL = doneSince ? DeadLetter.isDoneSince : "true"
        return try await pool.query(
            """
            SELECT count(*) FROM nba_orchestration.dead_letter AS d
            WHERE d.state = 'new' AND \(sql: filter.condition) AND \(sql: done)
            """
        ).scalar()
    }

    /// Marks new letters as done with, in one transaction; returns how many.
    func drop(_ filter: DeadLetterFilter, actor: String, reason: String) async throws -> Int {
        try await end(filter, as: "dropped", extra: "true", actor: actor, reason: reason)
    }

    /// Marks new letters as resolved whose work has been done since they were seen; returns how many.
    func resolve(_ filter: DeadLetterFilter, actor: String, reason: String) async throws -> Int {
        try await end(filter, as: "resolved", extra: DeadLetter.isDoneSince, actor: actor, reason: reason)
    }

    private func end(
        _ filter: DeadLetterFilter,
        as state: String,
        extra: SQL,
        actor: String,
        reason: String
    ) async throws -> Int {
        try await pool.transaction { transaction in
            let rows = try await transaction.query(
                """
                WITH chosen AS (
                    SELECT d.dead_letter_id FROM nba_orchestration.dead_letter AS d
                    WHERE d.state = 'new' AND \(sql: filter.condition) AND \(sql: extra)
                    ORDER BY d.dead_letter_id FOR UPDATE OF d
                ), ended AS (
                    UPDATE nba_orchestration.dead_letter AS d
                    SET state = \(state), state_by = \(actor), state_reason = \(reason)
                    FROM chosen AS c WHERE d.dead_letter_id = c.dead_letter_id AND d.state = 'new'
                    RETURNING d.dead_letter_id
                ), noted AS (
                    INSERT INTO nba_orchestration.dead_letter_event (dead_letter_id, event, batch_id, actor, reason)
                    SELECT dead_letter_id, \(state), \(UUID()), \(actor), \(reason) FROM ended
                )
                SELECT count(*) AS letters FROM ended
                """
            )
            try await transaction.execute(DeadLetters.settleAlerts)
            return try rows.scalar(as: Int.self)
        }
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

extension DeadLetter {
    /// Whether the work that a letter, called `d`, is about has been done well since it was seen: a notice, not a debt.
    static let isDoneSince: SQL = """
        EXISTS (SELECT 1 FROM nba_orchestration.task AS done
                WHERE done.game_date = d.game_date AND done.processor = d.processor
                    AND done.unit = COALESCE(d.unit, '*') AND done.state = 'success' AND done.asserted_by IS NULL
                    AND done.claimed_at > d.last_seen_at)
        """
}
