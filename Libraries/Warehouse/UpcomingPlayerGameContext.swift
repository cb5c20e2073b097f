public import Basketball
public import Foundation
public import Pipeline

/// What is known before tip-off of a player who is expected to play.
///
/// `days_rest` is the difference of league days, so that 1 is a back-to-back. `game_spread` is the player's own team's
/// handicap, negative for the favourite. What no source tells is NULL.
public struct UpcomingPlayerGameContext: WarehouseRow, Hashable {
    public static let table = TableDefinition(
        "nba_analytics.upcoming_player_game_context",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        columns: [
            .text("player_lookup"), .integer("nba_player_id"), .text("player_full_name"), .text("game_id"),
            .text("nba_game_id"), .date("game_date"), .integer("season_year"), .text("team_abbr"),
            .text("opponent_team_abbr"), .boolean("home_game"), .instant("tipoff_at"), .text("season_phase"),
            .boolean("has_prop_line"), .double("current_points_line"), .double("opening_points_line"),
            .double("line_movement"), .text("current_points_line_source"), .boolean("is_line_synthetic"),
            .double("points_line_consensus"), .double("points_line_std"), .integer("points_line_books"),
            .double("game_spread"), .double("game_total"), .text("game_spread_source"), .integer("days_rest"),
            .integer("days_rest_before_last_game"), .boolean("back_to_back"), .integer("games_in_last_7_days"),
            .integer("games_in_last_14_days"), .double("minutes_in_last_7_days"), .double("minutes_in_last_14_days"),
            .double("avg_minutes_per_game_last_7"), .integer("back_to_backs_last_14_days"),
            .double("avg_usage_rate_last_7_days"), .double("points_avg_last_5"), .double("points_avg_last_10"),
            .integer("prop_over_streak"), .integer("prop_under_streak"), .double("pace_differential"),
            .double("opponent_pace_last_10"), .integer("star_teammates_out"), .integer("history_games"),
            .date("history_last_game_date"), .text("data_quality_tier"),
        ]
    )

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
    public var gameSpread: Double?
    public var gameTotal: Double?
    public var gameSpreadSource: String?
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
    public var starTeammatesOut: Int?
    public var historyGames: Int
    public var historyLastGameDate: GameDate?
    public var dataQualityTier: String

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
        gameSpread: Double? = nil,
        gameTotal: Double? = nil,
        gameSpreadSource: String? = nil,
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
        starTeammatesOut: Int? = nil,
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
        self.gameSpread = gameSpread
        self.gameTotal = gameTotal
        self.gameSpreadSource = gameSpreadSource
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
        self.starTeammatesOut = starTeammatesOut
        self.historyGames = historyGames
        self.historyLastGameDate = historyLastGameDate
        self.dataQualityTier = dataQualityTier
    }

    public var cells: [Cell] {
        [
            .text(playerLookup), .integer(nbaPlayerID), .text(playerFullName), .text(gameID), .text(nbaGameID),
            .date(gameDate), .integer(seasonYear), .text(teamAbbr), .text(opponentTeamAbbr), .boolean(homeGame),
            .instant(tipoffAt), .text(seasonPhase), .boolean(hasPropLine), .double(currentPointsLine),
            .double(openingPointsLine), .double(lineMovement), .text(currentPointsLineSource),
            .boolean(isLineSynthetic), .double(pointsLineConsensus), .double(pointsLineStd), .integer(pointsLineBooks),
            .double(gameSpread), .double(gameTotal), .text(gameSpreadSource), .integer(daysRest),
            .integer(daysRestBeforeLastGame), .boolean(backToBack), .integer(gamesInLast7Days),
            .integer(gamesInLast14Days), .double(minutesInLast7Days), .double(minutesInLast14Days),
            .double(avgMinutesPerGameLast7), .integer(backToBacksLast14Days), .double(avgUsageRateLast7Days),
            .double(pointsAvgLast5), .double(pointsAvgLast10), .integer(propOverStreak), .integer(propUnderStreak),
            .double(paceDifferential), .double(opponentPaceLast10), .integer(starTeammatesOut), .integer(historyGames),
            .date(historyLastGameDate), .text(dataQualityTier),
        ]
    }
}
