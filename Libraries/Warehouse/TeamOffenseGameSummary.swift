public import Basketball
public import Pipeline

/// A team's box line of one game with possessions, pace and ratings; the denominator of usage.
///
/// Minutes are the real ones (240 and 25 more for each overtime), `ts_pct` is a fraction, ratings are points per 100
/// possessions, `pace` is possessions per 48 minutes. `defensive_rating` is the opponent's offensive rating. The zones are
/// of one play-by-play.
public struct TeamOffenseGameSummary: WarehouseRow, Hashable {
    /// The bounds of possessions and ratings lie beyond what any game of the league has had, overtimes included.
    static let rules: [RowRule] =
        BoxScoreRules.team(
            BoxScoreRules.Names(
                points: "points_scored",
                minutes: "team_minutes",
                fieldGoalsMade: "fg_makes",
                fieldGoalsAttempted: "fg_attempts",
                threesMade: "three_pt_makes",
                threesAttempted: "three_pt_attempts",
                freeThrowsMade: "ft_makes",
                freeThrowsAttempted: "ft_attempts",
                rebounds: "rebounds"
            )
        )
        + [
            .twoTeams, .range("opponent_points", 1...250, "points"), .range("overtime_periods", 0...8, "periods"),
            .range("possessions", 20...250, "possessions"), .range("pace", 20...160, "possessions per 48 minutes"),
            .range("offensive_rating", 20...300, "points per 100 possessions"),
            .range("defensive_rating", 20...300, "points per 100 possessions"),
            .range("ts_pct", 0.05...1.5, "as a fraction"),
            .range("margin_of_victory", -120...120, "points"),
            .one("data_quality_tier", of: ["gold", "silver", "bronze"]),
            .atMost("team_paint_makes", "team_paint_attempts"),
            .atMost("team_mid_range_makes", "team_mid_range_attempts"),
            .atMost("team_three_makes_pbp", "team_three_attempts_pbp"),
        ]

    public static let table = TableDefinition(
        "nba_analytics.team_offense_game_summary",
        key: ["game_date", "team_abbr"],
        entities: [.team: "team_abbr"],
        rules: rules,
        columns: [
            .text("game_id"), .text("nba_game_id"), .date("game_date"), .integer("season_year"), .text("season_type"),
            .text("team_abbr"), .text("opponent_team_abbr"), .boolean("home_game"), .integer("points_scored"),
            .integer("opponent_points"), .integer("fg_attempts"), .integer("fg_makes"), .integer("three_pt_attempts"),
            .integer("three_pt_makes"), .integer("ft_attempts"), .integer("ft_makes"), .integer("offensive_rebounds"),
            .integer("defensive_rebounds"), .integer("rebounds"), .integer("assists"), .integer("steals"),
            .integer("blocks"), .integer("turnovers"), .integer("personal_fouls"), .double("team_minutes"),
            .integer("overtime_periods"), .double("possessions"), .double("pace"), .double("offensive_rating"),
            .double("defensive_rating"), .double("ts_pct"), .boolean("win_flag"), .integer("margin_of_victory"),
            .text("primary_source_used"), .text("data_quality_tier"), .integer("team_paint_attempts"),
            .integer("team_paint_makes"), .integer("team_mid_range_attempts"), .integer("team_mid_range_makes"),
            .integer("team_three_attempts_pbp"), .integer("team_three_makes_pbp"), .integer("points_in_paint_scored"),
            .text("shot_zones_source"), .integer("players_inactive"), .text("referee_crew"),
            .text("arena_city"), .boolean("is_neutral_site"),
        ]
    )

    public var gameID: String
    public var nbaGameID: String
    public var gameDate: GameDate
    public var seasonYear: Int
    public var seasonType: String
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var homeGame: Bool
    public var pointsScored: Int?
    public var opponentPoints: Int?
    public var fgAttempts: Int?
    public var fgMakes: Int?
    public var threePtAttempts: Int?
    public var threePtMakes: Int?
    public var ftAttempts: Int?
    public var ftMakes: Int?
    public var offensiveRebounds: Int?
    public var defensiveRebounds: Int?
    public var rebounds: Int?
    public var assists: Int?
    public var steals: Int?
    public var blocks: Int?
    public var turnovers: Int?
    public var personalFouls: Int?
    public var teamMinutes: Double?
    public var overtimePeriods: Int?
    public var possessions: Double?
    public var pace: Double?
    public var offensiveRating: Double?
    public var defensiveRating: Double?
    public var tsPct: Double?
    public var winFlag: Bool?
    public var marginOfVictory: Int?
    public var primarySourceUsed: String
    public var dataQualityTier: String
    /// By zone; nil when no play-by-play tells or its shots are not the box score's.
    public var zones: ZoneShots?
    /// The table that the zones come from.
    public var shotZonesSource: String?
    /// Players whom the gamebook calls inactive; nil without a gamebook.
    public var playersInactive: Int?
    /// The officials' league ids, ascending, with commas.
    public var refereeCrew: String?
    /// Where the game was played, as the schedule names it.
    public var arenaCity: String?
    public var isNeutralSite: Bool?

    public init(
        gameID: String,
        nbaGameID: String,
        gameDate: GameDate,
        seasonYear: Int,
        seasonType: String,
        teamAbbr: String,
        opponentTeamAbbr: String,
        homeGame: Bool,
        pointsScored: Int? = nil,
        opponentPoints: Int? = nil,
        fgAttempts: Int? = nil,
        fgMakes: Int? = nil,
        threePtAttempts: Int? = nil,
        threePtMakes: Int? = nil,
        ftAttempts: Int? = nil,
        ftMakes: Int? = nil,
        offensiveRebounds: Int? = nil,
        defensiveRebounds: Int? = nil,
        rebounds: Int? = nil,
        assists: Int? = nil,
        steals: Int? = nil,
        blocks: Int? = nil,
        turnovers: Int? = nil,
        personalFouls: Int? = nil,
        teamMinutes: Double? = nil,
        overtimePeriods: Int? = nil,
        possessions: Double? = nil,
        pace: Double? = nil,
        offensiveRating: Double? = nil,
        defensiveRating: Double? = nil,
        tsPct: Double? = nil,
        winFlag: Bool? = nil,
        marginOfVictory: Int? = nil,
        primarySourceUsed: String,
        dataQualityTier: String
    ) {
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.gameDate = gameDate
        self.seasonYear = seasonYear
        self.seasonType = seasonType
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.homeGame = homeGame
        self.pointsScored = pointsScored
        self.opponentPoints = opponentPoints
        self.fgAttempts = fgAttempts
        self.fgMakes = fgMakes
        self.threePtAttempts = threePtAttempts
        self.threePtMakes = threePtMakes
        self.ftAttempts = ftAttempts
        self.ftMakes = ftMakes
        self.offensiveRebounds = offensiveRebounds
        self.defensiveRebounds = defensiveRebounds
        self.rebounds = rebounds
        self.assists = assists
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
        self.personalFouls = personalFouls
        self.teamMinutes = teamMinutes
        self.overtimePeriods = overtimePeriods
        self.possessions = possessions
        self.pace = pace
        self.offensiveRating = offensiveRating
        self.defensiveRating = defensiveRating
        self.tsPct = tsPct
        self.winFlag = winFlag
        self.marginOfVictory = marginOfVictory
        self.primarySourceUsed = primarySourceUsed
        self.dataQualityTier = dataQualityTier
    }

    public var cells: [Cell] {
        [
            .text(gameID), .text(nbaGameID), .date(gameDate), .integer(seasonYear), .text(seasonType), .text(teamAbbr),
            .text(opponentTeamAbbr), .boolean(homeGame), .integer(pointsScored), .integer(opponentPoints),
            .integer(fgAttempts), .integer(fgMakes), .integer(threePtAttempts), .integer(threePtMakes),
            .integer(ftAttempts), .integer(ftMakes), .integer(offensiveRebounds), .integer(defensiveRebounds),
            .integer(rebounds), .integer(assists), .integer(steals), .integer(blocks), .integer(turnovers),
            .integer(personalFouls), .double(teamMinutes), .integer(overtimePeriods), .double(possessions),
            .double(pace), .double(offensiveRating), .double(defensiveRating), .double(tsPct), .boolean(winFlag),
            .integer(marginOfVictory), .text(primarySourceUsed), .text(dataQualityTier),
            .integer(zones?.paint.attempts), .integer(zones?.paint.makes), .integer(zones?.midRange.attempts),
            .integer(zones?.midRange.makes), .integer(zones?.perimeter.attempts), .integer(zones?.perimeter.makes),
            .integer(zones.map { 2 * $0.paint.makes }), .text(shotZonesSource), .integer(playersInactive),
            .text(refereeCrew), .text(arenaCity), .boolean(isNeutralSite),
        ]
    }
}
