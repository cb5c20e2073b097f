public import Basketball
public import Foundation
public import Pipeline

/// One outcome of a bookmaker's market on a game in one snapshot, with its American price.
public struct OddsAPIGameLine: WarehouseRow, Hashable {
    public var gameID: String
    public var oddsAPIEventID: String
    public var gameDate: GameDate
    public var gameStartTime: Date
    public var homeTeamAbbr: String
    public var awayTeamAbbr: String
    public var snapshotTimestamp: Date
    public var isAfterTipoff: Bool
    public var bookmaker: String
    public var bookmakerLastUpdate: Date?
    public var market: String
    public var outcomeName: String
    public var outcomeTeamAbbr: String?
    public var outcomePoint: Double?
    public var outcomePriceAmerican: Int?
    public var isSynthetic: Bool

    public init(
        gameID: String,
        oddsAPIEventID: String,
        gameDate: GameDate,
        gameStartTime: Date,
        homeTeamAbbr: String,
        awayTeamAbbr: String,
        snapshotTimestamp: Date,
        isAfterTipoff: Bool,
        bookmaker: String,
        bookmakerLastUpdate: Date?,
        market: String,
        outcomeName: String,
        outcomeTeamAbbr: String?,
        outcomePoint: Double?,
        outcomePriceAmerican: Int?,
        isSynthetic: Bool
    ) {
        self.gameID = gameID
        self.oddsAPIEventID = oddsAPIEventID
        self.gameDate = gameDate
        self.gameStartTime = gameStartTime
        self.homeTeamAbbr = homeTeamAbbr
        self.awayTeamAbbr = awayTeamAbbr
        self.snapshotTimestamp = snapshotTimestamp
        self.isAfterTipoff = isAfterTipoff
        self.bookmaker = bookmaker
        self.bookmakerLastUpdate = bookmakerLastUpdate
        self.market = market
        self.outcomeName = outcomeName
        self.outcomeTeamAbbr = outcomeTeamAbbr
        self.outcomePoint = outcomePoint
        self.outcomePriceAmerican = outcomePriceAmerican
        self.isSynthetic = isSynthetic
    }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("outcome_point", -350...350, "points"),
        .americanOdds("outcome_price_american"), .one("market", of: ["spreads", "totals", "h2h"]),
    ]

    public static let table = TableDefinition(
        "nba_raw.odds_api_game_lines",
        key: ["odds_api_event_id", "bookmaker", "market", "outcome_name", "snapshot_timestamp"],
        entities: [.game: "game_id"],
        rules: rules,
        columns: [
            .text("game_id"), .text("odds_api_event_id"), .date("game_date"), .instant("game_start_time"),
            .text("home_team_abbr"), .text("away_team_abbr"), .instant("snapshot_timestamp"),
            .boolean("is_after_tipoff"), .text("bookmaker"), .instant("bookmaker_last_update"), .text("market"),
            .text("outcome_name"), .text("outcome_team_abbr"), .double("outcome_point"),
            .integer("outcome_price_american"), .boolean("is_synthetic"),
        ]
    )

    public var cells: [Cell] {
        [
            .text(gameID), .text(oddsAPIEventID), .date(gameDate), .instant(gameStartTime), .text(homeTeamAbbr),
            .text(awayTeamAbbr), .instant(snapshotTimestamp), .boolean(isAfterTipoff), .text(bookmaker),
            .instant(bookmakerLastUpdate), .text(market), .text(outcomeName), .text(outcomeTeamAbbr),
            .double(outcomePoint), .integer(outcomePriceAmerican), .boolean(isSynthetic),
        ]
    }
}
