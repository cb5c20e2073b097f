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
        /// What was announced of the player when he was predicted.
        var announced: InjuryStatus?
        /// Points a game of the season before this game.
        var seasonAverage: Double?

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
    }

    private static func predictions(_ reader: SnapshotReader, _ date: GameDate) async throws -> [Prediction] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, game_id, system_id, model_version, team_abbr, opponent_team_abbr, predicted_points,
                   median_points, standard_deviation, interval_low, interval_high, over_probability, confidence_score,
                   recommendation, current_points_line, is_line_synthetic, lane, predicted_at, player_status,
                   season_average
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
            let announced: String? = try row.decode("player_status")
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
                ),
                announced: try announced.map { _ in try row.enumeration("player_status") },
                seasonAverage: try row.decode("season_average")
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
}

extension GradingMaterial.PredictionKey {
    fileprivate init(_ row: PostgresRow) throws {
        player = try row.decode("player_lookup")
        gameID = try row.decode("game_id")
        system = try row.decode("system_id")
        version = try row.decode("model_version")
    }
}
