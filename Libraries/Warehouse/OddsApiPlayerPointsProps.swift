public import Basketball
public import Foundation
public import Pipeline

/// A bookmaker's points line of one player in one snapshot, with American prices.
public struct OddsAPIPlayerPointsProp: WarehouseRow, Hashable {
    public var gameID: String
    public var oddsAPIEventID: String
    public var gameDate: GameDate
    public var gameStartTime: Date
    public var homeTeamAbbr: String
    public var awayTeamAbbr: String
    public var snapshotTimestamp: Date
    public var minutesBeforeTipoff: Int
    public var isAfterTipoff: Bool
    public var bookmaker: String
    public var bookmakerLastUpdate: Date?
    public var playerName: String
    public var playerLookup: String
    public var pointsLine: Double
    public var overPriceAmerican: Int?
    public var underPriceAmerican: Int?
    public var isSynthetic: Bool

    public init(
        gameID: String,
        oddsAPIEventID: String,
        gameDate: GameDate,
        gameStartTime: Date,
        homeTeamAbbr: String,
        awayTeamAbbr: String,
        snapshotTimestamp: Date,
        minutesBeforeTipoff: Int,
        isAfterTipoff: Bool,
        bookmaker: String,
        bookmakerLastUpdate: Date?,
        playerName: String,
        playerLookup: String,
        pointsLine: Double,
        overPriceAmerican: Int?,
        underPriceAmerican: Int?,
        isSynthetic: Bool
    ) {
        self.gameID = gameID
        self.oddsAPIEventID = oddsAPIEventID
        self.gameDate = gameDate
        self.gameStartTime = gameStartTime
        self.homeTeamAbbr = homeTeamAbbr
        self.awayTeamAbbr = awayTeamAbbr
        self.snapshotTimestamp = snapshotTimestamp
        self.minutesBeforeTipoff = minutesBeforeTipoff
        self.isAfterTipoff = isAfterTipoff
        self.bookmaker = bookmaker
        self.bookmakerLastUpdate = bookmakerLastUpdate
        self.playerName = playerName
        self.playerLookup = playerLookup
        self.pointsLine = pointsLine
        self.overPriceAmerican = overPriceAmerican
        self.underPriceAmerican = underPriceAmerican
        self.isSynthetic = isSynthetic
    }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("points_line", 0...80, "points"),
        .americanOdds("over_price_american"), .americanOdds("under_price_american"),
    ]

    public static let table = TableDefinition(
        "nba_raw.odds_api_player_points_props",
        key: ["odds_api_event_id", "bookmaker", "player_lookup", "points_line", "snapshot_timestamp"],
        entities: [.player: "player_lookup", .game: "game_id"],
        rules: rules,
        columns: [
            .text("game_id"), .text("odds_api_event_id"), .date("game_date"), .instant("game_start_time"),
            .text("home_team_abbr"), .text("away_team_abbr"), .instant("snapshot_timestamp"),
            .integer("minutes_before_tipoff"), .boolean("is_after_tipoff"), .text("bookmaker"),
            .instant("bookmaker_last_update"), .text("player_name"), .text("player_lookup"), .double("points_line"),
            .integer("over_price_american"), .integer("under_price_american"), .boolean("is_synthetic"),
        ]
    )

    public var cells: [Cell] {
        [
            .text(gameID), .text(oddsAPIEventID), .date(gameDate), .instant(gameStartTime), .text(homeTeamAbbr),
            .text(awayTeamAbbr), .instant(snapshotTimestamp), .integer(Int64(minutesBeforeTipoff)),
            .boolean(isAfterTipoff), .text(bookmaker), .instant(bookmakerLastUpdate), .text(playerName),
            .text(playerLookup), .double(pointsLine), .integer(overPriceAmerican), .integer(underPriceAmerican),
            .boolean(isSynthetic),
        ]
    }
}
