import Basketball
import Foundation
import Monitoring
import Pipeline

/// ``RunListing`` for people and programs.
enum RunListText {
    static func lines(_ runs: [RunListing], isFull: Bool) -> [String] {
        guard !runs.isEmpty else { return ["no run fits"] }
        var table = TextTable([
            "RUN", "KIND", "DATE", "LANE", "STATE", "PHASE", "TASKS", "FAILED", "TIME", "LEFT", "PULSE", "SILENT", "BY",
        ])
        for run in runs {
            table.add([
                String(run.runID.uuidString.lowercased().prefix(8)), run.kind.rawValue, "\(run.gameDate)",
                run.lane.rawValue, run.isDegraded ? "\(run.state), degraded" : run.state,
                run.phase.map { String($0.rawValue) } ?? "-", "\(run.done) of \(run.tasks)", String(run.failed),
                EasternTime.duration(run.ageSeconds), left(run).map { EasternTime.duration($0) } ?? "-",
                run.pulse ?? "-", run.heartbeatAgeSeconds.map { EasternTime.duration($0) } ?? "-", run.openedBy,
            ])
        }
        var lines = table.lines
        if isFull { lines.append("there may be more (--limit)") }
        if let hung = runs.first(where: { $0.pulse == "hung" }) {
            let id = hung.runID.uuidString.lowercased()
            lines.append("next: tipoff status \(hung.gameDate) says what \(id) waits for")
        }
        return lines
    }

    /// What the usual run of its kind would still take; nil when that is over or unknown.
    private static func left(_ run: RunListing) -> Double? {
        guard run.state == "open", let usual = run.usualSeconds, usual > run.ageSeconds else { return nil }
        return usual - run.ageSeconds
    }

    static func json(_ run: RunListing) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        return [
            "run_id": .string(run.runID.uuidString.lowercased()), "kind": .string(run.kind.rawValue),
            "game_date": .string(run.gameDate.description), "lane": .string(run.lane.rawValue),
            "state": .string(run.state), "is_degraded": .bool(run.isDegraded),
            "phase": run.phase.map { .int(Int64($0.rawValue)) } ?? .null, "tasks": .int(Int64(run.tasks)),
            "done": .int(Int64(run.done)), "failed": .int(Int64(run.failed)), "age_seconds": .double(run.ageSeconds),
            "usual_seconds": number(run.usualSeconds), "left_seconds": number(left(run)),
            "pulse": run.pulse.map { .string($0) } ?? .null, "heartbeat_age_seconds": number(run.heartbeatAgeSeconds),
            "correlation_id": .string(run.correlationID), "opened_by": .string(run.openedBy),
            "opened_at": .string(Instant.text(run.openedAt)),
            "finished_at": run.finishedAt.map { .string(Instant.text($0)) } ?? .null,
            "reason": run.reason.map { .string($0) } ?? .null,
        ]
    }
}
