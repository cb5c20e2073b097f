import Foundation
public import Postgres

/// A row that is stored otherwise than its processor computes it now.
public struct StoredDifference: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// Computed and not stored.
        case missing
        /// Stored and not computed.
        case extra
        /// Stored with other values.
        case different
    }

    public struct Value: Sendable, Hashable {
        public var column: String
        public var stored: Cell
        public var computed: Cell
    }

    public var kind: Kind
    /// The key's cells in the table's key order.
    public var key: [Cell]
    /// The columns that differ, in the table's order; none for a missing or an extra row.
    public var values: [Value]

    /// `{"key":…,"kind":…,"columns":{"column":[stored,computed],…}}`
    func json(processor: String, table: String) throws(JSONError) -> JSONValue {
        var columns = JSONObject()
        for value in values { columns[value.column] = .array([try value.stored.json(), try value.computed.json()]) }
        return [
            "processor": .string(processor), "table": .string(table), "kind": .string(kind.rawValue),
            "key": .string(key.map(\.plainText).joined(separator: "/")), "columns": .object(columns),
        ]
    }
}

extension ChangeDetector {
    /// Compares what a write holds with the stored values themselves. ``plan(_:reader:)`` believes the stored hashes, which
    /// stay as they were when somebody changes a row without them.
    ///
    /// Returns the stored rows of the scope that were looked at and the differences in the order of the write's rows.
    func storedDifferences(
        of write: TableWrite,
        reader: PostgresTransaction
    ) async throws -> (compared: Int, differences: [StoredDifference]) {
        let table = write.table
        let keyIndices = table.key.map(table.index)
        let rows = try await reader.query(
            """
            SELECT \(sql: .columns(table.columns.map(\.name))) FROM \(sql: .table(table.name))
            WHERE \(sql: condition(of: write)) AND removed_at IS NULL
            """
        )
        var stored: [String: [Cell]] = Dictionary(minimumCapacity: rows.count)
        for row in rows {
            let cells = try table.columns.indices.map { try CellArrays.decode(row, at: $0, table.columns[$0].type) }
            stored[RowHasher.keyText(cells, keyIndices)] = cells
        }
        let quarantined = Set(table.ruleBook.judge(write.rows, columns: table.columns).map(\.row))
        var found: [StoredDifference] = []
        for (index, computed) in write.rows.enumerated() {
            let key = keyIndices.map { computed[$0] }
            let old = stored.removeValue(forKey: RowHasher.keyText(computed, keyIndices))
            // What breaks a rule is in quarantine, and the table holds the last good row or none.
            if quarantined.contains(index) { continue }
            guard let old else {
                found.append(StoredDifference(kind: .missing, key: key, values: []))
                continue
            }
            let values = table.columns.indices.filter {
                table.columns[$0].isBusiness && !old[$0].isStored(as: computed[$0])
            }.map {
                StoredDifference.Value(column: table.columns[$0].name, stored: old[$0], computed: computed[$0])
            }
            if !values.isEmpty { found.append(StoredDifference(kind: .different, key: key, values: values)) }
        }
        for (_, cells) in stored.sorted(by: { $0.key < $1.key }) {
            found.append(StoredDifference(kind: .extra, key: keyIndices.map { cells[$0] }, values: []))
        }
        return (rows.count, found)
    }

    /// The statements that make the next plan look at the rows again: the scope's digest is forgotten, which also makes
    /// plans stale that were made with it, and so are the hashes of the rows.
    func forgetting(_ differences: [StoredDifference], of write: TableWrite) -> [SQL] {
        let table = write.table
        let keys = differences.filter { $0.kind == .different }.map(\.key)
        let head: SQL = """
            UPDATE nba_orchestration.snapshot_head SET digest = NULL, version = version + 1, updated_at = now()
            WHERE table_name = \(table.name) AND scope = \(write.scope.headKey)
            """
        guard !keys.isEmpty else { return [head] }
        let parameters = table.key.indices.map {
            CellArrays.parameter(keys, $0, table.columns[table.index(of: table.key[$0])].type)
        }
        let matches = table.key.map { "t.\(identifier: $0) = k.\(identifier: $0)" as SQL }
        return [
            head,
            """
            UPDATE \(sql: .table(table.name)) AS t SET data_hash = NULL
            FROM unnest(\(sql: .joined(parameters, separator: ", "))) AS k(\(sql: .columns(table.key)))
            WHERE \(sql: .joined(matches, separator: " AND "))
            """,
        ]
    }
}

extension Cell {
    /// Whether the database holds this value as the other one; it keeps instants to the microsecond.
    func isStored(as other: Cell) -> Bool {
        guard case .instant(let own) = self, case .instant(let others) = other else { return isSame(as: other) }
        return abs(own.timeIntervalSince(others)) < 0.000_001
    }
}
