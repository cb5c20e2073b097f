import Basketball
import Foundation
import Logging
import Postgres

/// A row that a replay would change.
struct ShadowChange: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        case inserted
        case updated
        case removed
        /// It had been removed.
        case returned
    }

    var processor: String
    var table: String
    var kind: Kind
    /// The natural key's values with slashes.
    var key: String
    /// The columns that would change, stored and computed; none for a row that appears or goes.
    var values: [RowDifference.Value]

    func json() throws(JSONError) -> JSONValue {
        var columns = JSONObject()
        for value in values { columns[value.column] = .array([try value.before.json(), try value.after.json()]) }
        return [
            "processor": .string(processor), "table": .string(table), "kind": .string(kind.rawValue),
            "key": .string(key), "columns": .object(columns),
        ]
    }
}

extension ChangePlan {
    /// The rows that the plan would change, in the order in which it would write them.
    func shadowChanges(by processor: String) -> [ShadowChange] {
        let table = write.table
        let keyIndices = table.key.map(table.index)
        func change(_ kind: ShadowChange.Kind, _ key: [Cell], _ values: [RowDifference.Value]) -> ShadowChange {
            ShadowChange(
                processor: processor,
                table: table.name,
                kind: kind,
                key: Cell.keyText(key),
                values: values
            )
        }
        var changes: [ShadowChange] = []
        for (row, _) in upserts {
            if let update = updates[row] {
                changes.append(change(update.isReturn ? .returned : .updated, update.key, update.values))
            } else {
                changes.append(change(.inserted, keyIndices.map { write.rows[row][$0] }, []))
            }
        }
        for removal in removals { changes.append(change(.removed, removal.key, [])) }
        return changes
    }
}

/// What a shadow found.
private struct Shadow: Error, Sendable {
    var changes: [ShadowChange] = []
    var comparedRows: [String: Int] = [:]
    /// Processors whose result would not be written, and why.
    var refusals: [String] = []
}

extension Auditor {
    /// The most rows that an answer names; all are counted.
    static let shadowRows = 10_000

    /// Says what a replay of the phase would change. The phase is done again as the replay does it, with its markers, in
    /// its order and each processor seeing what those before it wrote, in one transaction that is taken back.
    func answerShadow(_ request: Request, _ startedAt: Date, openRuns: Int) async throws {
        if openRuns > 0 {
            return try await recordShadow(request, .skipped, startedAt, reason: "a run of the date is open")
        }
        do {
            try await withDeadline(timeout) { try await cast(request) }
        } catch let shadow as Shadow {
            let reason = shadow.refusals.isEmpty ? nil : shadow.refusals.joined(separator: "; ")
            let state: State = shadow.changes.isEmpty ? .same : .different
            try await recordShadow(request, state, startedAt, shadow, reason: reason)
        } catch {
            if error is CancellationError || (error as? PostgresError)?.isInfrastructure == true { throw error }
            try await recordShadow(request, .failed, startedAt, reason: "\(error)")
        }
    }

    /// Always ends by throwing what it found, so that nothing stays.
    private func cast(_ request: Request) async throws {
        try await pool.transaction(.repeatableRead, plansByValue: true) { transaction in
            var shadow = Shadow()
            let readers = registry.replayed(in: phase)
            let markers = EntitySelection.markers(of: request.selection, readers: readers, date: request.date)
            for statement in markers.insertStatements(originDate: request.date, runID: nil) {
                try await transaction.execute(statement)
            }
            for definition in readers {
                guard let processor = processors[definition.name] else { continue }
                do {
                    try await work(definition, processor, request, in: transaction, into: &shadow)
                } catch let error as TaskError {
                    shadow.refusals.append("\(definition.name): \(error)")
                }
            }
            throw shadow
        }
    }

    private func work(
        _ definition: ProcessorDefinition,
        _ processor: any Processor,
        _ request: Request,
        in transaction: PostgresTransaction,
        into shadow: inout Shadow
    ) async throws {
        var execution = Execution(
            task: ClaimedTask(
                auditing: definition,
                on: request.date,
                by: owner,
                lane: request.date < clock.leagueDay ? .backfill : .live,
                isReplay: true
            ),
            definition: definition,
            registry: registry,
            pool: pool,
            objects: objects,
            clock: clock,
            logger: logger
        )
        execution.shared = transaction
        let outcome = try await processor.outcome(of: execution)
        let plans = try await ChangeDetector(comparesValues: true).plan(all: outcome.writes, reader: transaction)
        let judged = try await definition.judge(.success(outcome), plans, execution.record, reader: transaction)
        _ = try judged.get()
        for plan in plans {
            shadow.comparedRows[plan.write.table.name, default: 0] += plan.unchangedCount
            guard plan.rejection == nil else {
                shadow.refusals.append("\(definition.name): a write of \(plan.write.table.name) would be refused")
                continue
            }
            shadow.changes += plan.shadowChanges(by: definition.name)
            let part = ChangeWriter.Part(plan: plan, execution: execution.task.identity)
            for statement in try ChangeWriter.statements(for: [part]) { try await transaction.execute(statement) }
            let markers = MarkerSet(changes: plan.changes, table: plan.write.table.name, registry: registry)
            // Those of later phases and dates change nothing here.
            let statements = markers.insertStatements(originDate: request.date, runID: nil, isQuiet: true)
            for statement in statements { try await transaction.execute(statement) }
        }
    }

    private func recordShadow(
        _ request: Request,
        _ state: State,
        _ startedAt: Date,
        _ shadow: Shadow = Shadow(),
        reason: String? = nil
    ) async throws {
        var compared = JSONObject()
        let changed = Dictionary(grouping: shadow.changes, by: \.table).mapValues(\.count)
        for table in Set(changed.keys).union(shadow.comparedRows.keys).sorted() {
            let different = changed[table] ?? 0
            compared[table] = [
                "rows": .int(Int64((shadow.comparedRows[table] ?? 0) + different)), "different": .int(Int64(different)),
            ]
        }
        var named: [JSONValue] = []
        for change in shadow.changes.prefix(Self.shadowRows) { named.append(try change.json()) }
        let rows = shadow.comparedRows.values.reduce(shadow.changes.count, +)
        try await pool.execute(
            """
            UPDATE nba_orchestration.audit SET state = \(state.rawValue), reason = \(reason), owner = \(owner),
                started_at = \(startedAt), finished_at = clock_timestamp(), rows_compared = \(Int64(rows)),
                rows_different = \(Int64(shadow.changes.count)),
                compared = \(PostgresJSON(JSONValue.object(compared).encodedText)),
                differences = \(PostgresJSON(JSONValue.array(named).encodedText))
            WHERE audit_id = \(request.auditID) AND state = 'requested'
            """
        )
        logger.info(
            "shadow answered",
            metadata: [
                "game_date": "\(request.date)", "phase": "\(phase.name)", "state": "\(state.rawValue)",
                "rows_compared": "\(rows)", "rows_different": "\(shadow.changes.count)", "reason": "\(reason ?? "")",
            ]
        )
    }
}
