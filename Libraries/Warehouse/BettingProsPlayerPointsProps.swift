public import Basketball
public import Foundation
public import Pipeline
public import Upstream

/// One side of one line at one book, in the capture that first had it.
public struct BettingProsPlayerProp: LaidOutRow {
    public var quote: BettingProsQuote
    public var event: BettingProsEvent
    public var gameID: GameID
    public var marketType: String
    public var marketID: Int
    public var snapshotTimestamp: Date
    public var playerLookup: String

    public init(
        quote: BettingProsQuote,
        event: BettingProsEvent,
        gameID: GameID,
        marketType: String,
        marketID: Int,
        snapshotTimestamp: Date,
        playerLookup: String
    ) {
        self.quote = quote
        self.event = event
        self.gameID = gameID
        self.marketType = marketType
        self.marketID = marketID
        self.snapshotTimestamp = snapshotTimestamp
        self.playerLookup = playerLookup
    }

    /// Whole minutes from the capture to the tip-off; negative afterwards.
    public var minutesBeforeTipoff: Int {
        Int((event.commencesAt.timeIntervalSince(snapshotTimestamp) / 60).rounded(.down))
    }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("points_line", 0...150, "units of its market"),
        .range("opening_line", 0...150, "units of its market"), .americanOdds("odds_american"),
        .one("bet_side", of: ["over", "under"]),
    ]

    public static let layout = RowLayout<Self>(
        "nba_raw.bettingpros_player_points_props",
        key: ["game_date", "market_type", "offer_id", "bet_side", "book_id", "points_line", "snapshot_timestamp"],
        entities: [.player: "player_lookup", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .date("game_date") { $0.gameID.date },
            .instant("game_start_time") { $0.event.commencesAt },
            .text("home_team_abbr") { $0.event.home.tricode },
            .text("away_team_abbr") { $0.event.away.tricode },
            .instant("snapshot_timestamp") { $0.snapshotTimestamp },
            .integer("minutes_before_tipoff") { $0.minutesBeforeTipoff },
            .boolean("is_after_tipoff") { $0.snapshotTimestamp >= $0.event.commencesAt },
            .text("market_type") { $0.marketType },
            .integer("market_id") { $0.marketID },
            .integer("bp_event_id") { $0.event.id },
            .integer("offer_id") { $0.quote.offerID },
            .text("bet_side") { $0.quote.side.rawValue },
            .text("bp_player_id") { $0.quote.playerID },
            .text("player_name") { $0.quote.playerName },
            .text("player_lookup") { $0.playerLookup },
            .text("player_team_at_scrape") { $0.quote.playerTeamNow },
            .text("player_position") { $0.quote.playerPosition },
            .integer("book_id") { $0.quote.bookID },
            .text("bookmaker") { BettingPros.books[$0.quote.bookID] },
            .boolean("is_consensus") { $0.quote.isConsensus },
            .text("line_id") { $0.quote.lineID },
            .double("points_line") { $0.quote.line },
            .integer("odds_american") { $0.quote.odds },
            .boolean("is_active") { $0.quote.isActive },
            .boolean("is_best_line") { $0.quote.isBest },
            .instant("bookmaker_last_update") { $0.quote.updatedAt },
            .double("opening_line") { $0.quote.opening?.line },
            .integer("opening_odds_american") { $0.quote.opening?.odds },
            .integer("opening_book_id") { $0.quote.opening?.bookID },
            .instant("opening_timestamp") { $0.quote.opening?.openedAt },
        ]
    )
}
