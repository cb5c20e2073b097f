extension Registry {
    /// Raw processors whose tables change on every date with games: a kind of run that brings nothing of them on two dates
    /// in a row is no calm, but a detector that compares wrongly or a source that has stopped.
    static let dailySources: [RunKind: [String]] = [
        .postgame: [
            "nbac_player_boxscores", "nbac_team_boxscore", "nbac_gamebook_player_stats", "nbac_play_by_play",
        ],
        .pregame: ["nbac_injury_report", "odds_api_player_points_props", "odds_api_game_lines"],
    ]
}
