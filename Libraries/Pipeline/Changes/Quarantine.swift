import Basketball
import Foundation
import Postgres

/// The statements that put rows into quarantine and bring them out; they run inside the transaction that finishes their
/// tasks. A finish without a broken row, of tables without a row in quarantine, has none.
enum Quarantine {
    static func statements(for results: [TaskResult], role: String) -> [SQL] {
        var statements: [SQL] = []
        let entries = entries(of: results)
        if !entries.isEmpty {
            statements.append(insertStatement(entries))
            statements.append(alertStatement(entries, role: role))
        }
        var tables: Set<String> = []
        for result in results {
            for plan in result.plans where plan.rejection == nil && plan.hasOpenQuarantine {
                statements.append(resolveStatement(plan, by: result.task.executionID))
                tables.insert(plan.write.table.name)
            }
        }
        return statements + tables.sorted().map { Self.resolveAlerts(of: $0) }
    }

    /// A row of `quarantined_row`.
    private struct Entry {
        var table: String
        var key: String
        var scope: String
        var date: GameDate
        var task: ClaimedTask
        var rule: String
        var demand: String
        var violations: String
        var values: String
    }

    /// One entry a key, the last one, in the order of tables and keys, so that writers queue instead of deadlocking.
    private static func entries(of results: [TaskResult]) -> [Entry] {
        var entries: [String: Entry] = [:]
        for result in results {
            for plan in result.plans where plan.rejection == nil {
                for row in plan.quarantined {
                    let entry = entry(row, plan, result.task)
                    entries["\(entry.table)\u{1F}\(entry.key)"] = entry
                }
            }
        }
        return entries.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func entry(_ row: QuarantinedRow, _ plan: ChangePlan, _ task: ClaimedTask) -> Entry {
        let write = plan.write
        let cells = write.rows[row.row]
        var values = JSONObject()
        for (column, cell) in zip(write.table.columns, cells) { values[column.name] = cell.inQuarantine }
        return Entry(
            table: write.table.name,
            key: Cell.keyText(plan.key(ofRow: row.row)),
            scope: write.scope.headKey,
            date: date(of: cells, write) ?? task.gameDate,
            task: task,
            rule: row.violations[0].rule,
            demand: row.violations[0].demand,
            violations: JSONValue.array(row.violations.map(\.json)).encodedText,
            values: JSONValue.object(values).encodedText
        )
    }

    private static func date(of cells: [Cell], _ write: TableWrite) -> GameDate? {
        if let column = write.table.dateColumn, case .date(let date) = cells[write.table.index(of: column)] {
            return date
        }
        return write.date
    }

    private static func insertStatement(_ entries: [Entry]) -> SQL {
        """
        INSERT INTO nba_orchestration.quarantined_row AS q
            (table_name, row_key, scope, game_date, processor, unit, run_id, execution_id, rule, violations, row_values)
        SELECT n.table_name, n.row_key, n.scope, n.game_date, n.processor, n.unit, n.run_id, n.execution_id, n.rule,
               n.violations::jsonb, n.row_values::jsonb
        FROM unnest(\(entries.map(\.table))::text[], \(entries.map(\.key))::text[], \(entries.map(\.scope))::text[],
                    \(entries.map(\.date.postgres))::date[], \(entries.map(\.task.processor))::text[],
                    \(entries.map(\.task.unit))::text[], \(entries.map(\.task.run.runID))::uuid[],
                    \(entries.map(\.task.executionID))::uuid[], \(entries.map(\.rule))::text[],
                    \(entries.map(\.violations))::text[], \(entries.map(\.values))::text[])
            AS n(table_name, row_key, scope, game_date, processor, unit, run_id, execution_id, rule, violations, row_values)
        ON CONFLICT (table_name, row_key) WHERE resolved_at IS NULL DO UPDATE SET
            scope = excluded.scope, game_date = excluded.game_date, processor = excluded.processor, unit = excluded.unit,
            run_id = excluded.run_id, execution_id = excluded.execution_id, rule = excluded.rule,
            violations = excluded.violations, row_values = excluded.row_values, times = q.times + 1, last_seen_at = now()
        """
    }

    /// The alert of a table, rule and date is one incident, whose numbers are those of the table of quarantine.
    private static let signature: SQL = """
        'quarantine:' || q.table_name || ':' || q.rule || ':' || to_char(q.game_date, 'YYYY-MM-DD')
        """

    private static func alertStatement(_ entries: [Entry], role: String) -> SQL {
        struct Incident: Hashable {
            var table: String
            var rule: String
            var date: GameDate
        }
        var incidents: [Incident: Entry] = [:]
        for entry in entries { incidents[Incident(table: entry.table, rule: entry.rule, date: entry.date)] = entry }
        let given = incidents.values.sorted { ($0.table, $0.rule, $0.date) < ($1.table, $1.rule, $1.date) }
        return """
            INSERT INTO nba_orchestration.alert AS a (signature, level, title, detail, game_date, run_id, raised_by)
            SELECT \(sql: signature), 'error',
                   count(*) || CASE count(*) WHEN 1 THEN ' row of ' ELSE ' rows of ' END || q.table_name
                       || ' in quarantine: ' || min(n.demand),
                   jsonb_build_object('table', q.table_name, 'rule', q.rule, 'rows', count(*),
                                      'keys', to_jsonb((array_agg(q.row_key ORDER BY q.row_key))[1:5])),
                   q.game_date, min(n.run_id::text)::uuid, \(role)
            FROM unnest(\(given.map(\.table))::text[], \(given.map(\.rule))::text[],
                        \(given.map(\.date.postgres))::date[], \(given.map(\.demand))::text[],
                        \(given.map(\.task.run.runID))::uuid[]) AS n(table_name, rule, game_date, demand, run_id)
            JOIN nba_orchestration.quarantined_row AS q USING (table_name, rule, game_date)
            WHERE q.resolved_at IS NULL
            GROUP BY q.table_name, q.rule, q.game_date
            ORDER BY 1
            ON CONFLICT (signature) WHERE resolved_at IS NULL DO UPDATE SET
                title = excluded.title, detail = excluded.detail, occurrences = a.occurrences + 1, last_seen_at = now()
            """
    }

    /// A row leaves quarantine when a write brings a sound one under its key, or when the scope that it came with no
    /// longer has it.
    private static func resolveStatement(_ plan: ChangePlan, by execution: UUID) -> SQL {
        let write = plan.write
        let broken = Set(plan.quarantined.map(\.row))
        let sound = write.rows.indices.filter { !broken.contains($0) }.map { Cell.keyText(plan.key(ofRow: $0)) }
        let still = broken.sorted().map { Cell.keyText(plan.key(ofRow: $0)) }
        var spokenFor: SQL = "q.scope = \(write.scope.headKey)"
        if case .entities(_, let column, let values) = write.scope {
            spokenFor = "\(sql: spokenFor) AND q.row_values ->> \(column) = ANY(\(values.sorted()))"
        }
        return """
            UPDATE nba_orchestration.quarantined_row AS q
            SET resolved_at = now(), resolved_by = \(execution),
                resolution = CASE WHEN q.row_key = ANY(\(sound)::text[]) THEN 'sound' ELSE 'gone' END
            WHERE q.table_name = \(write.table.name) AND q.resolved_at IS NULL AND q.row_key <> ALL(\(still)::text[])
                AND (q.row_key = ANY(\(sound)::text[]) OR (\(sql: spokenFor)))
            """
    }

    /// Ends the incidents of which no row is left in quarantine.
    private static func resolveAlerts(of table: String) -> SQL {
        """
        UPDATE nba_orchestration.alert AS a SET resolved_at = now()
        WHERE a.resolved_at IS NULL AND starts_with(a.signature, \("quarantine:\(table):"))
            AND NOT EXISTS (SELECT 1 FROM nba_orchestration.quarantined_row AS q
                            WHERE q.table_name = \(table) AND q.resolved_at IS NULL AND a.signature = \(sql: signature))
        """
    }
}

extension ChangePlan {
    /// The key of a row of the write, in the table's key order.
    func key(ofRow row: Int) -> [Cell] { write.table.key.map { write.rows[row][write.table.index(of: $0)] } }

    /// The digest of the payload that the head may remember: a payload of which a row was kept back is to be read again.
    var takenOver: String? { quarantined.isEmpty ? write.source?.sha256 : nil }

    /// Refuses the write when its rows break more rules than the limit allows. Returns whether it was refused.
    mutating func rejectIfBroken(_ limit: QuarantineLimit) -> Bool {
        guard limit.isExceeded(by: quarantined.count, of: write.rows.count) else { return false }
        let example = quarantined[0]
        rejection = .broken(
            rows: quarantined.count,
            of: write.rows.count,
            example: "\(Cell.keyText(key(ofRow: example.row))) \(example.violations[0])"
        )
        return true
    }
}

extension Cell {
    /// The value as it is kept in quarantine. What should be JSON and is none is kept as the text that it is.
    var inQuarantine: JSONValue { do { return try json() } catch { return .string(plainText) } }

    /// The values of a key with slashes, as people name the row.
    static func keyText(_ key: [Cell]) -> String { key.map(\.plainText).joined(separator: "/") }
}
