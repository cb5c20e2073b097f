import Basketball
import Foundation
import Pipeline
import Postgres

/// Reads a ``TraceSnapshot`` from the log, the outbox, the phases and the documents.
struct TraceReader: Sendable {
    let pool: PostgresPool

    /// The trace that an id belongs to: a correlation, run, message or execution id. Nil when nothing knows it.
    func read(_ id: String) async throws -> TraceSnapshot? {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            guard let correlationID = try await correlation(of: id, in: transaction) else { return nil }
            let now: Date = try await transaction.query("SELECT now()").scalar()
            var trace = TraceSnapshot(correlationID: correlationID, now: now)
            let rows = try await transaction.query(
                """
                SELECT run_id, kind, game_date, state, reason, opened_by, opened_at, finished_at
                FROM nba_orchestration.run WHERE correlation_id = \(correlationID) ORDER BY opened_at LIMIT 200
                """
            )
            let runIDs = try rows.column("run_id", as: UUID.self)
            trace.runs = try rows.map { row in
                TraceSnapshot.Run(
                    runID: try row.decode("run_id", as: UUID.self).uuidString.lowercased(),
                    kind: try row.enumeration("kind"),
                    gameDate: try row.gameDate("game_date"),
                    state: try row.decode("state"),
                    reason: try row.decode("reason"),
                    openedBy: try row.decode("opened_by"),
                    openedAt: try row.decode("opened_at"),
                    finishedAt: try row.decode("finished_at")
                )
            }
            trace.hops += try await work(correlationID, in: transaction)
            trace.hops += try await messages(runIDs, correlationID, in: transaction)
            trace.hops += try await phaseEnds(runIDs, in: transaction)
            trace.hops += try await documents(runIDs, in: transaction)
            trace.dependencies = try await dependencies(runIDs, in: transaction)
            trace.waiting = try await waiting(runIDs, in: transaction)
            trace.collapse()
            return trace
        }
    }

    private func correlation(of id: String, in transaction: PostgresTransaction) async throws -> String? {
        let asUUID = UUID(uuidString: id)
        let rows = try await transaction.query(
            """
            SELECT correlation_id FROM (
                SELECT correlation_id, 1 AS place FROM nba_orchestration.run WHERE correlation_id = \(id)
                UNION ALL SELECT correlation_id, 2 FROM nba_orchestration.run WHERE run_id = \(asUUID)
                UNION ALL SELECT correlation_id, 3 FROM nba_orchestration.run
                    WHERE plan_key = \("msg:\(id.lowercased())")
                UNION ALL SELECT payload->>'correlation_id', 4 FROM nba_orchestration.outbox WHERE message_id = \(asUUID)
                UNION ALL SELECT correlation_id, 5 FROM nba_orchestration.pipeline_execution_log
                    WHERE correlation_id = \(id) OR run_id = \(asUUID)
                UNION ALL SELECT correlation_id, 6 FROM nba_orchestration.pipeline_execution_log
                    WHERE execution_id = \(asUUID)
            ) AS found ORDER BY place LIMIT 1
            """
        )
        return try rows.first?.decode("correlation_id", as: String?.self)
    }

    /// What ran. A service's clock may be moved (TIPOFF_CLOCK) while all other rows carry the database's time; the task
    /// that an execution ended says by how much.
    private func work(
        _ correlationID: String,
        in transaction: PostgresTransaction
    ) async throws -> [TraceSnapshot.Hop] {
        let rows = try await transaction.query(
            """
            SELECT phase, processor_name, started_at + shift AS started_at, completed_at + shift AS completed_at,
                   queued_seconds, status, records_changed, entities_changed, entities_in_scope, attempt, skip_reason,
                   error_message
            FROM (SELECT l.*,
                         CASE WHEN abs(extract(epoch FROM COALESCE(t.finished_at - l.completed_at, x.shift))) > 60
                              THEN COALESCE(t.finished_at - l.completed_at, x.shift) ELSE interval '0' END AS shift
                  FROM nba_orchestration.pipeline_execution_log AS l
                  LEFT JOIN nba_orchestration.task AS t ON t.execution_id = l.execution_id AND t.run_id = l.run_id
                      AND t.phase = l.phase AND t.processor = l.processor_name AND t.unit = l.unit
                  LEFT JOIN (SELECT ll.instance, min(tt.finished_at - ll.completed_at) AS shift
                             FROM nba_orchestration.pipeline_execution_log AS ll
                             JOIN nba_orchestration.task AS tt ON tt.execution_id = ll.execution_id
                                 AND tt.run_id = ll.run_id AND tt.phase = ll.phase AND tt.processor = ll.processor_name
                                 AND tt.unit = ll.unit
                             WHERE ll.correlation_id = \(correlationID) GROUP BY ll.instance) AS x
                      ON x.instance = l.instance
                  WHERE l.correlation_id = \(correlationID)) AS shifted
            ORDER BY started_at, execution_id LIMIT 20000
            """
        )
        return try rows.map { row in
            let phase = try row.phase("phase")
            let attempt: Int16 = try row.decode("attempt")
            let details = [
                attempt > 1 ? "attempt \(attempt)" : nil, try row.decode("error_message", as: String?.self),
                try row.decode("skip_reason", as: String?.self),
            ].compactMap { $0 }
            return TraceSnapshot.Hop(
                kind: .work,
                service: phase.name,
                name: try row.decode("processor_name"),
                phase: phase,
                start: try row.decode("started_at"),
                end: try row.decode("completed_at"),
                queueSeconds: try row.decode("queued_seconds"),
                status: try row.decode("status"),
                rows: Int(try row.decode("records_changed", as: Int32.self)),
                entitiesChanged: Int(try row.decode("entities_changed", as: Int32.self)),
                entitiesInScope: Int(try row.decode("entities_in_scope", as: Int32.self)),
                detail: details.isEmpty ? nil : SafeText.cut(details.joined(separator: ": "), to: 120)
            )
        }
    }

    private func messages(
        _ runIDs: [UUID],
        _ correlationID: String,
        in transaction: PostgresTransaction
    ) async throws -> [TraceSnapshot.Hop] {
        let rows = try await transaction.query(
            """
            SELECT producer, topic, created_at, sent_at, state, sends FROM nba_orchestration.outbox
            WHERE run_id = ANY(\(runIDs)) OR run_id IS NULL AND payload->>'correlation_id' = \(correlationID)
            ORDER BY created_at, outbox_id LIMIT 20000
            """
        )
        return try rows.map { row in
            let created: Date = try row.decode("created_at")
            let sent: Date? = try row.decode("sent_at")
            let sends: Int16 = try row.decode("sends")
            return TraceSnapshot.Hop(
                kind: .message,
                service: try row.decode("producer"),
                name: "→ \(try row.decode("topic", as: String.self))",
                start: created,
                end: max(created, sent ?? created),
                status: sent == nil ? "not sent" : "sent",
                detail: sends > 1 ? "sent \(sends) times" : nil
            )
        }
    }

    private func phaseEnds(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [TraceSnapshot.Hop] {
        let rows = try await transaction.query(
            """
            SELECT phase, state, closed_at, degraded_reasons FROM nba_orchestration.run_phase
            WHERE run_id = ANY(\(runIDs)) AND closed_at IS NOT NULL AND opened_at IS NOT NULL ORDER BY closed_at, phase
            """
        )
        return try rows.map { row in
            let phase = try row.phase("phase")
            let closed: Date = try row.decode("closed_at")
            let reasons: [String] = try row.decode("degraded_reasons")
            return TraceSnapshot.Hop(
                kind: .phase,
                service: Self.owner(of: phase),
                name: "phase \(phase.rawValue) closed",
                phase: phase,
                start: closed,
                end: closed,
                status: try row.decode("state"),
                detail: reasons.isEmpty ? nil : SafeText.cut(reasons.joined(separator: "; "), to: 120)
            )
        }
    }

    /// Who closes a phase.
    static func owner(of phase: Phase) -> String {
        switch phase {
        case .scrapers, .raw: "phase2-to-phase3"
        case .analytics: "phase3-to-phase4"
        case .precompute: "phase4-to-phase5"
        case .predictions: "predictions"
        case .publishing: "publishing"
        }
    }

    private func documents(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [TraceSnapshot.Hop] {
        let rows = try await transaction.query(
            """
            SELECT d.kind, d.version, d.state, d.object_path, d.created_at,
                   EXISTS (SELECT 1 FROM nba_publishing.document_pointer AS p WHERE p.document_id = d.document_id)
                       AS is_current
            FROM nba_publishing.document AS d WHERE d.run_id = ANY(\(runIDs)) ORDER BY d.created_at, d.kind LIMIT 1000
            """
        )
        return try rows.map { row in
            let created: Date = try row.decode("created_at")
            return TraceSnapshot.Hop(
                kind: .document,
                service: "publishing",
                name: "\(try row.decode("kind", as: String.self)) v\(try row.decode("version", as: Int64.self))",
                phase: .publishing,
                start: created,
                end: created,
                status: try row.decode("state"),
                detail: try row.decode("object_path", as: String.self)
                    + (try row.decode("is_current", as: Bool.self) ? " (current)" : " (replaced)")
            )
        }
    }

    /// The last look of each processor.
    private func dependencies(
        _ runIDs: [UUID],
        in transaction: PostgresTransaction
    ) async throws -> [TraceSnapshot.Dependency] {
        let rows = try await transaction.query(
            """
            SELECT * FROM (
                SELECT DISTINCT ON (processor, source_table) processor, source_table, is_critical, verdict, row_count,
                       expected_rows, age_seconds, checked_at
                FROM nba_orchestration.dependency_check WHERE run_id = ANY(\(runIDs))
                ORDER BY processor, source_table, checked_at DESC
            ) AS last ORDER BY checked_at, processor, source_table
            """
        )
        return try rows.map { row in
            TraceSnapshot.Dependency(
                processor: try row.decode("processor"),
                table: try row.decode("source_table"),
                isCritical: try row.decode("is_critical"),
                verdict: try row.decode("verdict"),
                rowCount: try row.decode("row_count"),
                expectedRows: try row.decode("expected_rows"),
                ageSeconds: try row.decode("age_seconds")
            )
        }
    }

    /// Open phases and what they wait for.
    private func waiting(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [String] {
        let rows = try await transaction.query(
            """
            SELECT p.phase, p.opened_at, p.gate_report->>'waiting' AS gate,
                   COALESCE(array_agg(DISTINCT t.processor ORDER BY t.processor) FILTER (WHERE NOT t.is_terminal),
                            '{}'::text[]) AS processors,
                   bool_or(t.claimed_at IS NOT NULL) AS has_begun
            FROM nba_orchestration.run_phase AS p
            LEFT JOIN nba_orchestration.task AS t ON t.run_id = p.run_id AND t.phase = p.phase
            WHERE p.run_id = ANY(\(runIDs)) AND p.state = 'open' GROUP BY p.run_id, p.phase ORDER BY p.phase
            """
        )
        return try rows.map { row in
            let phase = try row.phase("phase")
            let processors: [String] = try row.decode("processors")
            var text = "phase \(phase.rawValue) is open"
            if try row.decode("has_begun", as: Bool?.self) != true { text += ", nothing of it has begun" }
            if !processors.isEmpty { text += ", for \(processors.joined(separator: ", "))" }
            if let gate = try row.decode("gate", as: String?.self) { text += ": \(gate)" }
            return text
        }
    }
}
