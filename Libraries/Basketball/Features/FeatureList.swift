/// The sixty features of `ml_feature_store_v2`, by index.
///
/// A feature is required when the pipeline can know it for every player with enough games: lines, first meetings and
/// what needs reports or play-by-play are not.
public enum FeatureList {
    /// Stored with every vector; changes with any definition.
    public static let version = "v2_60features_3"

    /// In index order.
    public static let all: [FeatureDefinition] = zip(definitions, meanings).enumerated().map { index, pair in
        let (entry, meaning) = pair
        return FeatureDefinition(
            index: index,
            name: entry.0,
            meaning: meaning.value,
            unit: entry.1,
            source: entry.2,
            range: entry.3,
            isRequired: entry.4 == .required
        )
    }

    /// The number of features.
    public static var count: Int { all.count }

    /// The names in index order.
    public static let names: [String] = all.map(\.name)

    /// The index of a name; nil for a name that is none of the features.
    public static func index(of name: String) -> Int? { indices[name] }

    private static let indices = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.index) })

    private enum Need { case required, optional }

    private typealias Entry = (String, FeatureUnit, FeatureSource, ClosedRange<Double>, Need)

    private static let definitions: [Entry] = [
        ("points_avg_last_5", .points, .dailyCache, 0...70, .required),
        ("points_avg_last_10", .points, .dailyCache, 0...70, .required),
        ("points_avg_season", .points, .dailyCache, 0...70, .required),
        ("points_std_last_10", .points, .dailyCache, 0...30, .required),
        ("games_in_last_7_days", .games, .context, 0...4, .required),
        ("fatigue_score", .score, .compositeFactors, 0...100, .required),
        ("shot_zone_mismatch_score", .points, .compositeFactors, -15...15, .optional),
        ("pace_score", .points, .compositeFactors, -8...8, .required),
        ("usage_spike_score", .points, .compositeFactors, -8...8, .optional),
        ("rest_advantage", .days, .calculated, -3...3, .required),
        ("injury_risk", .code, .availability, 0...3, .optional),
        ("recent_trend", .code, .calculated, -2...2, .required),
        ("minutes_change", .code, .calculated, -2...2, .required),
        ("opponent_def_rating", .pointsPerHundred, .calculated, 90...130, .required),
        ("opponent_pace", .possessions, .calculated, 90...115, .required),
        ("home_away", .flag, .context, 0...1, .required),
        ("back_to_back", .flag, .context, 0...1, .required),
        ("playoff_game", .flag, .context, 0...1, .required),
        ("pct_paint", .fraction, .shotZones, 0...1, .optional),
        ("pct_mid_range", .fraction, .shotZones, 0...1, .optional),
        ("pct_three", .fraction, .shotZones, 0...1, .optional),
        ("pct_free_throw", .fraction, .calculated, 0...0.5, .required),
        ("team_pace", .possessions, .calculated, 90...115, .required),
        ("team_off_rating", .pointsPerHundred, .calculated, 90...130, .required),
        ("team_win_pct", .fraction, .calculated, 0...1, .required),
        ("vegas_points_line", .points, .lines, 0...80, .optional),
        ("vegas_opening_line", .points, .lines, 0...80, .optional),
        ("vegas_line_move", .points, .lines, -15...15, .optional),
        ("has_vegas_line", .flag, .lines, 0...1, .required),
        ("avg_points_vs_opponent", .points, .calculated, 0...70, .optional),
        ("games_vs_opponent", .games, .calculated, 0...100, .required),
        ("minutes_avg_last_10", .minutes, .dailyCache, 0...48, .required),
        ("ppm_avg_last_10", .pointsPerMinute, .calculated, 0...1.5, .required),
        ("dnp_rate", .fraction, .availability, 0...1, .optional),
        ("pts_slope_10g", .pointsPerGame, .calculated, -5...5, .required),
        ("pts_vs_season_zscore", .deviations, .calculated, -4...4, .required),
        ("breakout_flag", .flag, .calculated, 0...1, .required),
        ("star_teammates_out", .games, .availability, 0...5, .optional),
        ("game_total_line", .points, .lines, 180...280, .optional),
        ("days_rest", .days, .context, 0...10, .optional),
        ("minutes_load_last_7d", .minutes, .context, 0...250, .optional),
        ("spread_magnitude", .points, .lines, 0...25, .optional),
        ("implied_team_total", .points, .lines, 90...140, .optional),
        ("points_avg_last_3", .points, .calculated, 0...70, .optional),
        ("scoring_trend_slope", .pointsPerGame, .calculated, -5...5, .optional),
        ("deviation_from_avg_last3", .deviations, .calculated, -4...4, .optional),
        ("consecutive_games_below_avg", .games, .calculated, 0...20, .optional),
        ("teammate_usage_available", .percent, .availability, 0...100, .optional),
        ("usage_rate_last_5", .percent, .calculated, 0...40, .optional),
        ("games_since_structural_change", .games, .calculated, 0...60, .optional),
        ("multi_book_line_std", .points, .lines, 0...5, .optional),
        ("prop_over_streak", .games, .context, 0...20, .optional),
        ("prop_under_streak", .games, .context, 0...20, .optional),
        ("line_vs_season_avg", .points, .lines, -30...30, .optional),
        ("prop_line_delta", .points, .lines, -20...20, .optional),
        ("over_rate_last_10", .fraction, .calculated, 0...1, .optional),
        ("margin_vs_line_avg_last_5", .points, .calculated, -25...25, .optional),
        ("blowout_minutes_risk", .fraction, .calculated, 0...1, .optional),
        ("minutes_volatility_last_10", .minutes, .calculated, 0...20, .optional),
        ("opponent_pace_mismatch", .possessions, .calculated, -20...20, .optional),
    ]
}
