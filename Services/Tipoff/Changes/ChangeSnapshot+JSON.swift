import Basketball
import Foundation
import Pipeline

extension RowStory {
    var json: JSONValue {
        [
            "table": .string(table), "key": .string(key), "date": text(gameDate?.description),
            "state": .string(removedAt == nil ? "exists" : "removed"), "data_hash": text(hash),
            "created_at": .string(Instant.text(createdAt)), "updated_at": .string(Instant.text(updatedAt)),
            "removed_at": instant(removedAt), "source_object": text(sourceObject), "captured_at": instant(capturedAt),
            "writer": writer?.json ?? .null,
            "inputs": .array(
                inputs.map { input in
                    [
                        "table": .string(input.table), "dates": .string(input.dates.rawValue),
                        "changed_at": instant(input.changedAt), "source_object": text(input.sourceObject),
                    ]
                }
            ),
            "change_count": .int(Int64(changeCount)), "changes": .array(changes.map(\.json)),
        ]
    }
}

extension ChangeReport {
    var json: JSONValue {
        let (run, execution, date): (JSONValue, JSONValue, JSONValue) =
            switch subject {
            case .run(let run): (run.json, .null, .null)
            case .execution(let execution): (execution.run.json, execution.json, .null)
            case .table(_, let date): (.null, .null, .string(date.description))
            }
        return [
            "run": run, "execution": execution, "date": date,
            "tables": .array(
                tables.map { table in
                    [
                        "table": .string(table.name), "updated": .int(Int64(table.updated)),
                        "removed": .int(Int64(table.removed)),
                        "columns": .dictionary(
                            Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, .int(Int64($0.rows))) })
                        ),
                    ]
                }
            ),
            "change_count": .int(Int64(rowCount)), "changes": .array(changes.map(\.json)),
        ]
    }
}

extension RecordedChange {
    var json: JSONValue {
        [
            "table": .string(table), "key": .string(key), "kind": .string(kind.rawValue),
            "date": .string(gameDate.description), "changed_at": .string(Instant.text(changedAt)),
            "run_id": .string(runID.text), "run_kind": text(runKind), "execution_id": .string(executionID.text),
            "processor": text(processor), "hash_before": text(hashBefore), "hash_after": text(hashAfter),
            "differences": .object(differences),
        ]
    }
}

extension RecordedExecution {
    var json: JSONValue {
        [
            "execution_id": .string(executionID.text), "processor": text(attempt?.processor),
            "phase": attempt.map { .int(Int64($0.phase.rawValue)) } ?? .null, "unit": text(attempt?.unit),
            "attempt": attempt.map { .int(Int64($0.number)) } ?? .null, "status": text(attempt?.status),
            "object_path": text(attempt?.objectPath), "trigger_source": text(attempt?.triggerSource),
            "trigger_message_id": text(attempt?.triggerMessageID), "trigger_topic": text(message?.topic),
            "trigger_producer": text(message?.producer), "run": run.json,
        ]
    }
}

extension RecordedRun {
    var json: JSONValue {
        [
            "run_id": .string(runID.text), "kind": text(plan?.kind.rawValue), "date": text(plan?.gameDate.description),
            "plan_key": text(plan?.key), "opened_by": text(plan?.openedBy), "opened_at": instant(plan?.openedAt),
            "state": text(plan?.state),
        ]
    }
}

extension UUID {
    /// As messages and people spell it.
    var text: String { uuidString.lowercased() }
    /// Enough to find it again.
    var short: String { String(text.prefix(8)) }
}

private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

private func instant(_ instant: Date?) -> JSONValue { text(instant.map(Instant.text)) }
