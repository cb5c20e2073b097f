public import Basketball
public import Pipeline

/// What a team's defence has allowed by zone over its last fifteen games before a day, beside the league.
public struct TeamDefenseZoneAnalysis: LaidOutRow, Hashable {
    public var date: GameDate
    public var seasonYear: Int
    public var team: String
    public var defense: ZoneDefense
    /// Games that the team should have by this day of the season.
    public var expectedGames: Int
    public var historyLastGameDate: GameDate?

    public init(
        date: GameDate,
        seasonYear: Int,
        team: String,
        defense: ZoneDefense,
        expectedGames: Int,
        historyLastGameDate: GameDate?
    ) {
        self.date = date
        self.seasonYear = seasonYear
        self.team = team
        self.defense = defense
        self.expectedGames = expectedGames
        self.historyLastGameDate = historyLastGameDate
    }

    /// high from 15 games on, medium from 10, else low.
    public static func tier(games: Int) -> String { games >= 15 ? "high" : games >= 10 ? "medium" : "low" }

    static let rules: [RowRule] =
        RowRule.fractions([
            "paint_pct_allowed_last_15", "mid_range_pct_allowed_last_15", "three_pt_pct_allowed_last_15",
        ])
        + RowRule.ranges(
            [
                "paint_attempts_allowed_per_game", "mid_range_attempts_allowed_per_game",
                "three_pt_attempts_allowed_per_game",
            ],
            0...150,
            "shots a game"
        )
        + RowRule.ranges(
            [
                "paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg", "three_pt_defense_vs_league_avg",
            ],
            -100...100,
            "percentage points"
        )
        + [
            .range("defensive_rating_last_15", 20...300, "points per 100 possessions"),
            .range("opponent_points_per_game", 1...250, "points"),
            .range("opponent_pace", 20...160, "possessions per 48 minutes"), .range("games_in_sample", 0...15, "games"),
            .atMost("games_with_zones", "games_in_sample"), .before("history_last_game_date", "analysis_date"),
            .one("data_quality_tier", of: ["high", "medium", "low"]),
        ]

    public static let layout = RowLayout<Self>(
        "nba_precompute.team_defense_zone_analysis",
        key: ["analysis_date", "team_abbr"],
        dateColumn: "analysis_date",
        entities: [.team: "team_abbr"],
        rules: rules,
        [
            .date("analysis_date") { $0.date },
            .integer("season_year") { $0.seasonYear },
            .text("team_abbr") { $0.team },
            .double("paint_pct_allowed_last_15") { $0.defense.paint.allowedShare },
            .double("mid_range_pct_allowed_last_15") { $0.defense.midRange.allowedShare },
            .double("three_pt_pct_allowed_last_15") { $0.defense.perimeter.allowedShare },
            .double("paint_attempts_allowed_per_game") { $0.defense.paint.attemptsPerGame },
            .double("mid_range_attempts_allowed_per_game") { $0.defense.midRange.attemptsPerGame },
            .double("three_pt_attempts_allowed_per_game") { $0.defense.perimeter.attemptsPerGame },
            .double("paint_points_allowed_per_game") { $0.defense.paintPointsPerGame },
            .double("paint_blocks_per_game") { $0.defense.paint.blocksPerGame },
            .double("mid_range_blocks_per_game") { $0.defense.midRange.blocksPerGame },
            .double("three_pt_blocks_per_game") { $0.defense.perimeter.blocksPerGame },
            .double("paint_defense_vs_league_avg") { $0.defense.paint.versusLeaguePoints },
            .double("mid_range_defense_vs_league_avg") { $0.defense.midRange.versusLeaguePoints },
            .double("three_pt_defense_vs_league_avg") { $0.defense.perimeter.versusLeaguePoints },
            .double("defensive_rating_last_15") { $0.defense.defensiveRating },
            .double("opponent_points_per_game") { $0.defense.pointsAllowedPerGame },
            .double("opponent_pace") { $0.defense.opponentPace },
            .integer("games_in_sample") { $0.defense.games },
            .integer("games_with_zones") { $0.defense.zoneGames },
            .integer("expected_games") { $0.expectedGames },
            .text("strongest_zone") { $0.defense.strongestZone?.rawValue },
            .text("weakest_zone") { $0.defense.weakestZone?.rawValue },
            .date("history_last_game_date") { $0.historyLastGameDate },
            .text("data_quality_tier") { Self.tier(games: $0.defense.games) },
        ]
    )
}
