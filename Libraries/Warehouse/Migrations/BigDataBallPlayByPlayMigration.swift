import Postgres

extension WarehouseMigrations {
    /// BigDataBall's play-by-play.
    static let bigDataBallPlayByPlay = PostgresMigration(
        version: 14,
        name: "play-by-play of BigDataBall",
        sql: TableSQL(
            "nba_raw.bigdataball_play_by_play",
            "BigDataBall's play-by-play, one row a play of a game with the ten players on the floor",
            key: ["game_date", "nba_game_id", "event_sequence"],
            indexes: [["nba_game_id"], ["player_1_lookup", "game_date"]],
            [
                .required("game_id", "text", "canonical game id, home and away by the schedule"),
                .required("nba_game_id", "text", "the league's game id, with its leading zeros", source: "game_id"),
                .required("game_date", "date", "Eastern day of the game, by the schedule"),
                .required("season_year", "bigint", "the season's first year"),
                .optional("data_set", "text", "such as NBA 2025 Playoffs", source: "data_set"),
                .required("home_team_abbr", "text", "home team, by the schedule"),
                .required("away_team_abbr", "text", "away team, by the schedule"),
                .required("event_sequence", "bigint", "place of the play in the game, from 1", source: "play_id"),
                .required("period", "bigint", "1 to 4, overtimes from 5", source: "period"),
                .required("game_clock", "text", "left in the period", unit: "M:SS", source: "remaining_time"),
                .required(
                    "game_clock_seconds",
                    "bigint",
                    "left in the period",
                    unit: "seconds",
                    source: "remaining_time"
                ),
                .required(
                    "period_elapsed_seconds",
                    "bigint",
                    "since the start of the period",
                    unit: "seconds",
                    source: "elapsed"
                ),
                .required(
                    "time_elapsed_seconds",
                    "bigint",
                    "since the tip-off over all periods; overtimes have 300",
                    unit: "seconds"
                ),
                .optional(
                    "play_length_seconds",
                    "bigint",
                    "since the play before",
                    unit: "seconds",
                    source: "play_length"
                ),
                .optional(
                    "event_type",
                    "text",
                    "such as shot, free throw, rebound; null where the source leaves it empty",
                    source: "event_type"
                ),
                .optional("event_subtype", "text", "finer kind, such as 3pt jump shot", source: "type"),
                .optional("event_description", "text", "the play in words", source: "description"),
                .required("score_home", "bigint", "after the play", unit: "points", source: "home_score"),
                .required("score_away", "bigint", "after the play", unit: "points", source: "away_score"),
                .optional("team_abbr", "text", "the team that the play is filed under", source: "team"),
                .optional("player_1_name", "text", "who acts, as the source spells him", source: "player"),
                .optional("player_1_lookup", "text", "who acts"),
                .optional("assist_player_lookup", "text", "who assisted the made shot", source: "assist"),
                .optional("block_player_lookup", "text", "who blocked the missed shot", source: "block"),
                .optional("steal_player_lookup", "text", "who stole the lost ball", source: "steal"),
                .optional("jump_ball_away_lookup", "text", "the away team's man in a jump ball", source: "away"),
                .optional("jump_ball_home_lookup", "text", "the home team's man in a jump ball", source: "home"),
                .optional("possession_player_lookup", "text", "who got the ball of a jump ball", source: "possession"),
                .optional("substitution_in_lookup", "text", "who came in", source: "entered"),
                .optional("substitution_out_lookup", "text", "who went out", source: "left"),
                .optional("opponent_player_lookup", "text", "the fouled player", source: "opponent"),
                .optional("reason", "text", "of a foul or turnover", source: "reason"),
                .optional(
                    "shot_made",
                    "boolean",
                    "shots and free throws; null for what is no attempt",
                    source: "result"
                ),
                .optional(
                    "shot_type",
                    "text",
                    "2PT, 3PT or FT; null for what is no attempt",
                    source: "event_type, type"
                ),
                .optional(
                    "shot_distance",
                    "double precision",
                    "from the basket",
                    unit: "feet",
                    source: "shot_distance"
                ),
                .optional("points_scored", "bigint", "by the play", unit: "points", source: "points"),
                .optional("free_throw_number", "bigint", "place of the free throw in its trip", source: "num"),
                .optional("free_throws_awarded", "bigint", "free throws of the trip", source: "outof"),
                .optional(
                    "original_x",
                    "double precision",
                    "from the basket across",
                    unit: "tenths of a foot",
                    source: "original_x"
                ),
                .optional(
                    "original_y",
                    "double precision",
                    "from the basket along",
                    unit: "tenths of a foot",
                    source: "original_y"
                ),
                .optional(
                    "converted_x",
                    "double precision",
                    "across the court, both halves in one frame",
                    unit: "feet",
                    source: "converted_x"
                ),
                .optional(
                    "converted_y",
                    "double precision",
                    "along the court, both halves in one frame",
                    unit: "feet",
                    source: "converted_y"
                ),
                .optional("away_player_1_lookup", "text", "on the floor for the away team", source: "a1"),
                .optional("away_player_2_lookup", "text", "on the floor for the away team", source: "a2"),
                .optional("away_player_3_lookup", "text", "on the floor for the away team", source: "a3"),
                .optional("away_player_4_lookup", "text", "on the floor for the away team", source: "a4"),
                .optional("away_player_5_lookup", "text", "on the floor for the away team", source: "a5"),
                .optional("home_player_1_lookup", "text", "on the floor for the home team", source: "h1"),
                .optional("home_player_2_lookup", "text", "on the floor for the home team", source: "h2"),
                .optional("home_player_3_lookup", "text", "on the floor for the home team", source: "h3"),
                .optional("home_player_4_lookup", "text", "on the floor for the home team", source: "h4"),
                .optional("home_player_5_lookup", "text", "on the floor for the home team", source: "h5"),
            ]
        ).text
    )
}
