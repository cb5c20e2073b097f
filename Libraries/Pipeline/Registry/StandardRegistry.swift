extension Registry {
    /// The registry of the product.
    public static let standard = Registry(scrapers + raw + analytics + precompute + predictions + publishing)

    private static let schedule = "nba_raw.nbac_schedule"
    private static let playerSummary = "nba_analytics.player_game_summary"
    private static let teamOffense = "nba_analytics.team_offense_game_summary"
    private static let teamDefense = "nba_analytics.team_defense_game_summary"
    private static let playerContext = "nba_analytics.upcoming_player_game_context"
    private static let teamContext = "nba_analytics.upcoming_team_game_context"
    private static let operatorStatus = "nba_raw.operator_player_status"
    private static let zoneDefense = "nba_precompute.team_defense_zone_analysis"
    private static let shotZones = "nba_precompute.player_shot_zone_analysis"
    private static let compositeFactors = "nba_precompute.player_composite_factors"
    private static let dailyCache = "nba_precompute.player_daily_cache"
    private static let featureStore = "nba_precompute.ml_feature_store_v2"
    private static let predictionTable = "nba_predictions.player_prop_predictions"

    private static let boxColumns: Set<String> = [
        "points", "minutes", "field_goals_made", "field_goals_attempted", "three_pointers_made",
        "three_pointers_attempted", "free_throws_made", "free_throws_attempted", "offensive_rebounds",
        "defensive_rebounds", "total_rebounds", "assists", "steals", "blocks", "turnovers", "personal_fouls",
    ]
    private static let lineColumns: Set<String> = [
        "points_line", "over_price_american", "under_price_american", "snapshot_timestamp", "bookmaker",
        "game_start_time", "is_after_tipoff", "is_synthetic", "home_team_abbr", "away_team_abbr",
    ]
    private static let statusColumns: Set<String> = ["injury_status", "reason", "until_date"]
    private static let pairing: Set<String> = [
        "game_id", "game_date", "season_year", "season_type", "home_team_tricode", "away_team_tricode",
    ]
    private static let gameLineColumns: Set<String> = [
        "outcome_point", "outcome_team_abbr", "snapshot_timestamp", "game_start_time", "is_after_tipoff",
        "is_synthetic", "home_team_abbr", "away_team_abbr",
    ]
    /// Shots, whose game concerns every reader as a whole.
    private static let shotColumns: Set<String> = [
        "team_abbr", "home_team_abbr", "away_team_abbr", "player_1_lookup", "assist_player_lookup",
        "block_player_lookup", "shot_made", "shot_type", "shot_distance",
    ]
    private static let playByPlays: [Input] = [
        Input(
            "nba_raw.bigdataball_play_by_play",
            shotColumns.union(["event_subtype", "free_throw_number", "free_throws_awarded"]),
            entities: [.game]
        ),
        Input(
            "nba_raw.nbac_play_by_play",
            shotColumns.union(["event_action_type", "event_descriptor"]),
            entities: [.game]
        ),
    ]
    private static let gamebook = "nba_raw.nbac_gamebook_player_stats"
    private static let result: Set<String> = ["game_status", "home_team_score", "away_team_score"]

    private static let analytics: [ProcessorDefinition] =
        [
            .init(
                "team_offense_game_summary",
                .analytics,
                level: 1,
                requirement: .critical,
                output: teamOffense,
                inputs: [
                    Input(
                        "nba_raw.nbac_team_boxscore",
                        boxColumns.union(["team_abbr"]),
                        dependency: .init(isCritical: false, rows: 2)
                    ),
                    // The sum of the players stands in where a team's row is missing.
                    Input(gamebook, boxColumns.union(["team_abbr", "player_status"])),
                    Input("nba_raw.nbac_player_boxscores", boxColumns.union(["team_abbr"])),
                    Input(schedule, pairing.union(result), dependency: .init(isCritical: true, rows: 1)),
                    Input("nba_raw.nbac_referee_game_assignments", ["official_id"]),
                ] + playByPlays
            ),
            .init(
                "team_defense_game_summary",
                .analytics,
                level: 2,
                requirement: .required,
                output: teamDefense,
                inputs: [
                    Input(
                        teamOffense,
                        [
                            "game_id", "nba_game_id", "season_year", "season_type", "opponent_team_abbr",
                            "home_game", "points_scored", "fg_attempts", "fg_makes", "three_pt_attempts",
                            "three_pt_makes",
                            "ft_attempts", "ft_makes", "rebounds", "assists", "turnovers", "personal_fouls", "steals",
                            "blocks", "defensive_rebounds", "possessions", "pace", "offensive_rating", "ts_pct",
                            "win_flag", "margin_of_victory", "overtime_periods", "team_paint_attempts",
                            "team_paint_makes", "team_mid_range_attempts", "team_mid_range_makes",
                            "team_three_attempts_pbp", "team_three_makes_pbp", "shot_zones_source",
                            "players_inactive", "referee_crew", "primary_source_used", "data_quality_tier",
                        ],
                        dependency: .init(isCritical: true, rows: 2, lateAfter: 24, staleAfter: 72)
                    ),
                    Input(schedule, pairing.union(["game_status"])),
                ] + playByPlays
            ),
            .init(
                "player_game_summary",
                .analytics,
                level: 2,
                requirement: .critical,
                output: playerSummary,
                inputs: [
                    Input(
                        "nba_raw.nbac_player_boxscores",
                        boxColumns.union(["team_abbr", "plus_minus", "player_full_name", "player_lookup"]),
                        dependency: .init(isCritical: true, rows: 20)
                    ),
                    Input(
                        "nba_raw.odds_api_player_points_props",
                        lineColumns,
                        entities: [.player],
                        dependency: .init(isCritical: false, rows: 20, staleAfter: 168)
                    ),
                    Input(
                        gamebook,
                        boxColumns.union([
                            "team_abbr", "plus_minus", "player_full_name", "player_lookup", "player_status",
                            "absence_reason", "starting_position",
                        ]),
                        dependency: .init(isCritical: false, rows: 20, lateAfter: 12, staleAfter: 24)
                    ),
                    Input(schedule, pairing.union(result).union(["tipoff_at"])),
                    Input(
                        teamOffense,
                        ["nba_game_id", "fg_attempts", "ft_attempts", "turnovers", "team_minutes", "win_flag"],
                        dependency: .init(isCritical: true, rows: 2, lateAfter: 48, staleAfter: 168)
                    ),
                ] + playByPlays
            ),
            .init(
                "upcoming_player_game_context",
                .analytics,
                level: 1,
                requirement: .critical,
                output: playerContext,
                inputs: [
                    Input(
                        schedule,
                        pairing.union(["tipoff_at", "is_postponed"]),
                        dependency: .init(isCritical: true, rows: 1)
                    ),
                    Input(
                        "nba_raw.odds_api_player_points_props",
                        lineColumns,
                        entities: [.player],
                        dependency: .init(isCritical: false, rows: 20)
                    ),
                    Input(
                        "nba_raw.odds_api_game_lines",
                        gameLineColumns,
                        dependency: .init(isCritical: false, rows: 4)
                    ),
                    // Who is out concerns the whole team.
                    Input(
                        "nba_raw.nbac_injury_report",
                        ["injury_status", "reason", "is_listed", "is_team_submitted"],
                        entities: [.player, .team],
                        dependency: .init(isCritical: false, rows: 10, lateAfter: 8, staleAfter: 24)
                    ),
                    Input(operatorStatus, statusColumns),
                    Input(operatorStatus, statusColumns, .laterDatesOfSeason),
                    Input(
                        playerSummary,
                        [
                            "points", "minutes_played", "usage_rate", "team_abbr", "player_status", "nba_player_id",
                            "player_full_name",
                        ],
                        .laterDatesOfSeason
                    ),
                    Input(
                        teamOffense,
                        ["pace", "defensive_rating", "home_game", "opponent_team_abbr"],
                        .laterDatesOfSeason
                    ),
                    Input(teamDefense, ["opp_ft_attempts", "opponent_possessions"], .laterDatesOfSeason),
                ]
                    // A birth date that is learnt late is as true on the dates before.
                    + ["nba_raw.espn_team_rosters", "nba_raw.br_rosters_current"].map {
                        Input($0, ["birth_date", "player_lookup"], .wholeSeason, entities: [.player])
                    }
            ),
            .init(
                "upcoming_team_game_context",
                .analytics,
                level: 1,
                requirement: .required,
                output: teamContext,
                inputs: [
                    Input(
                        schedule,
                        pairing.union(["tipoff_at", "is_postponed"]),
                        dependency: .init(isCritical: true, rows: 1, lateAfter: 12, staleAfter: 36)
                    ),
                    Input(
                        "nba_raw.odds_api_game_lines",
                        gameLineColumns,
                        dependency: .init(isCritical: false, rows: 4, lateAfter: 4, staleAfter: 12)
                    ),
                    Input(
                        "nba_raw.nbac_injury_report",
                        ["injury_status", "is_listed", "is_team_submitted"],
                        entities: [.player, .team],
                        dependency: .init(isCritical: false, rows: 10, lateAfter: 8, staleAfter: 24)
                    ),
                    Input(operatorStatus, statusColumns),
                    Input(operatorStatus, statusColumns, .laterDatesOfSeason),
                    Input(
                        teamOffense,
                        ["home_game", "opponent_team_abbr", "win_flag", "margin_of_victory"],
                        .laterDatesOfSeason
                    ),
                    Input(
                        playerSummary,
                        ["minutes_played", "team_abbr", "player_status"],
                        .laterDatesOfSeason
                    ),
                ]
            ),
        ]

    /// What Phase 4 takes from the schedule reaches it through the contexts.
    private static let precompute: [ProcessorDefinition] =
        [
            .init(
                "team_defense_zone_analysis",
                .precompute,
                level: 1,
                requirement: .required,
                output: zoneDefense,
                inputs: [
                    // Whether there is a slate at all.
                    Input(teamContext, ["season_year", "team_abbr"]),
                    Input(
                        teamDefense,
                        [
                            "points_allowed", "opponent_pace", "defensive_rating", "opp_paint_attempts",
                            "opp_paint_makes", "opp_mid_range_attempts", "opp_mid_range_makes",
                            "opp_three_attempts_pbp", "opp_three_makes_pbp", "blocks_paint", "blocks_mid_range",
                            "blocks_three_pt",
                        ],
                        .laterDatesOfSeason
                    ),
                ]
            ),
            .init(
                "player_shot_zone_analysis",
                .precompute,
                level: 1,
                requirement: .required,
                output: shotZones,
                inputs: [
                    Input(
                        playerContext,
                        ["season_year", "team_abbr", "history_games"],
                        dependency: .init(isCritical: true, rows: 20, lateAfter: 12, staleAfter: 48)
                    ),
                    Input(
                        playerSummary,
                        [
                            "paint_attempts", "paint_makes", "mid_range_attempts", "mid_range_makes",
                            "three_attempts_pbp", "three_makes_pbp", "has_complete_shot_zones", "assisted_fg_makes",
                            "unassisted_fg_makes", "minutes_played", "fg_attempts", "player_status",
                        ],
                        .laterDatesOfSeason,
                        entities: [.player]
                    ),
                ]
            ),
            .init(
                "player_composite_factors",
                .precompute,
                level: 2,
                requirement: .required,
                output: compositeFactors,
                inputs: [
                    Input(
                        playerContext,
                        [
                            "game_id", "season_year", "team_abbr", "opponent_team_abbr", "days_rest", "back_to_back",
                            "games_in_last_7_days", "games_in_last_14_days", "minutes_in_last_7_days",
                            "minutes_in_last_14_days", "avg_minutes_per_game_last_7", "back_to_backs_last_14_days",
                            "pace_differential", "usage_rate_last_10", "projected_usage_rate", "star_teammates_out",
                            "player_age", "history_games",
                        ],
                        dependency: .init(isCritical: true, rows: 20, lateAfter: 12, staleAfter: 48)
                    ),
                    Input(
                        shotZones,
                        [
                            "primary_scoring_zone", "paint_rate_last_10", "mid_range_rate_last_10",
                            "three_pt_rate_last_10",
                        ],
                        dependency: .init(
                            isCritical: true,
                            rows: 20,
                            lateAfter: 24,
                            staleAfter: 72,
                            dateColumn: "analysis_date"
                        )
                    ),
                    Input(
                        zoneDefense,
                        [
                            "paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg",
                            "three_pt_defense_vs_league_avg",
                        ],
                        dependency: .init(
                            isCritical: true,
                            rows: 2,
                            lateAfter: 24,
                            staleAfter: 72,
                            dateColumn: "analysis_date"
                        )
                    ),
                ]
            ),
            .init(
                "player_daily_cache",
                .precompute,
                level: 2,
                requirement: .critical,
                output: dailyCache,
                inputs: [
                    Input(
                        playerContext,
                        [
                            "season_year", "team_abbr", "games_in_last_7_days", "games_in_last_14_days",
                            "minutes_in_last_7_days", "minutes_in_last_14_days", "back_to_backs_last_14_days",
                            "avg_minutes_per_game_last_7", "player_age",
                        ],
                        dependency: .init(isCritical: true, rows: 20, lateAfter: 12, staleAfter: 48)
                    ),
                    Input(
                        shotZones,
                        [
                            "primary_scoring_zone", "paint_rate_last_10", "mid_range_rate_last_10",
                            "three_pt_rate_last_10", "assisted_rate_last_10",
                        ],
                        dependency: .init(
                            isCritical: false,
                            rows: 20,
                            lateAfter: 6,
                            staleAfter: 24,
                            dateColumn: "analysis_date"
                        )
                    ),
                    Input(
                        playerSummary,
                        ["points", "minutes_played", "usage_rate", "ts_pct", "player_status"],
                        .laterDatesOfSeason,
                        entities: [.player]
                    ),
                    Input(teamOffense, ["pace", "offensive_rating"], .laterDatesOfSeason),
                ]
            ),
            .init(
                "ml_feature_store_v2",
                .precompute,
                level: 3,
                requirement: .critical,
                output: featureStore,
                inputs: [
                    Input(
                        dailyCache,
                        [
                            "points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10",
                            "minutes_avg_last_10", "minutes_avg_season", "games_played_season",
                        ],
                        dependency: .init(
                            isCritical: true,
                            rows: 20,
                            lateAfter: 2,
                            staleAfter: 6,
                            dateColumn: "cache_date"
                        )
                    ),
                    Input(
                        playerContext,
                        [
                            "game_id", "season_year", "team_abbr", "opponent_team_abbr", "home_game", "season_phase",
                            "current_points_line", "opening_points_line", "current_points_line_source",
                            "is_line_synthetic", "points_line_consensus", "points_line_std", "game_spread",
                            "game_total", "days_rest", "back_to_back", "games_in_last_7_days",
                            "minutes_in_last_7_days", "avg_minutes_per_game_last_7", "back_to_backs_last_14_days",
                            "history_games", "history_last_game_date", "player_status", "star_teammates_out",
                            "teammate_usage_out",
                        ],
                        dependency: .init(isCritical: true, rows: 20, lateAfter: 2, staleAfter: 6)
                    ),
                    Input(
                        compositeFactors,
                        ["fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score"],
                        dependency: .init(isCritical: true, rows: 20, lateAfter: 2, staleAfter: 6)
                    ),
                    Input(shotZones, ["paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10"]),
                    // The line of the player's previous game.
                    Input(playerContext, ["points_line_consensus"], .laterDatesOfSeason),
                    Input(
                        playerSummary,
                        [
                            "points", "minutes_played", "usage_rate", "team_abbr", "opponent_team_abbr", "ft_makes",
                            "points_line", "player_status",
                        ],
                        .laterDatesOfSeason,
                        entities: [.player]
                    ),
                    Input(
                        teamOffense,
                        ["pace", "offensive_rating", "defensive_rating", "win_flag", "margin_of_victory"],
                        .laterDatesOfSeason
                    ),
                ]
            ),
        ]

    private static let predictions: [ProcessorDefinition] = [
        .init(
            "prediction_coordinator",
            .predictions,
            level: 1,
            requirement: .critical,
            inputs: [Input(featureStore, ["features_hash", "current_points_line", "is_line_synthetic"])]
        ),
        .init(
            "player_predictions",
            .predictions,
            level: 2,
            unit: .player,
            output: predictionTable
        ),
    ]

    private static let shownColumns: Set<String> = [
        "predicted_points", "confidence_score", "recommendation", "current_points_line", "is_line_synthetic", "game_id",
    ]

    private static let publishing: [ProcessorDefinition] = [
        .init(
            "predictions_document",
            .publishing,
            requirement: .critical,
            inputs: [Input(predictionTable, shownColumns), Input(schedule, pairing.union(["is_postponed"]))]
        ),
        .init(
            "tonight_document",
            .publishing,
            requirement: .critical,
            inputs: [
                Input(predictionTable, shownColumns),
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
    ]
}
