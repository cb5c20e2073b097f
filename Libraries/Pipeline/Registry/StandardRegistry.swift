extension Registry {
    /// The registry of the product.
    public static let standard = Registry(scrapers + raw + analytics + precompute + predictions + publishing)

    /// Tables and columns that several phases read.
    static let schedule = "nba_raw.nbac_schedule"
    static let playerSummary = "nba_analytics.player_game_summary"
    static let teamOffense = "nba_analytics.team_offense_game_summary"
    static let teamDefense = "nba_analytics.team_defense_game_summary"
    static let playerContext = "nba_analytics.upcoming_player_game_context"
    static let teamContext = "nba_analytics.upcoming_team_game_context"
    static let featureStore = "nba_precompute.ml_feature_store_v2"
    private static let predictionTable = "nba_predictions.player_prop_predictions"
    static let pairing: Set<String> = [
        "game_id", "game_date", "season_year", "season_type", "home_team_tricode", "away_team_tricode",
    ]
    static let playersBefore = ExpectedRows(
        .history,
        rows: ExpectedRows.playersOfTeam,
        only: .init("player_status", "active")
    )

    private static let predictions: [ProcessorDefinition] = [
        .init(
            "prediction_coordinator",
            .predictions,
            level: 1,
            requirement: .critical,
            inputs: [
                Input(featureStore, ["features_hash", "current_points_line", "is_line_synthetic"]),
                Input(playerContext, ["player_status", "nba_player_id"], entities: [.player]),
                // A book that moves its price alone moves what is worth recommending; the features see lines only.
                Input("nba_raw.odds_api_player_points_props", lineColumns, entities: [.player]),
            ]
        ),
        .init(
            "player_predictions",
            .predictions,
            level: 2,
            unit: .player,
            output: predictionTable,
            otherOutputs: ["nba_predictions.prediction_line_evaluation"]
        ),
        .init(
            "prediction_grading",
            .predictions,
            level: 3,
            requirement: .optional,
            output: "nba_predictions.prediction_accuracy",
            otherOutputs: ["nba_predictions.line_evaluation_accuracy"],
            // Its rows stand only for games that are final, so that the schedule starts nothing.
            inputs: [
                Input(
                    playerSummary,
                    ["points", "minutes_played", "player_status", "game_id"],
                    entities: [.player]
                )
            ],
            reachesPastDates: true
        ),
    ]

    private static let shownColumns: Set<String> = [
        "predicted_points", "confidence_score", "recommendation", "current_points_line", "is_line_synthetic", "game_id",
        "interval_low", "interval_high", "over_probability", "reasons", "components", "model_version",
    ]

    private static let publishing: [ProcessorDefinition] = [
        // Its document goes with tonight's, in one transaction; the name stays known to what was recorded under it.
        .init("predictions_document", .publishing, requirement: .optional, isEnabled: false),
        .init(
            "tonight_document",
            .publishing,
            requirement: .critical,
            inputs: [
                Input(predictionTable, shownColumns),
                Input("nba_raw.odds_api_player_points_props", lineColumns, entities: [.player]),
                Input(
                    playerContext,
                    ["player_full_name", "days_rest", "back_to_back", "player_status", "injury_report"]
                ),
                Input(
                    schedule,
                    pairing.union(["is_postponed", "game_status", "tipoff_at", "home_team_score", "away_team_score"])
                ),
            ]
        ),
        .init(
            "calendar_document",
            .publishing,
            requirement: .optional,
            inputs: [Input(schedule, ["game_id", "game_date", "season_year", "season_type", "is_postponed"])]
        ),
        // What was graded is told whenever it is graded, long after the predictions.
        .init(
            "results_document",
            .publishing,
            requirement: .optional,
            inputs: [
                Input(
                    "nba_predictions.prediction_accuracy",
                    [
                        "actual_points", "absolute_error", "signed_error", "line_outcome", "is_correct", "is_voided",
                        "void_reason", "was_made_before_tipoff", "recommendation", "points_line", "predicted_points",
                    ]
                )
            ],
            reachesPastDates: true
        ),
    ]
}
