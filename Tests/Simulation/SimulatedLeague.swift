import Pipeline

/// A small league with the shape of the real one: units that a scraper discovers, two raw tables, two levels of
/// analytics, two levels of precompute, and history that reaches from one date to every later one of the season.
enum SimulatedLeague {
    static let points = TableDefinition(
        "nba_raw.sim_points",
        key: ["game_date", "game_id", "player_lookup"],
        entities: [.player: "player_lookup"],
        columns: [.date("game_date"), .text("game_id"), .text("player_lookup"), .text("team_abbr"), .integer("points")]
    )
    static let lines = TableDefinition(
        "nba_raw.sim_lines",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        columns: [.date("game_date"), .text("player_lookup"), .text("team_abbr"), .integer("line")]
    )
    static let players = TableDefinition(
        "nba_analytics.sim_player",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup", .team: "team_abbr"],
        columns: [
            .date("game_date"), .text("player_lookup"), .text("team_abbr"), .integer("points"), .integer("line"),
        ]
    )
    static let teams = TableDefinition(
        "nba_analytics.sim_team",
        key: ["game_date", "team_abbr"],
        entities: [.team: "team_abbr"],
        columns: [.date("game_date"), .text("team_abbr"), .integer("total")]
    )
    static let cache = TableDefinition(
        "nba_precompute.sim_cache",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        columns: [.date("game_date"), .text("player_lookup"), .integer("total"), .integer("team_total")]
    )
    static let features = TableDefinition(
        "nba_precompute.sim_feature",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        columns: [.date("game_date"), .text("player_lookup"), .integer("feature")]
    )

    static let tables = [points, lines, players, teams, cache, features]
    static let derived = [players, teams, cache, features]

    static let registry = Registry([
        .init("sim_schedule", .scrapers, requirement: .critical, runKinds: [.full, .postgame]),
        .init(
            "sim_boxscore",
            .scrapers,
            unit: .game,
            requirement: .critical,
            discoveredBy: "sim_schedule",
            runKinds: [.full, .postgame]
        ),
        .init("sim_odds", .scrapers, runKinds: [.full, .pregame]),
        .init(
            "sim_points",
            .raw,
            unit: .game,
            requirement: .critical,
            output: points.name,
            scraper: "sim_boxscore",
            minimumCoverage: 0.5
        ),
        .init("sim_lines", .raw, output: lines.name, scraper: "sim_odds"),
        .init(
            "sim_player",
            .analytics,
            level: 1,
            requirement: .critical,
            output: players.name,
            inputs: [Input(points.name, ["team_abbr", "points"]), Input(lines.name, ["team_abbr", "line"])]
        ),
        .init(
            "sim_team",
            .analytics,
            level: 2,
            output: teams.name,
            inputs: [Input(players.name, ["team_abbr", "points"])]
        ),
        .init(
            "sim_cache",
            .precompute,
            level: 1,
            requirement: .critical,
            output: cache.name,
            inputs: [
                Input(players.name, ["team_abbr"]), Input(players.name, ["points"], .laterDatesOfSeason),
                Input(teams.name, ["total"], .laterDatesOfSeason),
            ]
        ),
        .init(
            "sim_feature",
            .precompute,
            level: 2,
            output: features.name,
            inputs: [Input(cache.name, ["total", "team_total"]), Input(players.name, ["line"])]
        ),
    ])

    /// The tables' DDL, with the tail that the runtime fills.
    static var schema: String {
        tables.map { table in
            let columns = table.columns.map { "\($0.name) \($0.type.rawValue)" }
            let tail = [
                "data_hash text", "run_id uuid", "execution_id uuid", "source_object text", "captured_at timestamptz",
                "created_at timestamptz NOT NULL DEFAULT now()", "updated_at timestamptz NOT NULL DEFAULT now()",
                "removed_at timestamptz", "PRIMARY KEY (\(table.key.joined(separator: ", ")))",
            ]
            return "CREATE TABLE \(table.name) (\((columns + tail).joined(separator: ", ")));"
        }.joined(separator: "\n")
    }
}
