public import Basketball
public import Foundation
public import Pipeline

/// What is known before tip-off of a player who is expected to play.
///
/// `days_rest` is the difference of league days, so that 1 is a back-to-back. `game_spread` is the player's own team's
/// handicap, negative for the favourite. What no source tells is NULL.
public struct UpcomingPlayerGameContext: LaidOutRow, Hashable {
    public var playerLookup: String
    public var nbaPlayerID: Int?
    public var playerFullName: String
    public var gameID: String
    public var nbaGameID: String
    public var gameDate: GameDate
    public var seasonYear: Int
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var homeGame: Bool
    public var tipoffAt: Date?
    public var seasonPhase: String
    public var hasPropLine: Bool
    public var currentPointsLine: Double?
    public var openingPointsLine: Double?
    public var lineMovement: Double?
    public var currentPointsLineSource: String?
    public var isLineSynthetic: Bool?
    public var pointsLineConsensus: Double?
    public var pointsLineStd: Double?
    public var pointsLineBooks: Int?
    public var daysRest: Int?
    public var daysRestBeforeLastGame: Int?
    public var backToBack: Bool?
    public var gamesInLast7Days: Int?
    public var gamesInLast14Days: Int?
    public var minutesInLast7Days: Double?
    public var minutesInLast14Days: Double?
    public var avgMinutesPerGameLast7: Double?
    public var backToBacksLast14Days: Int?
    public var avgUsageRateLast7Days: Double?
    public var pointsAvgLast5: Double?
    public var pointsAvgLast10: Double?
    public var propOverStreak: Int?
    public var propUnderStreak: Int?
    public var paceDifferential: Double?
    public var opponentPaceLast10: Double?
    /// The last word on the player before tip-off; nil when nobody names him.
    public var playerStatus: PlayerAvailability.Word?
    public var starTeammatesOut: Int?
    public var questionableTeammates: Int?
    public var probableTeammates: Int?
    public var historyGames: Int
    public var historyLastGameDate: GameDate?
    public var dataQualityTier: String
    /// The team's lines; `game_spread` and `game_total` are their last ones.
    public var gameLines: GameLines?
    public var opponentDefRatingLast10: Double?
    public var opponentFtRateAllowed: Double?
    public var opponentDaysRest: Int?
    /// The team's way to the game.
    public var travel: TeamTravel?
    public var playerAge: Int?
    /// Of the last ten games, 0–100.
    public var usageRateLast10: Double?
    /// With the absences of the game, 0–100.
    public var projectedUsageRate: Double?
    public var teammateUsageOut: Double?

    public init(
        playerLookup: String,
        nbaPlayerID: Int? = nil,
        playerFullName: String,
        gameID: String,
        nbaGameID: String,
        gameDate: GameDate,
        seasonYear: Int,
        teamAbbr: String,
        opponentTeamAbbr: String,
        homeGame: Bool,
        tipoffAt: Date? = nil,
        seasonPhase: String,
        hasPropLine: Bool,
        currentPointsLine: Double? = nil,
        openingPointsLine: Double? = nil,
        lineMovement: Double? = nil,
        currentPointsLineSource: String? = nil,
        isLineSynthetic: Bool? = nil,
        pointsLineConsensus: Double? = nil,
        pointsLineStd: Double? = nil,
        pointsLineBooks: Int? = nil,
        daysRest: Int? = nil,
        daysRestBeforeLastGame: Int? = nil,
        backToBack: Bool? = nil,
        gamesInLast7Days: Int? = nil,
        gamesInLast14Days: Int? = nil,
        minutesInLast7Days: Double? = nil,
        minutesInLast14Days: Double? = nil,
        avgMinutesPerGameLast7: Double? = nil,
        backToBacksLast14Days: Int? = nil,
        avgUsageRateLast7Days: Double? = nil,
        pointsAvgLast5: Double? = nil,
        pointsAvgLast10: Double? = nil,
        propOverStreak: Int? = nil,
        propUnderStreak: Int? = nil,
        paceDifferential: Double? = nil,
        opponentPaceLast10: Double? = nil,
        playerStatus: PlayerAvailability.Word? = nil,
        starTeammatesOut: Int? = nil,
        questionableTeammates: Int? = nil,
        probableTeammates: Int? = nil,
        historyGames: Int,
        historyLastGameDate: GameDate? = nil,
        dataQualityTier: String
    ) {
        self.playerLookup = playerLookup
        self.nbaPlayerID = nbaPlayerID
        self.playerFullName = playerFullName
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.gameDate = gameDate
        self.seasonYear = seasonYear
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.homeGame = homeGame
        self.tipoffAt = tipoffAt
        self.seasonPhase = seasonPhase
        self.hasPropLine = hasPropLine
        self.currentPointsLine = currentPointsLine
        self.openingPointsLine = openingPointsLine
        self.lineMovement = lineMovement
        self.currentPointsLineSource = currentPointsLineSource
        self.isLineSynthetic = isLineSynthetic
        self.pointsLineConsensus = pointsLineConsensus
        self.pointsLineStd = pointsLineStd
        self.pointsLineBooks = pointsLineBooks
        self.daysRest = daysRest
        self.daysRestBeforeLastGame = daysRestBeforeLastGame
        self.backToBack = backToBack
        self.gamesInLast7Days = gamesInLast7Days
        self.gamesInLast14Days = gamesInLast14Days
        self.minutesInLast7Days = minutesInLast7Days
        self.minutesInLast14Days = minutesInLast14Days
        self.avgMinutesPerGameLast7 = avgMinutesPerGameLast7
        self.backToBacksLast14Days = backToBacksLast14Days
        self.avgUsageRateLast7Days = avgUsageRateLast7Days
        self.pointsAvgLast5 = pointsAvgLast5
        self.pointsAvgLast10 = pointsAvgLast10
        self.propOverStreak = propOverStreak
        self.propUnderStreak = propUnderStreak
        self.paceDifferential = paceDifferential
        self.opponentPaceLast10 = opponentPaceLast10
        self.playerStatus = playerStatus
        self.starTeammatesOut = starTeammatesOut
        self.questionableTeammates = questionableTeammates
        self.probableTeammates = probableTeammates
        self.historyGames = historyGames
        self.historyLastGameDate = historyLastGameDate
        self.dataQualityTier = dataQualityTier
    }

    /// Players come back after most of a season, so days of rest are bounded by its length.
    static let rules: [RowRule] =
        RowRule.ranges(
            ["current_points_line", "opening_points_line", "points_line_consensus"],
            0...80,
            "points"
        ) + RowRule.ranges(["points_avg_last_5", "points_avg_last_10"], 0...100, "points")
        + RowRule.percents([
            "avg_usage_rate_last_7_days", "usage_rate_last_10", "projected_usage_rate",
        ])
        + [
            .twoTeams, .range("points_line_std", 0...40, "points"), .range("points_line_books", 1...100, "books"),
            .range("game_spread", -60...60, "points"), .range("game_total", 100...350, "points"),
            .range("days_rest", 1...366, "days"), .recentGames("games_in_last_7_days", days: 7),
            .recentGames("games_in_last_14_days", days: 14),
            .atMost("games_in_last_7_days", "games_in_last_14_days"),
            .atMost("minutes_in_last_7_days", "minutes_in_last_14_days"),
            .range("minutes_in_last_7_days", 0...500, "minutes"),
            .range("minutes_in_last_14_days", 0...1000, "minutes"),
            .range("avg_minutes_per_game_last_7", 0...70, "minutes"),
            .recentGames("back_to_backs_last_14_days", days: 13),
            .range("pace_differential", -120...120, "possessions"),
            .range("opponent_pace_last_10", 20...160, "possessions per 48 minutes"),
            .range("opponent_def_rating_last_10", 20...300, "points per 100 possessions"),
            .range("opponent_ft_rate_allowed", 0...200, "attempts per 100 possessions"),
            .range("travel_miles", 0...13_000, "miles"), .range("player_age", 17...50, "years"),
            .range("star_teammates_out", 0...20, "players"),
            .range("teammate_usage_out", 0...1500, "percent"), .range("history_games", 0...130, "games"),
            .before("history_last_game_date", "game_date"),
            .one("data_quality_tier", of: SampleTier.allCases.map(\.rawValue)),
        ]

    public static let layout = RowLayout<Self>(
        "nba_analytics.upcoming_player_game_context",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        rules: rules,
        [
            .text("player_lookup") { $0.playerLookup },
            .integer("nba_player_id") { $0.nbaPlayerID },
            .text("player_full_name") { $0.playerFullName },
            .text("game_id") { $0.gameID },
            .text("nba_game_id") { $0.nbaGameID },
            .date("game_date") { $0.gameDate },
            .integer("season_year") { $0.seasonYear },
            .text("team_abbr") { $0.teamAbbr },
            .text("opponent_team_abbr") { $0.opponentTeamAbbr },
            .boolean("home_game") { $0.homeGame },
            .instant("tipoff_at") { $0.tipoffAt },
            .text("season_phase") { $0.seasonPhase },
            .boolean("has_prop_line") { $0.hasPropLine },
            .double("current_points_line") { $0.currentPointsLine },
            .double("opening_points_line") { $0.openingPointsLine },
            .double("line_movement") { $0.lineMovement },
            .text("current_points_line_source") { $0.currentPointsLineSource },
            .boolean("is_line_synthetic") { $0.isLineSynthetic },
            .double("points_line_consensus") { $0.pointsLineConsensus },
            .double("points_line_std") { $0.pointsLineStd },
            .integer("points_line_books") { $0.pointsLineBooks },
            .double("game_spread") { $0.gameLines?.spread },
            .double("game_total") { $0.gameLines?.total },
            .text("game_spread_source") { $0.gameLines?.source },
            .integer("days_rest") { $0.daysRest },
            .integer("days_rest_before_last_game") { $0.daysRestBeforeLastGame },
            .boolean("back_to_back") { $0.backToBack },
            .integer("games_in_last_7_days") { $0.gamesInLast7Days },
            .integer("games_in_last_14_days") { $0.gamesInLast14Days },
            .double("minutes_in_last_7_days") { $0.minutesInLast7Days },
            .double("minutes_in_last_14_days") { $0.minutesInLast14Days },
            .double("avg_minutes_per_game_last_7") { $0.avgMinutesPerGameLast7 },
            .integer("back_to_backs_last_14_days") { $0.backToBacksLast14Days },
            .double("avg_usage_rate_last_7_days") { $0.avgUsageRateLast7Days },
            .double("points_avg_last_5") { $0.pointsAvgLast5 },
            .double("points_avg_last_10") { $0.pointsAvgLast10 },
            .integer("prop_over_streak") { $0.propOverStreak },
            .integer("prop_under_streak") { $0.propUnderStreak },
            .double("pace_differential") { $0.paceDifferential },
            .double("opponent_pace_last_10") { $0.opponentPaceLast10 },
            .integer("star_teammates_out") { $0.starTeammatesOut },
            .integer("history_games") { $0.historyGames },
            .date("history_last_game_date") { $0.historyLastGameDate },
            .text("data_quality_tier") { $0.dataQualityTier },
            .text("player_status") { $0.playerStatus?.status.rawValue },
            .text("player_status_source") { $0.playerStatus?.source.rawValue },
            .text("injury_report") { $0.playerStatus?.reason },
            .integer("questionable_teammates") { $0.questionableTeammates },
            .integer("probable_teammates") { $0.probableTeammates },
            .double("opening_spread") { $0.gameLines?.openingSpread },
            .double("spread_movement") { $0.gameLines?.spreadMovement },
            .double("opening_total") { $0.gameLines?.openingTotal },
            .double("total_movement") { $0.gameLines?.totalMovement },
            .double("opponent_def_rating_last_10") { $0.opponentDefRatingLast10 },
            .double("opponent_ft_rate_allowed") { $0.opponentFtRateAllowed },
            .integer("opponent_days_rest") { $0.opponentDaysRest },
            .double("travel_miles") { $0.travel?.miles },
            .integer("time_zone_changes") { $0.travel?.timeZoneChanges },
            .double("miles_traveled_last_14_days") { $0.travel?.milesLast14 },
            .integer("time_zones_crossed_last_14_days") { $0.travel?.timeZonesLast14 },
            .integer("consecutive_road_games") { $0.travel?.consecutiveRoadGames },
            .integer("player_age") { $0.playerAge },
            .double("usage_rate_last_10") { $0.usageRateLast10 },
            .double("projected_usage_rate") { $0.projectedUsageRate },
            .double("teammate_usage_out") { $0.teammateUsageOut },
        ]
    )
}
