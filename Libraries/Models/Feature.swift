/// The features of the store by their index. The first sixty have a place in the array; the order never changes, a new
/// feature is added at the end.
public enum Feature: Int, Sendable, Hashable, CaseIterable {
    case pointsAverageLast5, pointsAverageLast10, pointsAverageSeason, pointsDeviationLast10, gamesInLast7Days
    case fatigueScore, shotZoneMismatchScore, paceScore, usageSpikeScore
    case restAdvantage, injuryRisk, recentTrend, minutesChange
    case opponentDefensiveRating, opponentPace
    case isHome, isBackToBack, isPlayoffGame
    case paintShare, midRangeShare, threePointShare, freeThrowShare
    case teamPace, teamOffensiveRating, teamWinShare
    case pointsLine, openingPointsLine, lineMove, hasLine
    case averagePointsVersusOpponent, gamesVersusOpponent
    case minutesAverageLast10, pointsPerMinuteLast10, didNotPlayRate, pointsSlopeLast10, pointsVersusSeasonScore
    case isBreakout, starTeammatesOut
    case gameTotalLine, daysRest, minutesInLast7Days, spreadMagnitude, impliedTeamTotal
    case pointsAverageLast3, scoringTrendSlope, deviationFromAverageLast3, gamesBelowAverage
    case teammateUsageAvailable, usageRateLast5, gamesSinceStructuralChange
    case lineDeviationAcrossBooks, overStreak, underStreak, lineVersusSeasonAverage
    case lineDelta, overRateLast10, marginVersusLineLast5
    case blowoutMinutesRisk, minutesVolatilityLast10, opponentPaceMismatch

    /// The place in the array, 0 … 59.
    public var index: Int { rawValue }

    /// The name in the feature store.
    public var name: String { Self.names[rawValue] }

    private static let names = [
        "points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "games_in_last_7_days",
        "fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score",
        "rest_advantage", "injury_risk", "recent_trend", "minutes_change",
        "opponent_def_rating", "opponent_pace",
        "home_away", "back_to_back", "playoff_game",
        "pct_paint", "pct_mid_range", "pct_three", "pct_free_throw",
        "team_pace", "team_off_rating", "team_win_pct",
        "vegas_points_line", "vegas_opening_line", "vegas_line_move", "has_vegas_line",
        "avg_points_vs_opponent", "games_vs_opponent",
        "minutes_avg_last_10", "ppm_avg_last_10", "dnp_rate", "pts_slope_10g", "pts_vs_season_zscore",
        "breakout_flag", "star_teammates_out",
        "game_total_line", "days_rest", "minutes_load_last_7d", "spread_magnitude", "implied_team_total",
        "points_avg_last_3", "scoring_trend_slope", "deviation_from_avg_last3", "consecutive_games_below_avg",
        "teammate_usage_available", "usage_rate_last_5", "games_since_structural_change",
        "multi_book_line_std", "prop_over_streak", "prop_under_streak", "line_vs_season_avg",
        "prop_line_delta", "over_rate_last_10", "margin_vs_line_avg_last_5",
        "blowout_minutes_risk", "minutes_volatility_last_10", "opponent_pace_mismatch",
    ]

    /// The values that make sense, where a prediction rests on the feature: outside, it is an error upstream and not a
    /// rare game.
    public var validRange: ClosedRange<Double>? {
        switch self {
        case .pointsAverageLast5, .pointsAverageLast10, .pointsAverageSeason: 0...80
        case .pointsDeviationLast10: 0...40
        case .fatigueScore: 0...100
        case .shotZoneMismatchScore: -15...15
        case .paceScore, .usageSpikeScore: -8...8
        case .isHome, .isBackToBack: 0...1
        default: nil
        }
    }
}
