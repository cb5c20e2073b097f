import Postgres

extension WarehouseMigrations {
    /// What is learnt and who may serve it, what a prediction says beside its mean, and what it means for each line.
    static let models = PostgresMigration(
        version: 40,
        name: "models and line evaluations",
        sql: registry
            + TableSQL.adding(
                to: "nba_predictions.player_prop_predictions",
                [
                    .optional("median_points", "double precision", "the median of the points", unit: "points"),
                    .optional(
                        "standard_deviation",
                        "double precision",
                        "how far points scatter around the prediction",
                        unit: "points"
                    ),
                    .optional(
                        "expected_minutes",
                        "double precision",
                        "null where a system expects none",
                        unit: "minutes"
                    ),
                    .optional(
                        "interval_low",
                        "double precision",
                        "one game in ten has fewer points",
                        unit: "points"
                    ),
                    .optional(
                        "interval_high",
                        "double precision",
                        "one game in ten has more points",
                        unit: "points"
                    ),
                    .optional(
                        "over_probability",
                        "double precision",
                        "that the points end over the line, a push left out; null without a line",
                        unit: "fraction 0…1"
                    ),
                    .optional("reasons", "jsonb", "what speaks for more and for fewer points, each with its number"),
                    .optional(
                        "model_sha256",
                        "text",
                        "hash of the artefact; null for a rule",
                        unit: "hexadecimal SHA-256"
                    ),
                    .optional("lane", "text", "live, or backfill when it was made after the fact"),
                    .optional(
                        "predicted_at",
                        "timestamptz",
                        "when it was computed, by the services' clock",
                        unit: "UTC"
                    ),
                ]
            )
            + TableSQL(
                "nba_predictions.prediction_line_evaluation",
                "What a prediction means for one bookmaker's line, as the line stood before tip-off when it was made",
                key: [
                    "game_date", "player_lookup", "game_id", "system_id", "model_version", "bookmaker", "points_line",
                ],
                indexes: [],
                [
                    .required("game_date", "date", "the Eastern day on which the game begins"),
                    .required("player_lookup", "text", "the name that tables are joined by"),
                    .required("game_id", "text", "the game: date, away and home team, YYYYMMDD_AWAY_HOME"),
                    .required("team_abbr", "text", "the player's tricode in this game"),
                    .required("system_id", "text", "the prediction system"),
                    .required("model_version", "text", "its version"),
                    .required("bookmaker", "text", "who offers the line", source: "bookmakers.key"),
                    .required("points_line", "double precision", "whole or half points, never rounded", unit: "points"),
                    .optional("over_price_american", "bigint", "price of more points", unit: "American odds"),
                    .optional("under_price_american", "bigint", "price of fewer points", unit: "American odds"),
                    .required("is_line_synthetic", "boolean", "true for a line that a stand-in made up"),
                    .required(
                        "line_captured_at",
                        "timestamptz",
                        "when the line was offered; before tip-off",
                        unit: "UTC"
                    ),
                    .required("minutes_before_tipoff", "bigint", "how long before tip-off that was", unit: "minutes"),
                    .required(
                        "over_probability",
                        "double precision",
                        "that the points end over the line, a push left out",
                        unit: "fraction 0…1"
                    ),
                    .required("edge", "double precision", "prediction less line", unit: "points"),
                    .optional(
                        "over_expected_value",
                        "double precision",
                        "expected gain of a bet on more; null without a price",
                        unit: "share of the stake"
                    ),
                    .optional(
                        "under_expected_value",
                        "double precision",
                        "expected gain of a bet on fewer; null without a price",
                        unit: "share of the stake"
                    ),
                    .required("recommendation", "text", "OVER, UNDER or PASS"),
                    .required("reason", "text", "why that and nothing else"),
                ]
            ).text
                + """
                ALTER TABLE nba_predictions.prediction_line_evaluation
                    -- A quarter of a point is exact in binary: 24.5 and 25 are two keys, and 24.499 is none.
                    ADD CHECK (points_line * 4 = floor(points_line * 4)),
                    ADD CHECK (minutes_before_tipoff >= 0),
                    ADD CHECK (recommendation IN ('OVER', 'UNDER', 'PASS'));
                ALTER TABLE nba_predictions.player_prop_predictions
                    ADD CHECK (lane IN ('live', 'backfill')), ADD CHECK (interval_low <= interval_high);
                ALTER TABLE nba_predictions.prediction_batch
                    ADD COLUMN model_id text REFERENCES nba_predictions.model,
                    ADD COLUMN systems text[] NOT NULL DEFAULT '{moving_average}';
                ALTER TABLE nba_predictions.prediction_batch ALTER COLUMN systems DROP DEFAULT;
                COMMENT ON COLUMN nba_predictions.prediction_batch.model_id IS
                    ' |  | the model that serves the batch; null when only rules predict';
                COMMENT ON COLUMN nba_predictions.prediction_batch.systems IS
                    ' |  | the systems that predict, the one that readers are shown first';

                -- One system speaks to readers: the first one of the date's last batch.
                CREATE VIEW nba_predictions.shown_prediction AS
                SELECT p.* FROM nba_predictions.player_prop_predictions AS p
                LEFT JOIN (SELECT DISTINCT ON (game_date) game_date, systems[1] AS system_id
                           FROM nba_predictions.prediction_batch WHERE state IN ('open', 'complete')
                           ORDER BY game_date, started_at DESC, batch_id) AS b ON b.game_date = p.game_date
                -- A batch goes with its run after some weeks. The ensemble has rows where it predicted, and is shown there.
                WHERE p.removed_at IS NULL AND p.system_id = COALESCE(b.system_id, (
                    SELECT CASE WHEN count(*) > 0 THEN 'ensemble' ELSE 'moving_average' END
                    FROM nba_predictions.player_prop_predictions AS e
                    WHERE e.game_date = p.game_date AND e.player_lookup = p.player_lookup AND e.system_id = 'ensemble'
                        AND e.removed_at IS NULL));
                COMMENT ON VIEW nba_predictions.shown_prediction IS
                    'The predictions that readers are shown: those of the first system of the date''s last batch';
                DO $$
                DECLARE field record;
                BEGIN
                    FOR field IN SELECT attname, col_description(attrelid, attnum) AS meaning FROM pg_attribute
                        WHERE attrelid = 'nba_predictions.player_prop_predictions'::regclass AND attnum > 0
                            AND NOT attisdropped
                    LOOP
                        EXECUTE format('COMMENT ON COLUMN nba_predictions.shown_prediction.%I IS %L', field.attname,
                                       field.meaning);
                    END LOOP;
                END $$;
                """
    )

    private static let registry = """
        CREATE TABLE nba_predictions.model (
            model_id text PRIMARY KEY,
            artefact_path text NOT NULL UNIQUE,
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            byte_count bigint NOT NULL CHECK (byte_count > 0),
            format_version integer NOT NULL,
            feature_version text NOT NULL,
            feature_count integer NOT NULL,
            trained_from text NOT NULL,
            trained_to text NOT NULL,
            trained_through date NOT NULL,
            appearances integer NOT NULL,
            seed integer NOT NULL,
            source text NOT NULL,
            metrics jsonb NOT NULL,
            gates jsonb NOT NULL,
            gates_passed boolean NOT NULL,
            trained_at timestamptz NOT NULL DEFAULT now(),
            trained_by text NOT NULL,
            build_commit text NOT NULL
        );
        COMMENT ON TABLE nba_predictions.model IS
            'Every trained model; a row never changes, and its artefact lies in the object store';
        COMMENT ON COLUMN nba_predictions.model.model_id IS
            ' |  | seasons and the beginning of the hash, such as 2018-19_2022-23_1a2b3c4d5e6f';
        COMMENT ON COLUMN nba_predictions.model.artefact_path IS 'object path |  | where the artefact lies';
        COMMENT ON COLUMN nba_predictions.model.sha256 IS 'hexadecimal SHA-256 |  | hash of the artefact';
        COMMENT ON COLUMN nba_predictions.model.byte_count IS 'bytes |  | size of the artefact';
        COMMENT ON COLUMN nba_predictions.model.format_version IS ' |  | version of the artefact''s layout';
        COMMENT ON COLUMN nba_predictions.model.feature_version IS ' |  | version of the features it was trained with';
        COMMENT ON COLUMN nba_predictions.model.feature_count IS ' |  | how many features';
        COMMENT ON COLUMN nba_predictions.model.trained_from IS 'season |  | the first season of its training';
        COMMENT ON COLUMN nba_predictions.model.trained_to IS 'season |  | the last season of its training';
        COMMENT ON COLUMN nba_predictions.model.trained_through IS
            'Eastern date |  | the last day that it has seen; it serves later days only';
        COMMENT ON COLUMN nba_predictions.model.appearances IS 'rows |  | players'' games that it was trained on';
        COMMENT ON COLUMN nba_predictions.model.seed IS ' |  | draws rows and columns of the trees';
        COMMENT ON COLUMN nba_predictions.model.source IS ' |  | warehouse, or the folder of game logs';
        COMMENT ON COLUMN nba_predictions.model.metrics IS ' |  | accuracy on seasons that it had not seen';
        COMMENT ON COLUMN nba_predictions.model.gates IS ' |  | each demand with what was measured and whether it holds';
        COMMENT ON COLUMN nba_predictions.model.gates_passed IS ' |  | whether all of them hold';
        COMMENT ON COLUMN nba_predictions.model.trained_at IS 'UTC |  | when it was registered';
        COMMENT ON COLUMN nba_predictions.model.trained_by IS ' |  | who trained it';
        COMMENT ON COLUMN nba_predictions.model.build_commit IS ' |  | the build that trained it';

        -- The last row says which model serves; nothing here is ever changed.
        CREATE TABLE nba_predictions.model_promotion (
            promotion_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            model_id text NOT NULL REFERENCES nba_predictions.model,
            previous_model_id text REFERENCES nba_predictions.model,
            action text NOT NULL CHECK (action IN ('promote', 'rollback')),
            gates_overruled boolean NOT NULL,
            reason text NOT NULL CHECK (reason <> ''),
            requested_by text NOT NULL,
            promoted_at timestamptz NOT NULL DEFAULT now(),
            CHECK (model_id IS DISTINCT FROM previous_model_id)
        );
        COMMENT ON TABLE nba_predictions.model_promotion IS 'Which model serves from when on, and who decided it';
        COMMENT ON COLUMN nba_predictions.model_promotion.promotion_id IS ' |  | order of the decisions';
        COMMENT ON COLUMN nba_predictions.model_promotion.model_id IS ' |  | the model that serves from here on';
        COMMENT ON COLUMN nba_predictions.model_promotion.previous_model_id IS ' |  | the one that served before';
        COMMENT ON COLUMN nba_predictions.model_promotion.action IS ' |  | promote, or rollback to the one before';
        COMMENT ON COLUMN nba_predictions.model_promotion.gates_overruled IS
            ' |  | true when it serves although a gate does not hold';
        COMMENT ON COLUMN nba_predictions.model_promotion.reason IS ' |  | why, in the operator''s words';
        COMMENT ON COLUMN nba_predictions.model_promotion.requested_by IS ' |  | who';
        COMMENT ON COLUMN nba_predictions.model_promotion.promoted_at IS 'UTC |  | when';
        GRANT INSERT ON nba_predictions.model, nba_predictions.model_promotion TO tipoff_operator;

        """
}
