import Postgres

extension WarehouseMigrations {
    /// What operators say about players, and what a context takes from them and from the injury reports.
    static let availability = PostgresMigration(
        version: 24,
        name: "operators' word on players",
        sql: TableSQL(
            "nba_raw.operator_player_status",
            "What operators said about a player before the sources did; of the rows that cover a day the one entered last holds",
            key: ["game_date", "player_lookup", "entered_at"],
            indexes: [["until_date"], ["player_lookup", "game_date"]],
            [
                .required("game_date", "date", "first day on which it holds", unit: "Eastern date", source: "from"),
                .required("until_date", "date", "last day on which it holds", unit: "Eastern date", source: "until"),
                .required("player_lookup", "text", "the name that tables are joined by", source: "player_lookup"),
                .required("player_full_name", "text", "first and last name", source: "player_name"),
                .optional("team_abbr", "text", "his team when it was said", source: "team"),
                .optional(
                    "injury_status",
                    "text",
                    "out, doubtful, questionable, probable or available; null where the sources are to speak again",
                    source: "status"
                ),
                .required("reason", "text", "why", source: "reason"),
                .required("entered_by", "text", "who", source: "entered_by"),
                .required("entered_at", "timestamptz", "when", unit: "UTC", source: "entered_at"),
            ]
        ).text
            + """
            ALTER TABLE nba_analytics.upcoming_player_game_context
                ADD COLUMN player_status text,
                ADD COLUMN player_status_source text,
                ADD COLUMN injury_report text,
                ADD COLUMN questionable_teammates bigint,
                ADD COLUMN probable_teammates bigint;
            COMMENT ON COLUMN nba_analytics.upcoming_player_game_context.player_status IS
                ' |  | out, doubtful, questionable, probable or available by the last word before tip-off; null when nobody names him';
            COMMENT ON COLUMN nba_analytics.upcoming_player_game_context.player_status_source IS
                ' |  | nbac_injury_report or operator';
            COMMENT ON COLUMN nba_analytics.upcoming_player_game_context.injury_report IS ' |  | the reason in that source''s words';
            COMMENT ON COLUMN nba_analytics.upcoming_player_game_context.questionable_teammates IS
                'players |  | team-mates listed as questionable; null without a report about the team';
            COMMENT ON COLUMN nba_analytics.upcoming_player_game_context.probable_teammates IS
                'players |  | team-mates listed as probable; null without a report about the team';

            CREATE TABLE nba_orchestration.dependency_check (
                execution_id uuid NOT NULL,
                source_table text NOT NULL,
                run_id uuid NOT NULL REFERENCES nba_orchestration.run ON DELETE CASCADE,
                processor text NOT NULL,
                game_date date NOT NULL,
                is_critical boolean NOT NULL,
                verdict text NOT NULL CHECK (verdict IN ('fresh', 'late', 'stale', 'thin', 'missing')),
                row_count bigint NOT NULL,
                expected_rows bigint NOT NULL,
                last_updated timestamptz,
                age_seconds double precision,
                checked_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (execution_id, source_table)
            );
            CREATE INDEX dependency_check_by_run ON nba_orchestration.dependency_check (run_id);
            COMMENT ON TABLE nba_orchestration.dependency_check IS
                'What an execution found in each table that it depends on, in the snapshot that it read';
            GRANT INSERT ON nba_orchestration.dependency_check TO tipoff_analytics, tipoff_precompute;

            CREATE TABLE nba_reference.team (
                tricode text PRIMARY KEY,
                nba_team_id bigint NOT NULL UNIQUE,
                city text NOT NULL,
                nickname text NOT NULL,
                full_name text NOT NULL UNIQUE
            );
            COMMENT ON TABLE nba_reference.team IS 'The thirty teams; `tipoff migrate` writes what the code knows';
            COMMENT ON COLUMN nba_reference.team.tricode IS ' |  | the league''s code of three letters';
            COMMENT ON COLUMN nba_reference.team.nba_team_id IS ' |  | the league''s team id';
            COMMENT ON COLUMN nba_reference.team.city IS ' |  | the place in the team''s name';
            COMMENT ON COLUMN nba_reference.team.nickname IS ' |  | the name without the place';
            COMMENT ON COLUMN nba_reference.team.full_name IS ' |  | place and nickname';
            CREATE TABLE nba_reference.arena (
                team_abbr text PRIMARY KEY REFERENCES nba_reference.team,
                arena_name text NOT NULL,
                latitude_degrees double precision NOT NULL,
                longitude_degrees double precision NOT NULL,
                elevation_meters bigint NOT NULL,
                time_zone text NOT NULL
            );
            COMMENT ON TABLE nba_reference.arena IS 'Where the teams play at home; `tipoff migrate` writes what the code knows';
            COMMENT ON COLUMN nba_reference.arena.team_abbr IS ' |  | the home team';
            COMMENT ON COLUMN nba_reference.arena.arena_name IS ' |  | the building''s name';
            COMMENT ON COLUMN nba_reference.arena.latitude_degrees IS 'degrees north |  | where it stands';
            COMMENT ON COLUMN nba_reference.arena.longitude_degrees IS 'degrees east |  | where it stands';
            COMMENT ON COLUMN nba_reference.arena.elevation_meters IS 'metres |  | height above the sea';
            COMMENT ON COLUMN nba_reference.arena.time_zone IS 'IANA zone |  | local time';
            """
    )
}
