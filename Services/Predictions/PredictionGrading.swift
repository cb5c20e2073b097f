import Basketball
import Foundation
import Models
public import Pipeline
import Postgres
import Warehouse

/// Judges the predictions of a date by what happened: each prediction, and its word on each bookmaker's line.
///
/// Reads: `nba_predictions.player_prop_predictions` and `prediction_line_evaluation`, `nba_analytics.player_game_summary`
/// (points, minutes, status), `nba_raw.nbac_schedule` (which games are final, tip-off). What was known of a player comes from
/// his prediction alone. Writes: `nba_predictions.prediction_accuracy` and `line_evaluation_accuracy`, the whole date. Games
/// that are not final, and those without a box score, are named and not judged. The rules are in ``GradingRules``.
public struct PredictionGrading: Processor {
    public static let name = "prediction_grading"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let (scope, material) = try await execution.snapshot { reader in
            (try await reader.scope(), try await GradingMaterial(reader: reader, date: date))
        }
        guard !material.predictions.isEmpty else { return Self.nothing(scope, date, reason: "no_predictions") }
        let grades = try DateGrades(material, date: date)
        guard !grades.finalGames.isEmpty else { return Self.nothing(scope, date, reason: "no_final_games") }
        let isPartial = !grades.gamesWithoutRows.isEmpty || !grades.unsettled.isEmpty
        var outcome = Outcome(
            isPartial ? .partial : .success,
            scope: scope,
            writes: [
                TableWrite(grades.predictions, scope: .date(date)), TableWrite(grades.lines, scope: .date(date)),
            ],
            inScope: grades.predictions.count + grades.unsettled.count + grades.withoutRowsCount,
            processed: grades.predictions.count
        )
        outcome.missingDependencies = grades.gamesWithoutRows.map { "player_game_summary:\($0)" }
        outcome.metadata = grades.metadata
        return outcome
    }

    /// There is nothing to judge; what an earlier state of the date left is removed.
    private static func nothing(_ scope: Scope, _ date: GameDate, reason: String) -> Outcome {
        var outcome = Outcome.expectedEmpty(
            scope,
            reason: reason,
            removing: TableWrite([PredictionAccuracy](), scope: .date(date))
        )
        outcome.writes.append(TableWrite([LineEvaluationAccuracy](), scope: .date(date)))
        return outcome
    }
}
