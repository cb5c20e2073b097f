import Pipeline

extension TableAudit {
    /// What sources have delivered broken for weeks: minutes that no parser read, percentages and lines that were no
    /// longer there.
    static let raw: [TableAudit] = [
        TableAudit(
            NbacPlayerBoxscore.table,
            .raw,
            expected: .playersOfFinalGames,
            [
                ColumnMonitor.of("minutes")(nulls: 0.1, mean: 15...32, distinct: 5),
                ColumnMonitor.of("points")(nulls: 0.1, mean: 6...16, deviation: 3),
                ColumnMonitor.of("field_goals_attempted")(nulls: 0.1, mean: 4...14),
                ColumnMonitor.of("total_rebounds")(nulls: 0.1, mean: 2...7),
                ColumnMonitor.of("is_home")(mean: 0.3...0.7),
            ]
        ),
        TableAudit(
            NbacTeamBoxscore.table,
            .raw,
            expected: .teamsOfFinalGames,
            [
                ColumnMonitor.of("points", rows: 4)(nulls: 0, mean: 80...145),
                ColumnMonitor.of("minutes", rows: 4)(nulls: 0.1, mean: 235...300),
                ColumnMonitor.of("turnovers", rows: 4)(nulls: 0.1, mean: 5...25),
                ColumnMonitor.of("offensive_rebounds", rows: 4)(nulls: 0.1, mean: 3...20),
            ]
        ),
        TableAudit(
            OddsAPIPlayerPointsProp.table,
            .raw,
            expected: nil,
            [
                ColumnMonitor.of("points_line", rows: 50)(mean: 6...30, deviation: 1, distinct: 5),
                ColumnMonitor.of("over_price_american", rows: 50)(nulls: 0.5, distinct: 2),
            ]
        ),
    ]
}
