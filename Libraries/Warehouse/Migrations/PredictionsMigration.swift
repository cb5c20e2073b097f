import Postgres

extension WarehouseMigrations {
    /// Batches and predictions.
    static let predictions = PostgresMigration(
        version: 5,
        name: "prediction tables",
        sql: """
            CREATE TABLE nba_predictions.prediction_batch (
                batch_id uuid PRIMARY KEY,
                run_id uuid NOT NULL UNIQUE REFERENCES nba_orchestration.run ON DELETE CASCADE,
                game_date date NOT NULL,
                expected_count integer NOT NULL,
                open_count integer NOT NULL CHECK (open_count >= 0),
                predicted_count integer NOT NULL DEFAULT 0,
                skipped jsonb NOT NULL DEFAULT '{}',
                line_count integer NOT NULL DEFAULT 0,
                state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'complete', 'not_started', 'no_slate')),
                readiness jsonb NOT NULL DEFAULT '{}',
                started_at timestamptz NOT NULL DEFAULT now(),
                completed_at timestamptz
            );
            CREATE INDEX prediction_batch_by_date ON nba_predictions.prediction_batch (game_date, started_at);

            CREATE TABLE nba_predictions.player_prop_predictions (
                prediction_id text NOT NULL,
                system_id text NOT NULL,
                model_version text NOT NULL,
                player_lookup text NOT NULL,
                game_date date NOT NULL,
                game_id text NOT NULL,
                team_abbr text NOT NULL,
                opponent_team_abbr text NOT NULL,
                is_home boolean NOT NULL,
                predicted_points double precision NOT NULL CHECK (predicted_points BETWEEN 0 AND 100),
                confidence_score double precision NOT NULL CHECK (confidence_score BETWEEN 0 AND 1),
                recommendation text NOT NULL CHECK (recommendation IN ('OVER', 'UNDER', 'PASS', 'NO_LINE')),
                has_prop_line boolean NOT NULL,
                current_points_line double precision,
                line_margin double precision,
                line_source text,
                is_line_synthetic boolean,
                components jsonb NOT NULL,
                features_snapshot jsonb NOT NULL,
                features_hash text NOT NULL,
                feature_version text NOT NULL,
                feature_quality_score double precision NOT NULL,
                build_commit text NOT NULL,
                data_hash text,
                run_id uuid,
                execution_id uuid,
                source_object text,
                captured_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                updated_at timestamptz NOT NULL DEFAULT now(),
                removed_at timestamptz,
                PRIMARY KEY (game_date, player_lookup, game_id, system_id, model_version)
            );
            """
    )
}
