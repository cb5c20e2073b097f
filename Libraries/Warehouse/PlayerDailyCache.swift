public import Basketball
public import Pipeline

/// A player's season before a day, computed once a day.
///
/// Usage is 0–100, `ts_pct_last_10` a fraction, ratings are points per 100 possessions, the standard deviation is the
/// sample's (n − 1).
public struct PlayerDailyCache: WarehouseRow, Hashable {
    public static let table = TableDefinition(
        "nba_precompute.player_daily_cache",
        key: ["cache_date", "player_lookup"],
        dateColumn: "cache_date",
        entities: [.player: "player_lookup"],
        columns: [
            .text("player_lookup"), .date("cache_date"), .integer("season_year"), .text("team_abbr"),
            .integer("games_played_season"), .date("history_last_game_date"), .double("points_avg_last_5"),
            .double("points_avg_last_10"), .double("points_avg_season"), .double("points_std_last_10"),
            .double("minutes_avg_last_10"), .double("minutes_avg_season"), .double("usage_rate_last_10"),
            .double("player_usage_rate_season"), .double("ts_pct_last_10"), .double("team_pace_last_10"),
            .double("team_off_rating_last_10"), .integer("games_in_last_7_days"), .integer("games_in_last_14_days"),
            .double("minutes_in_last_7_days"), .double("minutes_in_last_14_days"),
            .double("avg_minutes_per_game_last_7"), .integer("back_to_backs_last_14_days"), .text("data_quality_tier"),
        ]
    )

    public var playerLookup: String
    public var cacheDate: GameDate
    public var seasonYear: Int
    public var teamAbbr: String
    public var gamesPlayedSeason: Int
    public var historyLastGameDate: GameDate?
    public var pointsAvgLast5: Double?
    public var pointsAvgLast10: Double?
    public var pointsAvgSeason: Double?
    public var pointsStdLast10: Double?
    public var minutesAvgLast10: Double?
    public var minutesAvgSeason: Double?
    public var usageRateLast10: Double?
    public var playerUsageRateSeason: Double?
    public var tsPctLast10: Double?
    public var teamPaceLast10: Double?
    public var teamOffRatingLast10: Double?
    public var gamesInLast7Days: Int?
    public var gamesInLast14Days: Int?
    public var minutesInLast7Days: Double?
    public var minutesInLast14Days: Double?
    public var avgMinutesPerGameLast7: Double?
    public var backToBacksLast14Days: Int?
    public var dataQualityTier: String

    public init(
        playerLookup: String,
        cacheDate: GameDate,
        seasonYear: Int,
        teamAbbr: String,
        gamesPlayedSeason: Int,
        historyLastGameDate: GameDate? = nil,
        pointsAvgLast5: Double? = nil,
        pointsAvgLast10: Double? = nil,
        pointsAvgSeason: Double? = nil,
        pointsStdLast10: Double? = nil,
        minutesAvgLast10: Double? = nil,
        minutesAvgSeason: Double? = nil,
        usageRateLast10: Double? = nil,
        playerUsageRateSeason: Double? = nil,
        tsPctLast10: Double? = nil,
        teamPaceLast10: Double? = nil,
        teamOffRatingLast10: Double? = nil,
        gamesInLast7Days: Int? = nil,
        gamesInLast14Days: Int? = nil,
        minutesInLast7Days: Double? = nil,
        minutesInLast14Days: Double? = nil,
        avgMinutesPerGameLast7: Double? = nil,
        backToBacksLast14Days: Int? = nil,
        dataQualityTier: String
    ) {
        self.playerLookup = playerLookup
        self.cacheDate = cacheDate
        self.seasonYear = seasonYear
        self.teamAbbr = teamAbbr
        self.gamesPlayedSeason = gamesPlayedSeason
        self.historyLastGameDate = historyLastGameDate
        self.pointsAvgLast5 = pointsAvgLast5
        self.pointsAvgLast10 = pointsAvgLast10
        self.pointsAvgSeason = pointsAvgSeason
        self.pointsStdLast10 = pointsStdLast10
        self.minutesAvgLast10 = minutesAvgLast10
        self.minutesAvgSeason = minutesAvgSeason
        self.usageRateLast10 = usageRateLast10
        self.playerUsageRateSeason = playerUsageRateSeason
        self.tsPctLast10 = tsPctLast10
        self.teamPaceLast10 = teamPaceLast10
        self.teamOffRatingLast10 = teamOffRatingLast10
        self.gamesInLast7Days = gamesInLast7Days
        self.gamesInLast14Days = gamesInLast14Days
        self.minutesInLast7Days = minutesInLast7Days
        self.minutesInLast14Days = minutesInLast14Days
        self.avgMinutesPerGameLast7 = avgMinutesPerGameLast7
        self.backToBacksLast14Days = backToBacksLast14Days
        self.dataQualityTier = dataQualityTier
    }

    public var cells: [Cell] {
        [
            .text(playerLookup), .date(cacheDate), .integer(seasonYear), .text(teamAbbr), .integer(gamesPlayedSeason),
            .date(historyLastGameDate), .double(pointsAvgLast5), .double(pointsAvgLast10), .double(pointsAvgSeason),
            .double(pointsStdLast10), .double(minutesAvgLast10), .double(minutesAvgSeason), .double(usageRateLast10),
            .double(playerUsageRateSeason), .double(tsPctLast10), .double(teamPaceLast10), .double(teamOffRatingLast10),
            .integer(gamesInLast7Days), .integer(gamesInLast14Days), .double(minutesInLast7Days),
            .double(minutesInLast14Days), .double(avgMinutesPerGameLast7), .integer(backToBacksLast14Days),
            .text(dataQualityTier),
        ]
    }
}
