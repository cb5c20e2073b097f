import Basketball
import Foundation
import Models
import Pipeline
import Postgres
import Warehouse

/// Everything that the judgement of a date needs, as the tables have it.
struct GradingMaterial: Sendable {
    /// Names a prediction within its game.
    struct PredictionKey: Sendable, Hashable {
        var player: String
        var gameID: String
        var system: String
        var version: String
    }

    struct Prediction: Sendable {
        var key: PredictionKey
        var team: String
        var opponent: String
        var recommendation: Recommendation
        var predicted: PredictionAccuracy.Predicted

        var player: String { key.player }
        var gameID: String { key.gameID }
    }

    /// A prediction's word on one bookmaker's line.
    struct Line: Sendable {
        var key: PredictionKey
        var team: String
        var bookmaker: String
        var points: Double
        var overPrice: Int?
        var underPrice: Int?
        var isSynthetic: Bool
        var capturedAt: Date
        var overProbability: Double
        var recommendation: Recommendation

        var gameID: String { key.gameID }
    }

    struct PlayerResult: Sendable {
        var player: String
        var gameID: String
        var team: String
        var row: GradingRules.SummaryRow
    }

    var predictions: [Prediction] = []
    var lines: [Line] = []
    var games: [SlateGame] = []
    var results: [PlayerResult] = []
    /// The last word on a player before tip-off.
    var announced: [String: InjuryStatus] = [:]
    /// Points a game of the season before the date.
    var seasonAverages: [String: Double] = [:]

    init(
        predictions: [Prediction] = [],
        lines: [Line] = [],
        games: [SlateGame] = [],
        results: [PlayerResult] = []
    ) {
        self.predictions = predictions
        self.lines = lines
        self.games = games
        self.results = results
    }
}

extension GradingMaterial {
    init(reader: SnapshotReader, date: GameDate) async throws {
        self.init()
        predictions = try await Self.predictions(reader, date)
        guard !predictions.isEmpty else { return }
        games = try await reader.slate(on: date)
        guard games.contains(where: \.isFinal) else { return }
        lines = try await Self.lines(reader, date)
        results = try await Self.results(reader, date)
        announced = try await Self.announced(reader, date)
        seasonAverages = try await Self.seasonAverages(reader, date)
    }

    private static func predictions(_ reader: SnapshotReader, _ date: GameDate) async throws -> [Prediction] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, game_id, system_id, model_version, team_abbr, opponent_team_abbr, predicted_points,
                   median_points, standard_deviation, interval_low, interval_high, over_probability, confidence_score,
                   recommendation, current_points_line, is_line_synthetic, lane, predicted_at
            FROM nba_predictions.player_prop_predictions
            WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            ORDER BY player_lookup, game_id, system_id, model_version
            """
        )
        return try rows.map { row in
            let recommendation: Recommendation = try row.enumeration("recommendation")
            let low: Double? = try row.decode("interval_low")
            let high: Double? = try row.decode("interval_high")
            let lane: String? = try row.decode("lane")
            return Prediction(
                key: try PredictionKey(row),
                team: try row.decode("team_abbr"),
                opponent: try row.decode("opponent_team_abbr"),
                recommendation: recommendation,
                predicted: .init(
                    points: try row.decode("predicted_points"),
                    median: try row.decode("median_points"),
                    standardDeviation: try row.decode("standard_deviation"),
                    interval: low.flatMap { low in high.map { low...$0 } },
                    overProbability: try row.decode("over_probability"),
                    confidence: try row.decode("confidence_score"),
                    recommendation: recommendation.rawValue,
                    line: try row.decode("current_points_line"),
                    isLineSynthetic: try row.decode("is_line_synthetic"),
                    lane: try lane.map { _ in try row.enumeration("lane") },
                    at: try row.decode("predicted_at")
                )
            )
        }
    }

    private static func lines(_ reader: SnapshotReader, _ date: GameDate) async throws -> [Line] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, game_id, system_id, model_version, team_abbr, bookmaker, points_line,
                   over_price_american, under_price_american, is_line_synthetic, line_captured_at, over_probability,
                   recommendation
            FROM nba_predictions.prediction_line_evaluation
            WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            ORDER BY player_lookup, game_id, system_id, model_version, bookmaker, points_line
            """
        )
        return try rows.map { row in
            Line(
                key: try PredictionKey(row),
                team: try row.decode("team_abbr"),
                bookmaker: try row.decode("bookmaker"),
                points: try row.decode("points_line"),
                overPrice: try row.decode("over_price_american"),
                underPrice: try row.decode("under_price_american"),
                isSynthetic: try row.decode("is_line_synthetic"),
                capturedAt: try row.decode("line_captured_at"),
                overProbability: try row.decode("over_probability"),
                recommendation: try row.enumeration("recommendation")
            )
        }
    }

    private static func results(_ reader: SnapshotReader, _ date: GameDate) async throws -> [PlayerResult] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, game_id, team_abbr, player_status, points, minutes_played
            FROM nba_analytics.player_game_summary WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            """
        )
        return try rows.map { row in
            PlayerResult(
                player: try row.decode("player_lookup"),
                gameID: try row.decode("game_id"),
                team: try row.decode("team_abbr"),
                row: .init(
                    isActive: try isActive(row.decode("player_status")),
                    points: try row.decode("points"),
                    minutes: try row.decode("minutes_played")
                )
            )
        }
    }

    private static func isActive(_ status: String) throws -> Bool {
        switch status {
        case "active": true
        case "dnp", "inactive": false
        default: throw TaskError(.permanent, type: "unknown_player_status", status)
        }
    }

    private static func announced(_ reader: SnapshotReader, _ date: GameDate) async throws -> [String: InjuryStatus] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, player_status FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(date.postgresDate) AND removed_at IS NULL AND player_status IS NOT NULL
            """
        )
        var words: [String: InjuryStatus] = [:]
        for row in rows { words[try row.decode("player_lookup")] = try row.enumeration("player_status") }
        return words
    }

    private static func seasonAverages(_ reader: SnapshotReader, _ date: GameDate) async throws -> [String: Double] {
        guard let index = FeatureList.index(of: "points_avg_season") else {
            preconditionFailure("the features lack points_avg_season")
        }
        let place = Int32(index)
        let rows = try await reader.query(
            """
            SELECT player_lookup, (features ->> \(place)::int4)::double precision AS average
            FROM nba_precompute.ml_feature_store_v2 WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            """
        )
        var averages: [String: Double] = [:]
        for row in rows {
            averages[try row.decode("player_lookup")] = try row.decode("average", as: Double?.self)
        }
        return averages
    }
}

extension GradingMaterial.PredictionKey {
    fileprivate init(_ row: PostgresRow) throws {
        player = try row.decode("player_lookup")
        gameID = try row.decode("game_id")
        system = try row.decode("system_id")
        version = try row.decode("model_version")
    }
}
