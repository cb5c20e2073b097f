import Basketball
import Foundation
import Postgres

@testable import Publishing

extension PublishedSlate {
    /// What the shown system says of a bookmaker's line for a player.
    struct Evaluation: Sendable {
        var bookmaker = "draftkings"
        /// By default the line that was predicted against.
        var line: Double?
        var overPrice: Int? = -115
        var underPrice: Int? = -105
        var overProbability = 0.75
        /// Points.
        var edge = 5.0
        var overExpectedValue: Double? = 0.4
        var recommendation = "OVER"
        var isSynthetic = false
    }

    func writeEvaluation(_ member: Member, _ pool: PostgresPool, _ value: Evaluation = Evaluation()) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_predictions.prediction_line_evaluation
                (game_date, player_lookup, game_id, team_abbr, system_id, model_version, bookmaker, points_line,
                 over_price_american, under_price_american, is_line_synthetic, line_captured_at, minutes_before_tipoff,
                 over_probability, edge, over_expected_value, under_expected_value, recommendation, reason)
            VALUES (\(date.postgresDate), \(member.lookup), \(member.gameID), \(member.team), \(Self.system), '1.0',
                    \(value.bookmaker), \(value.line ?? 10.5 + Double(member.number)),
                    \(value.overPrice.map(Int64.init)), \(value.underPrice.map(Int64.init)), \(value.isSynthetic),
                    \(LeagueClock.instant(date, hour: 8, minute: 0)), 690, \(value.overProbability), \(value.edge),
                    \(value.overExpectedValue), \(value.overExpectedValue.map { -$0 }), \(value.recommendation),
                    'beyond_break_even')
            ON CONFLICT (game_date, player_lookup, game_id, system_id, model_version, bookmaker, points_line)
                DO UPDATE SET over_price_american = excluded.over_price_american, removed_at = NULL,
                    edge = excluded.edge, recommendation = excluded.recommendation
            """
        )
    }

    /// The system does not serve any more: nothing of it is left, or nothing of one player.
    func disableSystem(of member: Member? = nil, _ pool: PostgresPool) async throws {
        for table in ["player_prop_predictions", "prediction_line_evaluation"] {
            try await pool.execute(
                """
                UPDATE nba_predictions.\(identifier: table) SET removed_at = now()
                WHERE game_date = \(date.postgresDate)
                    AND (\(member?.lookup)::text IS NULL OR player_lookup = \(member?.lookup))
                """
            )
        }
    }

    /// A later offer of a bookmaker, at another line.
    func moveLine(_ member: Member, to line: Double, hour: Int, _ pool: PostgresPool) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_raw.odds_api_player_points_props
                (game_id, odds_api_event_id, game_date, game_start_time, home_team_abbr, away_team_abbr,
                 snapshot_timestamp, minutes_before_tipoff, is_after_tipoff, bookmaker, player_name, player_lookup,
                 points_line, over_price_american, under_price_american, is_synthetic, captured_at)
            SELECT game_id, odds_api_event_id, game_date, game_start_time, home_team_abbr, away_team_abbr,
                   \(LeagueClock.instant(date, hour: hour, minute: 0)), 100, false, bookmaker, player_name, player_lookup,
                   \(line), -120, 100, false, \(LeagueClock.instant(date, hour: hour, minute: 1))
            FROM nba_raw.odds_api_player_points_props
            WHERE player_lookup = \(member.lookup) AND bookmaker = 'draftkings' LIMIT 1
            """
        )
    }

    func writeStatus(_ member: Member, _ status: String?, _ reason: String?, _ pool: PostgresPool) async throws {
        try await pool.execute(
            """
            UPDATE nba_analytics.upcoming_player_game_context SET player_status = \(status), injury_report = \(reason)
            WHERE player_lookup = \(member.lookup) AND game_date = \(date.postgresDate)
            """
        )
    }

    /// What grading says of a player: nil points for who did not play. With a side it is the shown system's, else another's.
    func writeGrade(
        _ member: Member,
        points: Int?,
        side: (recommendation: String, outcome: String)? = nil,
        line: Double? = nil,
        _ pool: PostgresPool
    ) async throws {
        let tipoff = LeagueClock.instant(date, hour: 22, minute: 0)
        let isCorrect = side.flatMap { $0.outcome == "PUSH" ? nil : $0.outcome == $0.recommendation }
        try await pool.execute(
            """
            INSERT INTO nba_predictions.prediction_accuracy
                (game_date, player_lookup, game_id, system_id, model_version, team_abbr, opponent_team_abbr,
                 predicted_points, actual_points, minutes_played, absolute_error, signed_error, has_prop_line, points_line,
                 recommendation, line_outcome, is_correct, confidence_score, confidence_decile, season_average_tier,
                 is_voided, void_reason, lane, predicted_at, tipoff_at, was_made_before_tipoff)
            VALUES (\(date.postgresDate), \(member.lookup), \(member.gameID), \(side == nil ? "similarity" : Self.system),
                    '1.0', \(member.team), \(member.opponent), 15, \(points.map(Int64.init)),
                    \(points == nil ? nil : 30.0), \(points.map { abs(15 - Double($0)) }),
                    \(points.map { 15 - Double($0) }), \(line != nil), \(line), \(side?.recommendation ?? "NO_LINE"),
                    \(side?.outcome), \(isCorrect), 0.5, 6, 'starter', \(points == nil),
                    \(points == nil ? "dnp_unknown" : nil), 'live', \(tipoff.addingTimeInterval(-36_000)), \(tipoff), true)
            ON CONFLICT (game_date, player_lookup, game_id, system_id, model_version)
                DO UPDATE SET actual_points = excluded.actual_points
            """
        )
    }

    /// What he did in the slate's own game.
    func writePlayed(_ member: Member, points: Int, line: Double, _ pool: PostgresPool) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_analytics.player_game_summary
                (player_lookup, nba_player_id, player_full_name, game_id, nba_game_id, game_date, season_year,
                 season_type, team_abbr, opponent_team_abbr, home_game, player_status, points, minutes_played,
                 fg_attempts, fg_makes, points_line, primary_source_used, data_quality_tier)
            VALUES (\(member.lookup), 1, 'name', \(member.gameID), 'n', \(date.postgresDate),
                    \(Int64(Season(containing: date).startYear)), 'regular', \(member.team), \(member.opponent), true,
                    'active', \(Int64(points)), 30.0, 10, 5, \(line), 'test', 'gold')
            """
        )
    }
}
