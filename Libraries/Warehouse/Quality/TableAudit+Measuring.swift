import Basketball
import Pipeline
import Postgres

extension TableAudit {
    /// What an audit found of one date.
    public struct Report: Sendable, Hashable {
        public struct Finding: Sendable, Hashable {
            public var column: String
            public var monitor: String
            public var demand: String
            public var measured: Double
            /// The rows that were looked at.
            public var rows: Int
        }

        public var rows: Int
        /// Nil where nothing tells.
        public var expectedRows: Int?
        /// The monitors that had enough rows to judge, by column and name.
        public var judged: [Finding] = []
        public var fired: [Finding] = []

        public var passed: [Finding] { judged.filter { !fired.contains($0) } }

        /// passed, fired, or empty: no row, and none was expected.
        public var verdict: String {
            !fired.isEmpty ? "fired" : rows == 0 ? "empty" : "passed"
        }
    }

    /// Measures the rows of a date in one statement.
    func measure(_ date: GameDate, in transaction: PostgresTransaction) async throws -> Report {
        let row = try await transaction.query(statement(date)).one()
        var report = Report(
            rows: try row.decode("row_count"),
            expectedRows: try row.decode("expected_rows")
        )
        if let expected = report.expectedRows, expected > 0 {
            let share = Double(report.rows) / Double(expected)
            let finding = Report.Finding(
                column: "*",
                monitor: Self.rowsMonitor,
                demand: "at least \(Int(100 * Self.minimumShare)) percent of \(expected) rows",
                measured: share,
                rows: report.rows
            )
            report.judged.append(finding)
            if share < Self.minimumShare { report.fired.append(finding) }
        }
        for (index, monitor) in monitors.enumerated() {
            let rows: Int = try row.decode("rows_\(index)")
            guard rows >= monitor.minimumRows, let measured = try row.decode("value_\(index)", as: Double?.self) else {
                continue
            }
            let finding = Report.Finding(
                column: monitor.columnName,
                monitor: monitor.name,
                demand: monitor.demand,
                measured: measured,
                rows: rows
            )
            report.judged.append(finding)
            if monitor.fires(on: measured) { report.fired.append(finding) }
        }
        return report
    }

    private func statement(_ date: GameDate) -> SQL {
        let dateColumn = table.dateColumn ?? ""
        let counted: SQL = counted.map { "count(DISTINCT t.\(identifier: $0))" } ?? "count(*)"
        var columns: [SQL] = [
            "\(sql: counted) AS row_count", "(\(sql: expectedRows(date))) AS expected_rows",
        ]
        for (index, monitor) in monitors.enumerated() {
            let (rows, value) = expressions(of: monitor)
            columns.append("\(sql: rows) AS \(identifier: "rows_\(index)")")
            columns.append("(\(sql: value))::double precision AS \(identifier: "value_\(index)")")
        }
        let parts = table.name.split(separator: ".").map(String.init)
        return """
            SELECT \(sql: list(columns)) FROM \(identifier: parts[0]).\(identifier: parts[1]) AS t
            WHERE t.\(identifier: dateColumn) = \(date.postgres) AND t.removed_at IS NULL
            """
    }

    /// The number of rows that a monitor counts, and what it measures of them. Where nothing is NULL is what is asked,
    /// every row counts, else those with a value.
    private func expressions(of monitor: ColumnMonitor) -> (rows: SQL, value: SQL) {
        let column: SQL = "t.\(identifier: monitor.column)"
        let value: SQL =
            if let element = monitor.element {
                "(\(sql: column) ->> \(Int32(element)))::double precision"
            } else if table.columns[table.index(of: monitor.column)].type == .boolean {
                "\(sql: column)::int::double precision"
            } else {
                "\(sql: column)::double precision"
            }
        let filter: SQL =
            switch monitor.condition {
            case .text(let column, let text): "t.\(identifier: column) = \(text)"
            case .atLeast(let column, let least): "t.\(identifier: column) >= \(least)"
            case .isTrue(let column): "t.\(identifier: column)"
            case nil: "true"
            }
        let withValue: SQL = "count(\(sql: value)) FILTER (WHERE \(sql: filter))"
        return switch monitor.kind {
        case .nullShare:
            (
                "count(*) FILTER (WHERE \(sql: filter))",
                "avg((\(sql: value) IS NULL)::int) FILTER (WHERE \(sql: filter))"
            )
        case .mean: (withValue, "avg(\(sql: value)) FILTER (WHERE \(sql: filter))")
        case .deviation: (withValue, "stddev_samp(\(sql: value)) FILTER (WHERE \(sql: filter))")
        case .distinct: (withValue, "count(DISTINCT \(sql: value)) FILTER (WHERE \(sql: filter))")
        }
    }

    private func expectedRows(_ date: GameDate) -> SQL {
        let games: SQL = """
            FROM nba_raw.nbac_schedule WHERE game_date = \(date.postgres) AND removed_at IS NULL AND NOT is_postponed
                AND season_type NOT IN ('preseason', 'all_star')
            """
        return switch expected {
        case nil: "NULL::bigint"
        case .teamsOfFinalGames: "SELECT 2 * count(*) \(sql: games) AND game_status = 3"
        case .playersOfFinalGames: "SELECT 16 * count(*) \(sql: games) AND game_status = 3"
        case .playersOfBoxScores:
            """
            SELECT greatest(16 * count(*), (SELECT count(*) FROM nba_raw.nbac_player_boxscores
                WHERE game_date = \(date.postgres) AND removed_at IS NULL)) \(sql: games) AND game_status = 3
            """
        case .teamsOfGames: "SELECT 2 * count(*) \(sql: games)"
        case .playersOfSeasonedTeams:
            """
            SELECT 8 * count(*) FROM (SELECT season_year, unnest(ARRAY[home_team_tricode, away_team_tricode]) AS team
                                      \(sql: games)) AS t
            WHERE EXISTS (
                SELECT 1 FROM nba_raw.nbac_schedule AS p
                WHERE p.game_date >= \(date.adding(days: -Pipeline.ExpectedRows.historyDays).postgres)
                    AND p.game_date < \(date.postgres) AND p.season_year = t.season_year AND p.game_status = 3
                    AND p.removed_at IS NULL AND p.season_type NOT IN ('preseason', 'all_star')
                    AND t.team IN (p.home_team_tricode, p.away_team_tricode))
            """
        case .contexts(let least):
            """
            SELECT count(*) FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(date.postgres) AND removed_at IS NULL AND history_games >= \(Int64(least))
            """
        case .readyFeatures:
            """
            SELECT count(*) FROM nba_precompute.ml_feature_store_v2
            WHERE game_date = \(date.postgres) AND removed_at IS NULL AND is_quality_ready
            """
        }
    }

    private func list(_ parts: [SQL]) -> SQL {
        parts.dropFirst().reduce(parts[0]) { "\(sql: $0), \(sql: $1)" }
    }
}
