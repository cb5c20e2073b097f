import Postgres

extension WarehouseMigrations {
    /// ESPN's scoreboard and box scores.
    static let espnGames = PostgresMigration(
        version: 22,
        name: "ESPN scoreboard and box scores",
        sql: [espnScoreboard, espnBoxscores].map(\.text).joined(separator: "\n")
    )

    private static let espnScoreboard = TableSQL(
        "nba_raw.espn_scoreboard",
        "A game on ESPN's scoreboard of a date",
        key: ["game_date", "espn_game_id"],
        indexes: [["game_id"]],
        [
            .required("game_id", "text", "canonical game id", unit: "YYYYMMDD_AWAY_HOME"),
            .optional("nba_game_id", "text", "the league's game id; null where the schedule has no such game"),
            .required("espn_game_id", "text", "ESPN's game id", source: "id"),
            .required("game_date", "date", "Eastern day of the game", source: "date"),
            .required("season_year", "bigint", "the season's first year; ESPN names the last", source: "season.year"),
            .required("is_postseason", "boolean", "a game of the play-offs", source: "season.type = 3"),
            .required("game_start_time", "timestamptz", "scheduled start", unit: "UTC", source: "date"),
            .required(
                "game_status",
                "text CHECK (game_status IN ('scheduled', 'live', 'final', 'postponed', 'canceled'))",
                "how the game stands",
                source: "status.type.state, status.type.name"
            ),
            .optional("game_status_text", "text", "the same in ESPN's words", source: "status.type.detail"),
            .optional("periods", "bigint", "periods played; null before the tip-off", source: "status.period"),
            .required("home_team_abbr", "text", "the home team", source: "competitors.homeAway, team.abbreviation"),
            .required("away_team_abbr", "text", "the visiting team", source: "competitors.homeAway, team.abbreviation"),
            .optional(
                "home_team_score",
                "bigint",
                "null before the tip-off, where ESPN writes zeros",
                unit: "points",
                source: "competitors.score"
            ),
            .optional(
                "away_team_score",
                "bigint",
                "null before the tip-off, where ESPN writes zeros",
                unit: "points",
                source: "competitors.score"
            ),
            .optional("winning_team_abbr", "text", "the winner of a final game"),
            .optional("is_neutral_site", "boolean", "played on neutral ground", source: "competitions.neutralSite"),
        ]
    )

    private static let espnBoxscores = TableSQL(
        "nba_raw.espn_boxscores",
        "A player of a final game by ESPN, also those who did not play; one row a game and player",
        key: ["game_date", "espn_game_id", "espn_player_id"],
        indexes: [["player_lookup", "game_date"], ["game_id"]],
        [
            .required("game_id", "text", "canonical game id", unit: "YYYYMMDD_AWAY_HOME"),
            .optional("nba_game_id", "text", "the league's game id; null where the schedule has no such game"),
            .required("espn_game_id", "text", "ESPN's game id", source: "gmStrp.gid"),
            .required("game_date", "date", "Eastern day of the game", source: "gmStrp.dt"),
            .required("season_year", "bigint", "the season's first year", source: "gmStrp.dt"),
            .required("is_postseason", "boolean", "a game of the play-offs", source: "gmStrp.seasonType = 3"),
            .optional("game_status_text", "text", "such as Final/OT", source: "gmStrp.status.det"),
            .optional("periods", "bigint", "periods played, 4 without overtime", source: "gmStrp.tms.linescores"),
            .required("home_team_abbr", "text", "the home team", source: "bxscr.tm.hm, gmStrp.tms.isHome"),
            .required("away_team_abbr", "text", "the visiting team", source: "bxscr.tm.hm, gmStrp.tms.isHome"),
            .optional("home_team_score", "bigint", "final score", unit: "points", source: "gmStrp.tms.score"),
            .optional("away_team_score", "bigint", "final score", unit: "points", source: "gmStrp.tms.score"),
            .required("espn_player_id", "bigint", "ESPN's player id", source: "athlt.id"),
            .required("player_lookup", "text", "the name that tables are joined by", source: "athlt.dspNm"),
            .required("player_full_name", "text", "the name as displayed", source: "athlt.dspNm"),
            .optional("jersey_number", "text", "number on the jersey", source: "athlt.jersey"),
            .required("team_abbr", "text", "his team in this game", source: "bxscr.tm.abbrev"),
            .required("opponent_team_abbr", "text", "the other team"),
            .required("is_home", "boolean", "whether his team was at home", source: "bxscr.tm.hm"),
            .required("is_starter", "boolean", "in the starting five", source: "stats.type"),
            .required(
                "player_status",
                "text CHECK (player_status IN ('played', 'did_not_play'))",
                "who did not play has no statistics",
                source: "stats"
            ),
            .optional("did_not_play_reason", "text", "such as COACH'S DECISION", source: "dnpRsn"),
            .optional(
                "minutes",
                "double precision",
                "playing time, whole minutes; null without playing",
                unit: "minutes",
                source: "minutes"
            ),
        ]
            + TableSQL.ColumnSQL.statistics([
                "points", "fieldGoalsMade", "fieldGoalsAttempted", "threePointFieldGoalsMade",
                "threePointFieldGoalsAttempted", "freeThrowsMade", "freeThrowsAttempted", "offensiveRebounds",
                "defensiveRebounds", "rebounds", "assists", "steals", "blocks", "turnovers", "fouls",
            ])
            + [
                .optional(
                    "plus_minus",
                    "bigint",
                    "score difference while he was on the court",
                    unit: "points",
                    source: "plusMinus"
                )
            ]
    )
}
