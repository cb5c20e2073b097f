public import Basketball
public import Pipeline

/// From where a player has shot over his last ten and twenty games before a day, and how well.
public struct PlayerShotZoneAnalysis: LaidOutRow, Hashable {
    public var playerLookup: String
    public var date: GameDate
    public var seasonYear: Int
    public var last10: ShotProfile
    public var last20: ShotProfile
    public var historyLastGameDate: GameDate?

    public init(
        playerLookup: String,
        date: GameDate,
        seasonYear: Int,
        last10: ShotProfile,
        last20: ShotProfile,
        historyLastGameDate: GameDate?
    ) {
        self.playerLookup = playerLookup
        self.date = date
        self.seasonYear = seasonYear
        self.last10 = last10
        self.last20 = last20
        self.historyLastGameDate = historyLastGameDate
    }

    /// The trend is over fifteen games at least.
    private var trend: ShotProfile? { last20.games >= 15 ? last20 : nil }

    /// The three rates are shares of one number of shots.
    static let rules: [RowRule] =
        RowRule.percents([
            "paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10", "paint_rate_last_20",
            "assisted_rate_last_10", "unassisted_rate_last_10",
        ])
        + RowRule.fractions([
            "paint_pct_last_10", "mid_range_pct_last_10", "three_pt_pct_last_10", "paint_pct_last_20",
        ])
        + [
            .sum(
                "zone_rates_identity",
                "the three zones' rates are 100 ± 2 percent together",
                [
                    (1, "paint_rate_last_10"), (1, "mid_range_rate_last_10"), (1, "three_pt_rate_last_10"),
                ],
                in: 98...102
            ),
            .range("total_shots_last_10", 0...800, "shots"), .range("games_in_sample_10", 0...10, "games"),
            .range("games_in_sample_20", 0...20, "games"), .atMost("games_in_sample_10", "games_in_sample_20"),
            .before("history_last_game_date", "analysis_date"),
            .one("data_quality_tier", of: ["high", "medium", "low"]),
        ]

    public static let layout = RowLayout<Self>(
        "nba_precompute.player_shot_zone_analysis",
        key: ["analysis_date", "player_lookup"],
        dateColumn: "analysis_date",
        entities: [.player: "player_lookup"],
        rules: rules,
        [
            .text("player_lookup") { $0.playerLookup },
            .date("analysis_date") { $0.date },
            .integer("season_year") { $0.seasonYear },
            .double("paint_rate_last_10") { $0.last10.paint.ratePercent },
            .double("mid_range_rate_last_10") { $0.last10.midRange.ratePercent },
            .double("three_pt_rate_last_10") { $0.last10.perimeter.ratePercent },
            .double("paint_pct_last_10") { $0.last10.paint.fieldGoalShare },
            .double("mid_range_pct_last_10") { $0.last10.midRange.fieldGoalShare },
            .double("three_pt_pct_last_10") { $0.last10.perimeter.fieldGoalShare },
            .double("paint_attempts_per_game") { $0.last10.paint.attemptsPerGame },
            .double("mid_range_attempts_per_game") { $0.last10.midRange.attemptsPerGame },
            .double("three_pt_attempts_per_game") { $0.last10.perimeter.attemptsPerGame },
            .integer("total_shots_last_10") { $0.last10.attempts },
            .integer("games_in_sample_10") { $0.last10.games },
            .text("sample_quality_10") { ShotProfile.SampleQuality(games: $0.last10.games, of: 10).rawValue },
            .double("paint_rate_last_20") { $0.trend?.paint.ratePercent },
            .double("paint_pct_last_20") { $0.trend?.paint.fieldGoalShare },
            .integer("games_in_sample_20") { $0.last20.games },
            .text("sample_quality_20") { ShotProfile.SampleQuality(games: $0.last20.games, of: 20).rawValue },
            .double("assisted_rate_last_10") { $0.last10.assistedRatePercent },
            .double("unassisted_rate_last_10") { $0.last10.unassistedRatePercent },
            .text("primary_scoring_zone") { $0.last10.primaryZone?.rawValue },
            .date("history_last_game_date") { $0.historyLastGameDate },
            .text("data_quality_tier") { $0.last10.games >= 10 ? "high" : $0.last10.games >= 7 ? "medium" : "low" },
        ]
    )
}
