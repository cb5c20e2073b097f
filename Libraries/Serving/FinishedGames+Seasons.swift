public import Basketball
public import Models
public import Postgres
import Warehouse

extension PostgresTransaction {
    /// The seasons of which the warehouse has games, the oldest first.
    public func finishedSeasons() async throws -> [Season] {
        let rows = try await query(
            """
            SELECT DISTINCT season_year FROM nba_analytics.team_offense_game_summary
            WHERE removed_at IS NULL ORDER BY season_year
            """
        )
        return try rows.column("season_year", as: Int64.self).map { Season(startYear: Int($0)) }
    }

    /// All finished games of a season by day.
    public func finishedGames(of season: Season) async throws -> FinishedGames {
        let rows = try await query(
            """
            SELECT DISTINCT game_date FROM nba_analytics.team_offense_game_summary
            WHERE season_year = \(Int64(season.startYear)) AND removed_at IS NULL ORDER BY game_date
            """
        )
        let days = try rows.column("game_date", as: PostgresDate.self).map { try GameDate($0) }
        var games = FinishedGames(days: [], incomplete: [])
        for start in stride(from: 0, to: days.count, by: 40) {
            let part = try await finishedGames(on: Array(days[start..<min(start + 40, days.count)]))
            games.days += part.days
            games.incomplete += part.incomplete
        }
        return games
    }
}
