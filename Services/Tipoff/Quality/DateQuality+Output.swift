import Basketball
import Pipeline

extension DateQuality {
    func lines(on day: GameDate) -> [String] {
        var table = TextTable(["TABLE", "AUDIT", "ROWS", "MONITORS", "HELD", "AT", "TIERS"])
        for row in tables {
            let rows = row.rows.map { rows in row.expectedRows.map { "\(rows) of \($0)" } ?? "\(rows)" } ?? "-"
            table.add([
                row.name.split(separator: ".").last.map(String.init) ?? row.name,
                row.verdict.replacing("_", with: " "), rows, row.monitors.map(String.init) ?? "-",
                row.quarantined == 0 ? "-" : String(row.quarantined),
                row.checkedAt.map { EasternTime.short($0, on: day) } ?? "-",
                row.tiers.map { "\($0.name) \($0.rows)" }.joined(separator: ", "),
            ])
        }
        var lines = ["\(date)"] + table.lines
        if !findings.isEmpty {
            lines += ["", "unusual:"]
            for finding in findings {
                let name = finding.table.split(separator: ".").last.map(String.init) ?? finding.table
                let measured = finding.measured.map { Self.rounded($0) } ?? "nothing"
                lines.append(
                    SafeText.escaped(
                        "  \(name).\(finding.column) \(finding.monitor): \(finding.demand), "
                            + "measured \(measured) over \(finding.rows) rows"
                    )
                )
            }
        }
        if tables.contains(where: { $0.quarantined > 0 }) { lines.append("next: tipoff quarantine ls --date \(date)") }
        return lines
    }

    /// Four decimals.
    private static func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }

    var json: JSONValue {
        [
            "date": .string(date.description),
            "tables": .array(tables.map(\.json)),
            "findings": .array(findings.map(\.json)),
        ]
    }
}

extension DateQuality.Table {
    fileprivate var json: JSONValue {
        [
            "table": .string(name), "verdict": .string(verdict), "rows": rows.map { .int(Int64($0)) } ?? .null,
            "expected_rows": expectedRows.map { .int(Int64($0)) } ?? .null,
            "monitors": monitors.map { .int(Int64($0)) } ?? .null, "quarantined": .int(Int64(quarantined)),
            "checked_at": checkedAt.map { .string(Instant.text($0)) } ?? .null,
            "tiers": .object(JSONObject(tiers.map { ($0.name, .int(Int64($0.rows))) })),
        ]
    }
}

extension DateQuality.Finding {
    fileprivate var json: JSONValue {
        [
            "table": .string(table), "column": .string(column), "monitor": .string(monitor), "demand": .string(demand),
            "measured": measured.map { .double($0) } ?? .null, "rows": .int(Int64(rows)),
            "first_fired_at": .string(Instant.text(firstFiredAt)),
        ]
    }
}
