import Postgres

extension WarehouseMigrations {
    /// Who played, who did not and who was inactive, by the scorer's report.
    static let gamebook = PostgresMigration(
        version: 17,
        name: "nbac_gamebook_player_stats",
        sql: TableSQL(
            "nba_raw.nbac_gamebook_player_stats",
            "The players of a game's gamebook, one row a printed name",
            key: ["game_id", "team_abbr", "listed_as"],
            indexes: [["game_date"], ["player_lookup", "game_date"]],
            head + counts
        ).text
    )

    private static let head: [TableSQL.ColumnSQL] = [
        .required("game_id", "text", "YYYYMMDD_AWAY_HOME"),
        .required("nba_game_id", "text", "the league's id of the game"),
        .required("game_date", "date", "day of the game", unit: "Eastern date", source: "first lines"),
        .required("season_year", "bigint", "the season's first year"),
        .required("home_team_abbr", "text", "home team", source: "HOME"),
        .required("away_team_abbr", "text", "visiting team", source: "VISITOR"),
        .required("team_abbr", "text", "the player's team"),
        .required("listed_as", "text", "the printed name in letters, numbered where a team has it twice"),
        .required("player_name_printed", "text", "the name as printed; of inactive players the last name"),
        .optional("player_full_name", "text", "first and last name; null while nobody was found"),
        .optional("player_lookup", "text", "the name that tables are joined by; null while nobody was found"),
        .required("player_status", "text", "active (played), dnp or inactive"),
        .optional(
            "absence_kind",
            "text",
            "DNP did not play, NWT not with team, DND did not dress, INA inactive; null for who played"
        ),
        .optional("absence_reason", "text", "the scorer's words; null where none are given"),
        .required(
            "name_resolution_status",
            "text",
            "original (full name printed), resolved, not_found or multiple_matches"
        ),
        .required("name_resolution_confidence", "double precision", "how sure the player is", unit: "0 … 1"),
        .optional(
            "name_resolution_method",
            "text",
            "what told: printed, roster, injury_report or roster_and_injury_report"
        ),
        .required("requires_manual_review", "boolean", "nobody or several were found"),
        .optional("jersey_number", "text", "number on the jersey", source: "first column"),
        .optional("starting_position", "text", "F, G or C; null for who did not start", source: "after the name"),
        .optional("minutes", "double precision", "time played", unit: "minutes", source: "MIN"),
    ]

    private static let counts: [TableSQL.ColumnSQL] = [
        ("points", "points", "PTS"), ("field_goals_made", "field goals made", "FG"),
        ("field_goals_attempted", "field goals attempted", "FGA"), ("three_pointers_made", "threes made", "3P"),
        ("three_pointers_attempted", "threes attempted", "3PA"), ("free_throws_made", "free throws made", "FT"),
        ("free_throws_attempted", "free throws attempted", "FTA"), ("offensive_rebounds", "offensive rebounds", "OR"),
        ("defensive_rebounds", "defensive rebounds", "DR"), ("total_rebounds", "both kinds of rebounds", "OR + DR"),
        ("assists", "assists", "A"), ("steals", "steals", "ST"), ("blocks", "blocks", "BS"),
        ("turnovers", "turnovers", "TO"), ("personal_fouls", "personal fouls", "PF"),
        ("plus_minus", "points of the team less those of the other while he played", "+/-"),
    ].map { .optional($0.0, "bigint", $0.1, source: $0.2) }
}
