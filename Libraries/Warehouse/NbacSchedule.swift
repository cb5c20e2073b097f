public import Basketball
public import Foundation
public import Pipeline
public import Upstream

/// A game of the league's schedule.
public struct NbacSchedule: WarehouseRow, Hashable {
    public var gameID: String
    public var nbaGameID: String
    public var gameCode: String?
    public var seasonYear: Int
    public var seasonType: String
    public var gameDate: GameDate
    public var tipoffAt: Date?
    public var gameStatus: Int
    public var gameStatusText: String?
    public var isPostponed: Bool
    public var homeTeamID: Int?
    public var homeTeamTricode: String
    public var awayTeamID: Int?
    public var awayTeamTricode: String
    public var arenaName: String?
    public var arenaCity: String?
    public var isNeutralSite: Bool?
    public var homeTeamScore: Int?
    public var awayTeamScore: Int?
    public var winningTeamTricode: String?
    public var listing: ScheduleListing
    /// Which of the two feeds said so: `api_stats` or `cdn_static`.
    public var feed: String?

    public init(
        gameID: String,
        nbaGameID: String,
        gameCode: String?,
        seasonYear: Int,
        seasonType: String,
        gameDate: GameDate,
        tipoffAt: Date?,
        gameStatus: Int,
        gameStatusText: String?,
        isPostponed: Bool,
        homeTeamID: Int?,
        homeTeamTricode: String,
        awayTeamID: Int?,
        awayTeamTricode: String,
        arenaName: String?,
        arenaCity: String?,
        isNeutralSite: Bool?,
        homeTeamScore: Int?,
        awayTeamScore: Int?,
        winningTeamTricode: String?,
        listing: ScheduleListing = ScheduleListing(),
        feed: String? = nil
    ) {
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.gameCode = gameCode
        self.seasonYear = seasonYear
        self.seasonType = seasonType
        self.gameDate = gameDate
        self.tipoffAt = tipoffAt
        self.gameStatus = gameStatus
        self.gameStatusText = gameStatusText
        self.isPostponed = isPostponed
        self.homeTeamID = homeTeamID
        self.homeTeamTricode = homeTeamTricode
        self.awayTeamID = awayTeamID
        self.awayTeamTricode = awayTeamTricode
        self.arenaName = arenaName
        self.arenaCity = arenaCity
        self.isNeutralSite = isNeutralSite
        self.homeTeamScore = homeTeamScore
        self.awayTeamScore = awayTeamScore
        self.winningTeamTricode = winningTeamTricode
        self.listing = listing
        self.feed = feed
    }

    static let rules: [RowRule] = [
        .distinct("home_team_tricode", "away_team_tricode"), .range("game_status", 1...3, "as the league counts"),
        .range("home_team_score", 0...250, "points"), .range("away_team_score", 0...250, "points"),
    ]

    public static let table = TableDefinition(
        "nba_raw.nbac_schedule",
        key: ["nba_game_id"],
        entities: [.game: "game_id"],
        rules: rules,
        columns: [
            .text("game_id"), .text("nba_game_id"), .text("game_code"), .integer("season_year"), .text("season_type"),
            .date("game_date"), .instant("tipoff_at"), .integer("game_status"), .text("game_status_text"),
            .boolean("is_postponed"), .integer("home_team_id"), .text("home_team_tricode"), .integer("away_team_id"),
            .text("away_team_tricode"), .text("arena_name"), .text("arena_city"), .boolean("is_neutral_site"),
            .integer("home_team_score"), .integer("away_team_score"), .text("winning_team_tricode"),
        ] + listingColumns
    )

    public var cells: [Cell] {
        [
            .text(gameID), .text(nbaGameID), .text(gameCode), .integer(Int64(seasonYear)), .text(seasonType),
            .date(gameDate), .instant(tipoffAt), .integer(Int64(gameStatus)), .text(gameStatusText),
            .boolean(isPostponed), .integer(homeTeamID), .text(homeTeamTricode), .integer(awayTeamID),
            .text(awayTeamTricode), .text(arenaName), .text(arenaCity), .boolean(isNeutralSite),
            .integer(homeTeamScore), .integer(awayTeamScore), .text(winningTeamTricode),
        ] + listingCells
    }
}
