import Postgres

extension WarehouseMigrations {
    /// What predictions and their words on lines were worth once the games were over.
    static let grading = PostgresMigration(
        version: 41,
        name: "grading",
        sql: TableSQL(
            "nba_predictions.prediction_accuracy",
            "What a prediction was worth once its game was over; the only place where predictions are judged",
            key: ["game_date", "player_lookup", "game_id", "system_id", "model_version"],
            [
                .required("game_date", "date", "the Eastern day on which the game began"),
                .required("player_lookup", "text", "the name that tables are joined by"),
                .required("game_id", "text", "the game: date, away and home team, YYYYMMDD_AWAY_HOME"),
                .required("system_id", "text", "the prediction system"),
                .required("model_version", "text", "its version"),
                .required("team_abbr", "text", "the player's tricode in this game"),
                .required("opponent_team_abbr", "text", "the other team's tricode"),
                .required("predicted_points", "double precision", "the predicted mean", unit: "points"),
                .optional("median_points", "double precision", "the predicted median", unit: "points"),
                .optional("standard_deviation", "double precision", "the predicted scatter", unit: "points"),
                .optional("interval_low", "double precision", "one game in ten was to have fewer", unit: "points"),
                .optional("interval_high", "double precision", "one game in ten was to have more", unit: "points"),
                .optional("actual_points", "bigint", "what he scored; null for who did not play", unit: "points"),
                .optional("minutes_played", "double precision", "null for who did not play", unit: "minutes"),
                .optional(
                    "absolute_error",
                    "double precision",
                    "distance of the median, or else the mean, from the actual points; null for who did not play",
                    unit: "points"
                ),
                .optional("signed_error", "double precision", "mean less actual points", unit: "points"),
                .optional("within_3_points", "boolean", "whether the absolute error is at most 3"),
                .optional("within_5_points", "boolean", "whether the absolute error is at most 5"),
                .optional("within_interval", "boolean", "whether the actual points lie in the interval, ends included"),
                .required("has_prop_line", "boolean", "whether the prediction knew a line"),
                .optional("points_line", "double precision", "the prediction's own line", unit: "points"),
                .optional("is_line_synthetic", "boolean", "true for a line that a stand-in made up"),
                .required("recommendation", "text", "OVER, UNDER, PASS or NO_LINE"),
                .optional("line_outcome", "text", "OVER, UNDER or PUSH; null without a line or for who did not play"),
                .optional(
                    "is_correct",
                    "boolean",
                    "whether the recommended side won; null where none was taken, at a push and for who did not play"
                ),
                .optional(
                    "over_probability",
                    "double precision",
                    "that the points end over the line, a push left out",
                    unit: "fraction 0…1"
                ),
                .required("confidence_score", "double precision", "of the likelier side", unit: "fraction 0…1"),
                .required("confidence_decile", "bigint", "the tenth in which the confidence lies, 1 to 10"),
                .optional(
                    "season_average",
                    "double precision",
                    "points a game of the season before this game, as the features had it",
                    unit: "points"
                ),
                .required(
                    "season_average_tier",
                    "text",
                    "by that average: star from 20, starter from 12, rotation from 6, bench below, unknown without one"
                ),
                .required("is_voided", "boolean", "true for who did not play: nothing of the row is in any figure"),
                .optional(
                    "void_reason",
                    "text",
                    "dnp_injury_confirmed, dnp_late_scratch or dnp_unknown, by what was said before tip-off"
                ),
                .optional("player_status_before", "text", "the last word on the player before tip-off"),
                .optional("lane", "text", "live, or backfill when it was predicted after the fact"),
                .optional("predicted_at", "timestamptz", "when it was predicted", unit: "UTC"),
                .optional("tipoff_at", "timestamptz", "when the game began by the schedule", unit: "UTC"),
                .optional(
                    "was_made_before_tipoff",
                    "boolean",
                    "whether it was predicted live and before tip-off; null where that is unknown"
                ),
            ]
        ).text
            + TableSQL(
                "nba_predictions.line_evaluation_accuracy",
                "What a prediction's word on one bookmaker's line was worth once the game was over",
                key: [
                    "game_date", "player_lookup", "game_id", "system_id", "model_version", "bookmaker", "points_line",
                ],
                [
                    .required("game_date", "date", "the Eastern day on which the game began"),
                    .required("player_lookup", "text", "the name that tables are joined by"),
                    .required("game_id", "text", "the game: date, away and home team, YYYYMMDD_AWAY_HOME"),
                    .required("team_abbr", "text", "the player's tricode in this game"),
                    .required("system_id", "text", "the prediction system"),
                    .required("model_version", "text", "its version"),
                    .required("bookmaker", "text", "who offered the line"),
                    .required("points_line", "double precision", "whole or half points, never rounded", unit: "points"),
                    .required("is_line_synthetic", "boolean", "true for a line that a stand-in made up"),
                    .required("line_captured_at", "timestamptz", "when it was offered; before tip-off", unit: "UTC"),
                    .required(
                        "over_probability",
                        "double precision",
                        "that the points end over the line, a push left out",
                        unit: "fraction 0…1"
                    ),
                    .required("recommendation", "text", "OVER, UNDER or PASS"),
                    .optional("price_american", "bigint", "price of the recommended side", unit: "American odds"),
                    .optional("actual_points", "bigint", "what he scored; null for who did not play", unit: "points"),
                    .required("outcome", "text", "OVER, UNDER, PUSH, or VOID for who did not play"),
                    .optional(
                        "is_correct",
                        "boolean",
                        "whether the recommended side won; null where none was taken, at a push and for who did not play"
                    ),
                    .optional(
                        "profit_per_unit",
                        "double precision",
                        "0 where the stake was returned or not placed, null for a side without a price",
                        unit: "stakes"
                    ),
                    .optional("line_error", "double precision", "line less actual points", unit: "points"),
                    .optional("void_reason", "text", "why nothing is judged; null for who played"),
                    .optional("lane", "text", "of the prediction: live or backfill"),
                    .optional(
                        "was_made_before_tipoff",
                        "boolean",
                        "whether it was predicted live and before tip-off; null where that is unknown"
                    ),
                ]
            ).text
                + """
                ALTER TABLE nba_predictions.prediction_accuracy
                    ADD CHECK (is_voided = (void_reason IS NOT NULL)),
                    ADD CHECK (is_voided = (absolute_error IS NULL)),
                    ADD CHECK (lane IN ('live', 'backfill')),
                    ADD CHECK (NOT was_made_before_tipoff OR lane = 'live' AND predicted_at < tipoff_at);
                ALTER TABLE nba_predictions.line_evaluation_accuracy
                    -- A quarter of a point is exact in binary: 24.5 and 25 are two keys, and 24.499 is none.
                    ADD CHECK (points_line * 4 = floor(points_line * 4)),
                    ADD CHECK ((outcome = 'VOID') = (actual_points IS NULL)),
                    ADD CHECK (lane IN ('live', 'backfill'));
                """
    )
}
