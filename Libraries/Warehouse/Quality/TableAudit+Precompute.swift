import Pipeline

extension TableAudit {
    private static let settled = ColumnMonitor.Condition.atLeast("history_games", 10)
    private static let cached = ColumnMonitor.Condition.atLeast("games_played_season", 10)

    static let precompute: [TableAudit] = [
        TableAudit(
            TeamDefenseZoneAnalysis.table,
            .precompute,
            expected: nil,
            [
                ColumnMonitor.of("defensive_rating_last_15", where: .atLeast("games_in_sample", 10), rows: 10)(
                    nulls: 0.1,
                    mean: 95...130,
                    deviation: 0.5
                ),
                ColumnMonitor.of("paint_pct_allowed_last_15", where: .atLeast("games_with_zones", 5), rows: 10)(
                    mean: 0.45...0.8
                ),
                ColumnMonitor.of("three_pt_pct_allowed_last_15", where: .atLeast("games_with_zones", 5), rows: 10)(
                    mean: 0.27...0.45
                ),
            ]
        ),
        TableAudit(
            PlayerShotZoneAnalysis.table,
            .precompute,
            expected: nil,
            [
                ColumnMonitor.of("paint_rate_last_10", where: .atLeast("games_in_sample_10", 5))(
                    mean: 15...75,
                    deviation: 3
                ),
                // 61 percent of threes was the box score's threes over the play-by-play's shots.
                ColumnMonitor.of("three_pt_rate_last_10", where: .atLeast("games_in_sample_10", 5))(mean: 15...55),
                ColumnMonitor.of("paint_pct_last_10", where: .atLeast("games_in_sample_10", 5))(mean: 0.4...0.8),
            ]
        ),
        TableAudit(
            PlayerCompositeFactors.table,
            .precompute,
            expected: .contexts(games: 1),
            [
                // A fatigue score stored as an adjustment has a mean below 0.
                ColumnMonitor.of("fatigue_score")(nulls: 0.2, mean: 40...100),
                ColumnMonitor.of("fatigue_score", rows: 100)(distinct: 2),
                ColumnMonitor.of("pace_score", rows: 50)(mean: -2...2, distinct: 2),
                ColumnMonitor.of("shot_zone_mismatch_score", rows: 50)(mean: -8...8, distinct: 2),
                ColumnMonitor.of("usage_spike_score", rows: 50)(mean: -2.5...2.5),
                ColumnMonitor.of("data_completeness_pct")(mean: 25...100),
            ]
        ),
        TableAudit(
            PlayerDailyCache.table,
            .precompute,
            expected: .contexts(games: 10),
            [
                ColumnMonitor.of("points_avg_last_5", where: cached)(nulls: 0, mean: 5...17, deviation: 2),
                ColumnMonitor.of("points_avg_last_10", where: cached)(nulls: 0, mean: 5...17, deviation: 2),
                ColumnMonitor.of("points_avg_season", where: cached)(nulls: 0, mean: 5...17, deviation: 2),
                ColumnMonitor.of("points_std_last_10", where: cached)(nulls: 0, mean: 2...9, distinct: 5),
                ColumnMonitor.of("minutes_avg_last_10", where: cached)(nulls: 0, mean: 12...33, deviation: 2),
                ColumnMonitor.of("usage_rate_last_10", where: cached)(nulls: 0.1, mean: 12...28, deviation: 2),
                ColumnMonitor.of("ts_pct_last_10", where: cached)(nulls: 0.1, mean: 0.45...0.68),
                ColumnMonitor.of("team_pace_last_10", where: cached)(nulls: 0.1, mean: 85...115),
                ColumnMonitor.of("team_off_rating_last_10", where: cached)(nulls: 0.1, mean: 90...135),
                ColumnMonitor.of("games_in_last_14_days", where: cached)(nulls: 0, mean: 0...9),
            ]
        ),
        TableAudit(
            MLFeatureStoreRow.table,
            .precompute,
            expected: .contexts(games: 3),
            [
                ColumnMonitor.of("feature_quality_score", where: settled)(mean: 70...100),
                ColumnMonitor.of("is_quality_ready", where: settled)(mean: 0.4...1),
            ] + features
        ),
    ]

    /// Features that are known for every player with a history are never all missing or all one value. The deviations and
    /// numbers of values are those that the vectors of an ordinary slate exceed; what belongs to a team or a game needs
    /// more players until it varies.
    private static let features: [[ColumnMonitor]] = known + spread + teams + games

    private static let known: [[ColumnMonitor]] = [
        (0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0), (31, 0.0), (5, 0.2), (13, 0.1), (14, 0.1), (22, 0.1), (23, 0.1),
        (24, 0.1),
    ].map { index, share in ColumnMonitor.of("features", element: index, where: settled)(nulls: share) }

    private static let spread: [[ColumnMonitor]] = [
        (0, 3.0, 20), (1, 3.0, 20), (2, 3.0, 20), (3, 1.0, 10), (31, 5.0, 15), (32, 0.1, 10), (43, 3.0, 15),
        (48, 2.0, 10),
    ].map { index, deviation, distinct in
        ColumnMonitor.of("features", element: index, where: settled, rows: 50)(deviation: deviation, distinct: distinct)
    }

    private static let teams: [[ColumnMonitor]] = [(13, 1.0), (14, 0.5), (22, 0.5), (23, 1.0), (24, 0.05)]
        .map { index, deviation in
            ColumnMonitor.of("features", element: index, where: settled, rows: 100)(deviation: deviation, distinct: 5)
        }

    private static let games: [[ColumnMonitor]] = [(25, 2.0, 10), (38, 2.0, 2), (41, 0.2, 2), (42, 2.0, 3)]
        .map { index, deviation, distinct in
            ColumnMonitor.of("features", element: index, rows: 120)(deviation: deviation, distinct: distinct)
        }
}
