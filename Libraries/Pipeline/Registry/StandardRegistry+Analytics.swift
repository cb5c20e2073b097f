/// Phase 3.
extension Registry {
    static let analytics: [ProcessorDefinition] =
        [
            .init(
                "team_offense_game_summary",
                .analytics,
                level: 1,
                requirement: .critical,
                output: teamOffense,
                inputs: [
                    Input(
                        "nba_raw.nbac_team_boxscore",
                        boxColumns.union(["team_abbr"]),
                        dependency: .init("nbac_boxscore", isCritical: true, chain: "box", .init(.teams(.final)))
                    ),
                    // The sum of the players stands in where a team's row is missing.
                    Input(
                        gamebook,
                        boxColumns.union(["team_abbr", "player_status"]),
                        dependency: .init("gamebook_players", isCritical: true, chain: "box", appeared)
                    ),
                    Input(
                        "nba_raw.nbac_player_boxscores",
                        boxColumns.union(["team_abbr"]),
                        dependency: .init("boxscore_players", isCritical: true, chain: "box", fiveOfFinal)
                    ),
                    Input(
                        schedule,
                        pairing.union(result).union(place),
                        dependency: .init("nbac_schedule", isCritical: true, .init(.season, by: nil))
                    ),
                    Input("nba_raw.nbac_referee_game_assignments", ["official_id"]),
                ] + playByPlays(league: "play_by_play", late: 48, stale: 168),
                minimumRows: .init(.init(.teams(.final)), share: 1)
            ),
            .init(
                "team_defense_game_summary",
                .analytics,
                level: 2,
                requirement: .required,
                output: teamDefense,
                inputs: [
                    Input(
                        teamOffense,
                        [
                            "game_id", "nba_game_id", "season_year", "season_type", "opponent_team_abbr",
                            "home_game", "points_scored", "fg_attempts", "fg_makes", "three_pt_attempts",
                            "three_pt_makes",
                            "ft_attempts", "ft_makes", "rebounds", "assists", "turnovers", "personal_fouls", "steals",
                            "blocks", "defensive_rebounds", "possessions", "pace", "offensive_rating", "ts_pct",
                            "win_flag", "margin_of_victory", "overtime_periods", "team_paint_attempts",
                            "team_paint_makes", "team_mid_range_attempts", "team_mid_range_makes",
                            "team_three_attempts_pbp", "team_three_makes_pbp", "shot_zones_source",
                            "players_inactive", "referee_crew", "primary_source_used", "data_quality_tier",
                        ],
                        dependency: .init("team_offense", isCritical: true, .init(.teams(.final)))
                    ),
                    Input(schedule, pairing.union(["game_status"])),
                ] + playByPlays(league: "nbac_pbp", late: 12, stale: 24),
                minimumRows: .init(.init(.teams(.final), by: "defending_team_abbr"), share: 1)
            ),
            .init(
                "player_game_summary",
                .analytics,
                level: 2,
                requirement: .critical,
                output: playerSummary,
                inputs: [
                    Input(
                        "nba_raw.nbac_player_boxscores",
                        boxColumns.union(["team_abbr", "plus_minus", "player_full_name", "player_lookup"]),
                        dependency: .init("boxscore", isCritical: true, chain: "box", fiveOfFinal)
                    ),
                    Input(
                        "nba_raw.odds_api_player_points_props",
                        lineColumns,
                        entities: [.player],
                        dependency: .init("odds", linesOf(.final), minimumCoverage: 0.5, stale: 168)
                    ),
                    Input(
                        gamebook,
                        boxColumns.union([
                            "team_abbr", "plus_minus", "player_full_name", "player_lookup", "player_status",
                            "absence_reason", "starting_position",
                        ]),
                        dependency: .init("nbac", isCritical: true, chain: "box", appeared, late: 12, stale: 24)
                    ),
                    Input(schedule, pairing.union(result).union(["tipoff_at"])),
                    Input(
                        teamOffense,
                        ["nba_game_id", "fg_attempts", "ft_attempts", "turnovers", "team_minutes", "win_flag"],
                        dependency: .init("team", isCritical: true, .init(.teams(.final)), late: 48, stale: 168)
                    ),
                ] + playByPlays(league: "nbac_pbp", late: 12, stale: 24),
                minimumRows: .init(appeared, share: 0.9)
            ),
            .init(
                "upcoming_player_game_context",
                .analytics,
                level: 1,
                requirement: .critical,
                output: playerContext,
                inputs: [
                    Input(
                        schedule,
                        pairing.union(place).union(["tipoff_at", "is_postponed"]),
                        dependency: .init("schedule", isCritical: true, .init(.season, by: nil))
                    ),
                    Input(
                        "nba_raw.odds_api_player_points_props",
                        lineColumns,
                        entities: [.player],
                        dependency: .init("props", linesOf(.open), minimumCoverage: 0.5)
                    ),
                    Input(
                        "nba_raw.odds_api_game_lines",
                        gameLineColumns,
                        dependency: .init("game_lines", linesOf(.open), minimumCoverage: 0.5)
                    ),
                    // Who is out concerns the whole team.
                    Input(
                        "nba_raw.nbac_injury_report",
                        ["injury_status", "reason", "is_listed", "is_team_submitted"],
                        entities: [.player, .team],
                        dependency: .init("injury_report", .init(.report, by: nil), late: 8, stale: 24)
                    ),
                    Input(operatorStatus, statusColumns),
                    Input(operatorStatus, statusColumns, .laterDatesOfSeason),
                    Input(
                        playerSummary,
                        [
                            "points", "minutes_played", "usage_rate", "team_abbr", "player_status", "nba_player_id",
                            "player_full_name",
                        ],
                        .laterDatesOfSeason,
                        dependency: .init("boxscore", playersBefore)
                    ),
                    Input(
                        teamOffense,
                        place.union(["pace", "defensive_rating", "home_game", "opponent_team_abbr"]),
                        .laterDatesOfSeason
                    ),
                    Input(teamDefense, ["opp_ft_attempts", "opponent_possessions"], .laterDatesOfSeason),
                ]
                    // A birth date that is learnt late is as true on the dates before.
                    + ["nba_raw.espn_team_rosters", "nba_raw.br_rosters_current"].map {
                        Input($0, ["birth_date", "player_lookup"], .wholeSeason, entities: [.player])
                    },
                minimumRows: .init(.init(.seasonedTeams, rows: ExpectedRows.playersOfTeam), share: 0.8)
            ),
            .init(
                "upcoming_team_game_context",
                .analytics,
                level: 1,
                requirement: .required,
                output: teamContext,
                inputs: [
                    Input(
                        schedule,
                        pairing.union(place).union(["tipoff_at", "is_postponed"]),
                        dependency: .init("nbac_schedule", isCritical: true, .init(.season, by: nil))
                    ),
                    Input(
                        "nba_raw.odds_api_game_lines",
                        gameLineColumns,
                        dependency: .init("odds_lines", linesOf(.open), minimumCoverage: 0.5, late: 4, stale: 12)
                    ),
                    Input(
                        "nba_raw.nbac_injury_report",
                        ["injury_status", "is_listed", "is_team_submitted"],
                        entities: [.player, .team],
                        dependency: .init("injury_report", .init(.report, by: nil), late: 8, stale: 24)
                    ),
                    Input(operatorStatus, statusColumns),
                    Input(operatorStatus, statusColumns, .laterDatesOfSeason),
                    Input(
                        teamOffense,
                        place.union(["home_game", "opponent_team_abbr", "win_flag", "margin_of_victory"]),
                        .laterDatesOfSeason
                    ),
                    Input(
                        playerSummary,
                        ["minutes_played", "team_abbr", "player_status"],
                        .laterDatesOfSeason
                    ),
                ],
                minimumRows: .init(.init(.teams(.open)), share: 1)
            ),
        ]

    private static let operatorStatus = "nba_raw.operator_player_status"
    private static let boxColumns: Set<String> = [
        "points", "minutes", "field_goals_made", "field_goals_attempted", "three_pointers_made",
        "three_pointers_attempted", "free_throws_made", "free_throws_attempted", "offensive_rebounds",
        "defensive_rebounds", "total_rebounds", "assists", "steals", "blocks", "turnovers", "personal_fouls",
    ]
    static let lineColumns: Set<String> = [
        "points_line", "over_price_american", "under_price_american", "snapshot_timestamp", "bookmaker",
        "game_start_time", "is_after_tipoff", "is_synthetic", "home_team_abbr", "away_team_abbr",
    ]
    private static let statusColumns: Set<String> = ["injury_status", "reason", "until_date"]
    /// Where a game is played.
    private static let place: Set<String> = ["arena_city", "is_neutral_site"]
    private static let gameLineColumns: Set<String> = [
        "outcome_point", "outcome_team_abbr", "snapshot_timestamp", "game_start_time", "is_after_tipoff",
        "is_synthetic", "home_team_abbr", "away_team_abbr",
    ]
    /// Shots, whose game concerns every reader as a whole.
    private static let shotColumns: Set<String> = [
        "team_abbr", "home_team_abbr", "away_team_abbr", "player_1_lookup", "assist_player_lookup",
        "block_player_lookup", "shot_made", "shot_type", "shot_distance",
    ]
    /// One play-by-play of a game is enough; ages in hours.
    private static func playByPlays(league prefix: String, late: Double, stale: Double) -> [Input] {
        let events = ExpectedRows(.games(.final), by: "home_team_abbr")
        return [
            Input(
                "nba_raw.bigdataball_play_by_play",
                shotColumns.union(["event_subtype", "free_throw_number", "free_throws_awarded"]),
                entities: [.game],
                dependency: .init("bbd", chain: "zones", events, late: 12, stale: 24)
            ),
            Input(
                "nba_raw.nbac_play_by_play",
                shotColumns.union(["event_action_type", "event_descriptor"]),
                entities: [.game],
                dependency: .init(prefix, chain: "zones", events, late: late, stale: stale)
            ),
        ]
    }
    private static let fiveOfFinal = ExpectedRows(.teams(.final), rows: ExpectedRows.playersOfTeam)
    private static let appeared = ExpectedRows(
        .teams(.final),
        rows: ExpectedRows.playersOfTeam,
        only: .init("player_status", "active")
    )
    /// Somebody's line of each game.
    private static func linesOf(_ games: ExpectedRows.Games) -> ExpectedRows {
        .init(.games(games), by: "home_team_abbr")
    }
    private static let gamebook = "nba_raw.nbac_gamebook_player_stats"
    private static let result: Set<String> = ["game_status", "home_team_score", "away_team_score"]
}
