import Basketball
import Foundation
import Pipeline
import Postgres

/// The audits as an operator sees them.
struct AuditStore: Sendable {
    struct Audit: Sendable {
        var auditID: Int64
        var phase: Int
        var date: GameDate
        var kind: String
        var requestedBy: String
        var requestedAt: Date
        var state: String
        var reason: String?
        var finishedAt: Date?
        var rowsCompared: Int64?
        var rowsDifferent: Int64?
        var compared: JSONValue
        var differences: JSONValue

        var json: JSONValue {
            [
                "audit_id": .int(auditID), "phase": .int(Int64(phase)), "date": .string(date.description),
                "kind": .string(kind), "requested_by": .string(requestedBy),
                "requested_at": .string(Instant.text(requestedAt)), "state": .string(state),
                "reason": reason.map { .string($0) } ?? .null,
                "finished_at": finishedAt.map { .string(Instant.text($0)) } ?? .null,
                "rows_compared": rowsCompared.map { .int($0) } ?? .null,
                "rows_different": rowsDifferent.map { .int($0) } ?? .null, "compared": compared,
                "differences": differences,
            ]
        }

        /// `nba_analytics.player_game_summary 2024-01-15/joelembiid different: points`
        var differenceLines: [String] {
            (differences.arrayValue ?? []).map { difference in
                let columns = difference["columns"]?.dictionaryValue?.keys.sorted().joined(separator: ", ") ?? ""
                let words = ["table", "key", "kind"].compactMap { difference[$0]?.stringValue }
                return SafeText.cut(
                    words.joined(separator: " ") + (columns.isEmpty ? "" : ": \(columns)"),
                    to: 200
                )
            }
        }
    }

    let session: Session

    func newest(_ number: Int) async throws -> [Audit] {
        try await audits("true ORDER BY audit_id DESC LIMIT \(Int64(number))")
    }

    func audits(_ ids: [Int64]) async throws -> [Audit] {
        try await audits("audit_id = ANY(\(ids)) ORDER BY audit_id")
    }

    private func audits(_ condition: SQL) async throws -> [Audit] {
        let rows = try await session.pool.query(
            """
            SELECT audit_id, phase, game_date, kind, requested_by, requested_at, state, reason, finished_at, rows_compared,
                   rows_different, COALESCE(compared, '{}') AS compared, COALESCE(differences, '[]') AS differences
            FROM nba_orchestration.audit WHERE \(sql: condition)
            """
        )
        return try rows.map { row in
            Audit(
                auditID: try row.decode("audit_id"),
                phase: Int(try row.decode("phase", as: Int16.self)),
                date: try row.gameDate("game_date"),
                kind: try row.decode("kind"),
                requestedBy: try row.decode("requested_by"),
                requestedAt: try row.decode("requested_at"),
                state: try row.decode("state"),
                reason: try row.decode("reason"),
                finishedAt: try row.decode("finished_at"),
                rowsCompared: try row.decode("rows_compared"),
                rowsDifferent: try row.decode("rows_different"),
                compared: try JSONValue(parsing: row.decode("compared", as: PostgresJSON.self).bytes),
                differences: try JSONValue(parsing: row.decode("differences", as: PostgresJSON.self).bytes)
            )
        }
    }

    /// Asks the phases' services to compare a date; returns the rows that they will answer.
    func request(_ date: GameDate, phases: [Phase]) async throws -> [Int64] {
        let rows = try await session.pool.query(
            """
            INSERT INTO nba_orchestration.audit (phase, game_date, kind, requested_by)
            SELECT p.phase, \(PostgresDate(daysSince1970: date.daysSince1970)), 'requested', \(session.actor)
            FROM unnest(\(phases.map { Int16($0.rawValue) })::int2[]) AS p(phase)
            RETURNING audit_id
            """
        )
        return try rows.column("audit_id", as: Int64.self)
    }

    static func table(_ audits: [Audit], on day: GameDate) -> TextTable {
        var table = TextTable(["ID", "DATE", "PHASE", "STATE", "ROWS", "DIFFERENT", "WHEN", "BY", "WHY"])
        for audit in audits {
            table.add([
                String(audit.auditID), audit.date.description, String(audit.phase), audit.state,
                audit.rowsCompared.map { String($0) } ?? "-", audit.rowsDifferent.map { String($0) } ?? "-",
                EasternTime.short(audit.finishedAt ?? audit.requestedAt, on: day), audit.requestedBy,
                SafeText.cut(audit.reason ?? "-", to: 60),
            ])
        }
        return table
    }
}
