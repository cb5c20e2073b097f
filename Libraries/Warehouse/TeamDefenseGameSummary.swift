public import Basketball
public import Pipeline

/// What a team's defence allowed in one game: the opponent's row of `team_offense_game_summary`, seen from the other
/// side, with the own side's steals, rebounds and blocks. Unknown is NULL, never 0.
public struct TeamDefenseGameSummary: LaidOutRow, Hashable {
    /// The defending team's own row.
    public var own: TeamOffenseGameSummary
    /// The opponent's row.
    public var opponent: TeamOffenseGameSummary
    /// The own blocks by zone; nil when no play-by-play tells.
    public var blocks: ZoneBlocks?

    public init(own: TeamOffenseGameSummary, opponent: TeamOffenseGameSummary, blocks: ZoneBlocks?) {
        self.own = own
        self.opponent = opponent
        self.blocks = blocks
    }

    /// The worse of the two rows' tiers: the figures need both.
    var tier: String {
        let tiers = ["gold", "silver", "bronze", "poor"]
        func rank(_ tier: String) -> Int { tiers.firstIndex(of: tier) ?? tiers.count }
        return rank(own.dataQualityTier) >= rank(opponent.dataQualityTier)
            ? own.dataQualityTier : opponent.dataQualityTier
    }

    static let rules: [RowRule] =
        BoxScoreRules.team(
            BoxScoreRules.Names(
                points: "points_allowed",
                minutes: nil,
                fieldGoalsMade: "opp_fg_makes",
                fieldGoalsAttempted: "opp_fg_attempts",
                threesMade: "opp_three_pt_makes",
                threesAttempted: "opp_three_pt_attempts",
                freeThrowsMade: "opp_ft_makes",
                freeThrowsAttempted: "opp_ft_attempts",
                offensiveRebounds: nil,
                rebounds: "opp_rebounds",
                assists: "opp_assists",
                turnovers: "turnovers_forced",
                fouls: "fouls_committed"
            )
        )
        + [
            .distinct("defending_team_abbr", "opponent_team_abbr"), .range("overtime_periods", 0...8, "periods"),
            .range("opponent_possessions", 20...250, "possessions"),
            .range("opponent_pace", 20...160, "possessions per 48 minutes"),
            .range("defensive_rating", 20...300, "points per 100 possessions"),
            .range("opponent_ts_pct", 0.05...1.5, "as a fraction"),
            .range("margin_of_victory", -120...120, "points"),
            .one("data_quality_tier", of: ["gold", "silver", "bronze"]),
            .atMost("opp_paint_makes", "opp_paint_attempts"), .atMost("opp_mid_range_makes", "opp_mid_range_attempts"),
            .atMost("opp_three_makes_pbp", "opp_three_attempts_pbp"),
        ]

    public static let layout = RowLayout<Self>(
        "nba_analytics.team_defense_game_summary",
        key: ["game_date", "defending_team_abbr"],
        entities: [.team: "defending_team_abbr"],
        rules: rules,
        [
            .text("game_id") { $0.own.gameID },
            .text("nba_game_id") { $0.own.nbaGameID },
            .date("game_date") { $0.own.gameDate },
            .integer("season_year") { $0.own.seasonYear },
            .text("season_type") { $0.own.seasonType },
            .text("defending_team_abbr") { $0.own.teamAbbr },
            .text("opponent_team_abbr") { $0.own.opponentTeamAbbr },
            .boolean("home_game") { $0.own.homeGame },
            .integer("points_allowed") { $0.opponent.pointsScored },
            .integer("opp_fg_attempts") { $0.opponent.fgAttempts },
            .integer("opp_fg_makes") { $0.opponent.fgMakes },
            .integer("opp_three_pt_attempts") { $0.opponent.threePtAttempts },
            .integer("opp_three_pt_makes") { $0.opponent.threePtMakes },
            .integer("opp_ft_attempts") { $0.opponent.ftAttempts },
            .integer("opp_ft_makes") { $0.opponent.ftMakes },
            .integer("opp_rebounds") { $0.opponent.rebounds },
            .integer("opp_assists") { $0.opponent.assists },
            .integer("turnovers_forced") { $0.opponent.turnovers },
            .integer("fouls_committed") { $0.own.personalFouls },
            .integer("opp_paint_attempts") { $0.opponent.zones?.paint.attempts },
            .integer("opp_paint_makes") { $0.opponent.zones?.paint.makes },
            .integer("opp_mid_range_attempts") { $0.opponent.zones?.midRange.attempts },
            .integer("opp_mid_range_makes") { $0.opponent.zones?.midRange.makes },
            .integer("opp_three_attempts_pbp") { $0.opponent.zones?.perimeter.attempts },
            .integer("opp_three_makes_pbp") { $0.opponent.zones?.perimeter.makes },
            .integer("points_in_paint_allowed") { $0.opponent.zones.map { 2 * $0.paint.makes } },
            .integer("mid_range_points_allowed") { $0.opponent.zones.map { 2 * $0.midRange.makes } },
            .integer("three_pt_points_allowed") { $0.opponent.threePtMakes.map { 3 * $0 } },
            .integer("blocks_paint") { $0.blocks?.paint },
            .integer("blocks_mid_range") { $0.blocks?.midRange },
            .integer("blocks_three_pt") { $0.blocks?.perimeter },
            .integer("steals") { $0.own.steals },
            .integer("blocks") { $0.own.blocks },
            .integer("defensive_rebounds") { $0.own.defensiveRebounds },
            .double("opponent_possessions") { $0.opponent.possessions },
            .double("opponent_pace") { $0.opponent.pace },
            .double("defensive_rating") { $0.opponent.offensiveRating },
            .double("opponent_ts_pct") { $0.opponent.tsPct },
            .boolean("win_flag") { $0.own.winFlag },
            .integer("margin_of_victory") { $0.own.marginOfVictory },
            .integer("overtime_periods") { $0.own.overtimePeriods },
            .integer("players_inactive") { $0.own.playersInactive },
            .text("referee_crew") { $0.own.refereeCrew },
            .text("shot_zones_source") { $0.opponent.shotZonesSource },
            .text("primary_source_used") { $0.opponent.primarySourceUsed },
            .text("data_quality_tier") { $0.tier },
        ]
    )
}
