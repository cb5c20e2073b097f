import Postgres

extension WarehouseMigrations {
    /// balldontlie's injuries, standings and active players.
    static let bdlLeague = PostgresMigration(
        version: 21,
        name: "balldontlie injuries, standings and active players",
        sql: [injuries, standings, activePlayers].map(\.text).joined(separator: "\n")
    )

    private static let injuries = TableSQL(
        "nba_raw.bdl_injuries",
        "balldontlie's injury list, one row a player and capture; every capture stays",
        key: ["scrape_date", "snapshot_timestamp", "bdl_player_id"],
        indexes: [["player_lookup", "snapshot_timestamp"]],
        [
            .required("scrape_date", "date", "Eastern day of the capture"),
            .required("snapshot_timestamp", "timestamptz", "when the list was captured", unit: "UTC"),
            .required("bdl_player_id", "bigint", "balldontlie's player id", source: "player.id"),
            .required(
                "player_lookup",
                "text",
                "the name that tables are joined by",
                source: "player.first_name, player.last_name"
            ),
            .required("player_full_name", "text", "first and last name", source: "player.first_name, player.last_name"),
            .required("team_abbr", "text", "his team at the capture", source: "player.team_id"),
            .required(
                "injury_status",
                "text",
                "out, out_for_season, doubtful, questionable, day_to_day, probable or available",
                source: "status"
            ),
            .required("injury_status_text", "text", "the source's own word", source: "status"),
            .optional("return_date", "date", "expected return, with the year that it means", source: "return_date"),
            .optional("return_date_text", "text", "expected return as written, without a year", source: "return_date"),
            .optional("reason", "text", "what the description puts in brackets", source: "description"),
            .optional(
                "reason_category",
                "text",
                "injury, illness, rest, personal, suspension or team_decision; null without a reason",
                source: "description"
            ),
            .optional("description", "text", "the source's news item", source: "description"),
        ]
    )

    private static let standings = TableSQL(
        "nba_raw.bdl_standings",
        "balldontlie's standings, one row a team and day of capture",
        key: ["date_recorded", "season_year", "team_abbr"],
        [
            .required("date_recorded", "date", "Eastern day of the capture"),
            .required("season_year", "bigint", "the season's first year", source: "season"),
            .required("season_display", "text", "such as 2024-25", source: "season"),
            .required("team_abbr", "text", "the team", source: "team.abbreviation"),
            .required("conference", "text", "East or West"),
            .required("division", "text", "such as Pacific"),
            .required("conference_rank", "bigint", "1 … 15", source: "conference_rank"),
            .required("division_rank", "bigint", "1 … 5", source: "division_rank"),
            .required("wins", "bigint", "games won", source: "wins"),
            .required("losses", "bigint", "games lost", source: "losses"),
            .required("games_played", "bigint", "games won and lost"),
            .optional(
                "win_percentage",
                "double precision",
                "games won of games played; null before the first game",
                unit: "fraction 0 … 1"
            ),
            .required("conference_wins", "bigint", "won against the conference", source: "conference_record"),
            .required("conference_losses", "bigint", "lost against the conference", source: "conference_record"),
            .required("division_wins", "bigint", "won against the division", source: "division_record"),
            .required("division_losses", "bigint", "lost against the division", source: "division_record"),
            .required("home_wins", "bigint", "won at home", source: "home_record"),
            .required("home_losses", "bigint", "lost at home", source: "home_record"),
            .required("road_wins", "bigint", "won away", source: "road_record"),
            .required("road_losses", "bigint", "lost away", source: "road_record"),
        ]
    )

    private static let activePlayers = TableSQL(
        "nba_raw.bdl_active_players_current",
        "balldontlie's players under contract in a season, compared with the league's own list; one row a player",
        key: ["season_year", "bdl_player_id"],
        indexes: [["player_lookup"]],
        [
            .required("season_year", "bigint", "first year of the season of the capture"),
            .required("bdl_player_id", "bigint", "balldontlie's player id", source: "id"),
            .required("player_lookup", "text", "the name that tables are joined by", source: "first_name, last_name"),
            .required("player_full_name", "text", "first and last name", source: "first_name, last_name"),
            .optional("team_abbr", "text", "the team by balldontlie; null without one", source: "team.abbreviation"),
            .optional("position", "text", "G, F, C or a pair", source: "position"),
            .optional("jersey_number", "text", "number on the jersey", source: "jersey_number"),
            .optional("height", "text", "body height", unit: "feet-inches", source: "height"),
            .optional("weight_pounds", "bigint", "body weight", unit: "pounds", source: "weight"),
            .optional("college", "text", "last school or club", source: "college"),
            .optional("country", "text", "country", source: "country"),
            .optional("draft_year", "bigint", "null for an undrafted player", source: "draft_year"),
            .optional("draft_round", "bigint", "round of the draft", source: "draft_round"),
            .optional("draft_pick", "bigint", "overall pick", source: "draft_number"),
            .optional(
                "validation_status",
                "text CHECK (validation_status IN ('validated', 'team_mismatch', 'missing_nba_com', 'data_quality_issue'))",
                "comparison with nbac_player_list_current; null while that list of the season is not loaded"
            ),
            .optional("nba_team_abbr", "text", "the team by the league's list"),
        ]
    )
}
