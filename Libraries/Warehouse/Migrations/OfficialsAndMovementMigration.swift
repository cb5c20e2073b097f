import Postgres

extension WarehouseMigrations {
    /// Who referees a game, and who changes teams.
    static let officialsAndMovement = PostgresMigration(
        version: 18,
        name: "referees and player movement",
        sql: assignments.text + replayOfficials.text + movement.text
    )

    private static let assignments = TableSQL(
        "nba_raw.nbac_referee_game_assignments",
        "The officials of a game, one row a position",
        key: ["nba_game_id", "official_position"],
        indexes: [["game_date"], ["official_id", "game_date"]],
        [
            .required("game_id", "text", "YYYYMMDD_AWAY_HOME", source: "game_code"),
            .required("nba_game_id", "text", "the league's id of the game", source: "game_id"),
            .required("game_date", "date", "day of the game", unit: "Eastern date", source: "game_date"),
            .required("season_year", "bigint", "the season's first year"),
            .required("home_team_abbr", "text", "home team", source: "home_team_id"),
            .required("away_team_abbr", "text", "visiting team", source: "away_team_id"),
            .required("official_position", "bigint", "1 crew chief, 2 referee, 3 umpire, 4 alternate"),
            .required("official_id", "bigint", "the league's id of the official", source: "official1_code …"),
            .required("official_name", "text", "first and last name", source: "official1 …"),
            .optional("official_jersey_number", "text", "number on the shirt", source: "official1_JNum …"),
        ]
    )

    private static let replayOfficials = TableSQL(
        "nba_raw.nbac_referee_replay_officials",
        "The officials of the replay centre on a date",
        key: ["game_date", "official_id"],
        [
            .required("game_date", "date", "the day", unit: "Eastern date", source: "game_date"),
            .required("official_id", "bigint", "the league's id of the official", source: "official_code"),
            .required("official_name", "text", "first and last name", source: "replaycenter_official"),
        ]
    )

    private static let movement = TableSQL(
        "nba_raw.nbac_player_movement",
        "Signings, waivers and trades since 2015; a trade has a row for each player or pick and the team that got it",
        key: ["league_id", "group_sort", "team_id", "source_player_id", "additional_sort"],
        indexes: [["player_lookup"], ["transaction_date"]],
        [
            .required("league_id", "text", "00, the league itself"),
            .required("group_sort", "text", "the transaction; its rows share it", source: "GroupSort"),
            .required("team_id", "bigint", "the league's id of the team that acts or gets", source: "TEAM_ID"),
            .required("source_player_id", "bigint", "as listed; 0 for what is no player", source: "PLAYER_ID"),
            .required(
                "additional_sort",
                "bigint",
                "in a trade the id of the team that gave, else 0",
                source: "Additional_Sort"
            ),
            .required(
                "transaction_type",
                "text",
                "Signing, Waive, Trade, ContractConverted or AwardOnWaivers",
                source: "Transaction_Type"
            ),
            .required("transaction_date", "date", "day of the transaction", source: "TRANSACTION_DATE"),
            .required("season_year", "bigint", "first year of the season of that day"),
            .required("transaction_description", "text", "the league's words", source: "TRANSACTION_DESCRIPTION"),
            .required("team_abbr", "text", "the team that acts or gets", source: "TEAM_SLUG"),
            .optional("other_team_abbr", "text", "in a trade the team that gave", source: "Additional_Sort"),
            .optional(
                "nba_player_id",
                "bigint",
                "the league's player id; null for what is no player",
                source: "PLAYER_ID"
            ),
            .optional("player_lookup", "text", "the name that tables are joined by", source: "PLAYER_SLUG"),
            .optional("player_full_name", "text", "the slug in words, without accents and dots", source: "PLAYER_SLUG"),
            .optional("player_slug", "text", "the name in the site's addresses", source: "PLAYER_SLUG"),
            .required("is_player_transaction", "boolean", "false for picks, cash and rights", source: "PLAYER_ID ≠ 0"),
        ]
    )
}
