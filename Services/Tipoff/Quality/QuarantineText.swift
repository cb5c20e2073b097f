import Basketball
import Foundation
import Pipeline

/// Quarantined rows for people.
enum QuarantineText {
    static func table(_ rows: [HeldRow], on day: GameDate) -> [String] {
        var table = TextTable(["ID", "TABLE", "KEY", "STATE", "TIMES", "LAST SEEN", "RULE"])
        for row in rows {
            let first = row.violations.first
            table.add([
                String(row.id), row.shortTable, SafeText.cut(row.key, to: 60), row.resolution ?? "open",
                String(row.times), EasternTime.short(row.lastSeenAt, on: day),
                SafeText.cut(first.map { "\($0.demand) (\(held($0)))" } ?? row.rule, to: 100),
            ])
        }
        return table.lines
    }

    static func row(_ row: HeldRow) -> [String] {
        var lines = [
            "\(row.table) \(row.key)",
            "brought by \(row.processor) (\(row.unit)) in run \(row.runID.uuidString.lowercased()), "
                + "\(row.times) \(row.times == 1 ? "time" : "times")",
            "first \(EasternTime.precise(row.firstSeenAt)), last \(EasternTime.precise(row.lastSeenAt))",
        ]
        switch (row.resolution, row.resolvedAt) {
        case ("sound", let at?): lines.append("left quarantine \(EasternTime.precise(at)): a sound row was written")
        case (_, let at?):
            lines.append("left quarantine \(EasternTime.precise(at)): its source has no such row any more")
        case (_, nil):
            lines.append("in quarantine: what the table holds under the key, if anything, is the last good row")
        }
        lines.append("breaks:")
        for violation in row.violations {
            lines.append("  \(violation.rule): \(violation.demand) (\(held(violation)))")
        }
        lines.append("the row:")
        let fields = (row.values.dictionaryValue ?? [:]).sorted { $0.key < $1.key }
        let width = fields.map(\.key.count).max() ?? 0
        for (name, value) in fields where value != .null {
            lines.append("  \(name.padded(width))  \(SafeText.cut(text(value), to: 160))")
        }
        if row.resolvedAt == nil { lines.append("next: tipoff why \(row.shortTable) \(row.key)") }
        return lines.map(SafeText.escaped)
    }

    private static func held(_ violation: HeldRow.Violation) -> String {
        (violation.values.dictionaryValue ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
    }

    private static func text(_ value: JSONValue) -> String { value.stringValue ?? value.encodedText }
}
