import Foundation
import Pipeline

/// A trace as a waterfall: when each hop began, how long it waited and ran, and what it changed. Where nothing
/// happened for long, a line says so.
struct TraceRenderer: Sendable {
    let trace: TraceSnapshot
    /// Shorter silence is not told.
    var gapSeconds = 1.0
    /// Characters of the bar that shows where in the trace a hop lies.
    var barWidth = 24

    var lines: [String] {
        var lines = ["trace \(SafeText.escaped(trace.correlationID))"]
        for run in trace.runs {
            var line = "\(run.kind.rawValue) run \(run.runID) of \(run.gameDate): \(run.state)"
            line += ", opened \(EasternTime.precise(run.openedAt)) by \(SafeText.escaped(run.openedBy))"
            if let end = run.finishedAt {
                line += ", \(EasternTime.duration(end.timeIntervalSince(run.openedAt)))"
            }
            lines.append(line)
            if let reason = run.reason { lines.append("    \(SafeText.escaped(reason))") }
        }
        guard let start = trace.start, let end = trace.end else { return lines + ["nothing has happened yet"] }
        if !trace.hops.isEmpty { lines += waterfall(from: start, to: end) }
        if !trace.dependencies.isEmpty { lines += dependencies }
        lines += trace.waiting.map { "waiting: \(SafeText.escaped($0))" }
        return lines
    }

    private func waterfall(from start: Date, to end: Date) -> [String] {
        var table = TextTable(["AT", "SERVICE", "HOP", "QUEUE", "RUN", "ROWS", "ENTITIES", "STATUS", "WHEN", ""])
        let total = max(end.timeIntervalSince(start), 0.001)
        var covered = start
        var gaps: [Int: String] = [:]
        for (index, hop) in trace.hops.enumerated() {
            let silence = hop.start.timeIntervalSince(covered)
            if silence >= gapSeconds {
                gaps[index] =
                    "  ··· gap of \(EasternTime.duration(silence)): nothing ran before \(SafeText.escaped(hop.name))"
            }
            covered = max(covered, hop.end)
            table.add([
                "+\(EasternTime.duration(hop.start.timeIntervalSince(start)))", hop.service,
                hop.count > 1 ? "\(hop.name) ×\(hop.count)" : hop.name,
                hop.queueSeconds.map(EasternTime.duration) ?? "-",
                hop.kind == .work ? EasternTime.duration(hop.runSeconds) : "-", hop.rows.map(String.init) ?? "-",
                Self.entities(hop), hop.status, bar(hop, start: start, total: total), hop.detail ?? "",
            ])
        }
        var lines: [String] = []
        for (index, line) in table.lines.enumerated() {
            if index > 0, let gap = gaps[index - 1] { lines.append(gap) }
            lines.append(line)
        }
        if trace.runs.contains(where: { $0.finishedAt == nil }) {
            let silence = trace.now.timeIntervalSince(covered)
            if silence >= gapSeconds {
                lines.append("  ··· gap of \(EasternTime.duration(silence)): nothing has run since")
            }
        }
        return lines
    }

    private var dependencies: [String] {
        var table = TextTable(["PROCESSOR", "DEPENDS ON", "CLASS", "VERDICT", "ROWS", "USUAL", "LOOKED AT"])
        for dependency in trace.dependencies {
            table.add([
                dependency.processor, dependency.table, dependency.isCritical ? "critical" : "optional",
                dependency.verdict, String(dependency.rowCount), String(dependency.expectedRows),
                dependency.ageSeconds.map { "\(EasternTime.duration($0)) before" } ?? "never",
            ])
        }
        return [""] + table.lines
    }

    private static func entities(_ hop: TraceSnapshot.Hop) -> String {
        switch (hop.entitiesChanged, hop.entitiesInScope) {
        case (let changed?, let scope?): "\(changed) of \(scope)"
        case (let changed?, nil): String(changed)
        default: "-"
        }
    }

    /// `·····▆▆▆······` — at least one block.
    private func bar(_ hop: TraceSnapshot.Hop, start: Date, total: Double) -> String {
        let scale = Double(barWidth) / total
        let first = min(barWidth - 1, max(0, Int(hop.start.timeIntervalSince(start) * scale)))
        let last = min(barWidth, max(first + 1, Int((hop.end.timeIntervalSince(start) * scale).rounded())))
        return String(repeating: "·", count: first) + String(repeating: "█", count: last - first)
            + String(repeating: "·", count: barWidth - last)
    }
}
