import Basketball
import Foundation
import Pipeline
import Postgres
import Serving

extension PredictionBatchChecks {
    static func signature(_ date: GameDate) -> String { "predictions:checks:\(date)" }

    /// Reads a date's shown predictions as the transaction sees them.
    init(of date: GameDate, in transaction: PostgresTransaction) async throws {
        let day = date.postgresDate
        let gaps = try await SlateGaps.of(date, in: transaction)
        let row = try await transaction.query(
            """
            SELECT count(*) AS predicted, avg(predicted_points) AS mean_points, min(predicted_points) AS lowest_points,
                   max(predicted_points) AS highest_points, count(current_points_line) AS lined,
                   avg(predicted_points - current_points_line) AS mean_margin,
                   count(*) FILTER (WHERE recommendation = 'OVER') AS overs,
                   count(*) FILTER (WHERE recommendation = 'UNDER') AS unders,
                   (SELECT count(*) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(day) AND removed_at IS NULL AND NOT is_postponed) AS games,
                   (SELECT count(*) FROM nba_raw.odds_api_player_points_props
                    WHERE game_date = \(day) AND removed_at IS NULL AND NOT is_after_tipoff) AS offers
            FROM nba_predictions.shown_prediction WHERE game_date = \(day)
            """
        ).one()
        self.init(
            games: try row.decode("games"),
            expected: gaps.expected,
            covered: gaps.predicted,
            unexplained: gaps.missing.count { !$0.reason.isRecorded },
            predicted: try row.decode("predicted"),
            meanPoints: try row.decode("mean_points"),
            lowestPoints: try row.decode("lowest_points"),
            highestPoints: try row.decode("highest_points"),
            lined: try row.decode("lined"),
            meanMargin: try row.decode("mean_margin"),
            overs: try row.decode("overs"),
            unders: try row.decode("unders"),
            offers: try row.decode("offers")
        )
    }

    /// Tells what is broken, as one alert of the date, or resolves it. The alert always holds the numbers of the last
    /// batch; it counts as seen again only when they are worse.
    func tell(of run: RunRecord, by role: String, in transaction: PostgresTransaction) async throws {
        let date = run.gameDate
        let signature = Self.signature(date)
        let broken = breaches
        guard let level = broken.map(\.level).max(by: { $0.severity < $1.severity }) else {
            try await transaction.execute(Alerts.resolve(signature: signature))
            return
        }
        try await StandingAlert(
            level: level,
            signature: signature,
            title: "predictions of \(date): \(broken.map(\.text).joined(separator: "; "))",
            detail: json,
            gameDate: date,
            runID: run.runID
        ).tell(by: role, in: transaction) { _, before in isWorse(than: before) }
    }
}
