import Basketball
import Pipeline

/// The rules of all outputs, from the registry.
struct OutputRules: Sendable {
    let all: [OutputRule]

    init(_ registry: Registry) {
        all = Phase.allCases.flatMap { phase in
            registry.enabled(in: phase).compactMap { Self.rule(of: $0, registry) }
        }
    }

    /// Five a side: with fewer no team has played; nobody has more than this many players.
    private static let players = ExpectedRows.playersOfTeam...30
    /// A game without overtime has about 450 events, and none has had a third of that or four times as many.
    private static let events = 150...1800
    /// Of officials.
    private static let crew = 3...6
    /// Something of the game: books and their lines are as many as they are.
    private static let some = 1...Int.max
    private static let active = ExpectedRows.Filter("player_status", "active")

    /// The rows of a game by processor. A processor that is not named here is judged by its tasks.
    private static let rows: [Phase: [String: OutputRule.Rows]] = [
        .raw: [
            "nbac_player_boxscores": .byTeam("nba_raw.nbac_player_boxscores", players, .played),
            "nbac_team_boxscore": .byTeam("nba_raw.nbac_team_boxscore", 1...1, .played),
            "nbac_gamebook_player_stats": .byTeam(
                "nba_raw.nbac_gamebook_player_stats",
                players,
                .played,
                only: active
            ),
            "nbac_play_by_play": .byGame("nba_raw.nbac_play_by_play", events, .played),
            "bigdataball_play_by_play": .byGame("nba_raw.bigdataball_play_by_play", events, .played),
            "nbac_referee_game_assignments": .byGame("nba_raw.nbac_referee_game_assignments", crew, .all),
            "odds_api_player_points_props": .byGame("nba_raw.odds_api_player_points_props", some, .all),
            "odds_api_game_lines": .byGame("nba_raw.odds_api_game_lines", some, .all),
            "bettingpros_player_points_props": .byGame("nba_raw.bettingpros_player_points_props", some, .all),
            "espn_scoreboard": .byGame("nba_raw.espn_scoreboard", 1...1, .played),
            "espn_boxscores": .byTeam("nba_raw.espn_boxscores", players, .played),
            "bdl_player_boxscores": .byTeam("nba_raw.bdl_player_boxscores", players, .played),
        ],
        .analytics: [
            "team_offense_game_summary": .byTeam("nba_analytics.team_offense_game_summary", 1...1, .played),
            "team_defense_game_summary": .byTeam(
                "nba_analytics.team_defense_game_summary",
                1...1,
                .played,
                team: "defending_team_abbr"
            ),
            "player_game_summary": .byTeam(
                "nba_analytics.player_game_summary",
                players,
                .played,
                only: active
            ),
            "upcoming_player_game_context": .byTeam(
                "nba_analytics.upcoming_player_game_context",
                players,
                .withHistory
            ),
            "upcoming_team_game_context": .byTeam("nba_analytics.upcoming_team_game_context", 1...1, .all),
        ],
        .precompute: [
            "team_defense_zone_analysis": .byTeam(
                "nba_precompute.team_defense_zone_analysis",
                1...1,
                .withHistory,
                date: "analysis_date"
            ),
            "player_composite_factors": .byTeam("nba_precompute.player_composite_factors", players, .withHistory),
            "player_daily_cache": .byTeam(
                "nba_precompute.player_daily_cache",
                players,
                .withHistory,
                date: "cache_date"
            ),
            "ml_feature_store_v2": .byTeam("nba_precompute.ml_feature_store_v2", players, .withHistory),
        ],
        .predictions: [
            // Each system has its rows; a player counts once.
            "player_predictions": .byTeam(
                "nba_predictions.player_prop_predictions",
                players,
                .withHistory,
                distinct: "player_lookup"
            ),
            "prediction_grading": .byTeam(
                "nba_predictions.prediction_accuracy",
                players,
                .playedWithHistory,
                distinct: "player_lookup"
            ),
        ],
    ]

    private static func rule(of processor: ProcessorDefinition, _ registry: Registry) -> OutputRule? {
        guard let moment = moment(of: processor, registry) else { return nil }
        return OutputRule(
            name: processor.name,
            phase: processor.phase,
            level: processor.level,
            requirement: processor.requirement,
            moment: moment,
            isRepairable: isRepairable(processor, registry),
            rows: rows[processor.phase]?[processor.name],
            isGameUnit: processor.unit == .game
        )
    }

    /// When the day's plan brings it; nil for what is asked for by hand or follows from a change that not every date has.
    private static func moment(of processor: ProcessorDefinition, _ registry: Registry) -> OutputRule.Moment? {
        switch processor.phase {
        case .scrapers:
            let isPolled = PlannerRules.polled.contains {
                $0.scraper == processor.name || $0.scraper == processor.discoveredBy
            }
            if isPolled { return .polled }
            if processor.runKinds.contains(.pregame) { return .morning }
            guard processor.runKinds.contains(.postgame) else { return nil }
            return processor.requirement == .optional ? .longAfterGames : .afterGames
        case .raw:
            return scraper(of: processor, registry).flatMap { moment(of: $0, registry) }
        case .analytics, .precompute:
            // What is made of final games follows them; the rest looks ahead.
            switch processor.minimumRows?.expected.measure {
            case .games(.final), .teams(.final): return .afterGames
            default: return .morning
            }
        case .predictions, .publishing:
            if processor.reachesPastDates { return .afterGames }
            return processor.requirement == .optional ? nil : .morning
        }
    }

    /// Whether a later run can bring it: box scores and what is computed can be had on any day, the word of a morning
    /// cannot.
    private static func isRepairable(_ processor: ProcessorDefinition, _ registry: Registry) -> Bool {
        switch processor.phase {
        case .scrapers: processor.runKinds.contains(.postgame)
        case .raw: scraper(of: processor, registry).map { $0.runKinds.contains(.postgame) } ?? false
        default: processor.reachesPastDates
        }
    }

    /// The scraper whose payloads a raw processor reads, if runs ask it by themselves.
    private static func scraper(of raw: ProcessorDefinition, _ registry: Registry) -> ProcessorDefinition? {
        raw.scraper.flatMap { registry.processor($0, in: .scrapers) }.flatMap { $0.isEnabled ? $0 : nil }
    }
}
