public import Basketball
public import Pipeline

/// A player's settled box line of one game.
///
/// `usage_rate` is 0–100, `ts_pct` and `efg_pct` are fractions, `margin` is points minus line.
public struct PlayerGameSummary: WarehouseRow, Hashable {
    /// Usage beyond the team's plays, a share of zones that is none, and figures of a player who was not there are what
    /// a wrong join or a wrong denominator leaves behind.
    static let rules: [RowRule] =
        BoxScoreRules.player(
            BoxScoreRules.Names(
                minutes: "minutes_played",
                fieldGoalsMade: "fg_makes",
                fieldGoalsAttempted: "fg_attempts",
                threesMade: "three_pt_makes",
                threesAttempted: "three_pt_attempts",
                freeThrowsMade: "ft_makes",
                freeThrowsAttempted: "ft_attempts",
                rebounds: "rebounds",
                plusMinus: "plus_minus"
            )
        )
        + [
            .twoTeams, .percent("usage_rate"), .range("ts_pct", 0...1.5, "as a fraction"),
            .range("efg_pct", 0...1.5, "as a fraction"), .one("player_status", of: ["active", "dnp", "inactive"]),
            .blank(
                ["points", "minutes_played", "rebounds", "assists", "usage_rate"],
                where: "player_status",
                is: ["dnp", "inactive"]
            ),
            .range("points_line", 0...80, "points"), .range("opening_line", 0...80, "points"),
            .one("over_under_result", of: ["OVER", "UNDER", "PUSH"]),
            .one("data_quality_tier", of: ["gold", "silver", "bronze"]),
            .sum(
                "margin_identity",
                "margin = points − points_line",
                [
                    (1, "margin"), (-1, "points"), (1, "points_line"),
                ],
                in: -0.0001...0.0001
            ),
            .atMost("paint_makes", "paint_attempts"), .atMost("mid_range_makes", "mid_range_attempts"),
            .atMost("three_makes_pbp", "three_attempts_pbp"), .range("and1_count", 0...30, "shots"),
        ]

    public static let table = TableDefinition(
        "nba_analytics.player_game_summary",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup", .team: "team_abbr"],
        rules: rules,
        columns: [
            .text("player_lookup"), .integer("nba_player_id"), .text("player_full_name"), .text("game_id"),
            .text("nba_game_id"), .date("game_date"), .integer("season_year"), .text("season_type"), .text("team_abbr"),
            .text("opponent_team_abbr"), .boolean("home_game"), .text("player_status"), .integer("points"),
            .double("minutes_played"), .integer("assists"), .integer("offensive_rebounds"),
            .integer("defensive_rebounds"), .integer("rebounds"), .integer("steals"), .integer("blocks"),
            .integer("turnovers"), .integer("personal_fouls"), .integer("fg_attempts"), .integer("fg_makes"),
            .integer("three_pt_attempts"), .integer("three_pt_makes"), .integer("ft_attempts"), .integer("ft_makes"),
            .integer("plus_minus"), .double("usage_rate"), .double("ts_pct"), .double("efg_pct"), .boolean("win_flag"),
            .double("points_line"), .text("points_line_source"), .text("over_under_result"), .double("margin"),
            .boolean("is_line_synthetic"), .text("primary_source_used"), .text("data_quality_tier"),
            .double("opening_line"), .double("line_movement"), .boolean("starter_flag"), .text("dnp_reason"),
            .text("dnp_reason_category"), .integer("paint_attempts"), .integer("paint_makes"),
            .integer("mid_range_attempts"), .integer("mid_range_makes"), .integer("three_attempts_pbp"),
            .integer("three_makes_pbp"), .boolean("has_complete_shot_zones"), .text("shot_zones_source"),
            .integer("paint_blocks"), .integer("mid_range_blocks"), .integer("three_pt_blocks"),
            .integer("and1_count"), .integer("assisted_fg_makes"), .integer("unassisted_fg_makes"),
        ]
    )

    public var playerLookup: String
    public var nbaPlayerID: Int?
    public var playerFullName: String
    public var gameID: String
    public var nbaGameID: String
    public var gameDate: GameDate
    public var seasonYear: Int
    public var seasonType: String
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var homeGame: Bool
    public var playerStatus: String
    public var points: Int?
    public var minutesPlayed: Double?
    public var assists: Int?
    public var offensiveRebounds: Int?
    public var defensiveRebounds: Int?
    public var rebounds: Int?
    public var steals: Int?
    public var blocks: Int?
    public var turnovers: Int?
    public var personalFouls: Int?
    public var fgAttempts: Int?
    public var fgMakes: Int?
    public var threePtAttempts: Int?
    public var threePtMakes: Int?
    public var ftAttempts: Int?
    public var ftMakes: Int?
    public var plusMinus: Int?
    public var usageRate: Double?
    public var tsPct: Double?
    public var efgPct: Double?
    public var winFlag: Bool?
    public var pointsLine: Double?
    public var pointsLineSource: String?
    public var overUnderResult: String?
    public var margin: Double?
    public var isLineSynthetic: Bool?
    public var primarySourceUsed: String
    public var dataQualityTier: String
    /// The first line of the book whose last one is `points_line`.
    public var openingLine: Double?
    public var lineMovement: Double?
    /// From the gamebook's starting positions; nil without a gamebook.
    public var starterFlag: Bool?
    /// Why a player of the gamebook did not play, in its words.
    public var absenceReason: String?
    public var absenceCategory: AbsenceCategory?
    /// What a play-by-play tells of him.
    public var shots: ShotDetail?

    /// Why somebody does not play.
    public enum AbsenceCategory: String, Sendable, Hashable, CaseIterable {
        case injury, rest, personal, other
        case coachDecision = "coach_decision"
    }

    /// Shots by zone and kind, from one play-by-play.
    public struct ShotDetail: Sendable, Hashable {
        public var zones: ZoneShots
        /// Blocked by the player, by the zone of the shot.
        public var blocks: ZoneBlocks
        public var andOnes: Int
        public var assistedMakes: Int
        public var unassistedMakes: Int
        /// The zones hold all of his attempts.
        public var isComplete: Bool
        /// The table.
        public var source: String

        public init(
            zones: ZoneShots,
            blocks: ZoneBlocks,
            andOnes: Int,
            assistedMakes: Int,
            unassistedMakes: Int,
            isComplete: Bool,
            source: String
        ) {
            self.zones = zones
            self.blocks = blocks
            self.andOnes = andOnes
            self.assistedMakes = assistedMakes
            self.unassistedMakes = unassistedMakes
            self.isComplete = isComplete
            self.source = source
        }
    }

    public init(
        playerLookup: String,
        nbaPlayerID: Int?,
        playerFullName: String,
        gameID: String,
        nbaGameID: String,
        gameDate: GameDate,
        seasonYear: Int,
        seasonType: String,
        teamAbbr: String,
        opponentTeamAbbr: String,
        homeGame: Bool,
        playerStatus: String,
        points: Int? = nil,
        minutesPlayed: Double? = nil,
        assists: Int? = nil,
        offensiveRebounds: Int? = nil,
        defensiveRebounds: Int? = nil,
        rebounds: Int? = nil,
        steals: Int? = nil,
        blocks: Int? = nil,
        turnovers: Int? = nil,
        personalFouls: Int? = nil,
        fgAttempts: Int? = nil,
        fgMakes: Int? = nil,
        threePtAttempts: Int? = nil,
        threePtMakes: Int? = nil,
        ftAttempts: Int? = nil,
        ftMakes: Int? = nil,
        plusMinus: Int? = nil,
        usageRate: Double? = nil,
        tsPct: Double? = nil,
        efgPct: Double? = nil,
        winFlag: Bool? = nil,
        pointsLine: Double? = nil,
        pointsLineSource: String? = nil,
        overUnderResult: String? = nil,
        margin: Double? = nil,
        isLineSynthetic: Bool? = nil,
        primarySourceUsed: String,
        dataQualityTier: String
    ) {
        self.playerLookup = playerLookup
        self.nbaPlayerID = nbaPlayerID
        self.playerFullName = playerFullName
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.gameDate = gameDate
        self.seasonYear = seasonYear
        self.seasonType = seasonType
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.homeGame = homeGame
        self.playerStatus = playerStatus
        self.points = points
        self.minutesPlayed = minutesPlayed
        self.assists = assists
        self.offensiveRebounds = offensiveRebounds
        self.defensiveRebounds = defensiveRebounds
        self.rebounds = rebounds
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
        self.personalFouls = personalFouls
        self.fgAttempts = fgAttempts
        self.fgMakes = fgMakes
        self.threePtAttempts = threePtAttempts
        self.threePtMakes = threePtMakes
        self.ftAttempts = ftAttempts
        self.ftMakes = ftMakes
        self.plusMinus = plusMinus
        self.usageRate = usageRate
        self.tsPct = tsPct
        self.efgPct = efgPct
        self.winFlag = winFlag
        self.pointsLine = pointsLine
        self.pointsLineSource = pointsLineSource
        self.overUnderResult = overUnderResult
        self.margin = margin
        self.isLineSynthetic = isLineSynthetic
        self.primarySourceUsed = primarySourceUsed
        self.dataQualityTier = dataQualityTier
    }

    public var cells: [Cell] {
        [
            .text(playerLookup), .integer(nbaPlayerID), .text(playerFullName), .text(gameID), .text(nbaGameID),
            .date(gameDate), .integer(seasonYear), .text(seasonType), .text(teamAbbr), .text(opponentTeamAbbr),
            .boolean(homeGame), .text(playerStatus), .integer(points), .double(minutesPlayed), .integer(assists),
            .integer(offensiveRebounds), .integer(defensiveRebounds), .integer(rebounds), .integer(steals),
            .integer(blocks), .integer(turnovers), .integer(personalFouls), .integer(fgAttempts), .integer(fgMakes),
            .integer(threePtAttempts), .integer(threePtMakes), .integer(ftAttempts), .integer(ftMakes),
            .integer(plusMinus), .double(usageRate), .double(tsPct), .double(efgPct), .boolean(winFlag),
            .double(pointsLine), .text(pointsLineSource), .text(overUnderResult), .double(margin),
            .boolean(isLineSynthetic), .text(primarySourceUsed), .text(dataQualityTier), .double(openingLine),
            .double(lineMovement), .boolean(starterFlag), .text(absenceReason), .text(absenceCategory?.rawValue),
        ] + shotCells
    }

    private var shotCells: [Cell] {
        [
            .integer(shots?.zones.paint.attempts), .integer(shots?.zones.paint.makes),
            .integer(shots?.zones.midRange.attempts), .integer(shots?.zones.midRange.makes),
            .integer(shots?.zones.perimeter.attempts), .integer(shots?.zones.perimeter.makes),
            .boolean(shots?.isComplete), .text(shots?.source), .integer(shots?.blocks.paint),
            .integer(shots?.blocks.midRange), .integer(shots?.blocks.perimeter), .integer(shots?.andOnes),
            .integer(shots?.assistedMakes), .integer(shots?.unassistedMakes),
        ]
    }
}
