import Basketball
import Foundation
import Pipeline

/// Stories of rows and reports of changes as lines for people.
enum ChangeText {
    static func story(_ story: RowStory) -> [String] {
        var lines = ["\(story.table) \(SafeText.escaped(story.key))"]
        let appeared = EasternTime.precise(story.createdAt)
        if let removedAt = story.removedAt {
            lines.append("removed at \(EasternTime.precise(removedAt)); it appeared at \(appeared)")
        } else if story.updatedAt == story.createdAt {
            lines.append("exists, as it is since it appeared at \(appeared)")
        } else {
            let isAgain = [.removed, .returned].contains(story.changes.first?.kind)
            let exists = isAgain ? "exists again" : "exists"
            lines.append(
                "\(exists), as it is since \(EasternTime.precise(story.updatedAt)); it appeared at \(appeared)"
            )
        }
        lines.append("")
        if let writer = story.writer {
            lines += execution(writer, verb: story.removedAt == nil ? "written by" : "removed by")
            if story.removedAt != nil, let path = writer.attempt?.objectPath { lines.append(field("not in", path)) }
        }
        if let object = story.sourceObject {
            let captured = story.capturedAt.map { ", captured \(EasternTime.precise($0))" } ?? ""
            lines.append(field("source", object + captured))
        }
        lines.append(field("hash", short(story.hash)))
        if !story.inputs.isEmpty { lines += [""] + inputs(story) }
        return lines + [""] + history(story)
    }

    static func report(_ report: ChangeReport) -> [String] {
        var lines: [String] =
            switch report.subject {
            case .run(let run): [field("run", self.run(run))]
            case .execution(let execution): self.execution(execution, verb: "changes by")
            case .table(let name, let date): ["changes of \(name) for \(date)"]
            }
        guard report.rowCount > 0 else {
            return lines + [
                "nothing changed: no row that was there before was updated or removed (row_change keeps changes for "
                    + "\(ChangeHistory.days) days, and rows that appeared are not among them)"
            ]
        }
        var tables = TextTable(["TABLE", "UPDATED", "REMOVED"])
        var columns = TextTable(["TABLE", "COLUMN", "ROWS"])
        for table in report.tables {
            tables.add([table.name, String(table.updated), String(table.removed)])
            for column in table.columns { columns.add([table.name, column.name, String(column.rows)]) }
        }
        lines += [""] + tables.lines
        if !columns.isEmpty { lines += [""] + columns.lines }
        lines += ["", "newest first:"]
        for change in report.changes {
            lines.append(
                "\(when(change)) \(change.table) \(SafeText.escaped(change.key))\(origin(change, in: report.subject))"
            )
            lines += differences(change)
        }
        let hidden = report.rowCount - report.changes.count
        if hidden > 0 { lines.append("and \(hidden) more rows (--limit)") }
        return lines
    }

    private static func execution(_ execution: RecordedExecution, verb: String) -> [String] {
        var lines: [String] = []
        if let attempt = execution.attempt {
            let unit = attempt.unit == UnitKind.wholeDate ? "" : " of \(attempt.unit)"
            lines.append(
                field(
                    verb,
                    "\(attempt.processor)\(unit) (phase \(attempt.phase.rawValue) \(attempt.phase.name)), "
                        + "attempt \(attempt.number): \(attempt.status)"
                )
            )
        }
        lines.append(field("execution", execution.executionID.text))
        lines.append(field("run", run(execution.run)))
        guard let attempt = execution.attempt else { return lines }
        let origin = execution.message.map { " on \($0.topic) from \($0.producer)" } ?? ""
        let source = attempt.triggerSource.map { " (\($0))" } ?? ""
        return lines + [field("message", (attempt.triggerMessageID ?? "none") + origin + source)]
    }

    private static func run(_ run: RecordedRun) -> String {
        guard let plan = run.plan else { return "\(run.runID.text), not kept any more" }
        return "\(run.runID.text), \(plan.kind.rawValue) of \(plan.gameDate), \(plan.key), opened by \(plan.openedBy)"
    }

    private static func inputs(_ story: RowStory) -> [String] {
        var table = TextTable(["COMPUTED FROM", "OF", "NEWEST CHANGE", "FILE"])
        for input in story.inputs {
            let date = story.gameDate?.description ?? "-"
            let dates =
                switch input.dates {
                case .same: date
                case .earlier: "before \(date)"
                case .season: "season of \(date)"
                case .current: "now"
                }
            table.add([
                input.table, dates,
                input.changedAt.map(EasternTime.precise) ?? "no rows", input.sourceObject ?? "-",
            ])
        }
        return table.lines
    }

    private static func history(_ story: RowStory) -> [String] {
        guard let newest = story.changes.first else {
            return ["no changes are recorded (row_change keeps them for \(ChangeHistory.days) days)"]
        }
        var lines = ["what it was, newest first:"]
        for change in story.changes {
            let hashes = "hash \(short(change.hashBefore)) → \(short(change.hashAfter))"
            lines.append("\(when(change))\(origin(change)), \(hashes)")
            lines += differences(change)
        }
        let hidden = story.changeCount - story.changes.count
        if hidden > 0 { lines.append("and \(hidden) earlier changes") }
        return lines + ["next: tipoff explain-change \(newest.executionID.text)"]
    }

    private static func when(_ change: RecordedChange) -> String {
        "\(EasternTime.precise(change.changedAt))  \(change.kind.rawValue)"
    }

    /// By whom a change was made, as far as the lines above it have not said so.
    private static func origin(_ change: RecordedChange, in subject: ChangeReport.Subject? = nil) -> String {
        var names = [change.processor, "execution \(change.executionID.short)"].compactMap { $0 }
        switch subject {
        case .execution: return ""
        case .run: break
        case .table, nil: names.append("\(change.runKind.map { "\($0) " } ?? "")run \(change.runID.short)")
        }
        return SafeText.escaped(" by " + names.joined(separator: ", "))
    }

    private static func short(_ hash: String?) -> String {
        hash.map { SafeText.escaped(String($0.prefix(12))) } ?? "none"
    }

    private static func field(_ name: String, _ value: String) -> String {
        name.padded(12) + SafeText.escaped(value)
    }
}
