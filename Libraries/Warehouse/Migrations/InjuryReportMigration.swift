import Postgres

extension WarehouseMigrations {
    /// Who is announced to miss a game.
    static let injuryReport = PostgresMigration(
        version: 16,
        name: "nbac_injury_report",
        sql: TableSQL(
            "nba_raw.nbac_injury_report",
            "What the league's injury reports say anew, one row a change of a player or of a team's submission; the last row at an instant is what was known",
            key: ["report_at", "game_id", "team_abbr", "listed_as"],
            indexes: [["game_date"], ["player_lookup", "game_date"]],
            [
                .required("report_at", "timestamptz", "the time in the report's title", unit: "UTC", source: "title"),
                .required("game_id", "text", "YYYYMMDD_AWAY_HOME", source: "Game Date, Matchup"),
                .optional("nba_game_id", "text", "the league's id by the schedule; null while it is unknown"),
                .required("game_date", "date", "day of the game", unit: "Eastern date", source: "Game Date"),
                .required("season_year", "bigint", "the season's first year"),
                .optional(
                    "game_time_eastern",
                    "text",
                    "start as printed, without the half of the day",
                    unit: "HH:MM of 12 hours",
                    source: "Game Time"
                ),
                .required("home_team_abbr", "text", "home team", source: "Matchup"),
                .required("away_team_abbr", "text", "visiting team", source: "Matchup"),
                .required("team_abbr", "text", "the team that reports", source: "Team"),
                .required("listed_as", "text", "player_lookup, or * for the team itself"),
                .optional("player_lookup", "text", "the name that tables are joined by; null for the team itself"),
                .optional("player_full_name", "text", "first name first", source: "Player Name"),
                .optional("player_name_printed", "text", "last name first", source: "Player Name"),
                .required("is_listed", "boolean", "false once a report no longer names whom an earlier one named"),
                .optional(
                    "is_team_submitted",
                    "boolean",
                    "for the team itself: false while NOT YET SUBMITTED",
                    source: "Reason"
                ),
                .optional(
                    "injury_status",
                    "text",
                    "out, doubtful, questionable, probable or available; null for the team itself and when no longer listed",
                    source: "Current Status"
                ),
                .optional("reason", "text", "the league's words", source: "Reason"),
                .optional(
                    "reason_category",
                    "text",
                    "injury, g_league, suspension, health_safety_protocol, rest, personal, other or unknown"
                ),
            ]
        ).text
    )
}
