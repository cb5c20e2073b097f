public import Basketball
public import Pipeline

/// A player's season before a day, computed once a day.
///
/// Usage is 0–100, `ts_pct_last_10` a fraction, ratings are points per 100 possessions, the standard deviation is the
/// sample's (n − 1), shot rates are 0–100.
public struct PlayerDailyCache: LaidOutRow, Hashable {
    public var playerLookup: String
    public var cacheDate: GameDate
    public var seasonYear: Int
    public var teamAbbr: String
    public var form: PlayerForm
    public var teamPaceLast10: Double?
    public var teamOffRatingLast10: Double?
    /// Nil before the player's first game of the season.
    public var load: RestAndLoad?
    /// Nil without a row of `player_shot_zone_analysis`.
    public var shots: ShotRates?
    public var playerAge: Int?

    public init(
        playerLookup: String,
        cacheDate: GameDate,
        seasonYear: Int,
        teamAbbr: String,
        form: PlayerForm,
        teamPaceLast10: Double? = nil,
        teamOffRatingLast10: Double? = nil,
        load: RestAndLoad? = nil,
        shots: ShotRates? = nil,
        playerAge: Int? = nil
    ) {
        self.playerLookup = playerLookup
        self.cacheDate = cacheDate
        self.seasonYear = seasonYear
        self.teamAbbr = teamAbbr
        self.form = form
        self.teamPaceLast10 = teamPaceLast10
        self.teamOffRatingLast10 = teamOffRatingLast10
        self.load = load
        self.shots = shots
        self.playerAge = playerAge
    }

    static let rules: [RowRule] =
        RowRule.ranges(["points_avg_last_5", "points_avg_last_10", "points_avg_season"], 0...100, "points")
        + RowRule.percents([
            "usage_rate_last_10", "player_usage_rate_season", "paint_rate_last_10", "mid_range_rate_last_10",
            "three_pt_rate_last_10", "assisted_rate_last_10",
        ])
        + RowRule.ranges(
            ["minutes_avg_last_10", "minutes_avg_season", "avg_minutes_per_game_last_7"],
            0...70,
            "minutes"
        )
        + [
            .range("points_std_last_10", 0...60, "points"), .range("ts_pct_last_10", 0...1.5, "as a fraction"),
            .range("team_pace_last_10", 20...160, "possessions per 48 minutes"),
            .range("team_off_rating_last_10", 20...300, "points per 100 possessions"),
            .range("games_played_season", 0...130, "games"), .recentGames("games_in_last_7_days", days: 7),
            .recentGames("games_in_last_14_days", days: 14), .atMost("games_in_last_7_days", "games_in_last_14_days"),
            .atMost("minutes_in_last_7_days", "minutes_in_last_14_days"),
            .range("minutes_in_last_14_days", 0...1000, "minutes"), .range("player_age", 17...50, "years"),
            .before("history_last_game_date", "cache_date"),
            .one("data_quality_tier", of: SampleTier.allCases.map(\.rawValue)),
        ]

    public static let layout = RowLayout<Self>(
        "nba_precompute.player_daily_cache",
        key: ["cache_date", "player_lookup"],
        dateColumn: "cache_date",
        entities: [.player: "player_lookup"],
        rules: rules,
        [
            .text("player_lookup") { $0.playerLookup },
            .date("cache_date") { $0.cacheDate },
            .integer("season_year") { $0.seasonYear },
            .text("team_abbr") { $0.teamAbbr },
            .integer("games_played_season") { $0.form.gamesPlayed },
            .date("history_last_game_date") { $0.form.lastGameDate },
            .double("points_avg_last_5") { $0.form.pointsAverageLast5 },
            .double("points_avg_last_10") { $0.form.pointsAverageLast10 },
            .double("points_avg_season") { $0.form.pointsAverageSeason },
            .double("points_std_last_10") { $0.form.pointsDeviationLast10 },
            .double("minutes_avg_last_10") { $0.form.minutesAverageLast10 },
            .double("minutes_avg_season") { $0.form.minutesAverageSeason },
            .double("usage_rate_last_10") { $0.form.usagePercentLast10 },
            .double("player_usage_rate_season") { $0.form.usagePercentSeason },
            .double("ts_pct_last_10") { $0.form.trueShootingLast10 },
            .double("team_pace_last_10") { $0.teamPaceLast10 },
            .double("team_off_rating_last_10") { $0.teamOffRatingLast10 },
            .integer("games_in_last_7_days") { $0.load?.gamesLast7 },
            .integer("games_in_last_14_days") { $0.load?.gamesLast14 },
            .double("minutes_in_last_7_days") { $0.load?.minutesLast7 },
            .double("minutes_in_last_14_days") { $0.load?.minutesLast14 },
            .double("avg_minutes_per_game_last_7") { $0.load?.minutesPerGameLast7 },
            .integer("back_to_backs_last_14_days") { $0.load?.backToBacksLast14 },
            .text("data_quality_tier") { SampleTier(games: $0.form.gamesPlayed).rawValue },
            .text("primary_scoring_zone") { $0.shots?.primaryZone?.rawValue },
            .double("paint_rate_last_10") { $0.shots?.paintPercent },
            .double("mid_range_rate_last_10") { $0.shots?.midRangePercent },
            .double("three_pt_rate_last_10") { $0.shots?.perimeterPercent },
            .double("assisted_rate_last_10") { $0.shots?.assistedPercent },
            .integer("player_age") { $0.playerAge },
        ]
    )
}

/// What later levels read of a player's shot profile. All are shares, 0–100.
public struct ShotRates: Sendable, Hashable {
    public var primaryZone: ShotProfile.PrimaryZone?
    public var paintPercent: Double?
    public var midRangePercent: Double?
    public var perimeterPercent: Double?
    public var assistedPercent: Double?

    public init(
        primaryZone: ShotProfile.PrimaryZone? = nil,
        paintPercent: Double? = nil,
        midRangePercent: Double? = nil,
        perimeterPercent: Double? = nil,
        assistedPercent: Double? = nil
    ) {
        self.primaryZone = primaryZone
        self.paintPercent = paintPercent
        self.midRangePercent = midRangePercent
        self.perimeterPercent = perimeterPercent
        self.assistedPercent = assistedPercent
    }

    /// The zone whose defence matters for the player, and his share of attempts there: his primary zone, the paint when
    /// he has none. Nil without a shot.
    public var zone: (ShotZone, percent: Double)? {
        guard let primaryZone, let paintPercent, let midRangePercent, let perimeterPercent else { return nil }
        return switch primaryZone {
        case .paint, .balanced: (.paint, paintPercent)
        case .midRange: (.midRange, midRangePercent)
        case .perimeter: (.perimeter, perimeterPercent)
        }
    }

    /// As features take them; nil unless all three are known.
    public var featureRates: FeatureInputs.ZoneRates? {
        guard let paintPercent, let midRangePercent, let perimeterPercent else { return nil }
        return FeatureInputs.ZoneRates(
            paintPercent: paintPercent,
            midRangePercent: midRangePercent,
            perimeterPercent: perimeterPercent
        )
    }
}
