import Postgres

extension WarehouseMigrations {
    /// What kind of game it is and who shows it; and on which days a game that was moved stood before. A game keeps its
    /// row when it moves, because its key is the league's id.
    static let nbacScheduleListing = PostgresMigration(
        version: 15,
        name: "kinds, broadcasts and moves of scheduled games",
        sql: """
            ALTER TABLE nba_raw.nbac_schedule
                ADD COLUMN season_nba_format text,
                ADD COLUMN home_team_name text,
                ADD COLUMN away_team_name text,
                ADD COLUMN arena_state text,
                ADD COLUMN arena_timezone text,
                ADD COLUMN game_label text,
                ADD COLUMN game_sub_label text,
                ADD COLUMN game_subtype text,
                ADD COLUMN series_game_number text,
                ADD COLUMN week_number bigint,
                ADD COLUMN week_name text,
                ADD COLUMN if_necessary boolean,
                ADD COLUMN postponed_status text,
                ADD COLUMN is_regular_season boolean,
                ADD COLUMN is_playoffs boolean,
                ADD COLUMN playoff_round text,
                ADD COLUMN is_emirates_cup boolean,
                ADD COLUMN is_international_game boolean,
                ADD COLUMN is_christmas boolean,
                ADD COLUMN is_mlk_day boolean,
                ADD COLUMN day_of_week text,
                ADD COLUMN is_weekend boolean,
                ADD COLUMN time_slot text,
                ADD COLUMN has_national_tv boolean,
                ADD COLUMN primary_network text,
                ADD COLUMN traditional_networks text,
                ADD COLUMN streaming_platforms text,
                ADD COLUMN data_source text;
            COMMENT ON COLUMN nba_raw.nbac_schedule.season_nba_format IS '| seasonYear | the season, such as 2024-25';
            COMMENT ON COLUMN nba_raw.nbac_schedule.home_team_name IS '| homeTeam.teamCity, teamName | city and name';
            COMMENT ON COLUMN nba_raw.nbac_schedule.away_team_name IS '| awayTeam.teamCity, teamName | city and name';
            COMMENT ON COLUMN nba_raw.nbac_schedule.arena_state IS '| arenaState | two letters; null outside the country';
            COMMENT ON COLUMN nba_raw.nbac_schedule.arena_timezone IS
                'IANA zone | | of the home team''s arena; null for a neutral site';
            COMMENT ON COLUMN nba_raw.nbac_schedule.game_label IS '| gameLabel | such as East First Round';
            COMMENT ON COLUMN nba_raw.nbac_schedule.game_sub_label IS '| gameSubLabel | such as Game 3';
            COMMENT ON COLUMN nba_raw.nbac_schedule.game_subtype IS '| gameSubtype | such as in-season, Global Games';
            COMMENT ON COLUMN nba_raw.nbac_schedule.series_game_number IS '| seriesGameNumber | game of its series';
            COMMENT ON COLUMN nba_raw.nbac_schedule.week_number IS '| weekNumber | week of the season';
            COMMENT ON COLUMN nba_raw.nbac_schedule.week_name IS '| weekName | such as Week 13';
            COMMENT ON COLUMN nba_raw.nbac_schedule.if_necessary IS '| ifNecessary | played only if the series is open';
            COMMENT ON COLUMN nba_raw.nbac_schedule.postponed_status IS '| postponedStatus | N for a game that stands';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_regular_season IS '| gameId | its first digits are 002';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_playoffs IS '| gameId | its first digits are 004';
            COMMENT ON COLUMN nba_raw.nbac_schedule.playoff_round IS
                '| gameId | first_round, conference_semifinals, conference_finals or finals';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_emirates_cup IS
                '| gameId, gameSubtype | group, knockout or final game of the cup';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_international_game IS '| gameSubtype | one of the games abroad';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_christmas IS '| | 25 December';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_mlk_day IS '| | third Monday of January';
            COMMENT ON COLUMN nba_raw.nbac_schedule.day_of_week IS '| | mon to sun';
            COMMENT ON COLUMN nba_raw.nbac_schedule.is_weekend IS '| | Friday to Sunday';
            COMMENT ON COLUMN nba_raw.nbac_schedule.time_slot IS
                '| gameDateTimeEst | afternoon before 15, early_evening before 20, else primetime; Eastern time';
            COMMENT ON COLUMN nba_raw.nbac_schedule.has_national_tv IS '| nationalTvBroadcasters | shown nationwide';
            COMMENT ON COLUMN nba_raw.nbac_schedule.primary_network IS '| nationalTvBroadcasters | the first channel';
            COMMENT ON COLUMN nba_raw.nbac_schedule.traditional_networks IS
                'JSON array | nationalTvBroadcasters | channels nationwide';
            COMMENT ON COLUMN nba_raw.nbac_schedule.streaming_platforms IS
                'JSON array | nationalOttBroadcasters | streams nationwide';
            COMMENT ON COLUMN nba_raw.nbac_schedule.data_source IS
                '| | the feed of the last change: api_stats or cdn_static; not a change by itself';

            CREATE TABLE nba_raw.nbac_schedule_move (
                nba_game_id text NOT NULL,
                moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                from_date date NOT NULL,
                to_date date NOT NULL,
                from_tipoff_at timestamptz,
                to_tipoff_at timestamptz,
                execution_id uuid,
                source_object text,
                PRIMARY KEY (nba_game_id, moved_at)
            );
            COMMENT ON TABLE nba_raw.nbac_schedule_move IS 'Games that were moved to another day, append-only';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.nba_game_id IS '| gameId | the league''s game id';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.moved_at IS 'UTC | | when the schedule''s row changed';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.from_date IS '| | the day before the move';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.to_date IS '| gameDateEst | the day after the move';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.from_tipoff_at IS 'UTC | | the time before the move';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.to_tipoff_at IS 'UTC | gameDateTimeEst | the time after the move';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.execution_id IS '| | the execution that wrote the change';
            COMMENT ON COLUMN nba_raw.nbac_schedule_move.source_object IS 'object path | | the payload that said so';

            -- Written by the row itself, so that no way of changing a date forgets it.
            CREATE FUNCTION nba_raw.keep_schedule_move() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                INSERT INTO nba_raw.nbac_schedule_move
                    (nba_game_id, from_date, to_date, from_tipoff_at, to_tipoff_at, execution_id, source_object)
                VALUES (new.nba_game_id, old.game_date, new.game_date, old.tipoff_at, new.tipoff_at, new.execution_id,
                    new.source_object);
                RETURN NULL;
            END $$;
            CREATE TRIGGER keep_schedule_move AFTER UPDATE OF game_date ON nba_raw.nbac_schedule FOR EACH ROW
                WHEN (old.game_date IS DISTINCT FROM new.game_date) EXECUTE FUNCTION nba_raw.keep_schedule_move();
            """
    )
}
