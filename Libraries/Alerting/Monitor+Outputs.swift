import Basketball
import Foundation
import Pipeline
import Postgres

extension Monitor {
    /// How far back overdue outputs are told one by one; older ones stand in `tipoff gaps`, in days.
    static let overdueDays = 7
    /// Slates in a row without a pick that are no accident.
    static let picklessSlates = 3

    /// What a date needs and should have had for a while, whatever the gap detector still tries.
    static let overdueOutputs = Monitor(name: "overdue_outputs") { context in
        let today = LeagueClock.gameDate(of: context.now)
        let dueBefore = context.now.addingTimeInterval(-(context.settings.overdueAge / .seconds(1)))
        let rows = try await context.pool.query(
            """
            SELECT g.game_date, min(g.due_at) AS since, count(*) AS outputs,
                   array_agg(DISTINCT g.processor ORDER BY g.processor) AS processors
            FROM nba_orchestration.output_grid(
                \(today.adding(days: -overdueDays).postgres), \(today.postgres), \(context.now)) AS g
            WHERE g.is_overdue AND NOT g.is_running AND g.requirement <> 'optional' AND g.due_at <= \(dueBefore)
            GROUP BY g.game_date ORDER BY g.game_date
            """
        )
        return try rows.map { row in
            let date = try row.gameDate("game_date")
            let number: Int64 = try row.decode("outputs")
            return Finding(
                signature: "watch:overdue:\(date)",
                level: .warning,
                title: number == 1 ? "an output of \(date) is overdue" : "\(number) outputs of \(date) are overdue",
                since: try row.decode("since"),
                names: try row.decode("processors"),
                next: "tipoff grid \(date)",
                gameDate: date,
                size: Int(number)
            )
        }
    }

    /// Slates that went through to their end, one after the other, and showed nobody a pick. One may be an honest answer;
    /// several say that prices, predictions or the rules of picks have come apart.
    static let picks = Monitor(name: "picks") { context in
        let today = LeagueClock.gameDate(of: context.now)
        let rows = try await context.pool.query(
            """
            WITH slates AS (
                SELECT r.game_date FROM nba_orchestration.run AS r
                WHERE r.lane = 'live' AND r.kind IN ('full', 'pregame') AND r.state = 'complete' AND r.until_phase >= 6
                    AND r.game_date BETWEEN \(today.adding(days: -30).postgres) AND \(today.adding(days: -1).postgres)
                GROUP BY r.game_date
                HAVING EXISTS (SELECT 1 FROM nba_raw.nbac_schedule AS s
                               WHERE s.game_date = r.game_date AND s.removed_at IS NULL)
                ORDER BY r.game_date DESC LIMIT \(Int32(picklessSlates))
            )
            SELECT game_date FROM slates AS s WHERE NOT EXISTS (
                SELECT 1 FROM nba_publishing.pick_event AS e WHERE e.game_date = s.game_date AND e.event = 'shown')
            ORDER BY game_date
            """
        )
        guard rows.count == picklessSlates else { return [] }
        let dates = try rows.map { try $0.gameDate("game_date") }
        return [
            Finding(
                signature: "watch:picks",
                level: .warning,
                title: "the last \(picklessSlates) slates showed no pick",
                names: dates.map(\.description),
                next: "tipoff quality --date \(dates[dates.count - 1])",
                gameDate: dates.last
            )
        ]
    }
}
