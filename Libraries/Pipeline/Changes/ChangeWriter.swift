package import Basketball
package import Foundation
package import Postgres

/// The statements that apply plans; they run inside the transaction that finishes their tasks.
package enum ChangeWriter {
    /// A plan and the execution that its rows belong to.
    struct Part {
        var plan: ChangePlan
        var execution: ExecutionIdentity
    }

    /// The statements for one plan.
    package static func statements(
        for plan: ChangePlan,
        runID: UUID,
        executionID: UUID,
        gameDate: GameDate
    ) throws(JSONError) -> [SQL] {
        let execution = ExecutionIdentity(runID: runID, executionID: executionID, gameDate: gameDate)
        return try statements(for: [Part(plan: plan, execution: execution)])
    }

    /// The statements for plans of one table and scope head, in order. The first one moves the head and must affect
    /// exactly one row, else the plans are stale and the transaction must not commit.
    static func statements(for parts: [Part]) throws(JSONError) -> [SQL] {
        let parts = parts.filter { part in
            part.plan.rejection == nil && (!part.plan.isUnchanged || part.plan.write.source != nil)
        }
        guard let first = parts.first else { return [] }
        var statements = [headStatement(first, parts)]
        if parts.contains(where: { !$0.plan.upserts.isEmpty }) { statements.append(upsertStatement(first.plan, parts)) }
        if parts.contains(where: { !$0.plan.removedKeys.isEmpty }) {
            statements.append(removeStatement(first.plan.write.table, parts))
        }
        if let history = try historyStatement(first.plan.write.table, parts) { statements.append(history) }
        return statements
    }

    private static func headStatement(_ first: Part, _ parts: [Part]) -> SQL {
        let write = first.plan.write
        let removed = parts.reduce(0) { $0 + $1.plan.removedKeys.count }
        let inserted = parts.reduce(0) { $0 + $1.plan.changes.count { $0.kind == .inserted } }
        let isIncremental = if case .entities = write.scope { true } else { false }
        let rowCount = isIncremental ? first.plan.headRowCount + inserted - removed : write.rows.count
        return """
            INSERT INTO nba_orchestration.snapshot_head AS head
                (table_name, scope, digest, row_count, source_object, source_sha256, captured_at, execution_id)
            VALUES (\(write.table.name), \(write.scope.headKey), \(first.plan.digest), \(max(rowCount, 0)),
                    \(write.source?.objectPath), \(first.plan.takenOver), \(write.source?.capturedAt),
                    \(first.execution.executionID))
            ON CONFLICT (table_name, scope) DO UPDATE SET
                version = head.version + 1, digest = excluded.digest, row_count = excluded.row_count,
                source_object = excluded.source_object, source_sha256 = excluded.source_sha256,
                captured_at = excluded.captured_at, execution_id = excluded.execution_id, updated_at = now()
            WHERE head.version = \(first.plan.headVersion)
            """
    }

    private static func upsertStatement(_ plan: ChangePlan, _ parts: [Part]) -> SQL {
        let table = plan.write.table
        let rows = parts.flatMap { part in part.plan.upserts.map { part.plan.write.rows[$0.row] } }
        var parameters = table.columns.indices.map { CellArrays.parameter(rows, $0, table.columns[$0].type) }
        parameters.append("\(parts.flatMap { $0.plan.upserts.map(\.hash) })::text[]")
        parameters.append(
            "\(parts.flatMap { part in part.plan.upserts.map { _ in part.execution.executionID } })::uuid[]"
        )
        let names = table.columns.map(\.name)
        let selected: [SQL] = table.columns.map { column in
            column.type == .json ? "n.\(identifier: column.name)::jsonb" : "n.\(identifier: column.name)"
        }
        let assignments: [SQL] = names.filter { !table.key.contains($0) }.map {
            "\(identifier: $0) = excluded.\(identifier: $0)"
        }
        let tail: SQL = """
            data_hash = excluded.data_hash, run_id = excluded.run_id, execution_id = excluded.execution_id,
            source_object = excluded.source_object, captured_at = excluded.captured_at, updated_at = now(),
            removed_at = NULL
            """
        return """
            INSERT INTO \(sql: .table(table.name)) AS t
                (\(sql: .columns(names)), data_hash, run_id, execution_id, source_object, captured_at)
            SELECT \(sql: .joined(selected, separator: ", ")), n.data_hash, \(parts[0].execution.runID), n.execution_id,
                   \(plan.write.source?.objectPath)::text, \(plan.write.source?.capturedAt)::timestamptz
            FROM unnest(\(sql: .joined(parameters, separator: ", "))) AS n(\(sql: .columns(names)), data_hash, execution_id)
            ON CONFLICT (\(sql: .columns(table.key))) DO UPDATE SET
                \(sql: .joined(assignments + [tail], separator: ", "))
            WHERE t.data_hash IS DISTINCT FROM excluded.data_hash OR t.removed_at IS NOT NULL OR \(plan.comparesValues)
            """
    }

    /// What the rows held before; nil when no row changed that was there.
    private static func historyStatement(_ table: TableDefinition, _ parts: [Part]) throws(JSONError) -> SQL? {
        let rows = parts.flatMap { part in
            part.plan.upserts.compactMap { part.plan.updates[$0.row] }
                .map { (part.execution, $0.isReturn ? "returned" : "updated", $0) }
                + part.plan.removals.map { (part.execution, "removed", $0) }
        }
        guard !rows.isEmpty else { return nil }
        var values: [String] = []
        for row in rows { values.append(try row.2.valuesText()) }
        return """
            INSERT INTO nba_orchestration.row_change
                (table_name, row_key, execution_id, run_id, game_date, kind, hash_before, hash_after, differences)
            SELECT \(table.name), n.row_key, n.execution_id, \(parts[0].execution.runID), n.game_date, n.kind,
                   n.hash_before, n.hash_after, n.differences::jsonb
            FROM unnest(\(rows.map { $0.2.keyText })::text[], \(rows.map(\.0.executionID))::uuid[],
                        \(rows.map { $0.2.date.postgres })::date[], \(rows.map(\.1))::text[],
                        \(rows.map(\.2.hashBefore))::text[], \(rows.map(\.2.hashAfter))::text[],
                        \(values)::text[])
                AS n(row_key, execution_id, game_date, kind, hash_before, hash_after, differences)
            """
    }

    private static func removeStatement(_ table: TableDefinition, _ parts: [Part]) -> SQL {
        let types = table.key.map { table.columns[table.index(of: $0)].type }
        let keys = parts.flatMap(\.plan.removedKeys)
        var parameters = table.key.indices.map { CellArrays.parameter(keys, $0, types[$0]) }
        parameters.append(
            "\(parts.flatMap { part in part.plan.removedKeys.map { _ in part.execution.executionID } })::uuid[]"
        )
        let matches = table.key.map { "t.\(identifier: $0) = k.\(identifier: $0)" as SQL }
        return """
            UPDATE \(sql: .table(table.name)) AS t
            SET removed_at = now(), updated_at = now(), run_id = \(parts[0].execution.runID),
                execution_id = k.removing_execution
            FROM unnest(\(sql: .joined(parameters, separator: ", ")))
                AS k(\(sql: .columns(table.key)), removing_execution)
            WHERE \(sql: .joined(matches, separator: " AND ")) AND t.removed_at IS NULL
            """
    }
}

/// The ids that every row of an execution carries.
struct ExecutionIdentity: Sendable, Hashable {
    var runID: UUID
    var executionID: UUID
    var gameDate: GameDate
}

extension RowDifference {
    /// The key's values with slashes, as people name the row.
    fileprivate var keyText: String { Cell.keyText(key) }

    /// `{"column":[before,after],…}`
    fileprivate func valuesText() throws(JSONError) -> String {
        var object = JSONObject()
        for value in values { object[value.column] = .array([try value.before.json(), try value.after.json()]) }
        return try JSONValue.object(object).text()
    }
}
