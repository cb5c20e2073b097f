import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// Whose changes are meant.
enum ChangeSubject: Sendable, Hashable {
    case run(UUID)
    case execution(UUID, run: UUID)
    case table(TableDefinition, GameDate)

    fileprivate var condition: SQL {
        switch self {
        case .run(let id): "run_id = \(id)"
        case .execution(let id, _): "execution_id = \(id)"
        case .table(let table, let date): "table_name = \(table.name) AND game_date = \(date.sqlDate)"
        }
    }
}

/// Reads what rows were before they changed, and the executions that changed them.
struct ChangeHistory: Sendable {
    /// How long `row_change` keeps a change.
    static let days = Retention.Limits().stateDays

    let pool: PostgresPool
    let registry: Registry

    /// The run or execution whose id begins so. Throws a problem when there is none, or more than one.
    func subject(_ prefix: IDPrefix) async throws -> ChangeSubject {
        let isMeant: SQL = "BETWEEN \(prefix.bounds.first)::uuid AND \(prefix.bounds.last)::uuid"
        let rows = try await pool.query(
            """
            SELECT 'run' AS kind, run_id AS id, run_id FROM nba_orchestration.run WHERE run_id \(sql: isMeant)
            UNION SELECT 'run', run_id, run_id FROM nba_orchestration.pipeline_execution_log WHERE run_id \(sql: isMeant)
            UNION SELECT 'run', run_id, run_id FROM nba_orchestration.row_change WHERE run_id \(sql: isMeant)
            UNION SELECT 'execution', execution_id, run_id FROM nba_orchestration.pipeline_execution_log
                WHERE execution_id \(sql: isMeant)
            UNION SELECT 'execution', execution_id, run_id FROM nba_orchestration.row_change
                WHERE execution_id \(sql: isMeant)
            ORDER BY kind, id LIMIT 5
            """
        )
        let found = try rows.map { row in
            (
                kind: try row.decode("kind", as: String.self), id: try row.decode("id", as: UUID.self),
                run: try row.decode("run_id", as: UUID.self)
            )
        }
        guard let first = found.first else {
            throw CommandProblem.problem("no run and no execution is called \(prefix.text)", next: "tipoff status")
        }
        guard found.count == 1 else {
            throw CommandProblem.usage(
                "\(prefix.text) is ambiguous: " + found.map { "\($0.kind) \($0.id.text)" }.joined(separator: ", "),
                next: "tipoff explain-change \(first.id.text)"
            )
        }
        return first.kind == "run" ? .run(first.id) : .execution(first.id, run: first.run)
    }

    /// What a subject changed, with its newest rows.
    func report(on subject: ChangeSubject, limit: Int) async throws -> ChangeReport {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            ChangeReport(
                subject: try await described(subject, in: transaction),
                tables: try await tables(subject.condition, in: transaction),
                changes: try await changes(subject.condition, limit: limit, in: transaction)
            )
        }
    }

    private func described(
        _ subject: ChangeSubject,
        in transaction: PostgresTransaction
    ) async throws -> ChangeReport.Subject {
        switch subject {
        case .run(let id): .run(try await run(id, in: transaction))
        case .execution(let id, let run): .execution(try await execution(id, of: run, in: transaction))
        case .table(let table, let date): .table(table.name, date)
        }
    }

    /// How many rows changed, by table and column.
    private func tables(
        _ condition: SQL,
        in transaction: PostgresTransaction
    ) async throws -> [ChangeReport.Table] {
        let rows = try await transaction.query(
            """
            SELECT table_name, NULL AS column_name, count(*) FILTER (WHERE kind <> 'removed') AS updated,
                   count(*) FILTER (WHERE kind = 'removed') AS removed
            FROM nba_orchestration.row_change WHERE \(sql: condition) GROUP BY table_name
            UNION ALL
            SELECT table_name, column_name, count(*), 0
            FROM nba_orchestration.row_change, jsonb_object_keys(differences) AS column_name
            WHERE \(sql: condition) GROUP BY table_name, column_name
            ORDER BY table_name, column_name NULLS FIRST
            """
        )
        var tables: [ChangeReport.Table] = []
        for row in rows {
            let updated = Int(try row.decode("updated", as: Int64.self))
            if let column = try row.decode("column_name", as: String?.self) {
                tables[tables.count - 1].columns.append(.init(name: column, rows: updated))
            } else {
                let removed = Int(try row.decode("removed", as: Int64.self))
                tables.append(
                    .init(name: try row.decode("table_name"), updated: updated, removed: removed, columns: [])
                )
            }
        }
        for index in tables.indices {
            tables[index].columns.sort { ($1.rows, $0.name) < ($0.rows, $1.name) }
        }
        return tables
    }

    /// The newest changes, each with the processor that made it.
    func changes(
        _ condition: SQL,
        limit: Int,
        in transaction: PostgresTransaction
    ) async throws -> [RecordedChange] {
        let rows = try await transaction.query(
            """
            SELECT c.*, l.processor_name, l.run_kind
            FROM (SELECT * FROM nba_orchestration.row_change WHERE \(sql: condition)
                  ORDER BY changed_at DESC, table_name, row_key LIMIT \(Int64(limit))) AS c
            LEFT JOIN LATERAL (
                SELECT processor_name, run_kind FROM nba_orchestration.pipeline_execution_log AS l
                WHERE l.run_id = c.run_id AND l.execution_id = c.execution_id LIMIT 1) AS l ON true
            ORDER BY c.changed_at DESC, c.table_name, c.row_key
            """
        )
        return try rows.map { row in
            let differences = try JSONValue(parsing: row.decode("differences", as: PostgresJSON.self).bytes)
            return RecordedChange(
                table: try row.decode("table_name"),
                key: try row.decode("row_key"),
                kind: try row.enumeration("kind"),
                gameDate: try row.gameDate("game_date"),
                changedAt: try row.decode("changed_at"),
                runID: try row.decode("run_id"),
                executionID: try row.decode("execution_id"),
                runKind: try row.decode("run_kind"),
                processor: try row.decode("processor_name"),
                hashBefore: try row.decode("hash_before"),
                hashAfter: try row.decode("hash_after"),
                differences: differences.objectValue ?? JSONObject()
            )
        }
    }
}
