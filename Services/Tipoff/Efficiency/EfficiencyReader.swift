import Basketball
import Foundation
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
            let condition: SQL =
                switch span {
                case .run(let id): "l.run_id = \(id)"
                case .dates(let first, let last): "l.game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate)"
                }
            let rows = try await work(where: condition, in: transaction)
            let dates = Set(rows.map(\.run.gameDate))
            let full: SQL = "l.run_kind = 'full' AND l.game_date = ANY(\(dates.map(\.sqlDate)))"
            let totals = dates.isEmpty ? [] : try await work(where: full, in: transaction)
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

    private func work(where condition: SQL, in transaction: PostgresTransaction) async throws -> [Row] {
        let rows = try await transaction.query(
            """
            WITH attempt AS (
                SELECT l.*, waste_pct IS NOT NULL AND entities_processed > 0 AS is_compared,
                       least(entities_changed, entities_processed) AS useful,
                       duration_seconds / count(*) OVER (PARTITION BY run_id, phase, processor_name, instance, started_at,
                                                                      duration_seconds) AS own_seconds
                FROM nba_orchestration.pipeline_execution_log AS l WHERE \(sql: condition)
            ), span AS (
                SELECT run_id, game_date, min(started_at) AS started_at, max(completed_at) AS completed_at
                FROM attempt GROUP BY run_id, game_date
            ), skip AS (
                SELECT run_id, game_date, phase, processor_name, jsonb_object_agg(skip_reason, n) AS skips
                FROM (SELECT run_id, game_date, phase, processor_name, skip_reason, count(*) AS n FROM attempt
                      WHERE skip_reason IS NOT NULL GROUP BY 1, 2, 3, 4, 5) AS counted
                GROUP BY 1, 2, 3, 4
            )
            SELECT a.run_id, a.game_date, a.phase, a.processor_name, min(a.run_kind) AS kind, min(a.lane) AS lane,
                   s.started_at,
                   COALESCE(extract(epoch FROM r.finished_at - r.opened_at),
                            extract(epoch FROM s.completed_at - s.started_at))::double precision AS run_seconds,
                   bool_or(a.run_kind <> 'full' AND a.phase >= 3 AND a.processing_mode = 'entity_level')
                       AS is_incremental,
                   count(*) AS attempts, sum(a.entities_in_scope) AS in_scope, sum(a.entities_processed) AS processed,
                   sum(a.entities_changed) AS changed,
                   COALESCE(sum(a.entities_processed) FILTER (WHERE a.is_compared), 0) AS compared,
                   COALESCE(sum(a.useful) FILTER (WHERE a.is_compared), 0) AS useful,
                   sum(a.own_seconds) AS seconds,
                   COALESCE(sum(a.own_seconds * (a.entities_processed - a.useful) / a.entities_processed)
                            FILTER (WHERE a.is_compared), 0) AS waste_seconds,
                   min(k.skips::text)::jsonb AS skips
            FROM attempt AS a JOIN span AS s USING (run_id, game_date)
            LEFT JOIN nba_orchestration.run AS r ON r.run_id = a.run_id
            LEFT JOIN skip AS k ON k.run_id = a.run_id AND k.game_date = a.game_date AND k.phase = a.phase
                AND k.processor_name = a.processor_name
            GROUP BY a.run_id, a.game_date, a.phase, a.processor_name, s.started_at, s.completed_at, r.finished_at,
                     r.opened_at
            """
        )
        return try rows.map { try Self.row($0) }
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        func count(_ column: String) throws -> Int { Int(try row.decode(column, as: Int64.self)) }
        var work = EfficiencyWork(
            .init(phase: try row.phase("phase"), processor: try row.decode("processor_name"))
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
        if let text = try row.decode("skips", as: PostgresJSON?.self),
            let skips = try JSONValue(parsing: text.text).objectValue
        {
            for (reason, value) in zip(skips.keys, skips.values) {
                if case .int(let times) = value { work.skips[reason] = Int(times) }
            }
        }
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
