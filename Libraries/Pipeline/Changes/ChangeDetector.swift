import Basketball
import Foundation
public import Postgres

/// Compares a write with the table before anything is written: digest first, then key and hash of the scope, then the
/// old columns of the differing rows only. A guarded upsert of unchanged rows would lock each of them.
public struct ChangeDetector: Sendable {
    let limit: QuarantineLimit
    /// Whether stored values are compared instead of stored digests and hashes, which stay as they were when somebody
    /// changes a row without them. Slower: every row of the scope is read.
    let comparesValues: Bool

    public init(limit: QuarantineLimit = .standard, comparesValues: Bool = false) {
        self.limit = limit
        self.comparesValues = comparesValues
    }

    /// Plans a write. `reader` must be one consistent snapshot; the plan is applied only while the scope's head is
    /// still the one that was read here.
    public func plan(_ write: TableWrite, reader: PostgresTransaction) async throws -> ChangePlan {
        try await plan(write, reader: reader, isJudged: true)
    }

    /// - Parameter isJudged: false for writes joined for one comparison, each of which is judged alone.
    func plan(_ write: TableWrite, reader: PostgresTransaction, isJudged: Bool) async throws -> ChangePlan {
        var plan = ChangePlan(write: write)
        plan.comparesValues = comparesValues
        let table = write.table
        let keyIndices = table.key.map(table.index)
        // A whole scope is usually settled by its digest; an incremental write needs the stored keys in any case.
        var queries = [headQuery(of: write)]
        if case .entities = write.scope { queries.append(keyQuery(of: write)) }
        let found = try await reader.execute(batch: queries)
        let head = try Self.head(in: found[0])
        plan.headVersion = head?.version ?? 0
        plan.headRowCount = head?.rowCount ?? 0
        plan.hasOpenQuarantine = try found[0].one().decode("has_quarantine")

        if let source = write.source, head?.isNewer(than: source) ?? false {
            plan.rejection = .superseded
            return plan
        }
        plan.quarantined = table.ruleBook.judge(write.rows, columns: table.columns)
        if isJudged, plan.rejectIfBroken(limit) { return plan }
        let quarantined = Set(plan.quarantined.map(\.row))
        let fingerprints = RowFingerprints(write)
        let (keys, hashes) = (fingerprints.keys, fingerprints.hashes)
        if case .rows = write.scope {
            let digest = fingerprints.digest(quarantined: quarantined)
            if let head, head.digest == digest, !comparesValues {
                plan.digest = digest
                plan.unchangedCount = write.rows.count - quarantined.count
                return plan
            }
            if let head, Double(write.rows.count) < write.minimumShareOfHead * Double(head.rowCount) {
                plan.rejection = .incomplete(rows: write.rows.count, headRows: head.rowCount)
                return plan
            }
            plan.digest = digest
        }

        let storedRows = found.count > 1 ? found[1] : try await reader.query(keyQuery(of: write))
        let stored = try storedKeys(of: write, in: storedRows)
        let comparison: RowComparison
        do {
            let believed = comparesValues ? try await truthful(stored, of: write, keys, reader: reader) : stored
            comparison = try RowComparison(keys: keys, hashes: hashes, stored: believed, skipping: quarantined)
        } catch let error as RowComparison.DuplicateKey {
            throw ChangeDetectionError.duplicateKey(table: table.name, key: error.key)
        }
        let (fresh, differing) = (comparison.fresh, comparison.differing.map(\.row))
        plan.unchangedCount = comparison.unchangedCount
        plan.upserts = (fresh + differing).map { ($0, hashes[$0]) }
        let allColumns = Set(table.columns.map(\.name))
        plan.changes = fresh.map { change(.inserted, write.rows[$0], write, allColumns) }
        let changed = differing + comparison.returning.map(\.row)
        let old = try await oldRows(changed.map { write.rows[$0] }, table: table, reader: reader)
        for (index, place) in comparison.returning {
            plan.updates[index] = RowDifference(
                key: keyIndices.map { write.rows[index][$0] },
                date: date(of: write.rows[index], write),
                hashBefore: stored.hashes[place],
                hashAfter: hashes[index],
                values: old[keys[index]].map { differences($0, write.rows[index], table) } ?? [],
                isReturn: true
            )
        }
        var departures: [RowChange] = []
        for (index, place) in comparison.differing {
            let columns =
                old[keys[index]].map { Set(differences($0, write.rows[index], table).map(\.column)) } ?? allColumns
            let update = change(.updated, write.rows[index], write, columns)
            plan.changes.append(update)
            plan.updates[index] = RowDifference(
                key: keyIndices.map { write.rows[index][$0] },
                date: update.date,
                hashBefore: stored.hashes[place],
                hashAfter: hashes[index],
                values: old[keys[index]].map { differences($0, write.rows[index], table) } ?? []
            )
            // A row that moved, such as a postponed game, is gone from where its readers knew it.
            if let before = old[keys[index]].map({ change(.removed, $0, write, allColumns) }),
                before.date != update.date || before.entities != update.entities
            {
                plan.departedRows.append(index)
                departures.append(before)
            }
        }
        let keyTypes = keyTypes(of: table)
        for place in comparison.gone {
            let row = storedRows[place]
            let key = try storedKey(row, keyTypes)
            var removal = try storedIdentity(row, of: write)
            removal.columns = allColumns
            plan.removedKeys.append(key)
            plan.removals.append(
                RowDifference(key: key, date: removal.date, hashBefore: stored.hashes[place], values: [])
            )
            plan.changes.append(removal)
        }
        plan.changes += departures
        return plan
    }

    /// The stored keys without the hashes of rows whose values are not the write's.
    private func truthful(
        _ stored: StoredKeys,
        of write: TableWrite,
        _ keys: [String],
        reader: PostgresTransaction
    ) async throws -> StoredKeys {
        let places = Dictionary(stored.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let held = keys.indices.filter { places[keys[$0]] != nil }
        let old = try await oldRows(held.map { write.rows[$0] }, table: write.table, reader: reader)
        var stored = stored
        for row in held {
            guard let place = places[keys[row]], let cells = old[keys[row]] else { continue }
            if !differences(cells, write.rows[row], write.table).isEmpty { stored.hashes[place] = nil }
        }
        return stored
    }

    private struct Head {
        var version: Int64
        var digest: String?
        var rowCount: Int
        var sourceObject: String?
        var capturedAt: Date?

        /// An object that is read again from the store knows its capture by its name, to the second: it is not older than
        /// itself.
        func isNewer(than source: SnapshotSource) -> Bool {
            guard let capturedAt, source.capturedAt < capturedAt else { return false }
            return source.objectPath != sourceObject || capturedAt.timeIntervalSince(source.capturedAt) >= 1
        }
    }

    private func headQuery(of write: TableWrite) -> SQL {
        """
        SELECT h.version, h.digest, h.row_count, h.source_object, h.captured_at, q.has_quarantine
        FROM (SELECT EXISTS (SELECT 1 FROM nba_orchestration.quarantined_row
                             WHERE table_name = \(write.table.name) AND resolved_at IS NULL) AS has_quarantine) AS q
        LEFT JOIN nba_orchestration.snapshot_head AS h
            ON h.table_name = \(write.table.name) AND h.scope = \(write.scope.headKey)
        """
    }

    private static func head(in rows: PostgresRows) throws -> Head? {
        let row = try rows.one()
        return try row.decode("version", as: Int64?.self).map { version in
            Head(
                version: version,
                digest: try row.decode("digest"),
                rowCount: try row.decode("row_count"),
                sourceObject: try row.decode("source_object"),
                capturedAt: try row.decode("captured_at")
            )
        }
    }

    /// The columns that tell which entities a row concerns, in a fixed order.
    private func entityColumns(of table: TableDefinition) -> [(key: EntityKind, value: String)] {
        table.entityColumns.sorted { $0.key < $1.key }
    }

    private func keyQuery(of write: TableWrite) -> SQL {
        let table = write.table
        let names = table.key + [table.dateColumn].compactMap { $0 } + entityColumns(of: table).map(\.value)
        return """
            SELECT \(sql: .columns(names)), data_hash, removed_at IS NOT NULL AS is_removed
            FROM \(sql: .table(table.name)) WHERE \(sql: condition(of: write))
            """
    }

    private func storedKeys(of write: TableWrite, in rows: PostgresRows) throws -> StoredKeys {
        let types = keyTypes(of: write.table)
        let positions = Array(types.indices)
        return StoredKeys(
            keys: try rows.map { RowHasher.keyText(try storedKey($0, types), positions) },
            hashes: try rows.column("data_hash", as: String?.self),
            areRemoved: try rows.column("is_removed", as: Bool.self)
        )
    }

    private func keyTypes(of table: TableDefinition) -> [ColumnType] {
        table.key.map { table.columns[table.index(of: $0)].type }
    }

    /// The key of a row of ``keyQuery(of:)``, in the table's key order.
    private func storedKey(_ row: PostgresRow, _ types: [ColumnType]) throws -> [Cell] {
        try types.indices.map { try CellArrays.decode(row, at: $0, types[$0]) }
    }

    /// What a row of ``keyQuery(of:)`` concerns.
    private func storedIdentity(_ row: PostgresRow, of write: TableWrite) throws -> RowChange {
        let table = write.table
        var identity = RowChange(kind: .removed, date: try storedDate(row, of: write), entities: [:], columns: [])
        for (offset, entity) in entityColumns(of: table).enumerated() {
            identity.entities[entity.key] = try row.decode(
                at: table.key.count + (table.dateColumn == nil ? 0 : 1) + offset,
                as: String?.self
            )
        }
        return identity
    }

    /// The stored business columns of the given rows, by key.
    private func oldRows(
        _ rows: [[Cell]],
        table: TableDefinition,
        reader: PostgresTransaction
    ) async throws -> [String: [Cell]] {
        guard !rows.isEmpty else { return [:] }
        let keyIndices = table.key.map(table.index)
        let parameters = keyIndices.map { CellArrays.parameter(rows, $0, table.columns[$0].type) }
        let matches = table.key.map { "t.\(identifier: $0) = k.\(identifier: $0)" as SQL }
        // What is no business of the row is not compared, and may be its largest part.
        let columns = table.columns.map { column -> SQL in
            column.isBusiness ? "t.\(identifier: column.name)" : column.type.null
        }
        let found = try await reader.query(
            """
            SELECT \(sql: .joined(columns, separator: ", ")) FROM \(sql: .table(table.name)) AS t
            JOIN unnest(\(sql: .joined(parameters, separator: ", "))) AS k(\(sql: .columns(table.key)))
            ON \(sql: .joined(matches, separator: " AND "))
            """
        )
        var old: [String: [Cell]] = [:]
        for row in found {
            let cells = try table.columns.indices.map { try CellArrays.decode(row, at: $0, table.columns[$0].type) }
            old[RowHasher.keyText(cells, keyIndices)] = cells
        }
        return old
    }

    func condition(of write: TableWrite) -> SQL {
        let table = write.table
        var parts = write.scope.conditions.map { condition -> SQL in
            let type = table.columns[table.index(of: condition.column)].type
            return "\(identifier: condition.column) = \(sql: CellArrays.scalar(condition.value, type))"
        }
        if case .entities(_, let column, let values) = write.scope {
            parts.append("\(identifier: column) = ANY(\(values.sorted()))")
        }
        return .joined(parts, separator: " AND ")
    }

    private func change(
        _ kind: RowChangeKind,
        _ cells: [Cell],
        _ write: TableWrite,
        _ columns: Set<String>
    ) -> RowChange {
        let table = write.table
        let date = date(of: cells, write)
        var entities: [EntityKind: String] = [:]
        for (kind, column) in table.entityColumns {
            if case .text(let entity) = cells[table.index(of: column)] { entities[kind] = entity }
        }
        return RowChange(kind: kind, date: date, entities: entities, columns: columns)
    }

    private func date(of cells: [Cell], _ write: TableWrite) -> GameDate {
        guard let column = write.table.dateColumn else { return Self.given(write) }
        guard case .date(let date) = cells[write.table.index(of: column)] else {
            preconditionFailure("\(write.table.name).\(column) must hold a date in every row")
        }
        return date
    }

    /// The date of a stored row; its column follows the key in ``keyQuery(of:)``.
    private func storedDate(_ row: PostgresRow, of write: TableWrite) throws -> GameDate {
        guard write.table.dateColumn != nil else { return Self.given(write) }
        return try GameDate(
            daysSince1970: row.decode(at: write.table.key.count, as: PostgresDate.self).daysSince1970
        )
    }

    private static func given(_ write: TableWrite) -> GameDate {
        guard let date = write.date else {
            preconditionFailure("a write to \(write.table.name) says which date it concerns")
        }
        return date
    }

    private func differences(_ old: [Cell], _ new: [Cell], _ table: TableDefinition) -> [RowDifference.Value] {
        table.columns.indices.filter { table.columns[$0].isBusiness && !old[$0].isStored(as: new[$0]) }.map {
            RowDifference.Value(column: table.columns[$0].name, before: old[$0], after: new[$0])
        }
    }
}

/// Why a write cannot be compared.
public enum ChangeDetectionError: Error, Sendable, Hashable, CustomStringConvertible {
    case duplicateKey(table: String, key: String)
    case quarantined(table: String, scope: String, rows: Int, headRows: Int)
    /// The scope's head moved between comparison and commit; the comparison is made again.
    case staleHead(table: String, scope: String)

    public var description: String {
        switch self {
        case .duplicateKey(let table, let key): "two rows for \(table) have the key \(key)"
        case .quarantined(let table, let scope, let rows, let headRows):
            "the snapshot for \(table) (\(scope)) has \(rows) rows where the table holds \(headRows): "
                + "quarantined, because a source that lost rows must not remove them"
        case .staleHead(let table, let scope): "another execution wrote \(table) (\(scope)) meanwhile"
        }
    }
}
