import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

@testable import Publishing

/// A slate with predictions, offers and history in the database, as the phases before would leave it.
struct PublishedSlate: Sendable {
    static let pairs = [("BOS", "LAL"), ("MIA", "NYK"), ("DEN", "PHX"), ("CHI", "ATL")]
    /// What speaks to readers.
    static let system = "moving_average"

    var date: GameDate
    var games = 2
    /// Players of each team.
    var roster = 6

    init(_ date: String, games: Int = 2, roster: Int = 6) throws {
        self.date = try GameDate(date)
        self.games = games
        self.roster = roster
    }

    private var season: Int64 { Int64(Season(containing: date).startYear) }

    func gameID(_ game: Int) -> String { "\(date.compact)_\(Self.pairs[game].0)_\(Self.pairs[game].1)" }

    struct Member: Sendable {
        var lookup: String
        var gameID: String
        var team: String
        var opponent: String
        var isHome: Bool
        var number: Int
    }

    var members: [Member] {
        (0..<games).flatMap { game in
            [false, true].flatMap { isHome in
                let (away, home) = Self.pairs[game]
                return (0..<roster).map { number in
                    Member(
                        lookup: "\((isHome ? home : away).lowercased())player\(number)",
                        gameID: gameID(game),
                        team: isHome ? home : away,
                        opponent: isHome ? away : home,
                        isHome: isHome,
                        number: number
                    )
                }
            }
        }
    }

    func write(_ pool: PostgresPool) async throws {
        try await writeSchedule(pool)
        try await writeBatch(pool)
        for member in members {
            try await writeContext(member, pool)
            try await writePrediction(member, pool)
            if member.number > 0 { try await writeOffer(member, pool) }
        }
    }

    /// The batch that says which system readers are shown.
    func writeBatch(_ pool: PostgresPool) async throws {
        let run = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, state, opened_by,
                 finished_at)
            VALUES (\(run), 'pregame', \(date.postgresDate), 'live', 5, 5, 'test', \("test:\(run)"), 'complete', 'test',
                    now())
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_predictions.prediction_batch
                (batch_id, run_id, game_date, expected_count, open_count, state, systems)
            VALUES (\(UUID()), \(run), \(date.postgresDate), 0, 0, 'complete', \([Self.system, "similarity"]))
            """
        )
    }

    func writeSchedule(_ pool: PostgresPool) async throws {
        for game in 0..<games {
            try await pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, tipoff_at, game_status, is_postponed,
                     home_team_tricode, away_team_tricode, captured_at)
                VALUES (\(gameID(game)), \("00223\(date.compact.suffix(4))\(game)"), \(season), 'regular',
                        \(date.postgresDate), \(LeagueClock.instant(date, hour: 22 - game, minute: 30)), 1, false,
                        \(Self.pairs[game].1), \(Self.pairs[game].0), \(LeagueClock.instant(date, hour: 6, minute: 0)))
                """
            )
        }
    }

    private func writeContext(_ member: Member, _ pool: PostgresPool) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_analytics.upcoming_player_game_context
                (player_lookup, player_full_name, game_id, nba_game_id, game_date, season_year, team_abbr,
                 opponent_team_abbr, home_game, season_phase, has_prop_line, days_rest, back_to_back, history_games,
                 data_quality_tier)
            VALUES (\(member.lookup), \("Name of \(member.lookup)"), \(member.gameID), '1', \(date.postgresDate), \(season),
                    \(member.team), \(member.opponent), \(member.isHome), 'regular', true, 2, false, 20, 'gold')
            """
        )
    }

    /// Player 0 of each team has no line; the others are predicted five points over theirs.
    func writePrediction(_ member: Member, _ pool: PostgresPool, points: Double? = nil, synthetic: Bool = false)
        async throws
    {
        let line: Double? = member.number == 0 ? nil : 10.5 + Double(member.number)
        let row = PlayerPropPrediction(
            systemID: Self.system,
            modelVersion: "1.0",
            playerLookup: member.lookup,
            gameDate: date,
            gameID: member.gameID,
            teamAbbr: member.team,
            opponentTeamAbbr: member.opponent,
            isHome: member.isHome,
            predictedPoints: points ?? (line ?? 15) + 5,
            overProbability: line == nil ? nil : 0.75,
            confidenceScore: line == nil ? 0.5 : 0.75,
            recommendation: line == nil ? "NO_LINE" : "OVER",
            currentPointsLine: line,
            lineSource: line == nil ? nil : "draftkings",
            isLineSynthetic: line == nil ? nil : synthetic,
            components: "{}",
            featuresSnapshot: "{}",
            featuresHash: "h",
            featureVersion: "v2",
            featureQualityScore: 91,
            buildCommit: "test"
        )
        try await pool.execute(
            """
            INSERT INTO nba_predictions.player_prop_predictions
                (prediction_id, system_id, model_version, player_lookup, game_date, game_id, team_abbr,
                 opponent_team_abbr, is_home, predicted_points, confidence_score, recommendation, has_prop_line,
                 current_points_line, line_margin, line_source, is_line_synthetic, components, features_snapshot,
                 features_hash, feature_version, feature_quality_score, build_commit, over_probability)
            VALUES (\(row.predictionID), \(row.systemID), \(row.modelVersion), \(row.playerLookup), \(date.postgresDate),
                    \(row.gameID), \(row.teamAbbr), \(row.opponentTeamAbbr), \(row.isHome), \(row.predictedPoints),
                    \(row.confidenceScore), \(row.recommendation), \(line != nil), \(line),
                    \(line.map { row.predictedPoints - $0 }), \(row.lineSource), \(row.isLineSynthetic),
                    \(PostgresJSON(row.components)), \(PostgresJSON(row.featuresSnapshot)), 'h', 'v2', 91, 'test',
                    \(row.overProbability))
            ON CONFLICT (game_date, player_lookup, game_id, system_id, model_version)
                DO UPDATE SET predicted_points = excluded.predicted_points, removed_at = NULL,
                    is_line_synthetic = excluded.is_line_synthetic
            """
        )
    }

    func writeOffer(_ member: Member, _ pool: PostgresPool, over: Int = -115, under: Int = -105) async throws {
        for (bookmaker, line) in [("fanduel", 9.5), ("draftkings", 10.5 + Double(member.number))] {
            try await pool.execute(
                """
                INSERT INTO nba_raw.odds_api_player_points_props
                    (game_id, odds_api_event_id, game_date, game_start_time, home_team_abbr, away_team_abbr,
                     snapshot_timestamp, minutes_before_tipoff, is_after_tipoff, bookmaker, player_name, player_lookup,
                     points_line, over_price_american, under_price_american, is_synthetic, captured_at)
                VALUES (\(member.gameID), \("event-\(member.gameID)"), \(date.postgresDate),
                        \(LeagueClock.instant(date, hour: 19, minute: 30)), 'LAL', 'BOS',
                        \(LeagueClock.instant(date, hour: 8, minute: 0)), 690, false, \(bookmaker), 'name',
                        \(member.lookup), \(line), \(Int64(over)), \(Int64(under)), false,
                        \(LeagueClock.instant(date, hour: 8, minute: 1)))
                ON CONFLICT (odds_api_event_id, bookmaker, player_lookup, points_line, snapshot_timestamp)
                    DO UPDATE SET over_price_american = excluded.over_price_american
                """
            )
        }
    }

    /// Games of one player on the days before the slate, newest last; nil points are a missed game.
    func writeHistory(_ member: Member, points: [Int?], line: Double?, _ pool: PostgresPool) async throws {
        for (index, value) in points.enumerated() {
            let day = date.adding(days: index - points.count)
            try await pool.execute(
                """
                INSERT INTO nba_analytics.player_game_summary
                    (player_lookup, nba_player_id, player_full_name, game_id, nba_game_id, game_date, season_year,
                     season_type, team_abbr, opponent_team_abbr, home_game, player_status, points, minutes_played,
                     fg_attempts, fg_makes, points_line, primary_source_used, data_quality_tier)
                VALUES (\(member.lookup), 1, 'name', \("g\(index)"), \("n\(index)"), \(day.postgresDate), \(season),
                        'regular', \(member.team), \(member.opponent), true, \(value == nil ? "dnp" : "active"),
                        \(value.map(Int64.init)), \(value == nil ? nil : 30.0), 10, 5, \(line), 'test', 'gold')
                """
            )
        }
    }
}
