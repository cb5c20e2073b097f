import Basketball
import Foundation
import Logging
import Models
import Postgres
import PostgresTestKit
import Warehouse

@testable import Pipeline
@testable import Serving

/// A few days of finished games, written as Phase 3 leaves them: rows, and the head of their day.
struct FinishedSeason {
    let pool: PostgresPool

    static let first = day("2023-11-01")

    static func with<R: Sendable>(_ body: @Sendable (FinishedSeason) async throws -> R) async throws -> R {
        let template = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("serving", template: template) { database in
            let pool = database.pool()
            let result: Result<R, any Error>
            do { result = .success(try await body(FinishedSeason(pool: pool))) } catch { result = .failure(error) }
            await pool.close()
            return try result.get()
        }
    }

    static func day(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("\(error)") }
    }

    static let pairs = [("BOS", "LAL"), ("MIA", "NYK")]

    /// Writes the games of one day; every figure follows from day, team and player.
    func play(_ date: GameDate, extraPoints: Int = 0) async throws {
        for (game, (away, home)) in Self.pairs.enumerated() {
            let nbaGameID = "00223\(String(10000 + (date - Self.first) * 10 + game).suffix(5))"
            let gameID = "\(date.compact)_\(away)_\(home)"
            for (team, opponent) in [(away, home), (home, away)] {
                try await pool.execute(
                    """
                    INSERT INTO nba_analytics.team_offense_game_summary
                        (game_id, nba_game_id, game_date, season_year, season_type, team_abbr, opponent_team_abbr, home_game,
                         points_scored, fg_attempts, three_pt_attempts, ft_attempts, offensive_rebounds, steals, blocks,
                         turnovers, team_minutes, primary_source_used, data_quality_tier)
                    VALUES (\(gameID), \(nbaGameID), \(PostgresDate(date)), 2023, 'regular', \(team), \(opponent),
                            \(team == home), 110, 88, 33, 22, 10, 7, 5, 13, 240, 'test', 'gold')
                    ON CONFLICT DO NOTHING
                    """
                )
                for number in 0..<8 {
                    let points = 8 + (number * 3 + (date - Self.first) * 5) % 17 + (number == 0 ? extraPoints : 0)
                    try await pool.execute(
                        """
                        INSERT INTO nba_analytics.player_game_summary
                            (player_lookup, nba_player_id, player_full_name, game_id, nba_game_id, game_date, season_year,
                             season_type, team_abbr, opponent_team_abbr, home_game, player_status, points, minutes_played,
                             assists, offensive_rebounds, rebounds, steals, blocks, turnovers, personal_fouls, fg_attempts,
                             fg_makes, three_pt_attempts, three_pt_makes, ft_attempts, ft_makes, plus_minus,
                             primary_source_used, data_quality_tier)
                        VALUES (\(Self.lookup(team, number)), \(Self.id(team, number)), 'Name', \(gameID), \(nbaGameID),
                                \(PostgresDate(date)), 2023, 'regular', \(team), \(opponent), \(team == home), 'active',
                                \(Int64(points)), \(30.4 - Double(number)), 3, 1, 5, 1, 1, 2, 2, 10, 5, 3, 1, 3, 2, 4, 'test',
                                'gold')
                        ON CONFLICT (game_date, player_lookup) DO UPDATE SET points = excluded.points
                        """
                    )
                }
            }
        }
        try await moveHeads(date)
    }

    func moveHeads(_ date: GameDate) async throws {
        for table in [PlayerGameSummary.table.name, TeamOffenseGameSummary.table.name] {
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.snapshot_head (table_name, scope, digest, row_count)
                VALUES (\(table), \(WriteScope.date(date).headKey), 'd', 16)
                ON CONFLICT (table_name, scope) DO UPDATE SET version = snapshot_head.version + 1, updated_at = now()
                """
            )
        }
    }

    static func lookup(_ team: String, _ number: Int) -> String { "\(team.lowercased())player\(number)" }

    static func id(_ team: String, _ number: Int) -> Int64 {
        Int64((pairs.flatMap { [$0.0, $0.1] }.firstIndex(of: team) ?? 9) * 100 + number + 1)
    }

    /// What is known of everybody before a date.
    struct Known: Equatable {
        /// Bits, because what is unknown is not a number.
        var values: [[UInt32]]
        var profiles: [PointsProfile]
        var incomplete: [String]

        func isEqual(to other: Known) -> Bool { self == other }

        /// Games so far, in the order of teams and numbers.
        var games: [Int] { profiles.map(\.games) }
    }

    func known(before date: GameDate, _ history: PointsHistory) async throws -> Known {
        let past = try await past(before: date, history)
        var requests: [PointsRequest] = []
        for (away, home) in Self.pairs {
            for (team, opponent) in [(away, home), (home, away)] {
                let side = GameSide(
                    game: try NBAGameID("0022399999"),
                    date: date,
                    team: try Team(tricode: team),
                    opponent: try Team(tricode: opponent),
                    isHome: team == home
                )
                for number in 0..<8 { requests.append(PointsRequest(player: Int(Self.id(team, number)), side: side)) }
            }
        }
        let rows = try past.state.features(for: requests)
        return Known(
            values: rows.map { $0.values.map(\.bitPattern) },
            profiles: rows.map(\.profile),
            incomplete: past.incomplete
        )
    }

    func past(before date: GameDate, _ history: PointsHistory) async throws -> PointsPast {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await history.past(before: date, in: transaction)
        }
    }
}
