import Postgres

extension WarehouseMigrations {
    /// The rest of Phase 4: zones of defences and players, and the composite factors.
    static let zonesAndFactors = PostgresMigration(
        version: 27,
        name: "zone analyses and composite factors",
        sql: zoneDefense.text + shotZones.text + factors.text + cacheColumns
    )

    private static let share = "makes an attempt, a fraction"
    private static let versusLeague = "percentage points above the league's mean share; positive is weaker"

    private static let zoneDefense = TableSQL(
        "nba_precompute.team_defense_zone_analysis",
        "What a team's defence has allowed by zone over its last fifteen games before a day",
        key: ["analysis_date", "team_abbr"],
        [
            .required("analysis_date", "date", "the day that the games lead up to", unit: "Eastern date"),
            .required("season_year", "bigint", "the season's first year"),
            .required("team_abbr", "text", "the tricode of the team that defends"),
            .optional(
                "paint_pct_allowed_last_15",
                "double precision",
                "makes an attempt in the paint",
                unit: "fraction"
            ),
            .optional(
                "mid_range_pct_allowed_last_15",
                "double precision",
                "makes an attempt from mid-range",
                unit: "fraction"
            ),
            .optional(
                "three_pt_pct_allowed_last_15",
                "double precision",
                "makes an attempt from three",
                unit: "fraction"
            ),
            .optional(
                "paint_attempts_allowed_per_game",
                "double precision",
                "over the games with zones",
                unit: "shots a game"
            ),
            .optional(
                "mid_range_attempts_allowed_per_game",
                "double precision",
                "over the games with zones",
                unit: "shots a game"
            ),
            .optional(
                "three_pt_attempts_allowed_per_game",
                "double precision",
                "over the games with zones",
                unit: "shots a game"
            ),
            .optional(
                "paint_points_allowed_per_game",
                "double precision",
                "2 for each make, over the games with zones",
                unit: "points a game"
            ),
            .optional("paint_blocks_per_game", "double precision", "own blocks in the paint", unit: "blocks a game"),
            .optional(
                "mid_range_blocks_per_game",
                "double precision",
                "own blocks from mid-range",
                unit: "blocks a game"
            ),
            .optional("three_pt_blocks_per_game", "double precision", "own blocks of threes", unit: "blocks a game"),
            .optional("paint_defense_vs_league_avg", "double precision", versusLeague, unit: "percentage points"),
            .optional("mid_range_defense_vs_league_avg", "double precision", versusLeague, unit: "percentage points"),
            .optional("three_pt_defense_vs_league_avg", "double precision", versusLeague, unit: "percentage points"),
            .optional(
                "defensive_rating_last_15",
                "double precision",
                "mean over the games",
                unit: "points per 100 possessions"
            ),
            .optional("opponent_points_per_game", "double precision", "mean over the games", unit: "points a game"),
            .optional("opponent_pace", "double precision", "mean over the games", unit: "possessions per 48 minutes"),
            .required("games_in_sample", "bigint", "games of the window", unit: "games"),
            .required("games_with_zones", "bigint", "those of which a play-by-play tells", unit: "games"),
            .required(
                "expected_games",
                "bigint",
                "games that a team should have by this day of the season",
                unit: "games"
            ),
            .optional("strongest_zone", "text", "paint, mid_range or perimeter: lowest against the league"),
            .optional("weakest_zone", "text", "paint, mid_range or perimeter: highest against the league"),
            .optional("history_last_game_date", "date", "the last game of the window", unit: "Eastern date"),
            .required("data_quality_tier", "text", "high from 15 games on, medium from 10, else low"),
        ]
    )

    private static let shotZones = TableSQL(
        "nba_precompute.player_shot_zone_analysis",
        "From where a player has shot over his last games before a day, and how well",
        key: ["analysis_date", "player_lookup"],
        [
            .required("player_lookup", "text", "the name that tables are joined by"),
            .required("analysis_date", "date", "the day that the games lead up to", unit: "Eastern date"),
            .required("season_year", "bigint", "the season's first year"),
            .optional("paint_rate_last_10", "double precision", "share of his attempts", unit: "percent 0…100"),
            .optional("mid_range_rate_last_10", "double precision", "share of his attempts", unit: "percent 0…100"),
            .optional("three_pt_rate_last_10", "double precision", "share of his attempts", unit: "percent 0…100"),
            .optional("paint_pct_last_10", "double precision", share, unit: "fraction"),
            .optional("mid_range_pct_last_10", "double precision", share, unit: "fraction"),
            .optional("three_pt_pct_last_10", "double precision", share, unit: "fraction"),
            .optional("paint_attempts_per_game", "double precision", "over the games with zones", unit: "shots a game"),
            .optional(
                "mid_range_attempts_per_game",
                "double precision",
                "over the games with zones",
                unit: "shots a game"
            ),
            .optional(
                "three_pt_attempts_per_game",
                "double precision",
                "over the games with zones",
                unit: "shots a game"
            ),
            .required("total_shots_last_10", "bigint", "attempts in the games with zones", unit: "shots"),
            .required("games_in_sample_10", "bigint", "games with zones among the last ten", unit: "games"),
            .required("sample_quality_10", "text", "excellent 10, good 7, limited 5, insufficient"),
            .optional("paint_rate_last_20", "double precision", "from fifteen games on", unit: "percent 0…100"),
            .optional("paint_pct_last_20", "double precision", "from fifteen games on", unit: "fraction"),
            .required("games_in_sample_20", "bigint", "games with zones among the last twenty", unit: "games"),
            .required("sample_quality_20", "text", "excellent 20, good 14, limited 10, insufficient"),
            .optional("assisted_rate_last_10", "double precision", "of his makes", unit: "percent 0…100"),
            .optional("unassisted_rate_last_10", "double precision", "of his makes", unit: "percent 0…100"),
            .optional("primary_scoring_zone", "text", "paint, perimeter, mid_range or balanced"),
            .optional("history_last_game_date", "date", "his last game before the day", unit: "Eastern date"),
            .required("data_quality_tier", "text", "high from 10 games on, medium from 7, else low"),
        ]
    )

    private static let factors = TableSQL(
        "nba_precompute.player_composite_factors",
        "What shifts a player's expectation for one game",
        key: ["game_date", "player_lookup"],
        [
            .required("player_lookup", "text", "the name that tables are joined by"),
            .required("game_date", "date", "the day of the game", unit: "Eastern date"),
            .required("game_id", "text", "the game: date, away and home team, YYYYMMDD_AWAY_HOME"),
            .required("season_year", "bigint", "the season's first year"),
            .required("team_abbr", "text", "the player's team"),
            .required("opponent_team_abbr", "text", "the other team"),
            .optional("fatigue_score", "double precision", "100 is fresh", unit: "score 0…100"),
            .optional("fatigue_adjustment", "double precision", "(score − 100) / 20", unit: "points −5…0"),
            .optional(
                "shot_zone_mismatch_score",
                "double precision",
                "positive against a soft defence where he shoots",
                unit: "points −10…10"
            ),
            .optional("pace_score", "double precision", "half the difference of the paces", unit: "points −3…3"),
            .optional("usage_spike_score", "double precision", "projected above usual usage", unit: "points −3…3"),
            .optional(
                "total_composite_adjustment",
                "double precision",
                "the sum; null while one of the four is",
                unit: "points"
            ),
            .optional("mismatch_zone", "text", "the zone of the mismatch: paint, mid_range or perimeter"),
            .optional("mismatch_zone_rate", "double precision", "his share of attempts there", unit: "percent 0…100"),
            .optional(
                "mismatch_zone_defense",
                "double precision",
                "the defence there",
                unit: "percentage points above the league"
            ),
            .optional(
                "pace_differential",
                "double precision",
                "own less opponent's, last ten games",
                unit: "possessions per 48 minutes"
            ),
            .optional("projected_usage_rate", "double precision", "for this game", unit: "percent 0…100"),
            .optional("usual_usage_rate", "double precision", "of the last ten games", unit: "percent 0…100"),
            .optional("star_teammates_out", "bigint", "null without a report about the team", unit: "players"),
            .optional("player_age", "bigint", "null where no roster tells; then age adds nothing", unit: "years"),
            .required("calculation_version", "text", "changes with any formula"),
            .required(
                "data_completeness_pct",
                "double precision",
                "a quarter for each known factor",
                unit: "percent 0…100"
            ),
            .optional("missing_data_fields", "text", "the factors that are unknown, with commas"),
            .optional("warnings", "text", "what is unusual, with commas"),
        ]
    )

    private static let cacheColumns = TableSQL.adding(
        to: "nba_precompute.player_daily_cache",
        [
            .optional("primary_scoring_zone", "text", "from player_shot_zone_analysis"),
            .optional(
                "paint_rate_last_10",
                "double precision",
                "from player_shot_zone_analysis",
                unit: "percent 0…100"
            ),
            .optional(
                "mid_range_rate_last_10",
                "double precision",
                "from player_shot_zone_analysis",
                unit: "percent 0…100"
            ),
            .optional(
                "three_pt_rate_last_10",
                "double precision",
                "from player_shot_zone_analysis",
                unit: "percent 0…100"
            ),
            .optional(
                "assisted_rate_last_10",
                "double precision",
                "from player_shot_zone_analysis",
                unit: "percent 0…100"
            ),
            .optional("player_age", "bigint", "from the context", unit: "years"),
        ]
    )
}
