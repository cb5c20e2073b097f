import Postgres

extension WarehouseMigrations {
    /// The analytics tables of the thin path. usage_rate is 0 … 100, shooting shares are fractions, ratings are points per 100 possessions.
    static let analytics = PostgresMigration(
        version: 3,
        name: "analytics tables",
        sql: """
            CREATE TABLE nba_analytics.team_offense_game_summary (
                game_id text NOT NULL,
                nba_game_id text NOT NULL,
                game_date date NOT NULL,
                season_year bigint NOT NULL,
                season_type text NOT NULL,
                team_abbr text NOT NULL,
                opponent_team_abbr text NOT NULL,
                home_game boolean NOT NULL,
                points_scored bigint,
                opponent_points bigint,
                fg_attempts bigint,
                fg_makes bigint,
                three_pt_attempts bigint,
                three_pt_makes bigint,
                ft_attempts bigint,
                ft_makes bigint,
                offensive_rebounds bigint,
                defensive_rebounds bigint,
                rebounds bigint,
                assists bigint,
                steals bigint,
                blocks bigint,
                turnovers bigint,
                personal_fouls bigint,
                team_minutes double precision,
                overtime_periods bigint,
                possessions double precision,
                pace double precision,
                offensive_rating double precision,
                defensive_rating double precision,
                ts_pct double precision,
                win_flag boolean,
                margin_of_victory bigint,
                primary_source_used text NOT NULL,
                data_quality_tier text NOT NULL,
                data_hash text,
                run_id uuid,
                execution_id uuid,
                source_object text,
                captured_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                updated_at timestamptz NOT NULL DEFAULT now(),
                removed_at timestamptz,
                PRIMARY KEY (game_date, team_abbr)
            );
            CREATE INDEX team_offense_by_team ON nba_analytics.team_offense_game_summary (team_abbr, game_date);
            CREATE INDEX team_offense_by_season ON nba_analytics.team_offense_game_summary (season_year, game_date);

            CREATE TABLE nba_analytics.player_game_summary (
                player_lookup text NOT NULL,
                nba_player_id bigint NOT NULL,
                player_full_name text NOT NULL,
                game_id text NOT NULL,
                nba_game_id text NOT NULL,
                game_date date NOT NULL,
                season_year bigint NOT NULL,
                season_type text NOT NULL,
                team_abbr text NOT NULL,
                opponent_team_abbr text NOT NULL,
                home_game boolean NOT NULL,
                player_status text NOT NULL CHECK (player_status IN ('active', 'dnp', 'inactive')),
                points bigint,
                minutes_played double precision,
                assists bigint,
                offensive_rebounds bigint,
                defensive_rebounds bigint,
                rebounds bigint,
                steals bigint,
                blocks bigint,
                turnovers bigint,
                personal_fouls bigint,
                fg_attempts bigint,
                fg_makes bigint,
                three_pt_attempts bigint,
                three_pt_makes bigint,
                ft_attempts bigint,
                ft_makes bigint,
                plus_minus bigint,
                usage_rate double precision,
                ts_pct double precision,
                efg_pct double precision,
                win_flag boolean,
                points_line double precision,
                points_line_source text,
                over_under_result text CHECK (over_under_result IN ('OVER', 'UNDER', 'PUSH')),
                margin double precision,
                is_line_synthetic boolean,
                primary_source_used text NOT NULL,
                data_quality_tier text NOT NULL,
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
            CREATE INDEX player_summary_by_player ON nba_analytics.player_game_summary (player_lookup, game_date);
            CREATE INDEX player_summary_by_season ON nba_analytics.player_game_summary (season_year, game_date);
            CREATE INDEX player_summary_by_game ON nba_analytics.player_game_summary (nba_game_id, game_date)
                WHERE removed_at IS NULL;

            CREATE TABLE nba_analytics.upcoming_player_game_context (
                player_lookup text NOT NULL,
                nba_player_id bigint,
                player_full_name text NOT NULL,
                game_id text NOT NULL,
                nba_game_id text NOT NULL,
                game_date date NOT NULL,
                season_year bigint NOT NULL,
                team_abbr text NOT NULL,
                opponent_team_abbr text NOT NULL,
                home_game boolean NOT NULL,
                tipoff_at timestamptz,
                season_phase text NOT NULL,
                has_prop_line boolean NOT NULL,
                current_points_line double precision,
                opening_points_line double precision,
                line_movement double precision,
                current_points_line_source text,
                is_line_synthetic boolean,
                points_line_consensus double precision,
                points_line_std double precision,
                points_line_books bigint,
                game_spread double precision,
                game_total double precision,
                game_spread_source text,
                days_rest bigint,
                days_rest_before_last_game bigint,
                back_to_back boolean,
                games_in_last_7_days bigint,
                games_in_last_14_days bigint,
                minutes_in_last_7_days double precision,
                minutes_in_last_14_days double precision,
                avg_minutes_per_game_last_7 double precision,
                back_to_backs_last_14_days bigint,
                avg_usage_rate_last_7_days double precision,
                points_avg_last_5 double precision,
                points_avg_last_10 double precision,
                prop_over_streak bigint,
                prop_under_streak bigint,
                pace_differential double precision,
                opponent_pace_last_10 double precision,
                star_teammates_out bigint,
                history_games bigint NOT NULL,
                history_last_game_date date CHECK (history_last_game_date < game_date),
                data_quality_tier text NOT NULL,
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
            CREATE INDEX player_context_by_player ON nba_analytics.upcoming_player_game_context (player_lookup, game_date);

            -- Games before a day, in its season, that are final and lack their Phase-3 rows: both teams' and at least one
            -- player's. A day without games belongs to the season of the next game, or of the last one when none follows.
            -- is_coming: an open run of the game's date has not finished Phase 3 yet. The teams are compared as a set; the
            -- players, ten times as many, by one probe of the index a game.
            CREATE OR REPLACE FUNCTION nba_orchestration.history_missing(day date)
            RETURNS TABLE (game_id text, is_coming boolean) LANGUAGE sql STABLE AS $$
                WITH season AS (
                    SELECT COALESCE(
                        (SELECT d.season_year FROM nba_raw.nbac_schedule AS d
                         WHERE d.game_date >= day AND d.removed_at IS NULL ORDER BY d.game_date LIMIT 1),
                        (SELECT d.season_year FROM nba_raw.nbac_schedule AS d
                         WHERE d.game_date < day AND d.removed_at IS NULL ORDER BY d.game_date DESC LIMIT 1)) AS season_year
                ), teams AS (
                    SELECT t.nba_game_id, t.game_date FROM nba_analytics.team_offense_game_summary AS t
                    WHERE t.season_year = (SELECT season_year FROM season) AND t.game_date < day AND t.removed_at IS NULL
                    GROUP BY t.nba_game_id, t.game_date HAVING count(*) = 2
                )
                SELECT s.game_id,
                       EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                               JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 3
                               WHERE r.game_date = s.game_date AND r.state = 'open' AND p.state IN ('waiting', 'open'))
                FROM nba_raw.nbac_schedule AS s
                LEFT JOIN teams AS t ON t.nba_game_id = s.nba_game_id AND t.game_date = s.game_date
                LEFT JOIN LATERAL (SELECT p.game_date FROM nba_analytics.player_game_summary AS p
                                   WHERE p.nba_game_id = s.nba_game_id AND p.game_date = s.game_date AND p.removed_at IS NULL
                                   LIMIT 1) AS p ON true
                WHERE s.season_year = (SELECT season_year FROM season)
                    AND s.game_date < day AND s.game_status = 3 AND s.removed_at IS NULL
                    AND s.season_type IN ('regular', 'playoffs', 'play_in')
                    AND (t.nba_game_id IS NULL OR p.game_date IS NULL)
            $$;
            """
    )
}
