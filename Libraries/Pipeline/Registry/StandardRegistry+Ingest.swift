extension Registry {
    /// The 33 scrapers and what operators lay down. Those without kinds of run are asked for by hand or by a backfill.
    static let scrapers: [ProcessorDefinition] = [
        // The league.
        .init("nbac_schedule_api", .scrapers, requirement: .critical, runKinds: [.full, .pregame, .postgame]),
        .init("nbac_schedule_cdn", .scrapers, requirement: .optional),
        .init("nbac_player_list", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        .init(
            "nbac_player_movement",
            .scrapers,
            requirement: .optional,
            runKinds: [.full, .pregame]
        ),
        .init("nbac_scoreboard_v2", .scrapers, requirement: .optional, runKinds: [.full, .postgame]),
        .init("nbac_injury_report", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        .init(
            "nbac_play_by_play",
            .scrapers,
            unit: .game,
            requirement: .optional,
            discoveredBy: "nbac_schedule_api",
            runKinds: [.full, .postgame]
        ),
        .init("nbac_player_boxscore", .scrapers, requirement: .critical, runKinds: [.full, .postgame]),
        .init(
            "nbac_team_boxscore",
            .scrapers,
            unit: .game,
            requirement: .critical,
            discoveredBy: "nbac_schedule_api",
            runKinds: [.full, .postgame]
        ),
        .init("nbac_roster", .scrapers, unit: .team, requirement: .optional),
        .init(
            "nbac_gamebook_pdf",
            .scrapers,
            unit: .game,
            requirement: .optional,
            discoveredBy: "nbac_schedule_api",
            runKinds: [.full, .postgame]
        ),
        .init(
            "nbac_referee_assignments",
            .scrapers,
            requirement: .optional,
            runKinds: [.full, .pregame]
        ),

        // Bookmakers.
        .init("oddsa_events", .scrapers, runKinds: [.full, .pregame]),
        .init(
            "oddsa_player_props",
            .scrapers,
            unit: .event,
            discoveredBy: "oddsa_events",
            runKinds: [.full, .pregame]
        ),
        .init("oddsa_game_lines", .scrapers, unit: .event, discoveredBy: "oddsa_events", runKinds: [.full, .pregame]),
        .init("oddsa_events_his", .scrapers, requirement: .optional),
        .init(
            "oddsa_player_props_his",
            .scrapers,
            unit: .event,
            requirement: .optional,
            discoveredBy: "oddsa_events_his"
        ),
        .init(
            "oddsa_game_lines_his",
            .scrapers,
            unit: .event,
            requirement: .optional,
            discoveredBy: "oddsa_events_his"
        ),
        .init("oddsa_team_players", .scrapers, unit: .team, requirement: .optional),
        .init("bp_events", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        .init(
            "bp_player_props",
            .scrapers,
            requirement: .optional,
            discoveredBy: "bp_events",
            runKinds: [.full, .pregame]
        ),

        // Others.
        .init(
            "br_season_roster",
            .scrapers,
            unit: .team,
            requirement: .optional,
            runKinds: [.full, .pregame]
        ),
        .init(
            "bigdataball_discovery",
            .scrapers,
            requirement: .optional,
            runKinds: [.full, .postgame]
        ),
        .init(
            "bigdataball_pbp",
            .scrapers,
            unit: .game,
            requirement: .optional,
            discoveredBy: "bigdataball_discovery",
            runKinds: [.full, .postgame]
        ),
        .init(
            "espn_roster",
            .scrapers,
            unit: .team,
            requirement: .optional,
            runKinds: [.full, .pregame]
        ),
        .init("espn_scoreboard", .scrapers, requirement: .optional, runKinds: [.full, .postgame]),
        .init(
            "espn_game_boxscore",
            .scrapers,
            unit: .event,
            requirement: .optional,
            discoveredBy: "espn_scoreboard",
            runKinds: [.full, .postgame]
        ),
        .init("bdl_games", .scrapers, requirement: .optional),
        .init("bdl_box_scores", .scrapers, requirement: .optional, runKinds: [.full, .postgame]),
        .init("bdl_player_box_scores", .scrapers, requirement: .optional),
        .init("bdl_active_players", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        .init("bdl_injuries", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        .init("bdl_standings", .scrapers, requirement: .optional, runKinds: [.full, .pregame]),
        // Nothing to fetch: operators lay these payloads down with `tipoff override`.
        .init("operator_player_status", .scrapers, unit: .player, requirement: .optional, isEnabled: false),
    ]

    /// The raw processors of the 21 sources and of operators, each named after its table.
    static let raw: [ProcessorDefinition] = [
        .init(
            "nbac_schedule",
            .raw,
            requirement: .critical,
            output: "nba_raw.nbac_schedule",
            scraper: "nbac_schedule_api",
            otherScrapers: ["nbac_schedule_cdn"]
        ),
        .init(
            "nbac_player_list_current",
            .raw,
            requirement: .optional,
            output: "nba_raw.nbac_player_list_current",
            scraper: "nbac_player_list"
        ),
        .init(
            "nbac_player_movement",
            .raw,
            requirement: .optional,
            output: "nba_raw.nbac_player_movement",
            scraper: "nbac_player_movement"
        ),
        .init(
            "nbac_injury_report",
            .raw,
            requirement: .optional,
            output: "nba_raw.nbac_injury_report",
            scraper: "nbac_injury_report"
        ),
        .init(
            "nbac_gamebook_player_stats",
            .raw,
            unit: .game,
            requirement: .optional,
            output: "nba_raw.nbac_gamebook_player_stats",
            scraper: "nbac_gamebook_pdf"
        ),
        .init(
            "nbac_player_boxscores",
            .raw,
            requirement: .critical,
            output: "nba_raw.nbac_player_boxscores",
            scraper: "nbac_player_boxscore"
        ),
        .init(
            "nbac_team_boxscore",
            .raw,
            unit: .game,
            requirement: .critical,
            output: "nba_raw.nbac_team_boxscore",
            scraper: "nbac_team_boxscore"
        ),
        .init(
            "nbac_play_by_play",
            .raw,
            unit: .game,
            requirement: .optional,
            output: "nba_raw.nbac_play_by_play",
            scraper: "nbac_play_by_play"
        ),
        .init(
            "nbac_referee_game_assignments",
            .raw,
            requirement: .optional,
            output: "nba_raw.nbac_referee_game_assignments",
            scraper: "nbac_referee_assignments"
        ),
        .init(
            "odds_api_player_points_props",
            .raw,
            unit: .event,
            output: "nba_raw.odds_api_player_points_props",
            scraper: "oddsa_player_props",
            otherScrapers: ["oddsa_player_props_his"]
        ),
        .init(
            "odds_api_game_lines",
            .raw,
            unit: .event,
            output: "nba_raw.odds_api_game_lines",
            scraper: "oddsa_game_lines",
            otherScrapers: ["oddsa_game_lines_his"]
        ),
        .init(
            "bettingpros_player_points_props",
            .raw,
            requirement: .optional,
            output: "nba_raw.bettingpros_player_points_props",
            scraper: "bp_player_props"
        ),
        .init(
            "br_rosters_current",
            .raw,
            unit: .team,
            requirement: .optional,
            output: "nba_raw.br_rosters_current",
            scraper: "br_season_roster"
        ),
        .init(
            "bigdataball_play_by_play",
            .raw,
            unit: .game,
            requirement: .optional,
            output: "nba_raw.bigdataball_play_by_play",
            scraper: "bigdataball_pbp"
        ),
        .init(
            "espn_team_rosters",
            .raw,
            unit: .team,
            requirement: .optional,
            output: "nba_raw.espn_team_rosters",
            scraper: "espn_roster"
        ),
        .init(
            "espn_scoreboard",
            .raw,
            requirement: .optional,
            output: "nba_raw.espn_scoreboard",
            scraper: "espn_scoreboard"
        ),
        .init(
            "espn_boxscores",
            .raw,
            unit: .event,
            requirement: .optional,
            output: "nba_raw.espn_boxscores",
            scraper: "espn_game_boxscore"
        ),
        .init(
            "bdl_player_boxscores",
            .raw,
            requirement: .optional,
            output: "nba_raw.bdl_player_boxscores",
            scraper: "bdl_box_scores",
            otherScrapers: ["bdl_player_box_scores"]
        ),
        .init(
            "bdl_active_players_current",
            .raw,
            requirement: .optional,
            output: "nba_raw.bdl_active_players_current",
            scraper: "bdl_active_players"
        ),
        .init(
            "bdl_injuries",
            .raw,
            requirement: .optional,
            output: "nba_raw.bdl_injuries",
            scraper: "bdl_injuries"
        ),
        .init(
            "bdl_standings",
            .raw,
            requirement: .optional,
            output: "nba_raw.bdl_standings",
            scraper: "bdl_standings"
        ),
        .init(
            "operator_player_status",
            .raw,
            unit: .player,
            requirement: .optional,
            output: "nba_raw.operator_player_status",
            scraper: "operator_player_status"
        ),
    ]
}
