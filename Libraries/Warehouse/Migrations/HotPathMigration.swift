import Postgres

extension WarehouseMigrations {
    /// What the way of one changed line to the page reads and writes most.
    static let hotPath = PostgresMigration(
        version: 9,
        name: "the way of one change",
        sql: """
            -- The lines of one player, and the last offer of each book without a sort.
            CREATE INDEX odds_props_by_player ON nba_raw.odds_api_player_points_props
                (game_date, player_lookup, bookmaker, snapshot_timestamp DESC, points_line)
                WHERE removed_at IS NULL AND NOT is_after_tipoff;
            DROP INDEX nba_raw.odds_props_by_date;
            CREATE INDEX odds_props_by_date ON nba_raw.odds_api_player_points_props (game_date, odds_api_event_id);

            -- A slate's document has some hundred kilobytes; lz4 takes a tenth of the time of the older compression.
            DO $$
            BEGIN
                ALTER TABLE nba_publishing.document ALTER COLUMN payload SET COMPRESSION lz4;
            EXCEPTION WHEN feature_not_supported THEN
                RAISE NOTICE 'this server has no lz4: documents keep the older compression';
            END $$;
            """
    )

    /// What a load asks most often: whether the very same bytes were read before.
    static let headLookUp = PostgresMigration(
        version: 28,
        name: "heads by their bytes",
        sql: """
            CREATE INDEX snapshot_head_by_source ON nba_orchestration.snapshot_head (table_name, source_sha256)
                WHERE source_sha256 IS NOT NULL;
            """
    )

    /// What every claim and every end of a task asks: whether a lower level of its phase is open, and which other run waits for
    /// the same unit. Without level and unit in the indexes each of a slate's players looked through all the others.
    static let taskLookUps = PostgresMigration(
        version: 45,
        name: "look-ups of claims and ends",
        sql: """
            DROP INDEX nba_orchestration.task_by_phase;
            CREATE INDEX task_by_phase ON nba_orchestration.task (run_id, phase, is_terminal, level);
            DROP INDEX nba_orchestration.task_by_date;
            CREATE INDEX task_by_date ON nba_orchestration.task (game_date, processor, unit);
            """
    )
}
