import Pipeline

extension TableAudit {
    private static let active = ColumnMonitor.Condition.text("player_status", "active")
    private static let begun = ColumnMonitor.Condition.atLeast("history_games", 1)
    private static let settled = ColumnMonitor.Condition.atLeast("history_games", 10)

    /// The bounds hold a league night of four games and more; a single game is judged by its NULLs alone.
    static let analytics: [TableAudit] = [
        TableAudit(
            PlayerGameSummary.table,
            .analytics,
            expected: .playersOfBoxScores,
            [
                ColumnMonitor.of("points", where: active)(nulls: 0.02, mean: 6...16, deviation: 3),
                ColumnMonitor.of("minutes_played", where: active)(nulls: 0.02, mean: 15...32, distinct: 5),
                // Usage below half of the players is the denominator missing; the warning comes earlier.
                ColumnMonitor.of("usage_rate", where: active)(nulls: 0.2, mean: 12...30, deviation: 2),
                ColumnMonitor.of("rebounds", where: active)(nulls: 0.02, mean: 2...7),
                ColumnMonitor.of("assists", where: active)(nulls: 0.02, mean: 1...5),
                ColumnMonitor.of("fg_attempts", where: active)(nulls: 0.02, mean: 4...14),
                ColumnMonitor.of("ts_pct", where: active)(nulls: 0.3, mean: 0.35...0.75),
                // One of two teams wins, one is at home: a flag that is constant is not filled.
                ColumnMonitor.of("win_flag", where: active)(nulls: 0.02, mean: 0.3...0.7),
                ColumnMonitor.of("home_game", where: active)(mean: 0.3...0.7),
                ColumnMonitor.of("points_line", where: active, rows: 40)(mean: 6...30),
            ]
        ),
        TableAudit(
            TeamOffenseGameSummary.table,
            .analytics,
            expected: .teamsOfFinalGames,
            [
                ColumnMonitor.of("points_scored", rows: 4)(nulls: 0, mean: 80...145, distinct: 2),
                ColumnMonitor.of("possessions", rows: 4)(nulls: 0.1, mean: 80...125),
                ColumnMonitor.of("pace", rows: 4)(nulls: 0.1, mean: 80...120, distinct: 2),
                ColumnMonitor.of("offensive_rating", rows: 4)(nulls: 0.1, mean: 85...140, distinct: 2),
                ColumnMonitor.of("defensive_rating", rows: 4)(nulls: 0.1, mean: 85...140),
                ColumnMonitor.of("ts_pct", rows: 4)(nulls: 0.1, mean: 0.4...0.72),
                ColumnMonitor.of("turnovers", rows: 4)(nulls: 0.1, mean: 5...25),
                ColumnMonitor.of("rebounds", rows: 4)(nulls: 0.1, mean: 30...65),
                ColumnMonitor.of("team_minutes", rows: 4)(nulls: 0.5, mean: 240...300),
                ColumnMonitor.of("win_flag", rows: 2)(nulls: 0, mean: 0.5...0.5),
                ColumnMonitor.of("home_game", rows: 2)(mean: 0.5...0.5),
                ColumnMonitor.of("margin_of_victory", rows: 2)(nulls: 0, mean: 0...0, distinct: 2),
            ]
        ),
        TableAudit(
            TeamDefenseGameSummary.table,
            .analytics,
            expected: .teamsOfFinalGames,
            [
                ColumnMonitor.of("points_allowed", rows: 4)(nulls: 0, mean: 80...145, distinct: 2),
                ColumnMonitor.of("opponent_possessions", rows: 4)(nulls: 0.1, mean: 80...125),
                ColumnMonitor.of("opponent_pace", rows: 4)(nulls: 0.1, mean: 80...120, distinct: 2),
                ColumnMonitor.of("defensive_rating", rows: 4)(nulls: 0.1, mean: 85...140, distinct: 2),
                ColumnMonitor.of("opponent_ts_pct", rows: 4)(nulls: 0.1, mean: 0.4...0.72),
                ColumnMonitor.of("turnovers_forced", rows: 4)(nulls: 0.1, mean: 5...25),
                ColumnMonitor.of("win_flag", rows: 2)(nulls: 0, mean: 0.5...0.5),
            ]
        ),
        TableAudit(
            UpcomingPlayerGameContext.table,
            .analytics,
            expected: .playersOfSeasonedTeams,
            [
                ColumnMonitor.of("days_rest", where: begun)(nulls: 0, mean: 1...60),
                ColumnMonitor.of("days_rest", where: settled, rows: 150)(distinct: 2),
                ColumnMonitor.of("games_in_last_14_days", where: begun)(nulls: 0),
                ColumnMonitor.of("points_avg_last_10", where: settled)(nulls: 0, mean: 5...17, deviation: 2),
                ColumnMonitor.of("usage_rate_last_10", where: settled)(nulls: 0.1, mean: 12...28, deviation: 2),
                ColumnMonitor.of("opponent_pace_last_10", where: settled)(nulls: 0.1, mean: 85...115),
                ColumnMonitor.of("opponent_pace_last_10", where: settled, rows: 60)(distinct: 2),
                ColumnMonitor.of("opponent_def_rating_last_10", where: settled)(nulls: 0.1, mean: 90...135),
                ColumnMonitor.of("home_game")(mean: 0.3...0.7),
                // Travel that is 0 for a whole slate was a placeholder for a season.
                ColumnMonitor.of("travel_miles", where: settled, rows: 100)(nulls: 0.2, distinct: 2),
                ColumnMonitor.of("opponent_days_rest", where: settled, rows: 60)(nulls: 0.1),
                // The median of both sides' spreads is 0, and was taken for a spread for four months.
                ColumnMonitor.of("game_spread", rows: 40)(deviation: 0.5),
                ColumnMonitor.of("game_total", rows: 40)(mean: 190...260),
                ColumnMonitor.of("current_points_line", rows: 40)(mean: 6...30, deviation: 1),
                ColumnMonitor.of("player_age", rows: 40)(mean: 22...32),
            ]
        ),
        TableAudit(
            UpcomingTeamGameContext.table,
            .analytics,
            expected: .teamsOfGames,
            [
                ColumnMonitor.of("days_rest", where: begun, rows: 2)(nulls: 0, mean: 1...20),
                ColumnMonitor.of("opponent_days_rest", where: begun, rows: 4)(nulls: 0.5),
                ColumnMonitor.of("travel_miles", where: begun, rows: 6)(nulls: 0.2, distinct: 2),
                ColumnMonitor.of("home_game", rows: 2)(mean: 0.5...0.5),
                ColumnMonitor.of("game_spread", rows: 4)(mean: -0.01...0.01, deviation: 0.5),
                ColumnMonitor.of("game_total", rows: 4)(mean: 190...260),
            ]
        ),
    ]
}
