/// Phase 4.
extension Registry {
    /// What Phase 4 takes from the schedule reaches it through the contexts.
    static let precompute: [ProcessorDefinition] =
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
                        .laterDatesOfSeason,
                        dependency: .init("team_defense", .init(.history, by: "defending_team_abbr"))
                    ),
                ],
                minimumRows: .init(.init(.seasonedTeams, dateColumn: "analysis_date"), share: 1)
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
                        dependency: .init("player_context", isCritical: true, contexts, late: 12, stale: 48)
                    ),
                    Input(
                        playerSummary,
                        [
                            "paint_attempts", "paint_makes", "mid_range_attempts", "mid_range_makes",
                            "three_attempts_pbp", "three_makes_pbp", "has_complete_shot_zones", "assisted_fg_makes",
                            "unassisted_fg_makes", "minutes_played", "fg_attempts", "player_status",
                        ],
                        .laterDatesOfSeason,
                        entities: [.player],
                        dependency: .init("player_game", playersBefore)
                    ),
                ],
                minimumRows: .init(seasoned("analysis_date"), share: 0.9)
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
                        dependency: .init("player_context", isCritical: true, contexts, late: 12, stale: 48)
                    ),
                    Input(
                        shotZones,
                        [
                            "primary_scoring_zone", "paint_rate_last_10", "mid_range_rate_last_10",
                            "three_pt_rate_last_10",
                        ],
                        dependency: .init("player_shot", isCritical: true, seasoned("analysis_date"))
                    ),
                    Input(
                        zoneDefense,
                        [
                            "paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg",
                            "three_pt_defense_vs_league_avg",
                        ],
                        dependency: .init(
                            "team_defense",
                            isCritical: true,
                            .init(.seasonedTeams, dateColumn: "analysis_date")
                        )
                    ),
                ],
                minimumRows: .init(.init(.players(withHistory: false)), share: 1)
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
                        dependency: .init("upcoming_context", isCritical: true, contexts, late: 12, stale: 48)
                    ),
                    Input(
                        shotZones,
                        [
                            "primary_scoring_zone", "paint_rate_last_10", "mid_range_rate_last_10",
                            "three_pt_rate_last_10", "assisted_rate_last_10",
                        ],
                        dependency: .init("shot_zone", seasoned("analysis_date"), late: 6, stale: 24)
                    ),
                    Input(
                        playerSummary,
                        ["points", "minutes_played", "usage_rate", "ts_pct", "player_status"],
                        .laterDatesOfSeason,
                        entities: [.player],
                        dependency: .init("player_game", playersBefore)
                    ),
                    Input(
                        teamOffense,
                        ["pace", "offensive_rating"],
                        .laterDatesOfSeason,
                        dependency: .init("team_offense", .init(.history))
                    ),
                ],
                minimumRows: .init(.init(.players(withHistory: true), dateColumn: "cache_date"), share: 0.9)
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
                            "daily_cache",
                            isCritical: true,
                            .init(.players(withHistory: true), dateColumn: "cache_date"),
                            late: 2,
                            stale: 6
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
                        dependency: .init("player_context", isCritical: true, contexts, late: 2, stale: 6)
                    ),
                    Input(
                        compositeFactors,
                        ["fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score"],
                        dependency: .init(
                            "composite_factors",
                            isCritical: true,
                            .init(.players(withHistory: false)),
                            late: 2,
                            stale: 6
                        )
                    ),
                    Input(
                        shotZones,
                        ["paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10"],
                        dependency: .init("player_shot", seasoned("analysis_date"), late: 2, stale: 6)
                    ),
                    // The line of the player's previous game.
                    Input(playerContext, ["points_line_consensus"], .laterDatesOfSeason),
                    Input(
                        playerSummary,
                        [
                            "points", "minutes_played", "usage_rate", "team_abbr", "opponent_team_abbr", "ft_makes",
                            "points_line", "player_status", "primary_source_used",
                        ],
                        .laterDatesOfSeason,
                        entities: [.player]
                    ),
                    Input(
                        teamOffense,
                        ["pace", "offensive_rating", "defensive_rating", "win_flag", "margin_of_victory"],
                        .laterDatesOfSeason
                    ),
                ],
                minimumRows: .init(.init(.players(withHistory: false)), share: 1)
            ),
        ]

    private static let zoneDefense = "nba_precompute.team_defense_zone_analysis"
    private static let shotZones = "nba_precompute.player_shot_zone_analysis"
    private static let compositeFactors = "nba_precompute.player_composite_factors"
    private static let dailyCache = "nba_precompute.player_daily_cache"
    private static let contexts = ExpectedRows(.seasonedTeams, rows: ExpectedRows.playersOfTeam)
    private static func seasoned(_ dateColumn: String) -> ExpectedRows {
        .init(.players(withHistory: true), by: nil, dateColumn: dateColumn)
    }
}
