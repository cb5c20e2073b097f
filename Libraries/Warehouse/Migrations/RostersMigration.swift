import Postgres

extension WarehouseMigrations {
    /// The teams' rosters by other sources than the league.
    static let rosters = PostgresMigration(
        version: 19,
        name: "br_rosters_current and espn_team_rosters",
        sql: referenceRosters.text + espnRosters.text
    )

    private static let referenceRosters = TableSQL(
        "nba_raw.br_rosters_current",
        "Everybody who was with a team during a season, by Basketball-Reference",
        key: ["season_year", "team_abbr", "br_player_id"],
        indexes: [["player_lookup"]],
        [
            .required("season_year", "bigint", "the season's first year; the site names it by its last"),
            .required("team_abbr", "text", "the team"),
            .required(
                "br_player_id",
                "text",
                "the site's id, such as tatumja01",
                source: "address of the player's page"
            ),
            .required("br_team_code", "text", "the site's code: BRK, CHO and PHO differ"),
            .required("player_lookup", "text", "the name that tables are joined by", source: "player"),
            .required("player_full_name", "text", "first and last name", source: "player"),
            .optional("player_last_name", "text", "last name without suffix", source: "player"),
            .optional("jersey_number", "text", "number on the jersey", source: "number"),
            .optional("position", "text", "PG, SG, SF, PF, C or a pair", source: "pos"),
            .optional("height", "text", "body height", unit: "feet-inches", source: "height"),
            .optional("weight_pounds", "bigint", "body weight", unit: "pounds", source: "weight"),
            .optional("birth_date", "date", "day of birth", source: "birth_date"),
            .optional("college", "text", "schools", source: "college"),
            .optional(
                "experience_years",
                "bigint",
                "completed seasons; 0 for a rookie",
                unit: "seasons",
                source: "years_experience"
            ),
            .required("is_two_way", "boolean", "on a two-way contract", source: "player ends with (TW)"),
        ]
    )

    private static let espnRosters = TableSQL(
        "nba_raw.espn_team_rosters",
        "The players of a team now, by ESPN",
        key: ["team_abbr", "espn_player_id"],
        indexes: [["player_lookup"]],
        [
            .required("team_abbr", "text", "the team", source: "team.abbreviation"),
            .required("espn_player_id", "bigint", "the site's id", source: "id"),
            .required("player_lookup", "text", "the name that tables are joined by", source: "displayName"),
            .required("player_full_name", "text", "first and last name", source: "displayName"),
            .optional("jersey_number", "text", "number on the jersey", source: "jersey"),
            .optional("position", "text", "PG, SG, SF, PF, C, G or F", source: "position.abbreviation"),
            .optional("height_inches", "double precision", "body height", unit: "inches", source: "height"),
            .optional("weight_pounds", "double precision", "body weight", unit: "pounds", source: "weight"),
            .optional("birth_date", "date", "day of birth", source: "dateOfBirth"),
            .optional("birth_place", "text", "city, state and country", source: "birthPlace"),
            .optional("experience_years", "bigint", "completed seasons", unit: "seasons", source: "experience.years"),
            .optional(
                "salary_dollars",
                "bigint",
                "salary of the season; null where none is given",
                unit: "US dollars",
                source: "contract.salary"
            ),
            .optional("status", "text", "active and the like", source: "status.type"),
            .optional(
                "injury_status",
                "text",
                "of the newest entry; null for a healthy player",
                source: "injuries[0].status"
            ),
        ]
    )
}
