public import Basketball
public import Pipeline
import Postgres

extension SnapshotReader {
    /// The games of some teams in a season strictly before a day. Every team asked for is in the result.
    public func teamHistories(
        _ teams: Set<String>,
        season: Int,
        before date: GameDate
    ) async throws -> [String: TeamHistory] {
        guard !teams.isEmpty else { return [:] }
        var games: [String: [TeamGame]] = [:]
        for (team, game) in try await teamDays(season: season, before: date).joined() where teams.contains(team) {
            games[team, default: []].append(game)
        }
        return Dictionary(
            uniqueKeysWithValues: teams.map { ($0, TeamHistory(games[$0] ?? [], before: date)) }
        )
    }

    /// Every team's game of a season strictly before a day, by day and oldest first.
    private func teamDays(season: Int, before date: GameDate) async throws -> [[(team: String, game: TeamGame)]] {
        try await days(
            of: TeamOffenseGameSummary.table.name,
            season: Season(startYear: season),
            before: date
        ) { days in
            let rows = try await query(
                """
                SELECT team_abbr, game_date, opponent_team_abbr, home_game, pace, offensive_rating, defensive_rating,
                       win_flag, margin_of_victory, arena_city, is_neutral_site
                FROM nba_analytics.team_offense_game_summary
                WHERE game_date = ANY(\(days.map(PostgresDate.init))) AND season_year = \(season)
                    AND removed_at IS NULL
                """
            )
            let games = try rows.map { (team: try $0.decode("team_abbr", as: String.self), game: try TeamGame($0)) }
            return Dictionary(grouping: games, by: \.game.date)
        }
    }
}

extension TeamGame {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            date: try GameDate(try row.decode("game_date", as: PostgresDate.self)),
            opponent: try row.decode("opponent_team_abbr"),
            isHome: try row.decode("home_game"),
            pace: try row.decode("pace"),
            offensiveRating: try row.decode("offensive_rating"),
            defensiveRating: try row.decode("defensive_rating"),
            isWin: try row.decode("win_flag"),
            margin: try row.decode("margin_of_victory")
        )
        let city: String? = try row.decode("arena_city")
        let isNeutral: Bool? = try row.decode("is_neutral_site")
        if city != nil || isNeutral == true {
            let home = isHome == true ? try row.decode("team_abbr", as: String.self) : opponent
            site = GameSite(city: city, isNeutral: isNeutral, home: try Team(tricode: home))
        }
    }
}
