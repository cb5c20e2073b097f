import Postgres

extension WarehouseMigrations {
    /// What was in a row before it changed: the answer to why a number is what it is.
    static let rowChanges = PostgresMigration(
        version: 29,
        name: "changes of rows",
        sql: """
            -- Written in the transaction that changes the row. A row that appears has its own execution_id and created_at.
            CREATE TABLE nba_orchestration.row_change (
                table_name text NOT NULL,
                row_key text NOT NULL,
                execution_id uuid NOT NULL,
                run_id uuid NOT NULL,
                game_date date NOT NULL,
                kind text NOT NULL CHECK (kind IN ('updated', 'removed')),
                hash_before text,
                hash_after text,
                differences jsonb NOT NULL,
                changed_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (table_name, row_key, execution_id)
            );
            CREATE INDEX row_change_by_execution ON nba_orchestration.row_change (execution_id);
            CREATE INDEX row_change_by_run ON nba_orchestration.row_change (run_id);
            CREATE INDEX row_change_by_age ON nba_orchestration.row_change (changed_at);
            COMMENT ON TABLE nba_orchestration.row_change IS
                'What an execution changed or removed in the warehouse, with the values before and after';
            COMMENT ON COLUMN nba_orchestration.row_change.table_name IS ' |  | with its schema';
            COMMENT ON COLUMN nba_orchestration.row_change.row_key IS ' |  | the values of the natural key with slashes';
            COMMENT ON COLUMN nba_orchestration.row_change.execution_id IS ' |  | the execution that changed the row';
            COMMENT ON COLUMN nba_orchestration.row_change.run_id IS ' |  | its run';
            COMMENT ON COLUMN nba_orchestration.row_change.game_date IS 'Eastern date |  | the date that the change concerns';
            COMMENT ON COLUMN nba_orchestration.row_change.kind IS ' |  | updated or removed';
            COMMENT ON COLUMN nba_orchestration.row_change.hash_before IS 'hexadecimal SHA-256 |  | data_hash before';
            COMMENT ON COLUMN nba_orchestration.row_change.hash_after IS 'hexadecimal SHA-256 |  | data_hash after; null for a removed row';
            COMMENT ON COLUMN nba_orchestration.row_change.differences IS ' |  | by column: [before, after]; empty for a removed row';
            COMMENT ON COLUMN nba_orchestration.row_change.changed_at IS 'UTC |  | when';
            GRANT INSERT ON nba_orchestration.row_change
                TO tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions;
            GRANT DELETE ON nba_orchestration.row_change TO tipoff_phase4_to_phase5;
            ALTER TABLE nba_orchestration.retention_pass ADD COLUMN row_changes bigint NOT NULL DEFAULT 0;
            """
    )

    /// What the new tables of Phases 3 and 4 must hold, and the way to the changes of a date.
    static let guards = PostgresMigration(
        version: 30,
        name: "history is before the date",
        sql: """
            ALTER TABLE nba_analytics.upcoming_team_game_context
                ADD CONSTRAINT history_before_the_date CHECK (history_last_game_date < game_date);
            ALTER TABLE nba_precompute.team_defense_zone_analysis
                ADD CONSTRAINT history_before_the_date CHECK (history_last_game_date < analysis_date);
            ALTER TABLE nba_precompute.player_shot_zone_analysis
                ADD CONSTRAINT history_before_the_date CHECK (history_last_game_date < analysis_date);
            CREATE INDEX row_change_by_date ON nba_orchestration.row_change (table_name, game_date);
            """
    )
}
