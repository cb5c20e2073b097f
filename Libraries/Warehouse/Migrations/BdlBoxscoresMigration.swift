import Postgres

extension WarehouseMigrations {
    /// balldontlie's box scores.
    static let bdlBoxscores = PostgresMigration(
        version: 20,
        name: "balldontlie box scores",
        sql: TableSQL(
            "nba_raw.bdl_player_boxscores",
            "A player of a final game by balldontlie, also those who did not play; one row a game and player",
            key: ["game_date", "game_id", "bdl_player_id"],
            indexes: [["player_lookup", "game_date"]],
            [
                .required("game_id", "text", "canonical game id", unit: "YYYYMMDD_AWAY_HOME"),
                .optional("nba_game_id", "text", "the league's game id; null where the schedule has no such game"),
                .required("game_date", "date", "Eastern day of the game", source: "date"),
                .required("season_year", "bigint", "the season's first year", source: "season"),
                .required("is_postseason", "boolean", "a game of the play-offs", source: "postseason"),
                .required("game_status", "text", "always Final", source: "status"),
                .optional("periods", "bigint", "periods played, 4 without overtime", source: "period"),
                .required("home_team_abbr", "text", "the home team", source: "home_team.abbreviation"),
                .required("away_team_abbr", "text", "the visiting team", source: "visitor_team.abbreviation"),
                .required("home_team_score", "bigint", "final score", unit: "points", source: "home_team_score"),
                .required("away_team_score", "bigint", "final score", unit: "points", source: "visitor_team_score"),
                .required("bdl_player_id", "bigint", "balldontlie's player id", source: "player.id"),
                .required(
                    "player_lookup",
                    "text",
                    "the name that tables are joined by",
                    source: "player.first_name, player.last_name"
                ),
                .required(
                    "player_full_name",
                    "text",
                    "first and last name",
                    source: "player.first_name, player.last_name"
                ),
                .required("team_abbr", "text", "his team in this game", source: "home_team or visitor_team"),
                .required("opponent_team_abbr", "text", "the other team"),
                .required("is_home", "boolean", "whether his team was at home", source: "home_team or visitor_team"),
                .required(
                    "player_status",
                    "text CHECK (player_status IN ('played', 'did_not_play'))",
                    "balldontlie lists who did not play with zeros; here his statistics are null",
                    source: "min = 00"
                ),
                .optional(
                    "minutes",
                    "double precision",
                    "playing time, whole minutes; null without playing and below one minute",
                    unit: "minutes",
                    source: "min"
                ),
            ]
                + TableSQL.ColumnSQL.statistics([
                    "pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk",
                    "turnover", "pf",
                ])
        ).text
    )
}
