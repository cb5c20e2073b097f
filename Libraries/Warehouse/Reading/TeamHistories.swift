public import Basketball
public import Pipeline
import Postgres

extension SnapshotReader {
    /// Reads the games of some teams in a season strictly before a day. Every team asked for is in the result.
    public func teamHistories(
        _ teams: Set<String>,
        season: Int,
        before date: GameDate
    ) async throws -> [String: TeamHistory] {
        guard !teams.isEmpty else { return [:] }
        let rows = try await query(
            """
            SELECT team_abbr, game_date, opponent_team_abbr, home_game, pace, offensive_rating, defensive_rating,
                   win_flag, margin_of_victory, arena_city, is_neutral_site
            FROM nba_analytics.team_offense_game_summary
            WHERE season_year = \(season) AND game_date < \(PostgresDate(date)) AND removed_at IS NULL
                AND team_abbr = ANY(\(teams.sorted()))
            ORDER BY game_date
            """
        )
        let names = try rows.column("team_abbr", as: String.self)
        let dates = try rows.column("game_date", as: PostgresDate.self)
        let opponents = try rows.column("opponent_team_abbr", as: String.self)
        let homes = try rows.column("home_game", as: Bool.self)
        let paces = try rows.column("pace", as: Double?.self)
        let offense = try rows.column("offensive_rating", as: Double?.self)
        let defense = try rows.column("defensive_rating", as: Double?.self)
        let wins = try rows.column("win_flag", as: Bool?.self)
        let margins = try rows.column("margin_of_victory", as: Int?.self)
        let cities = try rows.column("arena_city", as: String?.self)
        let neutrals = try rows.column("is_neutral_site", as: Bool?.self)
        var games: [String: [TeamGame]] = [:]
        for row in names.indices {
            var game = TeamGame(
                date: try GameDate(dates[row]),
                opponent: opponents[row],
                isHome: homes[row],
                pace: paces[row],
                offensiveRating: offense[row],
                defensiveRating: defense[row],
                isWin: wins[row],
                margin: margins[row]
            )
            if cities[row] != nil || neutrals[row] == true {
                let home = try Team(tricode: homes[row] ? names[row] : opponents[row])
                game.site = GameSite(city: cities[row], isNeutral: neutrals[row], home: home)
            }
            games[names[row], default: []].append(game)
        }
        return Dictionary(
            uniqueKeysWithValues: teams.map { ($0, TeamHistory(games[$0] ?? [], before: date)) }
        )
    }
}
