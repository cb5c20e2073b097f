import Basketball
import Foundation
public import Pipeline
import Postgres

/// `results/{date}.json`, and `results/latest.json` for the newest date that is judged; with them `systems/performance.json`
/// and `streaks/current.json`, which tell of the season up to that date; and the results of the date's picks.
///
/// Reads: `nba_predictions.prediction_accuracy`, `nba_predictions.shown_prediction`, `nba_analytics.player_game_summary`, and
/// what ``Slate`` reads where the date has picks.
/// Writes: `nba_publishing.document` and its pointers.
public struct ResultsDocument: Processor {
    public static let name = "results_document"
    static let kind = "results"
    static let latestKey = "latest"
    static let schemaVersion = 1

    private let histories: SlateHistories

    init(histories: SlateHistories = SlateHistories()) { self.histories = histories }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let (date, runID, histories) = (execution.gameDate, execution.task.run.runID, histories)
        return try await DocumentPublisher(execution: execution)
            .publish(scopeOf: Self.name) { reader in
                let graded = try await Self.gradedAt(date, reader)
                // Picks stand whatever has become of the predictions behind them.
                let picks = try await BestBetsDocument.graded(date, at: graded, reader) {
                    try await Slate(date: date, runID: runID, histories: histories, reader: reader)
                }
                let predictions = try await GradedPrediction.of(date, reader)
                guard !predictions.isEmpty else { return picks }
                var drafts = [Self.draft(date.description, date, predictions, gradedAt: graded)]
                let newest = try await Self.newestGradedDate(reader) ?? date
                if newest == date {
                    drafts.append(
                        Self.draft(Self.latestKey, isCurrent: true, date, predictions, gradedAt: graded)
                    )
                }
                drafts.append(try await SystemsDocument.draft(until: newest, gradedAt: graded, reader))
                drafts.append(try await StreaksDocument.draft(until: newest, reader))
                return drafts + picks
            }
    }

    private static func draft(
        _ key: String,
        isCurrent: Bool = false,
        _ date: GameDate,
        _ predictions: [GradedPrediction],
        gradedAt: Date?
    ) -> DocumentDraft {
        let before = predictions.filter { $0.wasMadeBeforeTipoff == true }
        return DocumentDraft(
            kind: kind,
            key: key,
            isCurrent: isCurrent,
            schemaVersion: schemaVersion,
            slateDate: date,
            state: "graded",
            dataAsOf: gradedAt,
            playerCount: predictions.count,
            data: [
                "game_date": .string(date.description),
                "total": .count(predictions.count),
                "passes": .count(predictions.count { $0.result == "PASS" }),
                "without_line": .count(predictions.count { $0.result == "NO_LINE" }),
                "summary": Record(predictions).content,
                // What was predicted after the fact is judged too, and never counts as foresight.
                "made_before_tipoff": Record(before).content,
                "results": .array(predictions.map(\.content)),
            ]
        )
    }

    private static func gradedAt(_ date: GameDate, _ reader: SnapshotReader) async throws -> Date? {
        try await reader.query(
            """
            SELECT max(updated_at) AS at FROM nba_predictions.prediction_accuracy
            WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            """
        ).one().decode("at", as: Date?.self)
    }

    private static func newestGradedDate(_ reader: SnapshotReader) async throws -> GameDate? {
        let row = try await reader.query(
            "SELECT max(game_date) AS newest FROM nba_predictions.prediction_accuracy WHERE removed_at IS NULL"
        ).one()
        return try row.decode("newest", as: PostgresDate?.self) == nil ? nil : row.gameDate("newest")
    }
}
