import Basketball
import Foundation
import Pipeline
public import Postgres

/// Decides what is told: reads the alerts that have changed, asks each signature's budget, and writes the messages in the
/// same transaction. Whoever else decides at the same time waits for the budget's row.
public struct AlertDesk: Sendable {
    public var pool: PostgresPool
    public var owner: String
    public var settings: AlertSettings
    /// Those of this process; each message gets a way through every one of them.
    public var sinks: [AlertSinkName]

    public init(pool: PostgresPool, owner: String, settings: AlertSettings, sinks: [AlertSinkName]) {
        self.pool = pool
        self.owner = owner
        self.settings = settings
        self.sinks = sinks
    }

    /// Alerts that one round looks at; the rest waits for the next.
    static let limit = 500

    /// How long errors and warnings of a backfill are held back; nil is sent at once.
    static func batchSeconds(_ level: Alerts.Level) -> Double? {
        switch level {
        case .critical: nil
        case .error: 1800
        case .warning: 3600
        // Never by itself: the log has it.
        case .info: nil
        }
    }

    /// One look. Returns how many messages were decided.
    @discardableResult
    public func round() async throws -> Int {
        let changed = try await pool.query(candidates)
        var decided = 0
        for row in changed {
            let candidate = try Candidate(row)
            // One transaction each: a signature that cannot be told must not keep the others silent.
            decided += try await pool.transaction { try await decide(candidate, in: $0) } ? 1 : 0
        }
        decided += try await flush()
        try await plan()
        return decided
    }

    // MARK: What has changed

    private struct Candidate {
        var signature: String
        var alertID: Int64
        var isOpen: Bool
        var lane: Lane?
        var correlationID: String?

        init(_ row: PostgresRow) throws {
            signature = try row.decode("signature")
            alertID = try row.decode("alert_id")
            isOpen = try row.decode("is_open")
            lane = try row.decode("lane", as: String?.self).flatMap(Lane.init(rawValue:))
            correlationID = try row.decode("correlation_id")
        }
    }

    /// Open alerts whose budget does not know their present state, and told ones that are over. What operators have muted
    /// is looked at when the mute ends, and what they have acknowledged when it is over.
    private var candidates: SQL {
        """
        SELECT c.signature, c.alert_id, c.is_open, r.lane, r.correlation_id FROM (
            SELECT a.signature, a.alert_id, true AS is_open, a.run_id
            FROM nba_orchestration.alert AS a LEFT JOIN nba_orchestration.alert_budget AS b USING (signature)
            WHERE a.resolved_at IS NULL AND NOT EXISTS (
                    SELECT 1 FROM nba_orchestration.alert_silence AS s
                    WHERE s.kind = 'ack' AND s.alert_id = a.alert_id AND s.ended_at IS NULL
                        AND (s.until IS NULL OR s.until > now()))
                AND (b.alert_id IS DISTINCT FROM a.alert_id OR b.occurrences <> a.occurrences OR NOT b.is_told
                     OR array_position(ARRAY['info', 'warning', 'error', 'critical'], a.level)
                        > array_position(ARRAY['info', 'warning', 'error', 'critical'], b.told_level)
                     OR b.suppressed > 0 AND b.window_started_at
                        <= now() - \(settings.budget.window) * interval '1 second')
            UNION ALL
            SELECT b.signature, a.alert_id, false, a.run_id
            FROM nba_orchestration.alert_budget AS b JOIN nba_orchestration.alert AS a ON a.alert_id = b.alert_id
            WHERE b.is_told AND a.resolved_at IS NOT NULL
                -- One that came again at once was never over to those who were told.
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.alert AS o
                                WHERE o.signature = b.signature AND o.resolved_at IS NULL)
        ) AS c LEFT JOIN nba_orchestration.run AS r USING (run_id)
        WHERE NOT EXISTS (
            SELECT 1 FROM nba_orchestration.alert_silence AS s
            WHERE s.kind = 'mute' AND s.ended_at IS NULL AND s.until > now()
                AND (s.signature = c.signature
                     OR right(s.signature, 1) = '*' AND starts_with(c.signature, left(s.signature, -1))))
        ORDER BY c.alert_id LIMIT \(Int64(Self.limit))
        """
    }

    // MARK: Deciding

    private func decide(_ candidate: Candidate, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.alert_budget (signature) VALUES (\(candidate.signature))
            ON CONFLICT (signature) DO NOTHING
            """
        )
        let stored = try await transaction.query(
            """
            SELECT alert_id, occurrences, told_level, is_told, window_started_at, window_occurrences, window_messages,
                   suppressed, is_summarised, now() AS database_now
            FROM nba_orchestration.alert_budget WHERE signature = \(candidate.signature) FOR UPDATE
            """
        ).one()
        var budget = try AlertBudget(row: stored)
        let before = budget
        // Read behind the lock: what another has decided meanwhile is not decided again.
        let alert = try await transaction.query(
            """
            SELECT level, title, detail, game_date, run_id, occurrences, raised_by, raised_at, resolved_at
            FROM nba_orchestration.alert WHERE alert_id = \(candidate.alertID)
            """
        ).one()
        let now: Date = try stored.decode("database_now")
        let resolvedAt: Date? = try alert.decode("resolved_at")
        guard candidate.isOpen == (resolvedAt == nil) else { return false }
        let level: Alerts.Level = try alert.enumeration("level")
        let decision: AlertBudget.Message?
        if resolvedAt == nil {
            let occurrences = Int(try alert.decode("occurrences", as: Int32.self))
            decision = budget.see(
                .init(id: candidate.alertID, level: level, occurrences: occurrences),
                at: now,
                settings.budget
            )
        } else if budget.incidentID == candidate.alertID {
            decision = budget.end(at: now, settings.budget)
        } else {
            return false
        }
        if let decision {
            let message = try message(decision, candidate, alert, level: before.worst(level, decision.kind))
            let batch =
                candidate.lane == .backfill && Self.batchSeconds(message.level) != nil
                ? "backfill:\(message.level.rawValue)" : nil
            try await insert(message, windowKey: decision.windowKey, alertID: candidate.alertID, batch, in: transaction)
        }
        if budget != before { try await transaction.execute(budget.update(candidate.signature)) }
        return decision != nil
    }

    private func message(
        _ decision: AlertBudget.Message,
        _ candidate: Candidate,
        _ alert: PostgresRow,
        level: Alerts.Level
    ) throws -> AlertMessage {
        let detail = try JSONValue(parsing: alert.decode("detail", as: PostgresJSON.self).bytes)
        let date = try alert.optionalGameDate("game_date")
        let runID: UUID? = try alert.decode("run_id")
        return AlertMessage(
            kind: decision.kind,
            level: level,
            signature: candidate.signature,
            title: try alert.decode("title"),
            since: try detail["since"]?.stringValue.flatMap(Instant.parse) ?? alert.decode("raised_at"),
            until: try alert.decode("resolved_at"),
            names: (detail["names"] ?? detail["missing"])?.arrayValue?.compactMap(\.stringValue) ?? [],
            command: decision.kind == .resolve
                ? "nothing: it is over"
                : AlertGuide.command(
                    candidate.signature,
                    detail: detail,
                    date: date?.description,
                    run: runID?.uuidString.lowercased()
                ),
            gameDate: date,
            runID: runID,
            correlationID: candidate.correlationID ?? detail["correlation_id"]?.stringValue,
            suppressed: decision.suppressed,
            occurrences: Int(try alert.decode("occurrences", as: Int32.self)),
            raisedBy: try alert.decode("raised_by")
        )
    }

    private func insert(
        _ message: AlertMessage,
        windowKey: String,
        alertID: Int64?,
        _ batch: String?,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(message.insert(windowKey: windowKey, alertID: alertID, batch: batch, by: owner))
    }

    // MARK: Digests

    /// Puts what a backfill has held back into one message a level, when its time has come or no backfill is open.
    private func flush() async throws -> Int {
        var flushed = 0
        for level in [Alerts.Level.error, .warning] {
            let batch = "backfill:\(level.rawValue)"
            let isDigested = try await pool.transaction { transaction in
                let rows = try await transaction.query(
                    """
                    WITH held AS (
                        SELECT message_id, body, created_at FROM nba_orchestration.alert_message
                        WHERE batch = \(batch) AND digest_id IS NULL ORDER BY created_at FOR UPDATE
                    )
                    SELECT * FROM held
                    WHERE (SELECT min(created_at) FROM held)
                            <= now() - \(Self.batchSeconds(level) ?? 0) * interval '1 second'
                        OR NOT EXISTS (SELECT 1 FROM nba_orchestration.run WHERE state = 'open' AND lane = 'backfill')
                            AND NOT EXISTS (SELECT 1 FROM nba_orchestration.backfill_job WHERE state = 'running')
                    ORDER BY created_at
                    """
                )
                guard let first = rows.first else { return false }
                let held = try rows.map { row in
                    try AlertMessage(json: JSONValue(parsing: row.decode("body", as: PostgresJSON.self).bytes))
                }
                let digest = Self.digest(held, level: level, since: try first.decode("created_at"))
                let key = Instant.text(try first.decode("created_at", as: Date.self))
                try await insert(digest, windowKey: key, alertID: nil, nil, in: transaction)
                try await transaction.execute(
                    """
                    UPDATE nba_orchestration.alert_message SET digest_id = \(digest.id)
                    WHERE message_id = ANY(\(try rows.column("message_id", as: UUID.self)))
                    """
                )
                return true
            }
            flushed += isDigested ? 1 : 0
        }
        return flushed
    }

    /// Titles that a digest spells out.
    static let entryLimit = 30

    static func digest(_ held: [AlertMessage], level: Alerts.Level, since: Date) -> AlertMessage {
        let ended = Set(held.filter { $0.kind == .resolve }.map(\.signature))
        let told = held.filter { $0.kind != .resolve }
        var entries = told.prefix(entryLimit).map { ended.contains($0.signature) ? "\($0.title) (over)" : $0.title }
        if told.count > entryLimit { entries.append("and \(told.count - entryLimit) more: tipoff alerts --all") }
        let open = Set(told.map(\.signature)).subtracting(ended).count
        return AlertMessage(
            kind: .digest,
            level: level,
            signature: "digest:backfill:\(level.rawValue)",
            title: "backfill: \(told.count) \(level.rawValue) messages, \(open) of \(Set(told.map(\.signature)).count) "
                + "incidents not over",
            since: since,
            command: "tipoff alerts",
            occurrences: told.count,
            raisedBy: "alerts",
            entries: Array(entries)
        )
    }

    // MARK: Ways

    /// Lays out the way of new messages through the sinks of this process. The log gets everything; people do not get
    /// single pieces of information, nor what waits for a digest.
    private func plan() async throws {
        try await pool.execute(
            """
            WITH fresh AS (
                UPDATE nba_orchestration.alert_message SET is_planned = true WHERE NOT is_planned
                RETURNING message_id, kind, level, batch
            )
            INSERT INTO nba_orchestration.alert_sending (message_id, sink)
            SELECT f.message_id, s.sink FROM fresh AS f CROSS JOIN unnest(\(sinks.map(\.rawValue))::text[]) AS s(sink)
            WHERE s.sink = 'log'
                OR f.batch IS NULL AND (f.level <> 'info' OR f.kind IN ('all_well', 'test', 'digest'))
            ON CONFLICT (message_id, sink) DO NOTHING
            """
        )
    }

    /// Removes messages that nobody will ask for any more.
    public func forget(days: Int = 90) async throws {
        try await pool.execute(
            """
            DELETE FROM nba_orchestration.alert_message WHERE message_id IN (
                SELECT message_id FROM nba_orchestration.alert_message
                WHERE created_at < now() - \(Int32(days)) * interval '1 day' LIMIT 2000)
            """
        )
    }
}

extension AlertMessage {
    /// Stores the message, once a signature and window.
    public func insert(windowKey: String, alertID: Int64? = nil, batch: String? = nil, by owner: String) -> SQL {
        """
        INSERT INTO nba_orchestration.alert_message
            (message_id, signature, window_key, kind, level, alert_id, body, batch, created_by)
        VALUES (\(id), \(signature), \(windowKey), \(kind.rawValue), \(level.rawValue), \(alertID),
                \(PostgresJSON(json.encodedText)), \(batch), \(owner))
        ON CONFLICT (signature, window_key) DO NOTHING
        """
    }
}

extension AlertBudget {
    init(row: PostgresRow) throws {
        self.init()
        incidentID = try row.decode("alert_id")
        occurrences = Int(try row.decode("occurrences", as: Int32.self))
        toldLevel = try row.decode("told_level", as: String?.self).flatMap(Alerts.Level.init(rawValue:))
        isTold = try row.decode("is_told")
        windowStartedAt = try row.decode("window_started_at")
        windowOccurrences = Int(try row.decode("window_occurrences", as: Int32.self))
        windowMessages = Int(try row.decode("window_messages", as: Int32.self))
        suppressed = Int(try row.decode("suppressed", as: Int32.self))
        isSummarised = try row.decode("is_summarised")
    }

    func update(_ signature: String) -> SQL {
        """
        UPDATE nba_orchestration.alert_budget
        SET alert_id = \(incidentID), occurrences = \(Int32(occurrences)), told_level = \(toldLevel?.rawValue),
            is_told = \(isTold), window_started_at = \(windowStartedAt),
            window_occurrences = \(Int32(windowOccurrences)), window_messages = \(Int32(windowMessages)),
            suppressed = \(Int32(suppressed)), is_summarised = \(isSummarised)
        WHERE signature = \(signature)
        """
    }

    /// The level of a message: an end is told with the level that its beginning was told with.
    func worst(_ level: Alerts.Level, _ kind: AlertKind) -> Alerts.Level {
        kind == .resolve ? toldLevel ?? level : level
    }
}
