import Postgres

extension WarehouseMigrations {
    /// BettingPros' player props.
    static let bettingPros = PostgresMigration(
        version: 23,
        name: "BettingPros player props",
        sql: TableSQL(
            "nba_raw.bettingpros_player_points_props",
            "One side of one line at one book, in the capture that first had it; an offer that is repeated adds no row",
            key: ["game_date", "market_type", "offer_id", "bet_side", "book_id", "points_line", "snapshot_timestamp"],
            indexes: [["player_lookup", "game_date"]],
            [
                .required("game_id", "text", "canonical game id", unit: "YYYYMMDD_AWAY_HOME"),
                .required("game_date", "date", "Eastern day of the game", source: "events.scheduled"),
                .required(
                    "game_start_time",
                    "timestamptz",
                    "scheduled start; the source writes no zone",
                    unit: "UTC",
                    source: "events.scheduled"
                ),
                .required("home_team_abbr", "text", "the home team", source: "events.home"),
                .required("away_team_abbr", "text", "the visiting team", source: "events.visitor"),
                .required("snapshot_timestamp", "timestamptz", "when the offers were captured", unit: "UTC"),
                .required(
                    "minutes_before_tipoff",
                    "bigint",
                    "from the capture to the start; negative afterwards",
                    unit: "minutes"
                ),
                .required("is_after_tipoff", "boolean", "captured at the start or later"),
                .required(
                    "market_type",
                    "text",
                    "what is bet on: points, rebounds, assists, threes, steals or blocks",
                    source: "market_id"
                ),
                .required("market_id", "bigint", "the source's number of the market", source: "offers.market_id"),
                .required("bp_event_id", "bigint", "BettingPros' game id", source: "offers.event_id"),
                .required("offer_id", "bigint", "BettingPros' id of the player's offer", source: "offers.id"),
                .required(
                    "bet_side",
                    "text CHECK (bet_side IN ('over', 'under'))",
                    "the side",
                    source: "selections.selection"
                ),
                .required("bp_player_id", "text", "BettingPros' player id", source: "participants.id"),
                .required("player_name", "text", "as written", source: "participants.name"),
                .required("player_lookup", "text", "the name that tables are joined by", source: "participants.name"),
                .optional(
                    "player_team_at_scrape",
                    "text",
                    "his team when the offers were captured, not necessarily in the game; the source's own code",
                    source: "participants.player.team"
                ),
                .optional("player_position", "text", "position", source: "participants.player.position"),
                .required("book_id", "bigint", "the source's number of the book", source: "books.id"),
                .optional("bookmaker", "text", "the book's name; null for a number that is not known"),
                .required("is_consensus", "boolean", "an average of the books and none itself", source: "books.id = 0"),
                .optional("line_id", "text", "the source's id of the line", source: "lines.id"),
                .required(
                    "points_line",
                    "double precision",
                    "the line, in units of the market",
                    unit: "units of market_type",
                    source: "lines.line"
                ),
                .required("odds_american", "bigint", "the price", unit: "American", source: "lines.cost"),
                .optional("is_active", "boolean", "can be bet on", source: "lines.active"),
                .required("is_best_line", "boolean", "the best of the side by the source", source: "lines.best"),
                .optional(
                    "bookmaker_last_update",
                    "timestamptz",
                    "when the book changed it; the source writes no zone, read as UTC like its starts",
                    unit: "UTC",
                    source: "lines.updated"
                ),
                .optional(
                    "opening_line",
                    "double precision",
                    "the side's first line",
                    unit: "units of market_type",
                    source: "opening_line.line"
                ),
                .optional(
                    "opening_odds_american",
                    "bigint",
                    "its price",
                    unit: "American",
                    source: "opening_line.cost"
                ),
                .optional("opening_book_id", "bigint", "the book that opened", source: "opening_line.book_id"),
                .optional(
                    "opening_timestamp",
                    "timestamptz",
                    "when it opened; the source writes no zone, read as UTC",
                    unit: "UTC",
                    source: "opening_line.created"
                ),
            ]
        ).text
    )
}
