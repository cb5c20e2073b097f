import Basketball
import Foundation
import Pipeline
import Postgres

/// Reads expected outputs as they stand at one instant.
struct OutputReader: Sendable {
    let pool: PostgresPool
    let now: Date

    /// A date of the grid with its outputs.
    struct Day: Sendable, Hashable {
        var date: GameDate
        /// nil for a date that the planner has not written.
        var state: PlannedDayState?
        var games = 0
        var outputs: [ExpectedOutput] = []
    }

    struct Reading: Sendable, Hashable {
        var days: [Day] = []
        /// Seconds since the planner looked last at one of the dates; nil when it never did.
        var age: Double?
    }

    /// The dates from `first` to `last` and their outputs.
    func read(_ first: GameDate, _ last: GameDate, phase: Phase? = nil) async throws -> Reading {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            let outputs = try await transaction.query(
                """
                SELECT \(sql: ExpectedOutput.columns)
                FROM nba_orchestration.output_grid(\(first.sqlDate), \(last.sqlDate), \(now)) AS g
                WHERE \(phase.map { Int16($0.rawValue) })::smallint IS NULL
                    OR g.phase = \(phase.map { Int16($0.rawValue) })
                ORDER BY g.game_date, g.phase, g.level, g.processor, g.game_id
                """
            ).map(ExpectedOutput.init)
            let planned = try await transaction.query(
                """
                SELECT game_date, day_state, games,
                       extract(epoch FROM now() - max(observed_at) OVER ())::float8 AS age
                FROM nba_orchestration.planned_day
                WHERE game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate) ORDER BY game_date
                """
            )
            let byDate = Dictionary(grouping: outputs, by: \.date)
            var reading = Reading()
            reading.days = (0...max(last - first, 0)).map { offset in
                let date = first.adding(days: offset)
                return Day(date: date, outputs: byDate[date] ?? [])
            }
            for row in planned {
                let index = try row.gameDate("game_date") - first
                reading.days[index].state = try row.enumeration("day_state")
                reading.days[index].games = Int(try row.decode("games", as: Int16.self))
                reading.age = try row.decode("age")
            }
            return reading
        }
    }

    /// The first and last date of a season that are on record; nil when none is.
    func span(of season: Season?) async throws -> (first: GameDate, last: GameDate)? {
        let year = season.map { Int64($0.startYear) }
        let row = try await pool.query(
            """
            SELECT min(game_date) AS first_date, max(game_date) AS last_date FROM nba_orchestration.planned_day
            WHERE \(year)::bigint IS NULL OR season_year = \(year)
            """
        ).one()
        guard let first = try row.optionalGameDate("first_date"), let last = try row.optionalGameDate("last_date")
        else {
            return nil
        }
        return (first, last)
    }
}
