import Basketball
import Pipeline
import Postgres

/// A shown prediction with what became of it, as grading has judged it; nothing is judged a second time here.
struct GradedPrediction: Sendable, Hashable {
    var lookup: String
    var gameID: String
    var team: String
    var opponent: String
    var predicted: Double
    /// Nil for who did not play.
    var actual: Int?
    var minutes: Double?
    var line: Double?
    var isLineSynthetic: Bool?
    var recommendation: String
    var confidence: Double
    var absoluteError: Double?
    var signedError: Double?
    var lineOutcome: String?
    var isCorrect: Bool?
    var isVoided: Bool
    var voidReason: String?
    var wasMadeBeforeTipoff: Bool?

    var tookASide: Bool { recommendation == "OVER" || recommendation == "UNDER" }

    /// WIN, LOSS, PUSH or VOID of the side that was taken; PASS or NO_LINE where none was. A push and a player who did not
    /// play are neither won nor lost, and in no rate.
    var result: String {
        if isVoided { return "VOID" }
        guard tookASide else { return recommendation }
        return isCorrect.map { $0 ? "WIN" : "LOSS" } ?? "PUSH"
    }

    /// The shown predictions of a date that are judged, by game and player.
    static func of(_ date: GameDate, _ reader: SnapshotReader) async throws -> [GradedPrediction] {
        let rows = try await reader.query(
            """
            SELECT a.* FROM nba_predictions.prediction_accuracy AS a
            JOIN nba_predictions.shown_prediction AS s
                USING (game_date, player_lookup, game_id, system_id, model_version)
            WHERE a.game_date = \(date.postgresDate) AND a.removed_at IS NULL
            ORDER BY a.game_id, a.player_lookup, a.model_version
            """
        )
        return try rows.map { row in
            GradedPrediction(
                lookup: try row.decode("player_lookup"),
                gameID: try row.decode("game_id"),
                team: try row.decode("team_abbr"),
                opponent: try row.decode("opponent_team_abbr"),
                predicted: try row.decode("predicted_points"),
                actual: try row.decode("actual_points"),
                minutes: try row.decode("minutes_played"),
                line: try row.decode("points_line"),
                isLineSynthetic: try row.decode("is_line_synthetic"),
                recommendation: try row.decode("recommendation"),
                confidence: try row.decode("confidence_score"),
                absoluteError: try row.decode("absolute_error"),
                signedError: try row.decode("signed_error"),
                lineOutcome: try row.decode("line_outcome"),
                isCorrect: try row.decode("is_correct"),
                isVoided: try row.decode("is_voided"),
                voidReason: try row.decode("void_reason"),
                wasMadeBeforeTipoff: try row.decode("was_made_before_tipoff")
            )
        }
    }

    var content: JSONValue {
        [
            "player_lookup": .string(lookup), "game_id": .string(gameID), "team": .string(team),
            "opponent": .string(opponent), "predicted": .rounded(predicted), "actual": .maybe(actual),
            "minutes": .rounded(minutes), "line": .rounded(line), "is_line_synthetic": .maybe(isLineSynthetic),
            "recommendation": .string(recommendation), "confidence_percent": .rounded(100 * confidence),
            "result": .string(result), "void_reason": .maybe(voidReason),
            "absolute_error": .rounded(absoluteError), "signed_error": .rounded(signedError),
            "was_made_before_tipoff": .maybe(wasMadeBeforeTipoff),
        ]
    }
}

/// How predictions did, with the numbers of cases behind every figure.
struct Record: Sendable, Hashable {
    var graded = 0
    var voided = 0
    var wins = 0
    var losses = 0
    var pushes = 0
    /// Points.
    var meanAbsoluteError: Double?
    var errorDeviation: Double?
    var meanSignedError: Double?

    init() {}

    init(_ predictions: [GradedPrediction]) {
        let played = predictions.filter { !$0.isVoided }
        graded = played.count
        voided = predictions.count - played.count
        wins = played.count { $0.result == "WIN" }
        losses = played.count { $0.result == "LOSS" }
        pushes = played.count { $0.result == "PUSH" }
        let errors = played.compactMap(\.absoluteError)
        meanAbsoluteError = SampleStatistics.mean(errors)
        errorDeviation = SampleStatistics.standardDeviation(errors)
        meanSignedError = SampleStatistics.mean(played.compactMap(\.signedError))
    }

    /// Figures without a case are null; intervals are 95 %, of rates by Wilson, of errors by the normal approximation.
    var content: JSONValue {
        let decided = wins + losses
        let rate = SampleStatistics.wilsonInterval(hits: wins, of: decided)
        let error = meanAbsoluteError.flatMap { mean in
            errorDeviation.flatMap {
                SampleStatistics.meanInterval(mean: mean, standardDeviation: $0, count: graded)
            }
        }
        func interval(_ range: ClosedRange<Double>?, _ factor: Double, _ places: Int) -> JSONValue {
            guard let range else { return .null }
            return [
                .rounded(max(0, factor * range.lowerBound), places), .rounded(factor * range.upperBound, places),
            ]
        }
        return [
            "graded": .count(graded), "voided": .count(voided), "decided": .count(decided), "wins": .count(wins),
            "losses": .count(losses), "pushes": .count(pushes),
            "win_rate_percent": .rounded(decided == 0 ? nil : 100 * Double(wins) / Double(decided)),
            "win_rate_interval_percent": interval(rate, 100, 1),
            "mean_absolute_error": .rounded(meanAbsoluteError, 2),
            "mean_absolute_error_interval": interval(error, 1, 2),
            "mean_signed_error": .rounded(meanSignedError, 2),
        ]
    }
}
