import Basketball
import Foundation
import Pipeline
import Postgres

/// What the shown system says of one bookmaker's line for a player, as predictions have evaluated it.
struct PickCandidate: Sendable, Hashable {
    var player: String
    var gameID: String
    var bookmaker: String
    var line: Double
    /// OVER, UNDER or PASS.
    var recommendation: String
    var overPrice: Int?
    var underPrice: Int?
    /// 0 … 1, a push left out.
    var overProbability: Double
    var overExpectedValue: Double?
    var underExpectedValue: Double?
    var edge: Double
    var predicted: Double
    var qualityScore: Double
    var systemID: String
    var modelVersion: String
    /// Why, by the side that it speaks for.
    var reasons: [Pick.Side: [String]]

    /// The side that is recommended; nil for none.
    var side: Pick.Side? { Pick.Side(rawValue: recommendation) }

    /// The recommended side at its price; nil where none is, or nobody prices it.
    var offer: Pick.Offer? {
        guard let side else { return nil }
        let isOver = side == .over
        guard let price = isOver ? overPrice : underPrice,
            let value = isOver ? overExpectedValue : underExpectedValue
        else { return nil }
        return Pick.Offer(
            bookmaker: bookmaker,
            line: line,
            price: price,
            winProbability: winProbability(of: side),
            expectedValue: value,
            edge: edge,
            predicted: predicted,
            systemID: systemID,
            modelVersion: modelVersion,
            reasons: Array((reasons[side] ?? []).prefix(Pick.mostReasons))
        )
    }

    /// Whether a bookmaker's last offer is the one that was evaluated: a side is never shown at a price that is gone.
    func isOffered(_ last: Slate.Offer) -> Bool {
        !last.isSynthetic && last.bookmaker == bookmaker && last.line == line && last.overOdds == overPrice
            && last.underOdds == underPrice
    }

    func winProbability(of side: Pick.Side) -> Double { side == .over ? overProbability : 1 - overProbability }

    /// Evaluations of the date at real lines: those that recommend a side with the least edge, and all of `players`.
    static func all(
        _ date: GameDate,
        alsoOf players: Set<String>,
        _ reader: SnapshotReader
    ) async throws -> [PickCandidate] {
        let rows = try await reader.query(
            """
            SELECT e.*, p.predicted_points, p.feature_quality_score, p.reasons::text AS reasons
            FROM nba_predictions.prediction_line_evaluation AS e
            JOIN nba_predictions.shown_prediction AS p USING (game_date, player_lookup, game_id, system_id, model_version)
            WHERE e.game_date = \(date.postgresDate) AND e.removed_at IS NULL AND NOT e.is_line_synthetic
                AND (e.recommendation <> 'PASS' AND abs(e.edge) >= \(PickRules.minimumEdge)
                     OR e.player_lookup = ANY(\(players.sorted())))
            ORDER BY e.player_lookup, e.bookmaker, e.points_line
            """
        )
        return try rows.map { row in
            PickCandidate(
                player: try row.decode("player_lookup"),
                gameID: try row.decode("game_id"),
                bookmaker: try row.decode("bookmaker"),
                line: try row.decode("points_line"),
                recommendation: try row.decode("recommendation"),
                overPrice: try row.decode("over_price_american"),
                underPrice: try row.decode("under_price_american"),
                overProbability: try row.decode("over_probability"),
                overExpectedValue: try row.decode("over_expected_value"),
                underExpectedValue: try row.decode("under_expected_value"),
                edge: try row.decode("edge"),
                predicted: try row.decode("predicted_points"),
                qualityScore: try row.decode("feature_quality_score"),
                systemID: try row.decode("system_id"),
                modelVersion: try row.decode("model_version"),
                reasons: try Self.reasons(try row.decode("reasons", as: String?.self))
            )
        }
    }

    private static func reasons(_ text: String?) throws -> [Pick.Side: [String]] {
        guard let text else { return [:] }
        var found: [Pick.Side: [String]] = [:]
        for reason in try JSONValue(parsing: text).arrayValue ?? [] {
            guard let sentence = reason["text"]?.stringValue,
                let side = reason["for"]?.stringValue.flatMap({ Pick.Side(rawValue: $0.uppercased()) })
            else { continue }
            found[side, default: []].append(sentence)
        }
        return found
    }
}
