public import Basketball
public import Pipeline
import Postgres

extension SnapshotReader {
    /// What the defences of a season allowed strictly before a day. `teams` nil means all thirty; every team asked for is
    /// in the result.
    public func defenseHistories(
        _ teams: Set<String>? = nil,
        season: Int,
        before date: GameDate
    ) async throws -> [String: GamesBefore<DefenseGame>] {
        let wanted = teams ?? Set(Team.all.map(\.tricode))
        guard !wanted.isEmpty else { return [:] }
        var games: [String: [DefenseGame]] = [:]
        for (team, game) in try await defenseDays(season: season, before: date).joined() where wanted.contains(team) {
            games[team, default: []].append(game)
        }
        return Dictionary(uniqueKeysWithValues: wanted.map { ($0, GamesBefore(games[$0] ?? [], before: date)) })
    }

    /// Every defence's game of a season strictly before a day, by day and oldest first.
    private func defenseDays(season: Int, before date: GameDate) async throws -> [[(team: String, game: DefenseGame)]] {
        try await days(
            of: TeamDefenseGameSummary.table.name,
            season: Season(startYear: season),
            before: date
        ) { days in
            let rows = try await query(
                """
                SELECT defending_team_abbr, game_date, points_allowed, opp_ft_attempts, opponent_possessions,
                       opponent_pace, defensive_rating, opp_paint_attempts, opp_paint_makes, opp_mid_range_attempts,
                       opp_mid_range_makes, opp_three_attempts_pbp, opp_three_makes_pbp, blocks_paint,
                       blocks_mid_range, blocks_three_pt
                FROM nba_analytics.team_defense_game_summary
                WHERE game_date = ANY(\(days.map(PostgresDate.init))) AND season_year = \(season)
                    AND removed_at IS NULL
                """
            )
            let games = try rows.map {
                (team: try $0.decode("defending_team_abbr", as: String.self), game: try DefenseGame($0))
            }
            return Dictionary(grouping: games, by: \.game.date)
        }
    }
}

extension DefenseGame {
    fileprivate init(_ row: PostgresRow) throws {
        let freeThrows = try row.decode("opp_ft_attempts", as: Int?.self)
        let possessions = try row.decode("opponent_possessions", as: Double?.self)
        var blocks: ZoneBlocks?
        if let paint = try row.decode("blocks_paint", as: Int?.self),
            let midRange = try row.decode("blocks_mid_range", as: Int?.self),
            let perimeter = try row.decode("blocks_three_pt", as: Int?.self)
        {
            blocks = ZoneBlocks(paint: paint, midRange: midRange, perimeter: perimeter)
        }
        self.init(
            date: try GameDate(try row.decode("game_date", as: PostgresDate.self)),
            zones: try ZoneShots(
                row,
                paint: ("opp_paint_attempts", "opp_paint_makes"),
                midRange: ("opp_mid_range_attempts", "opp_mid_range_makes"),
                perimeter: ("opp_three_attempts_pbp", "opp_three_makes_pbp")
            ),
            blocks: blocks,
            pointsAllowed: try row.decode("points_allowed"),
            freeThrowRate: freeThrows.flatMap { attempts in
                possessions.flatMap { $0 > 0 ? 100 * Double(attempts) / $0 : nil }
            },
            defensiveRating: try row.decode("defensive_rating"),
            opponentPace: try row.decode("opponent_pace")
        )
    }
}
