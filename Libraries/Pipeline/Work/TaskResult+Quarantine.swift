import Basketball

extension TaskResult.Ending {
    /// How work ends whose writes have been compared with the tables: a write that cannot be believed fails the task and
    /// nothing is written; a few broken rows are kept back, and the task is partial.
    package static func judging(_ outcome: Outcome, _ plans: [ChangePlan]) -> TaskResult.Ending {
        for plan in plans {
            let write = plan.write
            switch plan.rejection {
            case .incomplete(let rows, let headRows):
                let error = ChangeDetectionError.quarantined(
                    table: write.table.name,
                    scope: write.scope.headKey,
                    rows: rows,
                    headRows: headRows
                )
                return .failed(TaskError(.permanent, type: "quarantined", error.description))
            case .broken(let rows, let all, let example):
                return .failed(
                    TaskError(
                        .permanent,
                        type: "rules_broken",
                        "\(rows) of \(all) rows for \(write.table.name) (\(write.scope.headKey)) break rules, "
                            + "which is their source or a formula and not the rows; nothing is written. \(example)"
                    )
                )
            case .superseded, nil: continue
            }
        }
        return .finished(outcome.keepingBack(plans), plans)
    }
}

extension Outcome {
    /// The type of the error that says rows were kept back.
    public static let quarantineType = "rows_quarantined"

    /// The outcome without the rows that break rules. Their entities are dealt with: they wait in quarantine, not in
    /// markers, and too many of them have failed the task before.
    fileprivate func keepingBack(_ plans: [ChangePlan]) -> Outcome {
        let kept = plans.reduce(0) { $0 + $1.quarantined.count }
        guard kept > 0 else { return self }
        var outcome = self
        if outcome.status == .success {
            outcome.status = .partial
            outcome.isPartialByQuarantine = true
        }
        outcome.recordsFailed += kept
        outcome.recordCount = max(outcome.recordCount - kept, 0)
        outcome.quarantine = TaskError(
            .permanent,
            type: Self.quarantineType,
            plans.filter { !$0.quarantined.isEmpty }.map { plan in
                let first = plan.quarantined[0]
                return "\(plan.quarantined.count) of \(plan.write.rows.count) rows for \(plan.write.table.name) are in "
                    + "quarantine: \(Cell.keyText(plan.key(ofRow: first.row))) \(first.violations[0])"
            }.joined(separator: "; ")
        )
        return outcome
    }
}
