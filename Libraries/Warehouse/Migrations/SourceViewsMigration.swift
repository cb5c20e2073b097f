import Pipeline
import Postgres

extension WarehouseMigrations {
    /// What judging dependencies leaves behind.
    static let dependencyJudgement = PostgresMigration(
        version: 37,
        name: "what dependencies make of a task, rows that return, and where games are",
        sql: """
            ALTER TABLE nba_orchestration.task ADD COLUMN degraded_reason text;
            COMMENT ON COLUMN nba_orchestration.task.degraded_reason IS
                ' |  | why the task ended well and is worth less than it could be; null when it is not';
            ALTER TABLE nba_orchestration.dependency_check
                ADD COLUMN source_prefix text,
                ADD COLUMN completeness_pct numeric(5, 2);
            COMMENT ON COLUMN nba_orchestration.dependency_check.execution_id IS ' |  | the attempt that looked';
            COMMENT ON COLUMN nba_orchestration.dependency_check.source_table IS ' |  | the table looked at';
            COMMENT ON COLUMN nba_orchestration.dependency_check.run_id IS ' |  | the attempt''s run';
            COMMENT ON COLUMN nba_orchestration.dependency_check.processor IS ' |  | who depends on the table';
            COMMENT ON COLUMN nba_orchestration.dependency_check.game_date IS ' |  | the task''s date';
            COMMENT ON COLUMN nba_orchestration.dependency_check.is_critical IS
                ' |  | whether the task fails without the table, or without its chain of tables';
            COMMENT ON COLUMN nba_orchestration.dependency_check.verdict IS ' |  | fresh, thin, late, stale or missing';
            COMMENT ON COLUMN nba_orchestration.dependency_check.row_count IS 'rows |  | rows of the date that were there';
            COMMENT ON COLUMN nba_orchestration.dependency_check.expected_rows IS
                'rows |  | rows that the schedule makes the least; 0 when it asks for none';
            COMMENT ON COLUMN nba_orchestration.dependency_check.last_updated IS
                'UTC |  | when the table''s processor last ended well for the date; of a history, when a row last changed';
            COMMENT ON COLUMN nba_orchestration.dependency_check.age_seconds IS
                'seconds |  | since then; of a derived table, since the oldest change that is not carried out';
            COMMENT ON COLUMN nba_orchestration.dependency_check.checked_at IS 'UTC |  | when the verdict was stored';
            COMMENT ON COLUMN nba_orchestration.dependency_check.source_prefix IS
                ' |  | the table''s name in the columns of the views <table>_sources';
            COMMENT ON COLUMN nba_orchestration.dependency_check.completeness_pct IS
                'percent |  | share of the expected rows that were there; 100 when none was expected';

            ALTER TABLE nba_orchestration.row_change DROP CONSTRAINT row_change_kind_check,
                ADD CONSTRAINT row_change_kind_check CHECK (kind IN ('updated', 'removed', 'returned'));
            COMMENT ON COLUMN nba_orchestration.row_change.kind IS
                ' |  | updated, removed, or returned: removed before and there again';

            ALTER TABLE nba_analytics.team_offense_game_summary
                ADD COLUMN arena_city text,
                ADD COLUMN is_neutral_site boolean;
            COMMENT ON COLUMN nba_analytics.team_offense_game_summary.arena_city IS
                ' |  | where the game was played, as the schedule names it';
            COMMENT ON COLUMN nba_analytics.team_offense_game_summary.is_neutral_site IS
                ' |  | true when neither team was at home; null where the schedule does not say';
            """
    )

    /// One view a derived table: what the execution that wrote a row last had found of its sources. A change of the
    /// registry's dependencies needs a new migration that makes the views anew, and this one the text that it had.
    static let sourceViews = PostgresMigration(
        version: 38,
        name: "the sources of a row",
        sql: (WarehouseTables.analytics + WarehouseTables.precompute).compactMap { table in
            Registry.standard.processors.first { $0.output == table.name && !$0.dependencies.isEmpty }
                .map { SourceView(table, $0).text }
        }.joined(separator: "\n")
    )
}

/// The view that shows the sources of a table's rows.
struct SourceView {
    /// With its schema.
    let name: String
    /// The statements, ended by semicolons.
    let text: String

    init(_ table: TableDefinition, _ processor: ProcessorDefinition) {
        name = "\(table.name)_sources"
        var columns = (table.key + ["run_id", "execution_id"]).map { "t.\($0)" }
        var joins: [String] = []
        var comments = [
            "COMMENT ON VIEW \(name) IS 'What the execution that wrote a row of \(table.name) last had found of its sources; "
                + "null when its run is no longer kept';",
            "COMMENT ON COLUMN \(name).run_id IS ' |  | the run that wrote the row last';",
            "COMMENT ON COLUMN \(name).execution_id IS ' |  | the execution that wrote the row last';",
        ]
        for key in table.key { comments.append("COMMENT ON COLUMN \(name).\(key) IS ' |  | of the row';") }
        for (source, dependency) in processor.dependencies {
            let prefix = "source_\(dependency.prefix)"
            columns += [
                "\(prefix).last_updated AS \(prefix)_last_updated", "\(prefix).row_count AS \(prefix)_rows_found",
                "\(prefix).completeness_pct AS \(prefix)_completeness_pct",
            ]
            joins.append(
                """
                LEFT JOIN nba_orchestration.dependency_check AS \(prefix)
                    ON \(prefix).execution_id = t.execution_id AND \(prefix).source_table = '\(source)'
                """
            )
            let updated =
                dependency.expected.measure == .history
                ? "when one of the rows last changed" : "when it was last brought up to date"
            comments += [
                "COMMENT ON COLUMN \(name).\(prefix)_last_updated IS 'UTC | \(source) | \(updated)';",
                "COMMENT ON COLUMN \(name).\(prefix)_rows_found IS 'rows | \(source) | rows that were there';",
                "COMMENT ON COLUMN \(name).\(prefix)_completeness_pct IS 'percent | \(source) | share of the expected rows that were there; 100 when none was expected';",
            ]
        }
        text = """
            CREATE VIEW \(name) AS
            SELECT \(columns.joined(separator: ",\n       "))
            FROM \(table.name) AS t
            \(joins.joined(separator: "\n"));
            \(comments.joined(separator: "\n"))
            REVOKE INSERT, UPDATE ON \(name) FROM tipoff_analytics, tipoff_precompute;

            """
    }
}
