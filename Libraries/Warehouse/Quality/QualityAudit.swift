public import Basketball
public import Pipeline
public import Postgres

/// The audit of what phases have written: looks at the rows of dates whose phases closed lately, off the path of the
/// work, and records what fired and what passed.
public struct QualityAudit: Sendable {
    public var pool: PostgresPool
    /// Who raises the alerts.
    public var role: String
    var audits: [TableAudit]

    /// Phases that closed longer ago than this are not looked for.
    static let days = 7
    /// Dates and phases of one pass; what is left waits for the next.
    static let limit = 32

    public init(pool: PostgresPool, role: String, audits: [TableAudit] = TableAudit.all) {
        self.pool = pool
        self.role = role
        self.audits = audits
    }

    /// A phase of a date that closed after it was last looked at.
    public struct Due: Sendable, Hashable {
        public var date: GameDate
        public var phase: Phase

        public init(date: GameDate, phase: Phase) {
            self.date = date
            self.phase = phase
        }
    }

    /// What has closed and has not been looked at since, the longest wait first.
    public func due() async throws -> [Due] {
        let rows = try await pool.query(
            """
            SELECT r.game_date, p.phase FROM nba_orchestration.run_phase AS p
            JOIN nba_orchestration.run AS r USING (run_id)
            WHERE p.phase = ANY(\(Set(audits.map { Int16($0.phase.rawValue) }).sorted()))
                AND p.state IN ('complete', 'failed', 'expired')
                AND p.closed_at > now() - \(Int32(Self.days)) * interval '1 day'
            GROUP BY r.game_date, p.phase
            HAVING max(p.closed_at) > COALESCE(
                (SELECT min(q.checked_at) FROM nba_orchestration.quality_check AS q
                 WHERE q.game_date = r.game_date AND q.phase = p.phase), '-infinity')
            ORDER BY max(p.closed_at) LIMIT \(Int64(Self.limit))
            """
        )
        return try rows.map { row in Due(date: try row.gameDate("game_date"), phase: try row.phase("phase")) }
    }

    /// Looks at everything that is due. Returns the reports that fired.
    public func pass() async throws -> [(table: String, date: GameDate, report: TableAudit.Report)] {
        var fired: [(table: String, date: GameDate, report: TableAudit.Report)] = []
        for due in try await due() {
            for (table, report) in try await check(due) where !report.fired.isEmpty {
                fired.append((table, due.date, report))
            }
        }
        return fired
    }

    /// Measures the tables of a phase and records what was found, all in one transaction.
    public func check(_ due: Due) async throws -> [(table: String, report: TableAudit.Report)] {
        try await pool.transaction { transaction in
            var reports: [(table: String, report: TableAudit.Report)] = []
            var batch = StatementBatch()
            for audit in audits where audit.phase == due.phase {
                let report = try await audit.measure(due.date, in: transaction)
                batch.add(contentsOf: recording(report, audit, due.date))
                reports.append((audit.table.name, report))
            }
            try await batch.run(in: transaction)
            return reports
        }
    }

    private func recording(_ report: TableAudit.Report, _ audit: TableAudit, _ date: GameDate) -> [SQL] {
        let table = audit.table.name
        var statements: [SQL] = [
            """
            INSERT INTO nba_orchestration.quality_check
                (table_name, game_date, phase, verdict, row_count, expected_rows, monitors, fired)
            VALUES (\(table), \(date.postgres), \(Int16(audit.phase.rawValue)), \(report.verdict), \(Int64(report.rows)),
                    \(report.expectedRows.map { Int64($0) }), \(Int32(report.judged.count)),
                    \(Int32(report.fired.count)))
            ON CONFLICT (game_date, table_name) DO UPDATE SET
                phase = excluded.phase, verdict = excluded.verdict, row_count = excluded.row_count,
                expected_rows = excluded.expected_rows, monitors = excluded.monitors, fired = excluded.fired,
                checked_at = now()
            """
        ]
        if !report.fired.isEmpty {
            statements.append(firing(report.fired, table, date))
            statements.append(raising(report.fired, table, date))
        }
        let passed = report.passed
        guard !passed.isEmpty else { return statements }
        // What could not be judged stays as it was: too few rows are no all-clear.
        statements.append(
            """
            UPDATE nba_orchestration.column_check AS c SET resolved_at = now()
            FROM unnest(\(passed.map(\.column))::text[], \(passed.map(\.monitor))::text[]) AS p(column_name, monitor)
            WHERE c.table_name = \(table) AND c.game_date = \(date.postgres) AND c.column_name = p.column_name
                AND c.monitor = p.monitor AND c.resolved_at IS NULL
            """
        )
        statements.append(
            """
            UPDATE nba_orchestration.alert AS a SET resolved_at = now()
            WHERE a.resolved_at IS NULL AND starts_with(a.signature, \("quality:\(table):"))
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.column_check AS c
                                WHERE c.table_name = \(table) AND c.resolved_at IS NULL
                                    AND a.signature = \(sql: Self.signature))
            """
        )
        return statements
    }

    private func firing(_ fired: [TableAudit.Report.Finding], _ table: String, _ date: GameDate) -> SQL {
        """
        INSERT INTO nba_orchestration.column_check AS c
            (table_name, game_date, column_name, monitor, demand, measured, row_count)
        SELECT \(table), \(date.postgres), f.column_name, f.monitor, f.demand, f.measured, f.row_count
        FROM unnest(\(fired.map(\.column))::text[], \(fired.map(\.monitor))::text[], \(fired.map(\.demand))::text[],
                    \(fired.map(\.measured))::double precision[], \(fired.map { Int64($0.rows) })::bigint[])
            AS f(column_name, monitor, demand, measured, row_count)
        ON CONFLICT (table_name, game_date, column_name, monitor) DO UPDATE SET
            demand = excluded.demand, measured = excluded.measured, row_count = excluded.row_count,
            times = c.times + 1, last_fired_at = now(), resolved_at = NULL
        """
    }

    /// A monitor that fires on several dates is one incident.
    private static let signature: SQL = "'quality:' || c.table_name || ':' || c.column_name || ':' || c.monitor"

    private func raising(_ fired: [TableAudit.Report.Finding], _ table: String, _ date: GameDate) -> SQL {
        """
        INSERT INTO nba_orchestration.alert AS a (signature, level, title, detail, game_date, raised_by)
        SELECT \(sql: Self.signature), 'error',
               c.table_name || '.' || c.column_name || ' is unusual on ' || count(*)
                   || CASE count(*) WHEN 1 THEN ' date: ' ELSE ' dates: ' END
                   || (array_agg(c.demand ORDER BY c.game_date DESC))[1] || ', measured '
                   || round((array_agg(c.measured ORDER BY c.game_date DESC))[1]::numeric, 4),
               jsonb_build_object('table', c.table_name, 'column', c.column_name, 'monitor', c.monitor, 'dates',
                                  to_jsonb((array_agg(c.game_date ORDER BY c.game_date DESC))[1:10])),
               max(c.game_date), \(role)
        FROM nba_orchestration.column_check AS c
        WHERE c.table_name = \(table) AND c.resolved_at IS NULL
            AND (c.column_name, c.monitor) IN (
                SELECT * FROM unnest(\(fired.map(\.column))::text[], \(fired.map(\.monitor))::text[]))
        GROUP BY c.table_name, c.column_name, c.monitor
        ORDER BY 1
        ON CONFLICT (signature) WHERE resolved_at IS NULL DO UPDATE SET
            title = excluded.title, detail = excluded.detail, game_date = excluded.game_date,
            occurrences = a.occurrences + 1, last_seen_at = now()
        """
    }
}
