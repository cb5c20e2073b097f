import Basketball
import Foundation
import Pipeline
import Postgres

@testable import Predictions

/// Games and players of a date, written as the phases before would leave them.
struct SlateFixture: Sendable {
    static let date = day("2024-01-15")
    static let pairs = [
        ("BOS", "LAL"), ("MIA", "NYK"), ("DEN", "PHX"), ("CHI", "ATL"), ("DAL", "HOU"), ("GSW", "SAC"), ("MIL", "IND"),
        ("ORL", "DET"), ("OKC", "UTA"), ("MEM", "NOP"), ("PHI", "TOR"), ("CLE", "WAS"),
    ]

    var date = SlateFixture.date
    var games: Int
    /// Players of each team.
    var roster = 13

    static func day(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("\(error)") }
    }

    struct Player: Sendable {
        var lookup: String
        var gameID: String
        var team: String
        var opponent: String
        var isHome: Bool
        var index: Int

        /// The league's.
        var id: Int64 { Int64(index * 2 + (isHome ? 2 : 1)) }
    }

    func gameID(_ game: Int) -> String { "\(date.compact)_\(Self.pairs[game].0)_\(Self.pairs[game].1)" }

    var players: [Player] {
        (0..<games).flatMap { game in
            [false, true].flatMap { isHome in
                let (away, home) = Self.pairs[game]
                return (0..<roster).map { number in
                    let team = isHome ? home : away
                    return Player(
                        lookup: "\(team.lowercased())player\(number)",
                        gameID: gameID(game),
                        team: team,
                        opponent: isHome ? away : home,
                        isHome: isHome,
                        index: game * 2 * roster + number
                    )
                }
            }
        }
    }

    func writeSchedule(_ pool: PostgresPool) async throws {
        for game in 0..<games {
            try await pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, tipoff_at, game_status, is_postponed,
                     home_team_tricode, away_team_tricode, captured_at)
                VALUES (\(gameID(game)), \("00223\(date.compact.suffix(4))\(game)"),
                        \(Int64(Season(containing: date).startYear)), 'regular', \(date.postgresDate),
                        \(LeagueClock.instant(date, hour: 19, minute: 30)), 1, false, \(Self.pairs[game].1),
                        \(Self.pairs[game].0), \(LeagueClock.instant(date, hour: 6, minute: 0)))
                """
            )
        }
    }

    func writeContext(_ pool: PostgresPool, history: Int = 20) async throws {
        for player in players {
            try await pool.execute(
                """
                INSERT INTO nba_analytics.upcoming_player_game_context
                    (player_lookup, player_full_name, game_id, nba_game_id, game_date, season_year, team_abbr,
                     opponent_team_abbr, home_game, season_phase, has_prop_line, days_rest, back_to_back, history_games,
                     data_quality_tier, nba_player_id)
                VALUES (\(player.lookup), \("Name of \(player.lookup)"), \(player.gameID), '0022300001',
                        \(date.postgresDate), \(Int64(Season(containing: date).startYear)), \(player.team),
                        \(player.opponent), \(player.isHome), 'regular', true, 2, false, \(Int64(history)), 'gold',
                        \(player.id))
                """
            )
        }
    }

    /// The games that the players have behind them: every other day, the last one two days ago.
    static let historyDays = 6

    /// What a player scored in a game before; nobody scores the same in two games.
    func points(_ player: Player, _ game: Int) -> Int { 6 + player.index % 13 + (game * 5 + player.index * 3) % 9 }

    /// The finished games of the same pairs, with the heads of their days. Games from `historyDays` on are those of the date
    /// itself and of later days.
    func writeHistory(
        _ pool: PostgresPool,
        games: Range<Int> = 0..<Self.historyDays,
        extraPoints: Int = 0
    ) async throws {
        let season = Int64(Season(containing: date).startYear)
        for game in games {
            let day = date.adding(days: -2 * (Self.historyDays - game))
            for player in players {
                try await pool.execute(
                    """
                    INSERT INTO nba_analytics.player_game_summary
                        (player_lookup, nba_player_id, player_full_name, game_id, nba_game_id, game_date, season_year,
                         season_type, team_abbr, opponent_team_abbr, home_game, player_status, points, minutes_played,
                         assists, offensive_rebounds, rebounds, steals, blocks, turnovers, personal_fouls, fg_attempts,
                         fg_makes, three_pt_attempts, three_pt_makes, ft_attempts, ft_makes, plus_minus,
                         primary_source_used, data_quality_tier)
                    VALUES (\(player.lookup), \(player.id), 'Name', \("\(day.compact)\(player.gameID.dropFirst(8))"),
                            \(historyGameID(game, player)), \(day.postgresDate), \(season), 'regular', \(player.team),
                            \(player.opponent), \(player.isHome), 'active', \(Int64(points(player, game) + extraPoints)),
                            \(Double(34 - player.index % 13)), 3, 1, 5, 1, 1, 2, 2, 10, 5, 3, 1, 3, 2, 4, 'test', 'gold')
                    """
                )
                guard player.index % roster == 0 else { continue }
                try await pool.execute(
                    """
                    INSERT INTO nba_analytics.team_offense_game_summary
                        (game_id, nba_game_id, game_date, season_year, season_type, team_abbr, opponent_team_abbr, home_game,
                         points_scored, fg_attempts, three_pt_attempts, ft_attempts, offensive_rebounds, steals, blocks,
                         turnovers, team_minutes, primary_source_used, data_quality_tier)
                    VALUES (\("\(day.compact)\(player.gameID.dropFirst(8))"), \(historyGameID(game, player)),
                            \(day.postgresDate), \(season), 'regular', \(player.team), \(player.opponent),
                            \(player.isHome), 110, 88, 33, 22, 10, 7, 5, 13, 240, 'test', 'gold')
                    """
                )
            }
            for table in ["nba_analytics.player_game_summary", "nba_analytics.team_offense_game_summary"] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.snapshot_head (table_name, scope, digest, row_count)
                    VALUES (\(table), \("game_date=\(day)"), 'd', 1)
                    """
                )
            }
        }
    }

    private func historyGameID(_ game: Int, _ player: Player) -> String {
        "00223\(10000 + game * 100 + player.index / (2 * roster))"
    }

    /// The feature rows of the given players (all when nil). A line is left out for every fifth player.
    func writeFeatures(
        _ pool: PostgresPool,
        only: Set<String>? = nil,
        line offered: Double = 15.5,
        isReady: Bool = true,
        version: String = "a"
    ) async throws {
        for player in players where only?.contains(player.lookup) ?? true {
            var values = [JSONValue](repeating: .null, count: FeatureList.count)
            for (feature, value) in [
                ("points_avg_last_5", 18.0), ("points_avg_season", 17.0), ("home_away", player.isHome ? 1 : 0),
            ] {
                if let index = FeatureList.index(of: feature) { values[index] = .double(value) }
            }
            let line: Double? = player.index % 5 == 0 ? nil : offered
            try await pool.execute(
                """
                INSERT INTO nba_precompute.ml_feature_store_v2
                    (player_lookup, game_date, game_id, nba_game_id, season_year, team_abbr, opponent_team_abbr, is_home,
                     feature_version, feature_count, features, missing_features, features_hash, feature_quality_score,
                     quality_tier, is_quality_ready, history_games, has_vegas_line, current_points_line,
                     current_points_line_source, is_line_synthetic)
                VALUES (\(player.lookup), \(date.postgresDate), \(player.gameID), '0022300001',
                        \(Int64(Season(containing: date).startYear)), \(player.team), \(player.opponent),
                        \(player.isHome), 'v2_60features', 60, \(PostgresJSON(JSONValue.array(values).encodedText)),
                        '{"fatigue_score": "not built"}', \("\(version)-\(player.lookup)"), 92, 'silver', \(isReady), 20,
                        \(line != nil), \(line), \(line == nil ? nil : "draftkings"), \(line == nil ? nil : false))
                ON CONFLICT (game_date, player_lookup) DO UPDATE SET features = excluded.features,
                    features_hash = excluded.features_hash, is_quality_ready = excluded.is_quality_ready,
                    current_points_line = excluded.current_points_line, removed_at = NULL
                """
            )
        }
    }

    func write(_ pool: PostgresPool) async throws {
        try await writeSchedule(pool)
        try await writeContext(pool)
        try await writeFeatures(pool)
        try await writeHistory(pool)
    }
}
