import Postgres

extension WarehouseMigrations {
    /// The rest of Phase 3: what defences allow, team contexts, shots by zone, who did not play and why.
    static let defenseAndZones = PostgresMigration(
        version: 26,
        name: "defence, zones and team contexts",
        sql: defenseSummary.text + teamContext.text + offenseColumns + summaryColumns + contextColumns
            + """
            ALTER TABLE nba_analytics.player_game_summary ALTER COLUMN nba_player_id DROP NOT NULL;
            """
    )

    private static let game: [TableSQL.ColumnSQL] = [
        .required("game_id", "text", "the game: date, away and home team, YYYYMMDD_AWAY_HOME"),
        .required("nba_game_id", "text", "the league's id of the game, ten digits"),
        .required("game_date", "date", "the day on which the game begins", unit: "Eastern date"),
        .required("season_year", "bigint", "the season's first year"),
        .required("season_type", "text", "regular, playoffs or play_in, by the game id"),
    ]

    private static let defenseSummary = TableSQL(
        "nba_analytics.team_defense_game_summary",
        "What a team's defence allowed in a settled game",
        key: ["game_date", "defending_team_abbr"],
        indexes: [["season_year", "game_date"]],
        game + [
            .required("defending_team_abbr", "text", "the tricode of the team that defends"),
            .required("opponent_team_abbr", "text", "the other team's tricode"),
            .required("home_game", "boolean", "true for the home team"),
            .optional("points_allowed", "bigint", "the opponent's points", unit: "points"),
            .optional("opp_fg_attempts", "bigint", "field goals attempted by the opponent", unit: "shots"),
            .optional("opp_fg_makes", "bigint", "field goals made by the opponent", unit: "shots"),
            .optional("opp_three_pt_attempts", "bigint", "three-pointers attempted by the opponent", unit: "shots"),
            .optional("opp_three_pt_makes", "bigint", "three-pointers made by the opponent", unit: "shots"),
            .optional("opp_ft_attempts", "bigint", "free throws attempted by the opponent", unit: "shots"),
            .optional("opp_ft_makes", "bigint", "free throws made by the opponent", unit: "shots"),
            .optional("opp_rebounds", "bigint", "rebounds of the opponent", unit: "rebounds"),
            .optional("opp_assists", "bigint", "assists of the opponent", unit: "assists"),
            .optional("turnovers_forced", "bigint", "turnovers of the opponent", unit: "turnovers"),
            .optional("fouls_committed", "bigint", "own personal fouls", unit: "fouls"),
            .optional("opp_paint_attempts", "bigint", "by a play-by-play, eight feet or nearer", unit: "shots"),
            .optional("opp_paint_makes", "bigint", "of these", unit: "shots"),
            .optional(
                "opp_mid_range_attempts",
                "bigint",
                "by a play-by-play, two-pointers from farther",
                unit: "shots"
            ),
            .optional("opp_mid_range_makes", "bigint", "of these", unit: "shots"),
            .optional("opp_three_attempts_pbp", "bigint", "three-pointers by the same play-by-play", unit: "shots"),
            .optional("opp_three_makes_pbp", "bigint", "of these", unit: "shots"),
            .optional("points_in_paint_allowed", "bigint", "2 for each make in the paint", unit: "points"),
            .optional("mid_range_points_allowed", "bigint", "2 for each make from mid-range", unit: "points"),
            .optional("three_pt_points_allowed", "bigint", "3 for each three of the box score", unit: "points"),
            .optional("blocks_paint", "bigint", "own blocks of shots in the paint", unit: "blocks"),
            .optional("blocks_mid_range", "bigint", "own blocks of shots from mid-range", unit: "blocks"),
            .optional("blocks_three_pt", "bigint", "own blocks of three-pointers", unit: "blocks"),
            .optional("steals", "bigint", "own steals", unit: "steals"),
            .optional("blocks", "bigint", "own blocks by the box score", unit: "blocks"),
            .optional("defensive_rebounds", "bigint", "own defensive rebounds", unit: "rebounds"),
            .optional("opponent_possessions", "double precision", "FGA + 0.44 FTA − OREB + TOV", unit: "possessions"),
            .optional("opponent_pace", "double precision", "overtime taken out", unit: "possessions per 48 minutes"),
            .optional("defensive_rating", "double precision", "allowed", unit: "points per 100 possessions"),
            .optional("opponent_ts_pct", "double precision", "the opponent's true shooting", unit: "fraction"),
            .optional("win_flag", "boolean", "true for a win, from the score; null without one"),
            .optional("margin_of_victory", "bigint", "scored less allowed", unit: "points"),
            .optional("overtime_periods", "bigint", "overtimes", unit: "periods"),
            .optional("players_inactive", "bigint", "own players whom the gamebook calls inactive", unit: "players"),
            .optional("referee_crew", "text", "the officials' league ids with commas"),
            .optional("shot_zones_source", "text", "the play-by-play that the zones come from"),
            .required("primary_source_used", "text", "the table that the opponent's box line comes from"),
            .required("data_quality_tier", "text", "gold, silver or bronze: the worse of the two teams' rows"),
        ]
    )

    private static let teamContext = TableSQL(
        "nba_analytics.upcoming_team_game_context",
        "What is known of a team before a game of the date",
        key: ["game_date", "team_abbr"],
        game + [
            .required("team_abbr", "text", "the team's tricode"),
            .required("opponent_team_abbr", "text", "the other team's tricode"),
            .required("home_game", "boolean", "true for the home team"),
            .optional("tipoff_at", "timestamptz", "when the game begins", unit: "UTC"),
            .optional("days_rest", "bigint", "since the last game; 1 is a back-to-back", unit: "days"),
            .optional("back_to_back", "boolean", "the last game was yesterday"),
            .required("games_in_last_7_days", "bigint", "games after date − 7 and before the date", unit: "games"),
            .required("games_in_last_14_days", "bigint", "games after date − 14 and before the date", unit: "games"),
            .required("game_number_in_season", "bigint", "1 for the season's first game", unit: "games"),
            .required("win_streak_entering", "bigint", "games won without a break", unit: "games"),
            .required("loss_streak_entering", "bigint", "games lost without a break", unit: "games"),
            .optional("last_game_margin", "bigint", "scored less allowed in the last game", unit: "points"),
            .optional("last_game_result", "text", "W or L"),
            .optional(
                "game_spread",
                "double precision",
                "the team's own handicap, negative for the favourite",
                unit: "points"
            ),
            .optional("opening_spread", "double precision", "the first one seen", unit: "points"),
            .optional("spread_movement", "double precision", "the last less the first", unit: "points"),
            .optional("game_total", "double precision", "points of both teams that the books expect", unit: "points"),
            .optional("opening_total", "double precision", "the first one seen", unit: "points"),
            .optional("total_movement", "double precision", "the last less the first", unit: "points"),
            .optional("game_lines_source", "text", "the book, consensus of several, or synthetic"),
            .optional("players_out", "bigint", "players of the last 30 days who are out or doubtful", unit: "players"),
            .optional("starters_out", "bigint", "of them those who start, by minutes", unit: "players"),
            .optional("questionable_players", "bigint", "players of the last 30 days in question", unit: "players"),
            .optional(
                "travel_miles",
                "double precision",
                "from the last game's arena to this one",
                unit: "statute miles"
            ),
            .optional("time_zone_changes", "bigint", "between the two arenas' clocks", unit: "hours"),
            .optional("miles_traveled_last_14_days", "double precision", "this way included", unit: "statute miles"),
            .optional("time_zones_crossed_last_14_days", "bigint", "this way included", unit: "hours"),
            .required("consecutive_road_games", "bigint", "this game included; 0 at home", unit: "games"),
            .optional("opponent_days_rest", "bigint", "since the opponent's last game", unit: "days"),
            .required("history_games", "bigint", "own games of the season before the date", unit: "games"),
            .optional("history_last_game_date", "date", "the last of them", unit: "Eastern date"),
            .required("data_quality_tier", "text", "gold, silver, bronze or poor, by the number of games"),
        ]
    )

    private static let offenseColumns = TableSQL.adding(
        to: "nba_analytics.team_offense_game_summary",
        [
            .optional("team_paint_attempts", "bigint", "by a play-by-play, eight feet or nearer", unit: "shots"),
            .optional("team_paint_makes", "bigint", "of these", unit: "shots"),
            .optional(
                "team_mid_range_attempts",
                "bigint",
                "by a play-by-play, two-pointers from farther",
                unit: "shots"
            ),
            .optional("team_mid_range_makes", "bigint", "of these", unit: "shots"),
            .optional("team_three_attempts_pbp", "bigint", "three-pointers by the same play-by-play", unit: "shots"),
            .optional("team_three_makes_pbp", "bigint", "of these", unit: "shots"),
            .optional("points_in_paint_scored", "bigint", "2 for each make in the paint", unit: "points"),
            .optional("shot_zones_source", "text", "the play-by-play that the zones come from"),
            .optional("players_inactive", "bigint", "players whom the gamebook calls inactive", unit: "players"),
            .optional("referee_crew", "text", "the officials' league ids with commas"),
        ]
    )

    private static let summaryColumns = TableSQL.adding(
        to: "nba_analytics.player_game_summary",
        [
            .optional("opening_line", "double precision", "the first line of the same book", unit: "points"),
            .optional("line_movement", "double precision", "the last line less the first", unit: "points"),
            .optional("starter_flag", "boolean", "started, by the gamebook; null without one"),
            .optional("dnp_reason", "text", "why he did not play, in the gamebook's words"),
            .optional("dnp_reason_category", "text", "injury, rest, personal, coach_decision or other"),
            .optional("paint_attempts", "bigint", "by a play-by-play, eight feet or nearer", unit: "shots"),
            .optional("paint_makes", "bigint", "of these", unit: "shots"),
            .optional("mid_range_attempts", "bigint", "by a play-by-play, two-pointers from farther", unit: "shots"),
            .optional("mid_range_makes", "bigint", "of these", unit: "shots"),
            .optional("three_attempts_pbp", "bigint", "three-pointers by the same play-by-play", unit: "shots"),
            .optional("three_makes_pbp", "bigint", "of these", unit: "shots"),
            .optional(
                "has_complete_shot_zones",
                "boolean",
                "the zones hold the box score's attempts and makes"
            ),
            .optional("shot_zones_source", "text", "the play-by-play that the zones come from"),
            .optional("paint_blocks", "bigint", "shots in the paint that he blocked", unit: "blocks"),
            .optional("mid_range_blocks", "bigint", "shots from mid-range that he blocked", unit: "blocks"),
            .optional("three_pt_blocks", "bigint", "three-pointers that he blocked", unit: "blocks"),
            .optional("and1_count", "bigint", "baskets with a foul and one free throw", unit: "baskets"),
            .optional("assisted_fg_makes", "bigint", "makes that a team-mate assisted", unit: "shots"),
            .optional("unassisted_fg_makes", "bigint", "makes without an assist", unit: "shots"),
        ]
    )

    private static let contextColumns = TableSQL.adding(
        to: "nba_analytics.upcoming_player_game_context",
        [
            .optional("opening_spread", "double precision", "the first one seen", unit: "points"),
            .optional("spread_movement", "double precision", "the last less the first", unit: "points"),
            .optional("opening_total", "double precision", "the first one seen", unit: "points"),
            .optional("total_movement", "double precision", "the last less the first", unit: "points"),
            .optional(
                "opponent_def_rating_last_10",
                "double precision",
                "the opponent's last ten games",
                unit: "points per 100 possessions"
            ),
            .optional(
                "opponent_ft_rate_allowed",
                "double precision",
                "free throws that the opponent allows, last ten games",
                unit: "attempts per 100 possessions"
            ),
            .optional("opponent_days_rest", "bigint", "since the opponent's last game", unit: "days"),
            .optional(
                "travel_miles",
                "double precision",
                "from his team's last arena to this one",
                unit: "statute miles"
            ),
            .optional("time_zone_changes", "bigint", "between the two arenas' clocks", unit: "hours"),
            .optional(
                "miles_traveled_last_14_days",
                "double precision",
                "his team's, this way included",
                unit: "statute miles"
            ),
            .optional("time_zones_crossed_last_14_days", "bigint", "his team's, this way included", unit: "hours"),
            .optional("consecutive_road_games", "bigint", "his team's, this game included; 0 at home", unit: "games"),
            .optional("player_age", "bigint", "on the date, by a roster's birth date", unit: "years"),
            .optional("usage_rate_last_10", "double precision", "mean of his last ten games", unit: "percent 0…100"),
            .optional(
                "projected_usage_rate",
                "double precision",
                "the last ten games', spread over who is available",
                unit: "percent 0…100"
            ),
            .optional(
                "teammate_usage_out",
                "double precision",
                "mean usage of regulars who are out or doubtful, summed",
                unit: "percent"
            ),
        ]
    )
}
