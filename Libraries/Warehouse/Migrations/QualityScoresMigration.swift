/// Scores, issues and readiness of rows. They are functions of the row, so the database computes them: they cannot lag
/// behind it, cost no statement, and are no change of the row.
enum QualityScores {
    static let sql = tables.map { $0.sql }.joined() + features

    /// How a table's rows are scored.
    private struct Table {
        var name: String
        /// 0 … 100.
        var score: String
        /// The issue with the condition under which a row has it.
        var issues: [(name: String, condition: String)]
        /// Beside a score of the ladder's bronze, 50, at least.
        var demands: String

        var sql: String {
            let cases = issues.map { "CASE WHEN \($0.condition) THEN '\($0.name)' END" }.joined(separator: ", ")
            return TableSQL.adding(
                to: name,
                [
                    .generated("quality_score", "double precision", score, "score of the row's quality", unit: "0…100"),
                    .generated(
                        "quality_issues",
                        "text[]",
                        "array_remove(ARRAY[\(cases)]::text[], NULL)",
                        "what the row lacks: " + issues.map(\.name).joined(separator: ", ")
                    ),
                    .generated(
                        "is_production_ready",
                        "boolean",
                        "(\(score)) >= 50 AND (\(demands))",
                        "whether later phases may build on the row: a score of 50 and what cannot be done without"
                    ),
                ]
            )
        }
    }

    /// The ladder of sources: the first source 100, one rebuilt or without a second witness 85, one that contradicts
    /// another 60.
    private static let ofSources = "CASE data_quality_tier WHEN 'gold' THEN 100 WHEN 'silver' THEN 85 ELSE 60 END"
    /// The ladder of samples: ten games, five, three, fewer.
    private static let ofSamples =
        "CASE data_quality_tier WHEN 'gold' THEN 95 WHEN 'silver' THEN 75 WHEN 'bronze' THEN 50 ELSE 25 END"
    private static let active = "player_status = 'active'"

    private static let tables = [
        Table(
            name: "nba_analytics.player_game_summary",
            score: "\(ofSources) - CASE WHEN \(active) AND plus_minus IS NULL THEN 5 ELSE 0 END"
                + " - CASE WHEN \(active) AND has_complete_shot_zones IS NOT TRUE THEN 5 ELSE 0 END",
            issues: [
                ("missing_points", "\(active) AND points IS NULL"),
                ("missing_minutes", "\(active) AND minutes_played IS NULL"),
                ("missing_usage", "\(active) AND usage_rate IS NULL"),
                ("missing_plus_minus", "\(active) AND plus_minus IS NULL"),
                ("missing_shot_zones", "\(active) AND has_complete_shot_zones IS NOT TRUE"),
            ],
            demands: "(\(active)) IS NOT TRUE OR (points IS NOT NULL AND minutes_played IS NOT NULL)"
        ),
        Table(
            name: "nba_analytics.team_offense_game_summary",
            score: ofSources,
            issues: [
                ("missing_points", "points_scored IS NULL"), ("missing_possessions", "possessions IS NULL"),
                ("missing_shot_zones", "shot_zones_source IS NULL"),
            ],
            demands: "points_scored IS NOT NULL AND possessions IS NOT NULL"
        ),
        Table(
            name: "nba_analytics.team_defense_game_summary",
            score: ofSources,
            issues: [
                ("missing_points", "points_allowed IS NULL"), ("missing_possessions", "opponent_possessions IS NULL"),
                ("missing_own_actions", "steals IS NULL OR blocks IS NULL OR defensive_rebounds IS NULL"),
                ("missing_shot_zones", "shot_zones_source IS NULL"),
            ],
            demands: "points_allowed IS NOT NULL AND opponent_possessions IS NOT NULL"
        ),
        Table(
            name: "nba_analytics.upcoming_player_game_context",
            score: ofSamples,
            issues: [
                ("thin_sample", "history_games < 3"), ("missing_points_line", "current_points_line IS NULL"),
                ("missing_spread", "game_spread IS NULL"), ("missing_total", "game_total IS NULL"),
                ("unknown_availability", "player_status IS NULL"),
            ],
            demands: "points_avg_last_5 IS NOT NULL"
        ),
        Table(
            name: "nba_analytics.upcoming_team_game_context",
            score: ofSamples,
            issues: [
                ("thin_sample", "history_games < 3"), ("missing_spread", "game_spread IS NULL"),
                ("missing_total", "game_total IS NULL"), ("unknown_availability", "players_out IS NULL"),
            ],
            demands: "days_rest IS NOT NULL"
        ),
        Table(
            name: "nba_precompute.team_defense_zone_analysis",
            score: "LEAST(100, 100.0 * games_in_sample / GREATEST(LEAST(expected_games, 15), 1))",
            issues: [
                ("thin_sample", "games_in_sample < 10"),
                ("missing_games", "games_in_sample < LEAST(expected_games, 15)"),
                ("missing_shot_zones", "games_with_zones < games_in_sample"),
            ],
            demands: "games_in_sample >= 10"
        ),
        Table(
            name: "nba_precompute.player_shot_zone_analysis",
            score: "10.0 * games_in_sample_10",
            issues: [
                ("thin_sample", "games_in_sample_10 < 7"), ("missing_assists", "assisted_rate_last_10 IS NULL"),
            ],
            demands: "paint_rate_last_10 IS NOT NULL"
        ),
        Table(
            name: "nba_precompute.player_daily_cache",
            score: ofSamples,
            issues: [
                ("thin_sample", "games_played_season < 3"), ("missing_usage", "usage_rate_last_10 IS NULL"),
                ("missing_team_form", "team_pace_last_10 IS NULL"),
                ("missing_shot_zones", "paint_rate_last_10 IS NULL"),
            ],
            demands: "points_avg_last_5 IS NOT NULL AND minutes_avg_last_10 IS NOT NULL"
        ),
        Table(
            name: "nba_precompute.player_composite_factors",
            score: "data_completeness_pct",
            issues: [
                ("missing_fatigue", "fatigue_score IS NULL"), ("missing_mismatch", "shot_zone_mismatch_score IS NULL"),
                ("missing_pace", "pace_score IS NULL"), ("missing_usage_spike", "usage_spike_score IS NULL"),
            ],
            demands: "fatigue_score IS NOT NULL"
        ),
    ]

    /// The groups of the sixty features; each feature belongs to one.
    static let groups: [(name: String, indices: [Int])] = [
        ("matchup", [5, 6, 7, 8, 13, 14]),
        ("player_history", Array(0...4) + Array(29...37) + Array(43...46) + [48, 49, 54, 55, 56, 58]),
        ("team_context", [22, 23, 24, 57]),
        ("vegas", Array(25...28)),
        ("game_context", Array(9...12) + Array(15...21) + Array(38...42) + [47] + Array(50...53) + [59]),
    ]

    /// The features' score, tier and readiness are written with them; here is what follows from these.
    private static let features: String = {
        func share(_ group: (name: String, indices: [Int])) -> String {
            let known = group.indices.map { "(features ->> \($0) IS NOT NULL)::int" }.joined(separator: " + ")
            return "100.0 * (\(known)) / \(group.indices.count)"
        }
        let matchup = share(groups[0])
        let history = share(groups[1])
        var columns = groups.map { group in
            TableSQL.ColumnSQL.generated(
                "\(group.name)_quality_pct",
                "double precision",
                share(group),
                "share of its \(group.indices.count) features that are known",
                unit: "percent"
            )
        }
        columns.append(
            .generated(
                "quality_alert_level",
                "text",
                "CASE WHEN \(matchup) < 50 OR feature_quality_score < 50 THEN 'red' "
                    + "WHEN \(matchup) < 70 OR feature_quality_score < 70 THEN 'yellow' ELSE 'green' END",
                "red when the score or the matchup is below 50, yellow below 70, else green"
            )
        )
        columns.append(
            .generated(
                "is_training_ready",
                "boolean",
                "quality_tier IN ('gold', 'silver') AND \(matchup) >= 70 AND \(history) >= 80",
                "whether a model may learn from the row: gold or silver, matchup 70, player history 80"
            )
        )
        return TableSQL.adding(to: "nba_precompute.ml_feature_store_v2", columns)
    }()
}

extension TableSQL.ColumnSQL {
    /// A column that the database computes from the row.
    fileprivate static func generated(
        _ name: String,
        _ type: String,
        _ expression: String,
        _ meaning: String,
        unit: String = ""
    ) -> Self {
        .optional(name, "\(type) GENERATED ALWAYS AS (\(expression)) STORED", meaning, unit: unit)
    }
}
