import Basketball
import Foundation
import Pipeline

/// ``EfficiencyReport`` as lines for people.
enum EfficiencyText {
    /// The share of a full run's work that an incremental one should leave alone, in percent.
    static let goal = 95.0

    static func lines(_ report: EfficiencyReport, limit: Int) -> [String] {
        switch report.span {
        case .run: report.runs.flatMap { run($0) } + [""] + processors(report)
        case .dates(let first, let last):
            ["efficiency of \(first == last ? "\(first)" : "\(first) to \(last)")", ""]
                + runs(report, limit: limit) + [""] + processors(report) + [verdict(report)]
        }
    }

    private static func run(_ run: EfficiencyRun) -> [String] {
        let mode = run.isIncremental ? "incremental" : "full batch"
        var lines = [
            "run         \(run.runID.uuidString.lowercased()), \(run.kind.rawValue) of \(run.gameDate), \(mode), "
                + EasternTime.duration(run.seconds)
        ]
        if let total = run.population, let skipped = run.skippedPercent {
            let left = max(total - run.processed, 0)
            var line = "skipped     \(percent(skipped)): \(left) of the \(total) entities of the date's last full run"
            if run.isIncremental { line += skipped >= goal ? ", goal 95 % met" : ", below the goal of 95 %" }
            lines.append(line)
        } else {
            lines.append("skipped     unknown: the date had no full run before it")
        }
        if let waste = run.wastePercent {
            lines.append(
                "waste       \(percent(waste)) of what was compared had not changed, \(EasternTime.duration(run.wasteSeconds))"
            )
        } else {
            lines.append("waste       none: nothing was compared")
        }
        return lines
    }

    private static func runs(_ report: EfficiencyReport, limit: Int) -> [String] {
        var table = TextTable([
            "RUN", "KIND", "DATE", "BEGAN", "MODE", "TIME", "PROCESSED", "CHANGED", "OF", "SKIPPED", "WASTE",
        ])
        for run in report.runs.suffix(limit) {
            table.add([
                String(run.runID.uuidString.lowercased().prefix(8)), run.kind.rawValue, "\(run.gameDate)",
                EasternTime.short(run.startedAt, on: run.gameDate), run.isIncremental ? "incremental" : "full",
                EasternTime.duration(run.seconds), String(run.processed), String(run.changed), number(run.population),
                percent(run.skippedPercent), percent(run.wastePercent),
            ])
        }
        let hidden = report.runs.count - limit
        return table.lines + (hidden > 0 ? ["and \(hidden) earlier runs (--limit)"] : [])
    }

    private static func processors(_ report: EfficiencyReport) -> [String] {
        let isSpan = report.span.weeks != nil
        var table = TextTable(
            ["PHASE", "PROCESSOR"] + (isSpan ? ["RUNS", "UNCHANGED"] : [])
                + ["IN SCOPE", "PROCESSED", "CHANGED", "OF", "SKIPPED", "WASTE", "TIME", "WASTED"]
                + (isSpan ? ["VERDICT"] : []) + ["SKIP REASON"]
        )
        for work in report.processors {
            let skips = work.skips.sorted { $0.key < $1.key }.map { $0.value == 1 ? $0.key : "\($0.key) \($0.value)" }
            var cells = [String(work.name.phase.rawValue), work.name.processor]
            if isSpan { cells += [String(work.runs), String(work.unchangedRuns)] }
            cells += [
                String(work.inScope), String(work.processed), String(work.changed), number(work.population),
                percent(work.skippedPercent), percent(work.wastePercent), EasternTime.duration(work.seconds),
                EasternTime.duration(work.wasteSeconds),
            ]
            if isSpan { cells.append(report.verdict(on: work)?.rawValue ?? "-") }
            cells.append(work.runs == 0 ? "no run of it" : skips.isEmpty ? "-" : skips.joined(separator: ", "))
            table.add(cells)
        }
        return table.lines
    }

    private static func verdict(_ report: EfficiencyReport) -> String {
        let names = report.toBuild
        if !names.isEmpty {
            return
                "verdict: work entity by entity in \(names.joined(separator: ", ")): more than 2 h a week are wasted at "
                + "more than 30 %"
        }
        return "verdict: nothing to build: no processor wastes more than 2 h a week at more than 30 %"
    }

    private static func number(_ value: Int?) -> String { value.map(String.init) ?? "-" }
    private static func percent(_ value: Double?) -> String { value.map { "\(EasternTime.tenths($0)) %" } ?? "-" }
}

extension EfficiencyReport {
    var json: JSONValue {
        let (run, first, last): (JSONValue, JSONValue, JSONValue) =
            switch span {
            case .run(let id): (.string(id.uuidString.lowercased()), .null, .null)
            case .dates(let first, let last): (.null, .string(first.description), .string(last.description))
            }
        return [
            "run_id": run, "from": first, "to": last, "runs": .array(runs.map(\.json)),
            "processors": .array(
                processors.map { work in
                    var object = work.object
                    object["verdict"] = verdict(on: work).map { .string($0.rawValue) } ?? .null
                    return .object(object)
                }
            ),
            "to_build": .array(toBuild.map { .string($0) }),
        ]
    }
}

extension EfficiencyRun {
    fileprivate var json: JSONValue {
        [
            "run_id": .string(runID.uuidString.lowercased()), "kind": .string(kind.rawValue),
            "lane": .string(lane.rawValue), "game_date": .string(gameDate.description),
            "started_at": .string(Instant.text(startedAt)), "seconds": .double(seconds),
            "mode": .string(isIncremental ? "incremental" : "full"), "processed": .int(Int64(processed)),
            "changed": .int(Int64(changed)), "total": number(population), "skipped_pct": number(skippedPercent),
            "waste_pct": number(wastePercent), "waste_seconds": .double(wasteSeconds),
        ]
    }
}

extension EfficiencyWork {
    fileprivate var object: JSONObject {
        [
            "phase": .int(Int64(name.phase.rawValue)), "processor": .string(name.processor), "runs": .int(Int64(runs)),
            "unchanged_runs": .int(Int64(unchangedRuns)), "attempts": .int(Int64(attempts)),
            "in_scope": .int(Int64(inScope)), "processed": .int(Int64(processed)), "changed": .int(Int64(changed)),
            "total": number(population), "skipped_pct": number(skippedPercent), "waste_pct": number(wastePercent),
            "seconds": .double(seconds), "waste_seconds": .double(wasteSeconds),
            "skip_reasons": .object(
                JSONObject(skips.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int(Int64($0.value))) })
            ),
        ]
    }
}

private func number(_ value: Int?) -> JSONValue { value.map { .int(Int64($0)) } ?? .null }
private func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
