import Basketball
import Foundation
import Monitoring
import Pipeline
import Postgres

/// Reads the execution log for ``EfficiencyReport``.
struct EfficiencyReader: Sendable {
    let pool: PostgresPool

    /// What one processor did in one run.
    private struct Row {
        var run: EfficiencyRun
        var work: EfficiencyWork
    }

    /// The report; its runs are empty when nothing was logged.
    func report(on span: EfficiencyReport.Span) async throws -> EfficiencyReport {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            var asked = ["grain": "run"]
            switch span {
            case .run(let id): asked["run"] = id.uuidString
            case .dates(let first, let last): (asked["from"], asked["to"]) = (first.description, last.description)
            }
            let rows = try await work(asked, in: transaction)
            let dates = rows.map(\.run.gameDate)
            guard let first = dates.min(), let last = dates.max() else { return EfficiencyReport(span: span, runs: []) }
            let full = ["grain": "run", "kind": "full", "from": first.description, "to": last.description]
            let totals = try await work(full, in: transaction)
            return EfficiencyReport(span: span, runs: Self.runs(rows, totals: totals))
        }
    }

    /// Puts rows together by run, and beside each what the last full run of its date had in scope. What a full run does
    /// and the run left alone is work of nothing.
    private static func runs(_ rows: [Row], totals: [Row]) -> [EfficiencyRun] {
        let fullRuns = Dictionary(grouping: totals, by: \.run.gameDate)
        var runs: [UUID: EfficiencyRun] = [:]
        for row in rows {
            var run = runs[row.run.runID] ?? row.run
            run.isIncremental = run.isIncremental || row.run.isIncremental
            run.work.append(row.work)
            runs[run.runID] = run
        }
        return runs.values.map { run in
            var run = run
            let began = run.startedAt
            let earlier = (fullRuns[run.gameDate] ?? []).filter {
                $0.run.startedAt <= began && EfficiencyRun.sparing.contains($0.work.name.phase)
            }
            let newest = Dictionary(grouping: earlier, by: \.work.name).compactMapValues { rows in
                rows.max { $0.run.startedAt < $1.run.startedAt }?.work.inScope
            }
            for (name, total) in newest {
                if let index = run.work.firstIndex(where: { $0.name == name }) {
                    run.work[index].population = total
                } else if total > 0 {
                    var idle = EfficiencyWork(name)
                    idle.population = total
                    run.work.append(idle)
                }
            }
            run.work.sort { $0.name < $1.name }
            return run
        }
        .sorted { ($0.startedAt, $0.runID.uuidString) < ($1.startedAt, $1.runID.uuidString) }
    }

    private func work(_ asked: [String: String], in transaction: PostgresTransaction) async throws -> [Row] {
        try await transaction.query(MonitoringQueries.waste.statement(asked)).map { row in try Self.row(row) }
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        func count(_ column: String) throws -> Int { Int(try row.decode(column, as: Int64.self)) }
        var work = EfficiencyWork(
            .init(phase: try row.phase("phase"), processor: try row.decode("processor"))
        )
        work.runs = 1
        work.attempts = try count("attempts")
        work.inScope = try count("in_scope")
        work.processed = try count("processed")
        work.changed = try count("changed")
        work.compared = try count("compared")
        work.comparedChanged = try count("useful")
        work.unchangedRuns = work.compared > 0 && work.comparedChanged == 0 ? 1 : 0
        work.seconds = try row.decode("seconds")
        work.wasteSeconds = try row.decode("waste_seconds")
        work.skips = try row.counts("skips")
        let run = EfficiencyRun(
            runID: try row.decode("run_id"),
            kind: try row.enumeration("kind"),
            lane: try row.enumeration("lane"),
            gameDate: try row.gameDate("game_date"),
            startedAt: try row.decode("started_at"),
            seconds: try row.decode("run_seconds"),
            isIncremental: try row.decode("is_incremental"),
            work: []
        )
        return Row(run: run, work: work)
    }
}
