import Postgres

extension WarehouseMigrations {
    /// The league's play-by-play.
    static let nbacPlayByPlay = PostgresMigration(
        version: 13,
        name: "play-by-play of the league",
        sql: TableSQL(
            "nba_raw.nbac_play_by_play",
            "The league's play-by-play, one row an event of a game",
            key: ["game_date", "nba_game_id", "event_id"],
            indexes: [["nba_game_id"], ["player_1_lookup", "game_date"]],
            [
                .required("game_id", "text", "canonical game id, home and away by the schedule"),
                .required("nba_game_id", "text", "the league's game id", source: "gameId"),
                .required("game_date", "date", "Eastern day of the game, by the schedule"),
                .required("season_year", "bigint", "the season's first year"),
                .required("home_team_abbr", "text", "home team, by the schedule"),
                .required("away_team_abbr", "text", "away team, by the schedule"),
                .required(
                    "event_id",
                    "bigint",
                    "number of the event in its feed, with gaps",
                    source: "actionNumber, or actionId of the statistics site"
                ),
                .required("event_sequence", "bigint", "place of the event in the game, from 1"),
                .required("period", "bigint", "1 to 4, overtimes from 5", source: "period"),
                .required("game_clock", "text", "left in the period", unit: "M:SS", source: "clock"),
                .required("game_clock_seconds", "bigint", "left in the period", unit: "seconds", source: "clock"),
                .required(
                    "time_elapsed_seconds",
                    "bigint",
                    "since the tip-off over all periods; overtimes have 300",
                    unit: "seconds"
                ),
                .optional("occurred_at", "timestamptz", "when it happened", unit: "UTC", source: "timeActual"),
                .required("event_type", "text", "kind of event, such as 2pt, rebound, turnover", source: "actionType"),
                .optional("event_action_type", "text", "finer kind, such as Layup, offensive", source: "subType"),
                .optional("event_descriptor", "text", "manner, such as driving, pullup", source: "descriptor"),
                .optional("event_description", "text", "the event in words", source: "description"),
                .optional("score_home", "bigint", "after the event", unit: "points", source: "scoreHome"),
                .optional("score_away", "bigint", "after the event", unit: "points", source: "scoreAway"),
                .optional("team_abbr", "text", "the team that the event is filed under", source: "teamTricode"),
                .optional("possession_team_abbr", "text", "the team with the ball", source: "possession"),
                .optional("player_1_id", "bigint", "who acts", source: "personId"),
                .optional("player_1_lookup", "text", "who acts; null while nobody knows his name"),
                .optional("player_1_team_abbr", "text", "his team"),
                .optional(
                    "player_2_id",
                    "bigint",
                    "winner of the jump ball, or the fouled player",
                    source: "jumpBallWonPersonId, foulDrawnPersonId"
                ),
                .optional("player_2_lookup", "text", "name of player 2"),
                .optional("player_2_team_abbr", "text", "team of player 2, from his own events of the game"),
                .optional("player_3_id", "bigint", "loser of the jump ball", source: "jumpBallLostPersonId"),
                .optional("player_3_lookup", "text", "name of player 3"),
                .optional("player_3_team_abbr", "text", "team of player 3, from his own events of the game"),
                .optional("assist_player_id", "bigint", "who assisted the made shot", source: "assistPersonId"),
                .optional("assist_player_lookup", "text", "his name"),
                .optional("block_player_id", "bigint", "who blocked the missed shot", source: "blockPersonId"),
                .optional("block_player_lookup", "text", "his name"),
                .optional("steal_player_id", "bigint", "who stole the lost ball", source: "stealPersonId"),
                .optional("steal_player_lookup", "text", "his name"),
                .optional("shot_made", "boolean", "null for what is no attempt", source: "shotResult"),
                .optional("shot_type", "text", "2PT, 3PT or FT; null for what is no attempt", source: "actionType"),
                .optional(
                    "shot_distance",
                    "double precision",
                    "from the basket, field goals",
                    unit: "feet",
                    source: "shotDistance"
                ),
                .optional("shot_x", "bigint", "from the basket across", unit: "tenths of a foot", source: "xLegacy"),
                .optional("shot_y", "bigint", "from the basket along", unit: "tenths of a foot", source: "yLegacy"),
                .optional("court_x_percent", "double precision", "along the court", unit: "percent", source: "x"),
                .optional("court_y_percent", "double precision", "across the court", unit: "percent", source: "y"),
                .optional("shot_area", "text", "zone, such as Restricted Area", source: "area"),
                .optional("shot_area_detail", "text", "distance band and side", source: "areaDetail"),
                .optional("video_available", "boolean", "the statistics site has a video", source: "videoAvailable"),
            ]
        ).text
    )
}
