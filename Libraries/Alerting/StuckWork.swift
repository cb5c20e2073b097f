public import Basketball
public import Foundation
public import Pipeline
public import Postgres

/// Tasks of one processor that could go on and do not.
public struct StuckWork: Sendable, Hashable {
    public var phase: Phase
    public var processor: String
    /// `*` is the whole date.
    public var units: [String]
    public var since: Date
    public var runIDs: [UUID]
    public var dates: [GameDate]
    public var correlationID: String
    /// Whether an execution has begun and does not end.
    public var isRunning: Bool

    /// `nbac_injury_report` or `nbac_gamebook_pdf (3 units: 20240115_…)`.
    public var name: String {
        guard units != [UnitKind.wholeDate], let first = units.first else { return processor }
        return units.count == 1 ? "\(processor) (\(first))" : "\(processor) (\(units.count) units: \(first), …)"
    }

    /// Live tasks of a processor that does make progress are only waiting their turn, up to this many times the limit.
    static let patience = 3.0

    /// Finds what is stuck.
    ///
    /// A task could go on when it is running, or when its wake-up was sent, no retry is awaited, no lower level and no
    /// other execution of the same unit is in its way, and, in Phase 2, its scrape has handed something over. It does not
    /// when its execution began before the limit, or when its processor has ended nothing since; a live one also when it
    /// has waited three times as long.
    ///
    /// - Parameters:
    ///   - limit: how long work may stand still, by the database's clock.
    ///   - date: of this game date only.
    public static func find(
        limit: Duration,
        date: GameDate? = nil,
        in transaction: PostgresTransaction
    ) async throws -> [StuckWork] {
        let seconds = limit / .seconds(1)
        let rows = try await transaction.query(
            """
            WITH waiting AS (
                SELECT t.phase, t.processor, t.unit, t.run_id, t.game_date, r.lane, r.correlation_id,
                    t.state = 'running' AS is_running,
                    CASE WHEN t.state = 'running' THEN t.claimed_at
                         ELSE GREATEST(w.sent_since, t.next_attempt_at) END AS since
                FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                LEFT JOIN LATERAL (
                    SELECT min(o.created_at) AS sent_since FROM nba_orchestration.outbox AS o
                    WHERE o.run_id = t.run_id AND o.starts_phase = t.phase AND o.state <> 'done'
                        AND (o.starts_level IS NULL OR o.starts_level = t.level)
                        AND (o.starts_unit IS NULL OR o.starts_unit = t.unit)
                ) AS w ON t.state = 'pending'
                WHERE NOT t.is_terminal AND r.state = 'open'
                    AND (\(date?.postgres)::date IS NULL OR t.game_date = \(date?.postgres))
                    AND (t.state = 'running'
                         OR w.sent_since IS NOT NULL AND (t.next_attempt_at IS NULL OR t.next_attempt_at <= now())
                            AND (t.phase <> 2 OR t.input IS NOT NULL)
                            AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS lower
                                            WHERE lower.run_id = t.run_id AND lower.phase = t.phase
                                                AND lower.level < t.level AND NOT lower.is_terminal)
                            AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS other
                                            WHERE other.phase = t.phase AND other.processor = t.processor
                                                AND other.game_date = t.game_date AND other.unit = t.unit
                                                AND other.state = 'running' AND other.run_id <> t.run_id))
            ), old AS (
                SELECT * FROM waiting WHERE since < now() - \(seconds) * interval '1 second'
            ), progress AS MATERIALIZED (
                SELECT DISTINCT t.phase, t.processor FROM nba_orchestration.run AS r
                JOIN nba_orchestration.task AS t USING (run_id)
                WHERE EXISTS (SELECT 1 FROM old) AND t.finished_at > now() - \(seconds) * interval '1 second'
                    AND (r.state = 'open' OR r.finished_at > now() - \(seconds) * interval '1 second')
            )
            SELECT phase, processor, min(since) AS since, array_agg(DISTINCT unit ORDER BY unit) AS units,
                   array_agg(DISTINCT run_id) AS run_ids, array_agg(DISTINCT game_date) AS dates,
                   (array_agg(correlation_id ORDER BY since))[1] AS correlation_id, bool_or(is_running) AS is_running
            FROM old AS o
            WHERE is_running
                OR NOT EXISTS (SELECT 1 FROM progress AS p WHERE p.phase = o.phase AND p.processor = o.processor)
                OR lane = 'live' AND since < now() - \(Self.patience * seconds) * interval '1 second'
            GROUP BY phase, processor ORDER BY phase, min(since), processor
            """
        )
        return try rows.map { row in
            StuckWork(
                phase: try row.phase("phase"),
                processor: try row.decode("processor"),
                units: try row.decode("units"),
                since: try row.decode("since"),
                runIDs: try row.decode("run_ids"),
                dates: try row.decode("dates", as: [PostgresDate].self)
                    .map { try GameDate(daysSince1970: $0.daysSince1970) }.sorted(),
                correlationID: try row.decode("correlation_id"),
                isRunning: try row.decode("is_running")
            )
        }
    }
}

extension Monitor {
    /// Nobody claims, or an execution does not end: one incident a service, with its processors by name.
    static let stuckWork = Monitor(name: "stuck_work") { context in
        let stuck = try await context.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await StuckWork.find(limit: context.settings.stuckAfter, in: transaction)
        }
        return Dictionary(grouping: stuck, by: \.phase).sorted { $0.key < $1.key }.map { phase, works in
            let processors = works.map(\.processor)
            let shown = processors.prefix(3).joined(separator: ", ") + (processors.count > 3 ? ", …" : "")
            let runIDs = Set(works.flatMap(\.runIDs))
            return Finding(
                signature: serviceSignature(phase.name),
                level: .error,
                title: "\(phase.name) makes no progress: \(shown)",
                since: works.map(\.since).min(),
                names: works.map(\.name),
                next: context.alerts.restart(phase.name),
                gameDate: works.flatMap(\.dates).max(),
                runID: runIDs.count == 1 ? runIDs.first : nil,
                correlationID: works.min { $0.since < $1.since }?.correlationID
            )
        }
    }

    /// Every task of an open phase has ended and its owner does not close it.
    static let stuckOrchestrator = Monitor(name: "stuck_orchestrator") { context in
        let stuck = try await context.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await StuckPhase.find(limit: context.settings.stuckAfter, in: transaction)
        }
        return Dictionary(grouping: stuck, by: \.phase).sorted { $0.key < $1.key }.map { phase, runs in
            let owner = runs[0].owner
            return Finding(
                signature: serviceSignature(owner),
                level: .error,
                title: "\(owner) does not close \(phase.name), whose tasks have ended",
                since: runs.map(\.since).min(),
                names: runs.map { "run \($0.runID.uuidString.lowercased())" },
                next: context.alerts.restart(owner),
                gameDate: runs.map(\.date).max(),
                runID: runs.count == 1 ? runs[0].runID : nil,
                correlationID: runs[0].correlationID
            )
        }
    }

    /// One incident a service, whatever it is noticed by.
    static func serviceSignature(_ service: String) -> String { "service:\(service)" }
}
