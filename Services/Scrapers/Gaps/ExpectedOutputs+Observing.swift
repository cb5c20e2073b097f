import Basketball
import Foundation
import Pipeline
import Postgres

extension ExpectedOutputs {
    /// Looks at dates that have not been looked at since a run of theirs moved, the latest first.
    ///
    /// - Returns: whether more dates wait.
    func observe(now: Date, patience: Double) async throws -> Bool {
        let today = LeagueClock.gameDate(of: now)
        let first = today.adding(days: Self.liveDays.lowerBound).postgres
        let last = today.adding(days: Self.liveDays.upperBound).postgres
        // A run that ended while its date was looked at has the earlier instant: it is looked at for a while.
        let waiting = try await pool.query(
            """
            SELECT d.game_date FROM nba_orchestration.planned_day AS d
            WHERE d.observed_at IS NULL OR d.observed_at < now() - \(patience) * interval '1 second' AND (
                d.game_date BETWEEN \(first) AND \(last)
                OR EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                           WHERE r.game_date = d.game_date
                               AND (r.state = 'open' OR r.finished_at > d.observed_at - interval '2 minutes')))
            ORDER BY d.game_date DESC LIMIT \(Int64(Self.datesPerStep + 1))
            """
        ).map { try $0.gameDate("game_date") }
        let dates = Array(waiting.prefix(Self.datesPerStep))
        guard !dates.isEmpty else { return false }
        try await observe(dates, now: now)
        return waiting.count > dates.count
    }

    /// Brings up to date what is there of the outputs of some dates.
    func observe(_ dates: [GameDate], now: Date) async throws {
        let days = dates.map(\.postgres)
        try await pool.transaction { transaction in
            let databaseNow: Date = try await transaction.query("SELECT now()").scalar()
            for rule in rules.all {
                guard let rows = rule.rows else { continue }
                try await transaction.execute(Self.count(rows, of: rule, days))
            }
            try await transaction.execute(outcomes(days, shift: now.timeIntervalSince(databaseNow)))
            try await transaction.execute(
                "UPDATE nba_orchestration.planned_day SET observed_at = now() WHERE game_date = ANY(\(days))"
            )
        }
    }

    /// Counts the rows of each game.
    private static func count(_ rows: OutputRule.Rows, of rule: OutputRule, _ days: [PostgresDate]) -> SQL {
        let name = rows.table.split(separator: ".").map(String.init)
        let filter: SQL = rows.filter.map { " AND \(identifier: $0.column) = \($0.value)" } ?? ""
        let number: SQL = rows.distinct.map { "count(DISTINCT \(identifier: $0))" } ?? "count(*)"
        let unit = rows.teamColumn ?? "game_id"
        let sides: SQL =
            rows.teamColumn == nil ? "(g.game_id)" : "(g.home_team_tricode), (g.away_team_tricode)"
        let isShort: SQL =
            rows.teamColumn == nil ? "false" : "COALESCE(x.row_count, 0) < \(Int64(rows.range.lowerBound))"
        return """
            UPDATE nba_orchestration.expected_output AS e
            SET rows_found = f.found, short_teams = f.short, observed_at = now()
            FROM (
                SELECT g.game_date, g.game_id, sum(COALESCE(x.row_count, 0))::integer AS found,
                       COALESCE(array_agg(t.unit ORDER BY t.unit) FILTER (WHERE \(sql: isShort)), '{}'::text[]) AS short
                FROM nba_raw.nbac_schedule AS g CROSS JOIN LATERAL (VALUES \(sql: sides)) AS t (unit)
                LEFT JOIN (SELECT \(identifier: rows.dateColumn) AS day, \(identifier: unit) AS unit,
                                  \(sql: number) AS row_count
                           FROM \(identifier: name[0]).\(identifier: name[1])
                           WHERE \(identifier: rows.dateColumn) = ANY(\(days)) AND removed_at IS NULL\(sql: filter)
                           GROUP BY 1, 2) AS x ON x.day = g.game_date AND x.unit = t.unit
                WHERE g.game_date = ANY(\(days)) AND g.removed_at IS NULL GROUP BY g.game_date, g.game_id
            ) AS f
            WHERE e.phase = \(Int16(rule.phase.rawValue)) AND e.processor = \(rule.name)
                AND e.game_date = f.game_date AND e.game_id = f.game_id
                AND (e.rows_found IS DISTINCT FROM f.found OR e.short_teams <> f.short)
            """
    }

    /// How the tasks ended. A source's answer of before the output could be there says nothing about it; what later phases
    /// made stands, because nothing is done again where nothing has changed. Tasks go some weeks after their run: where a
    /// date has none the log speaks, and where neither speaks what is on record stays.
    private func outcomes(_ days: [PostgresDate], shift: Double) -> SQL {
        // The schedule's consent to nothing is no excuse once the game should be over: its own word may be old.
        let played = rules.all.filter { $0.rows?.games.isPlayed == true }.map(\.name)
        return """
            WITH tasks AS MATERIALIZED (
                SELECT DISTINCT ON (t.game_date, t.phase, t.processor, t.unit)
                       t.game_date, t.phase, t.processor, t.unit, t.state, t.expected_empty, t.run_id, t.error_message,
                       t.finished_at + \(shift) * interval '1 second' AS ended_at
                FROM nba_orchestration.task AS t
                WHERE t.game_date = ANY(\(days))
                    AND t.state IN ('success', 'partial', 'no_data', 'failed', 'superseded')
                ORDER BY t.game_date, t.phase, t.processor, t.unit, t.finished_at DESC
            ), logged AS (
                SELECT DISTINCT ON (l.game_date, l.phase, l.processor_name, l.unit)
                       l.game_date, l.phase, l.processor_name, l.unit, l.status,
                       COALESCE(l.skip_reason = 'nothing_expected', false), l.run_id, l.error_message, l.completed_at
                FROM nba_orchestration.pipeline_execution_log AS l
                WHERE l.game_date = ANY(\(days))
                    AND l.status IN ('success', 'partial', 'no_data', 'failed', 'superseded')
                    AND NOT EXISTS (SELECT 1 FROM tasks AS t WHERE t.game_date = l.game_date AND t.phase = l.phase
                                        AND t.processor = l.processor_name)
                ORDER BY l.game_date, l.phase, l.processor_name, l.unit, l.completed_at DESC
            ), shown AS MATERIALIZED (
                -- A page that says of itself that it is less than it should be.
                SELECT p.game_date FROM nba_publishing.document_pointer AS p
                JOIN nba_publishing.document AS d ON d.document_id = p.document_id
                WHERE p.game_date = ANY(\(days)) AND d.kind = 'tonight' AND d.state = 'degraded'
            ), units AS (
                SELECT u.game_date, u.phase, u.processor, s.game_id, u.expected_empty, u.run_id, u.error_message,
                       u.ended_at, CASE WHEN u.state = 'superseded' THEN 'success'
                                        WHEN u.state = 'success' AND u.phase = 6 AND u.processor = 'tonight_document'
                                            AND u.game_date IN (SELECT game_date FROM shown) THEN 'partial'
                                        ELSE u.state END AS state
                FROM (SELECT * FROM tasks UNION ALL SELECT * FROM logged) AS u
                LEFT JOIN nba_raw.nbac_schedule AS s ON s.nba_game_id = u.unit
            ), judged AS (
                SELECT e.game_date, e.phase, e.processor, e.game_id,
                       CASE WHEN bool_and(u.state = 'no_data') THEN 'no_data'
                            WHEN bool_and(u.state = 'success' OR u.state = 'no_data' AND u.expected_empty) THEN 'success'
                            WHEN bool_and(u.state IN ('failed', 'no_data')) THEN 'failed'
                            ELSE 'partial' END AS outcome,
                       bool_and(u.expected_empty AND (e.rows_min IS NULL OR e.processor <> ALL(\(played)))) AS is_empty,
                       (array_agg(u.run_id ORDER BY u.ended_at DESC))[1] AS run_id, max(u.ended_at) AS ended_at,
                       (array_agg(u.error_message ORDER BY u.ended_at DESC)
                            FILTER (WHERE u.state = 'failed' AND u.error_message IS NOT NULL))[1] AS error
                FROM nba_orchestration.expected_output AS e JOIN units AS u
                    ON u.game_date = e.game_date AND u.phase = e.phase AND u.processor = e.processor
                    AND (e.phase > 2 OR u.ended_at >= e.begins_at)
                    AND (e.game_id = '*' OR u.game_id IS NULL OR u.game_id = e.game_id)
                WHERE e.game_date = ANY(\(days)) GROUP BY e.game_date, e.phase, e.processor, e.game_id
            )
            UPDATE nba_orchestration.expected_output AS e
            SET outcome = j.outcome, is_empty_accepted = j.is_empty, run_id = j.run_id, ended_at = j.ended_at,
                error = left(j.error, 1000), observed_at = now()
            FROM judged AS j
            WHERE e.game_date = j.game_date AND e.phase = j.phase AND e.processor = j.processor
                AND e.game_id = j.game_id
                AND (e.outcome, e.is_empty_accepted, e.run_id, e.error)
                    IS DISTINCT FROM (j.outcome, j.is_empty, j.run_id, left(j.error, 1000))
            """
    }
}
