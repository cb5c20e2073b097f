import Basketball
import Foundation
import Models
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
                     data_quality_tier)
                VALUES (\(player.lookup), \("Name of \(player.lookup)"), \(player.gameID), '0022300001',
                        \(date.postgresDate), \(Int64(Season(containing: date).startYear)), \(player.team),
                        \(player.opponent), \(player.isHome), 'regular', true, 2, false, \(Int64(history)), 'gold')
                """
            )
        }
    }

    /// The feature rows of the given players (all when nil). A line is left out for every fifth player.
    func writeFeatures(
        _ pool: PostgresPool,
        only: Set<String>? = nil,
        last5: Double = 20,
        isReady: Bool = true,
        version: String = "a"
    ) async throws {
        for player in players where only?.contains(player.lookup) ?? true {
            var values = [JSONValue](repeating: .null, count: 60)
            let fixed: [(Feature, Double)] = [
                (.pointsAverageLast5, last5), (.pointsAverageLast10, 18), (.pointsAverageSeason, 17),
                (.pointsDeviationLast10, 6), (.isHome, player.isHome ? 1 : 0), (.isBackToBack, 0),
            ]
            for (feature, value) in fixed { values[feature.index] = .double(value) }
            let line: Double? = player.index % 5 == 0 ? nil : 15.5
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
                    features_hash = excluded.features_hash, is_quality_ready = excluded.is_quality_ready, removed_at = NULL
                """
            )
        }
    }

    func write(_ pool: PostgresPool) async throws {
        try await writeSchedule(pool)
        try await writeContext(pool)
        try await writeFeatures(pool)
    }
}
