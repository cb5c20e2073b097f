import Postgres

extension WarehouseMigrations {
    /// The precompute tables of the thin path. A feature that cannot be computed is NULL with its reason in missing_features.
    static let precompute = PostgresMigration(
        version: 4,
        name: "precompute tables",
        sql: """
            CREATE TABLE nba_precompute.player_daily_cache (
                player_lookup text NOT NULL,
                cache_date date NOT NULL,
                season_year bigint NOT NULL,
                team_abbr text NOT NULL,
                games_played_season bigint NOT NULL,
                history_last_game_date date CHECK (history_last_game_date < cache_date),
                points_avg_last_5 double precision,
                points_avg_last_10 double precision,
                points_avg_season double precision,
                points_std_last_10 double precision,
                minutes_avg_last_10 double precision,
                minutes_avg_season double precision,
                usage_rate_last_10 double precision,
                player_usage_rate_season double precision,
                ts_pct_last_10 double precision,
                team_pace_last_10 double precision,
                team_off_rating_last_10 double precision,
                games_in_last_7_days bigint,
                games_in_last_14_days bigint,
                minutes_in_last_7_days double precision,
                minutes_in_last_14_days double precision,
                avg_minutes_per_game_last_7 double precision,
                back_to_backs_last_14_days bigint,
                data_quality_tier text NOT NULL,
                data_hash text,
                run_id uuid,
                execution_id uuid,
                source_object text,
                captured_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                updated_at timestamptz NOT NULL DEFAULT now(),
                removed_at timestamptz,
                PRIMARY KEY (cache_date, player_lookup)
            );

            -- features is an array of 60 numbers or nulls, in the order of the feature list; missing_features maps the name of
            -- each null to its reason.
            CREATE TABLE nba_precompute.ml_feature_store_v2 (
                player_lookup text NOT NULL,
                game_date date NOT NULL,
                game_id text NOT NULL,
                nba_game_id text NOT NULL,
                season_year bigint NOT NULL,
                team_abbr text NOT NULL,
                opponent_team_abbr text NOT NULL,
                is_home boolean NOT NULL,
                feature_version text NOT NULL,
                feature_count bigint NOT NULL,
                features jsonb NOT NULL,
                missing_features jsonb NOT NULL,
                features_hash text NOT NULL,
                feature_quality_score double precision NOT NULL,
                quality_tier text NOT NULL,
                is_quality_ready boolean NOT NULL,
                history_games bigint NOT NULL,
                history_last_game_date date CHECK (history_last_game_date < game_date),
                has_vegas_line boolean NOT NULL,
                current_points_line double precision,
                current_points_line_source text,
                is_line_synthetic boolean,
                data_hash text,
                run_id uuid,
                execution_id uuid,
                source_object text,
                captured_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                updated_at timestamptz NOT NULL DEFAULT now(),
                removed_at timestamptz,
                PRIMARY KEY (game_date, player_lookup)
            );
            """
    )
}
