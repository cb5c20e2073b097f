import Basketball
import Foundation
import Postgres

@testable import Pipeline
@testable import Predictions

/// The clocks of a slate, with what they leave behind.
struct SlateWatchFixture: Sendable {
    static let names = ["prediction_coordinator", "tonight_document"]

    let harness: PhaseHarness
    var date = SlateFixture.date

    var watch: SlateWatch { SlateWatch(context: harness.context, clocks: PredictionSettings.standardClocks) }

    func at(_ hour: Int, _ minute: Int) -> Date { LeagueClock.instant(date, hour: hour, minute: minute) }

    struct Alert: Sendable, Hashable {
        var signature: String
        var level: String
        var isOpen: Bool
    }

    /// Alerts of one kind, such as `clock` or `verdict`.
    func alerts(_ kind: String) async throws -> [Alert] {
        let rows = try await harness.pool.query(
            """
            SELECT signature, level, resolved_at IS NULL AS is_open FROM nba_orchestration.alert
            WHERE starts_with(signature, \("predictions:\(kind):")) ORDER BY alert_id
            """
        )
        return try rows.map {
            Alert(
                signature: try $0.decode("signature"),
                level: try $0.decode("level"),
                isOpen: try $0.decode("is_open")
            )
        }
    }

    /// What was decided, as `clock verdict`.
    func decisions() async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT split_part(window_key, \(":\(date):"), 2) || ' ' || verdict AS told
            FROM nba_orchestration.planner_decision ORDER BY due_at, window_key
            """
        ).column("told")
    }

    func runs(opened by: String = "clock") async throws -> [RunRecord] {
        let ids: [UUID] = try await harness.pool.query(
            "SELECT run_id FROM nba_orchestration.run WHERE opened_by = \(by) ORDER BY opened_at"
        ).column("run_id")
        let records = try await harness.pool.transaction { try await RunRecord.load(ids, in: $0) }
        return ids.compactMap { records[$0] }
    }

    /// A run by which the chain of events predicts the whole date.
    @discardableResult
    func predict() async throws -> RunRecord {
        let run = try await harness.open(date, from: .predictions, marking: Self.names)
        await work(run)
        return run
    }

    func work(_ run: RunRecord) async { await harness.work(run, PredictionsService.definition(harness.context)) }

    func withdraw(_ players: [String]) async throws {
        try await harness.pool.execute(
            """
            UPDATE nba_predictions.player_prop_predictions SET removed_at = now()
            WHERE game_date = \(date.postgresDate) AND player_lookup = ANY(\(players))
            """
        )
    }

    func restore(_ players: [String]) async throws {
        try await harness.pool.execute(
            """
            UPDATE nba_predictions.player_prop_predictions SET removed_at = NULL
            WHERE game_date = \(date.postgresDate) AND player_lookup = ANY(\(players))
            """
        )
    }
}
