public import Basketball
import Foundation
import Pipeline
public import Postgres

extension PredictionForecast {
    /// Reads how a date's predictions stand and forecasts those that are on their way. Of several runs the one that
    /// predicts everybody counts before a delta, and the one that was opened first.
    public static func of(_ date: GameDate, in transaction: PostgresTransaction) async throws -> PredictionForecast {
        let hasArrived: Bool = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_predictions.prediction_batch
                           WHERE game_date = \(date.day) AND state = 'complete')
            """
        ).scalar()
        if hasArrived { return .arrived }
        let runs = try await transaction.query(
            """
            SELECT r.run_id, r.kind, now() AS read_at FROM nba_orchestration.run AS r
            JOIN nba_orchestration.run_phase AS p
                ON p.run_id = r.run_id AND p.phase = 5 AND p.state IN ('waiting', 'open')
            WHERE r.game_date = \(date.day) AND r.state = 'open' AND r.lane = 'live'
            ORDER BY r.kind = 'delta', r.opened_at, r.run_id LIMIT 1
            """
        )
        guard let row = runs.first else { return .unknown("no run is on its way to the predictions") }
        let runID: UUID = try row.decode("run_id")
        let kind: RunKind = try row.enumeration("kind")
        let past = try await transaction.query(
            """
            SELECT r.run_id FROM nba_orchestration.run AS r
            WHERE r.kind = \(kind.rawValue) AND r.lane = 'live' AND r.state = 'complete' AND EXISTS (
                SELECT 1 FROM nba_orchestration.run_phase AS p
                WHERE p.run_id = r.run_id AND p.phase = 5 AND p.state = 'complete')
            ORDER BY r.finished_at DESC, r.run_id LIMIT \(Int64(pastRuns))
            """
        ).column("run_id", as: UUID.self)
        let courses = try await courses(of: past + [runID], in: transaction)
        guard let course = courses[runID] else { return .unknown("the run has no phases") }
        let left = secondsLeft(of: course, at: try row.decode("read_at"), after: past.compactMap { courses[$0] })
        guard let left else {
            return .unknown("\(past.count) complete \(kind.rawValue) runs are too few to know how long one takes")
        }
        return .coming(runID: runID, secondsLeft: left)
    }

    private static func courses(
        of runs: [UUID],
        in transaction: PostgresTransaction
    ) async throws -> [UUID: Course] {
        let rows = try await transaction.query(
            """
            SELECT r.run_id, r.opened_at, p.phase, p.closed_at FROM nba_orchestration.run AS r
            JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase <= 5
            WHERE r.run_id = ANY(\(runs)) ORDER BY r.run_id, p.phase
            """
        )
        var courses: [UUID: Course] = [:]
        for row in rows {
            let step = Step(
                phase: Int(try row.decode("phase", as: Int16.self)),
                closedAt: try row.decode("closed_at")
            )
            let openedAt: Date = try row.decode("opened_at")
            courses[try row.decode("run_id"), default: Course(openedAt: openedAt, steps: [])].steps.append(step)
        }
        return courses
    }
}
