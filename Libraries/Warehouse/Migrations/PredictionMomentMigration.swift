import Postgres

extension WarehouseMigrations {
    /// What was known of a player when he was predicted, for those who judge it afterwards.
    static let predictionMoment = PostgresMigration(
        version: 43,
        name: "what was known when a player was predicted",
        sql: TableSQL.adding(
            to: "nba_predictions.player_prop_predictions",
            [
                .optional("player_status", "text", "what was announced of the player then; null where nothing was"),
                .optional(
                    "season_average",
                    "double precision",
                    "points a game of the season before this game",
                    unit: "points"
                ),
            ]
        )
            + """

            COMMENT ON COLUMN nba_predictions.prediction_accuracy.player_status_before IS
                ' |  | what was announced of the player when he was predicted';
            COMMENT ON COLUMN nba_predictions.prediction_accuracy.void_reason IS
                ' |  | dnp_injury_confirmed, dnp_late_scratch or dnp_unknown, by what was announced when he was predicted';
            """
    )
}
