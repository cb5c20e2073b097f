import Postgres

extension WarehouseMigrations {
    /// Rows that break a rule of their table.
    static let quarantine = PostgresMigration(
        version: 35,
        name: "quarantined rows",
        sql: """
            -- Written in the transaction that does not write the row. While it is open, what the table holds under the key
            -- is neither changed nor removed by the row.
            CREATE TABLE nba_orchestration.quarantined_row (
                quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                table_name text NOT NULL,
                row_key text NOT NULL,
                scope text NOT NULL,
                game_date date NOT NULL,
                processor text NOT NULL,
                unit text NOT NULL,
                run_id uuid NOT NULL,
                execution_id uuid NOT NULL,
                rule text NOT NULL,
                violations jsonb NOT NULL,
                row_values jsonb NOT NULL,
                times integer NOT NULL DEFAULT 1,
                first_seen_at timestamptz NOT NULL DEFAULT now(),
                last_seen_at timestamptz NOT NULL DEFAULT now(),
                resolved_at timestamptz,
                resolution text CHECK (resolution IN ('sound', 'gone')),
                resolved_by uuid,
                CHECK ((resolved_at IS NULL) = (resolution IS NULL))
            );
            -- A finish asks it whether its table has open rows: it holds open rows only, and is empty as a rule.
            CREATE UNIQUE INDEX quarantined_row_open ON nba_orchestration.quarantined_row (table_name, row_key)
                WHERE resolved_at IS NULL;
            CREATE INDEX quarantined_row_by_date ON nba_orchestration.quarantined_row (game_date, table_name);
            CREATE INDEX quarantined_row_resolved ON nba_orchestration.quarantined_row (resolved_at)
                WHERE resolved_at IS NOT NULL;
            COMMENT ON TABLE nba_orchestration.quarantined_row IS
                'Rows that break a rule of their table and were not written; the last good row stays';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.quarantine_id IS ' |  | number of the incident';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.table_name IS ' |  | with its schema';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.row_key IS ' |  | the values of the natural key with slashes';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.scope IS ' |  | what the write that brought the row spoke for';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.game_date IS 'Eastern date |  | the date of the row, or of its task';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.processor IS ' |  | who brought the row last';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.unit IS ' |  | the unit of that task';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.run_id IS ' |  | the run that brought the row last';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.execution_id IS ' |  | the execution that brought the row last';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.rule IS ' |  | the first rule that the row breaks';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.violations IS
                ' |  | every rule that the row breaks: what it demands and the values of its columns';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.row_values IS ' |  | the row as it was brought, by column';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.times IS 'executions |  | how often the row was brought';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.first_seen_at IS 'UTC |  | when the row was brought first';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.last_seen_at IS 'UTC |  | when the row was brought last';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.resolved_at IS
                'UTC |  | when the row left quarantine; null while it is there';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.resolution IS
                ' |  | sound: a good row came under the key; gone: the scope has no such row any more';
            COMMENT ON COLUMN nba_orchestration.quarantined_row.resolved_by IS ' |  | the execution that brought it out';
            GRANT INSERT, UPDATE ON nba_orchestration.quarantined_row
                TO tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions;
            GRANT DELETE ON nba_orchestration.quarantined_row TO tipoff_phase4_to_phase5;
            ALTER TABLE nba_orchestration.retention_pass ADD COLUMN quarantined bigint NOT NULL DEFAULT 0;
            """
    )

    /// What the audit of written columns found.
    static let quality = PostgresMigration(
        version: 36,
        name: "quality checks",
        sql: """
            -- The last audit of a table and date, whatever it found: a date without a row was not looked at.
            CREATE TABLE nba_orchestration.quality_check (
                table_name text NOT NULL,
                game_date date NOT NULL,
                phase smallint NOT NULL CHECK (phase BETWEEN 2 AND 5),
                verdict text NOT NULL CHECK (verdict IN ('passed', 'fired', 'empty')),
                row_count bigint NOT NULL,
                expected_rows bigint,
                monitors integer NOT NULL,
                fired integer NOT NULL,
                checked_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (game_date, table_name)
            );
            COMMENT ON TABLE nba_orchestration.quality_check IS
                'The last audit of the rows that a table holds for a date';
            COMMENT ON COLUMN nba_orchestration.quality_check.table_name IS ' |  | with its schema';
            COMMENT ON COLUMN nba_orchestration.quality_check.game_date IS 'Eastern date |  | the date of the rows';
            COMMENT ON COLUMN nba_orchestration.quality_check.phase IS ' |  | the phase that writes the table';
            COMMENT ON COLUMN nba_orchestration.quality_check.verdict IS
                ' |  | passed, fired, or empty: no row, and none was expected';
            COMMENT ON COLUMN nba_orchestration.quality_check.row_count IS 'rows |  | rows of the date';
            COMMENT ON COLUMN nba_orchestration.quality_check.expected_rows IS
                'rows |  | how many there should be; null where nothing tells';
            COMMENT ON COLUMN nba_orchestration.quality_check.monitors IS
                ' |  | monitors that had enough rows to judge';
            COMMENT ON COLUMN nba_orchestration.quality_check.fired IS ' |  | monitors that fired';
            COMMENT ON COLUMN nba_orchestration.quality_check.checked_at IS 'UTC |  | when it was looked at last';

            -- One row for each monitor that has fired on a date, until and after it passes again.
            CREATE TABLE nba_orchestration.column_check (
                table_name text NOT NULL,
                game_date date NOT NULL,
                column_name text NOT NULL,
                monitor text NOT NULL,
                demand text NOT NULL,
                measured double precision,
                row_count bigint NOT NULL,
                times integer NOT NULL DEFAULT 1,
                first_fired_at timestamptz NOT NULL DEFAULT now(),
                last_fired_at timestamptz NOT NULL DEFAULT now(),
                resolved_at timestamptz,
                PRIMARY KEY (table_name, game_date, column_name, monitor)
            );
            CREATE INDEX column_check_open ON nba_orchestration.column_check (table_name, column_name, monitor)
                WHERE resolved_at IS NULL;
            COMMENT ON TABLE nba_orchestration.column_check IS
                'Monitors of columns that have fired, by table, date, column and monitor';
            COMMENT ON COLUMN nba_orchestration.column_check.table_name IS ' |  | with its schema';
            COMMENT ON COLUMN nba_orchestration.column_check.game_date IS 'Eastern date |  | the date of the rows';
            COMMENT ON COLUMN nba_orchestration.column_check.column_name IS
                ' |  | the column, with the element of an array in brackets; * for the number of rows';
            COMMENT ON COLUMN nba_orchestration.column_check.monitor IS
                ' |  | what was looked at: null_share, mean, deviation, distinct or rows';
            COMMENT ON COLUMN nba_orchestration.column_check.demand IS ' |  | what was expected, in words';
            COMMENT ON COLUMN nba_orchestration.column_check.measured IS
                ' |  | what was found; null where no row had a value';
            COMMENT ON COLUMN nba_orchestration.column_check.row_count IS 'rows |  | rows that were looked at';
            COMMENT ON COLUMN nba_orchestration.column_check.times IS ' |  | how often it fired';
            COMMENT ON COLUMN nba_orchestration.column_check.first_fired_at IS 'UTC |  | when it fired first';
            COMMENT ON COLUMN nba_orchestration.column_check.last_fired_at IS 'UTC |  | when it fired last';
            COMMENT ON COLUMN nba_orchestration.column_check.resolved_at IS
                'UTC |  | when it passed again; null while it fires';
            -- The role that ends the run looks at what its phases have written.
            GRANT INSERT, UPDATE ON nba_orchestration.quality_check, nba_orchestration.column_check
                TO tipoff_publishing;

            """ + QualityScores.sql
    )
}
