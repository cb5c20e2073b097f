public import Basketball
public import Pipeline

/// A player's line of one game. Percentages are fractions 0 … 1, minutes decimal.
public struct NbacPlayerBoxscore: WarehouseRow, Hashable {
    public var gameID: String
    public var nbaGameID: String
    public var gameDate: GameDate
    public var seasonYear: Int
    public var seasonType: String
    public var nbaPlayerID: Int
    public var playerLookup: String
    public var playerFullName: String
    public var teamID: Int
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var isHome: Bool
    public var winLoss: String?
    public var minutes: Double?
    public var points: Int?
    public var fieldGoalsMade: Int?
    public var fieldGoalsAttempted: Int?
    public var fieldGoalPercentage: Double?
    public var threePointersMade: Int?
    public var threePointersAttempted: Int?
    public var threePointPercentage: Double?
    public var freeThrowsMade: Int?
    public var freeThrowsAttempted: Int?
    public var freeThrowPercentage: Double?
    public var offensiveRebounds: Int?
    public var defensiveRebounds: Int?
    public var totalRebounds: Int?
    public var assists: Int?
    public var steals: Int?
    public var blocks: Int?
    public var turnovers: Int?
    public var personalFouls: Int?
    public var plusMinus: Int?

    public init(
        gameID: String,
        nbaGameID: String,
        gameDate: GameDate,
        seasonYear: Int,
        seasonType: String,
        nbaPlayerID: Int,
        playerLookup: String,
        playerFullName: String,
        teamID: Int,
        teamAbbr: String,
        opponentTeamAbbr: String,
        isHome: Bool,
        winLoss: String?,
        minutes: Double?,
        points: Int?,
        fieldGoalsMade: Int?,
        fieldGoalsAttempted: Int?,
        fieldGoalPercentage: Double?,
        threePointersMade: Int?,
        threePointersAttempted: Int?,
        threePointPercentage: Double?,
        freeThrowsMade: Int?,
        freeThrowsAttempted: Int?,
        freeThrowPercentage: Double?,
        offensiveRebounds: Int?,
        defensiveRebounds: Int?,
        totalRebounds: Int?,
        assists: Int?,
        steals: Int?,
        blocks: Int?,
        turnovers: Int?,
        personalFouls: Int?,
        plusMinus: Int?
    ) {
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.gameDate = gameDate
        self.seasonYear = seasonYear
        self.seasonType = seasonType
        self.nbaPlayerID = nbaPlayerID
        self.playerLookup = playerLookup
        self.playerFullName = playerFullName
        self.teamID = teamID
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.isHome = isHome
        self.winLoss = winLoss
        self.minutes = minutes
        self.points = points
        self.fieldGoalsMade = fieldGoalsMade
        self.fieldGoalsAttempted = fieldGoalsAttempted
        self.fieldGoalPercentage = fieldGoalPercentage
        self.threePointersMade = threePointersMade
        self.threePointersAttempted = threePointersAttempted
        self.threePointPercentage = threePointPercentage
        self.freeThrowsMade = freeThrowsMade
        self.freeThrowsAttempted = freeThrowsAttempted
        self.freeThrowPercentage = freeThrowPercentage
        self.offensiveRebounds = offensiveRebounds
        self.defensiveRebounds = defensiveRebounds
        self.totalRebounds = totalRebounds
        self.assists = assists
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
        self.personalFouls = personalFouls
        self.plusMinus = plusMinus
    }

    static let rules: [RowRule] =
        BoxScoreRules.player(BoxScoreRules.Names(plusMinus: "plus_minus"))
        + RowRule.fractions(["field_goal_percentage", "three_point_percentage", "free_throw_percentage"])
        + [.twoTeams]

    public static let table = TableDefinition(
        "nba_raw.nbac_player_boxscores",
        key: ["game_date", "nba_game_id", "nba_player_id"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        columns: [
            .text("game_id"), .text("nba_game_id"), .date("game_date"), .integer("season_year"), .text("season_type"),
            .integer("nba_player_id"), .text("player_lookup"), .text("player_full_name"), .integer("team_id"),
            .text("team_abbr"), .text("opponent_team_abbr"), .boolean("is_home"), .text("win_loss"),
            .double("minutes"), .integer("points"), .integer("field_goals_made"), .integer("field_goals_attempted"),
            .double("field_goal_percentage"), .integer("three_pointers_made"), .integer("three_pointers_attempted"),
            .double("three_point_percentage"), .integer("free_throws_made"), .integer("free_throws_attempted"),
            .double("free_throw_percentage"), .integer("offensive_rebounds"), .integer("defensive_rebounds"),
            .integer("total_rebounds"), .integer("assists"), .integer("steals"), .integer("blocks"),
            .integer("turnovers"), .integer("personal_fouls"), .integer("plus_minus"),
        ]
    )

    public var cells: [Cell] {
        [
            .text(gameID), .text(nbaGameID), .date(gameDate), .integer(Int64(seasonYear)), .text(seasonType),
            .integer(Int64(nbaPlayerID)), .text(playerLookup), .text(playerFullName), .integer(Int64(teamID)),
            .text(teamAbbr), .text(opponentTeamAbbr), .boolean(isHome), .text(winLoss), .double(minutes),
            .integer(points), .integer(fieldGoalsMade), .integer(fieldGoalsAttempted), .double(fieldGoalPercentage),
            .integer(threePointersMade), .integer(threePointersAttempted), .double(threePointPercentage),
            .integer(freeThrowsMade), .integer(freeThrowsAttempted), .double(freeThrowPercentage),
            .integer(offensiveRebounds), .integer(defensiveRebounds), .integer(totalRebounds), .integer(assists),
            .integer(steals), .integer(blocks), .integer(turnovers), .integer(personalFouls), .integer(plusMinus),
        ]
    }
}
