import Foundation
public import Postgres

extension ChangeDetector {
    /// Plans several writes against one snapshot, in order. Incremental writes that speak for different entities of one
    /// scope are compared in one pass, so that fifty tasks cost the queries of one.
    public func plan(all writes: [TableWrite], reader: PostgresTransaction) async throws -> [ChangePlan] {
        var plans = [ChangePlan?](repeating: nil, count: writes.count)
        var groups: [BatchKey: [Int]] = [:]
        for (index, write) in writes.enumerated() {
            if let key = BatchKey(write) {
                groups[key, default: []].append(index)
            } else {
                plans[index] = try await plan(write, reader: reader)
            }
        }
        for indices in groups.values.sorted(by: { $0[0] < $1[0] }) {
            let parts = indices.map { writes[$0] }
            let whole = try await plan(TableWrite(joining: parts), reader: reader, isJudged: false)
            for (index, part) in zip(indices, whole.split(into: parts)) {
                var part = part
                _ = part.rejectIfBroken(limit)
                plans[index] = part
            }
        }
        return plans.compactMap { $0 }
    }
}

/// What incremental writes must share to be compared together.
private struct BatchKey: Hashable {
    var table: String
    var conditions: [ScopeCondition]
    var column: String

    init?(_ write: TableWrite) {
        guard case .entities(let conditions, let column, _) = write.scope, write.source == nil,
            write.table.entityColumns.values.contains(column)
        else { return nil }
        table = write.table.name
        self.conditions = conditions
        self.column = column
    }
}

extension WriteScope {
    fileprivate var values: Set<String> {
        switch self {
        case .rows: []
        case .entities(_, _, let values): values
        }
    }
}

extension TableWrite {
    /// Incremental writes of one table and scope as one.
    fileprivate init(joining parts: [TableWrite]) {
        self = parts[0]
        guard case .entities(let conditions, let column, _) = scope else { return }
        scope = .entities(conditions, column: column, values: parts.reduce(into: []) { $0.formUnion($1.scope.values) })
        rows = parts.flatMap(\.rows)
    }
}

extension ChangePlan {
    /// The plan of a joined write as the plans of its parts.
    fileprivate func split(into parts: [TableWrite]) -> [ChangePlan] {
        guard case .entities(_, let column, _) = write.scope,
            let kind = write.table.entityColumns.first(where: { $0.value == column })?.key
        else { return [self] }
        var first = 0
        return parts.map { part in
            defer { first += part.rows.count }
            let own = first..<first + part.rows.count
            var plan = ChangePlan(write: part)
            plan.headVersion = headVersion
            plan.headRowCount = headRowCount
            plan.hasOpenQuarantine = hasOpenQuarantine
            plan.comparesValues = comparesValues
            plan.quarantined = quarantined.filter { own.contains($0.row) }.map {
                QuarantinedRow(row: $0.row - first, violations: $0.violations)
            }
            for (upsert, change) in zip(upserts, changes) where own.contains(upsert.row) {
                plan.upserts.append((upsert.row - first, upsert.hash))
                plan.updates[upsert.row - first] = updates[upsert.row]
                plan.changes.append(change)
            }
            for (removal, change) in zip(removals, changes.dropFirst(upserts.count)) {
                guard let entity = change.entities[kind], part.scope.values.contains(entity) else { continue }
                plan.removedKeys.append(removal.key)
                plan.removals.append(removal)
                plan.changes.append(change)
            }
            for (row, change) in zip(departedRows, changes.dropFirst(upserts.count + removedKeys.count))
            where own.contains(row) {
                plan.departedRows.append(row - first)
                plan.changes.append(change)
            }
            plan.unchangedCount = part.rows.count - plan.upserts.count - plan.quarantined.count
            return plan
        }
    }
}
