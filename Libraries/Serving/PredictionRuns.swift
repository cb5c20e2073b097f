public import Basketball
public import Foundation
public import Pipeline
public import Postgres

/// Opens runs that begin with the predictions of a date, for those who ask for them by name.
public struct PredictionRuns: Sendable {
    /// Why nothing was opened.
    public enum Refusal: Error, Sendable, Hashable {
        /// A run of the date is predicting now.
        case isOpen(runID: UUID)
        case noFeatures
        /// Nobody has been predicted, so nobody is missing.
        case notStarted
        /// Every expected player has a prediction.
        case nothingMissing
    }

    /// Signs and resends the first message, whoever asks: the service that predicts.
    static let role = Phase.predictions.name

    let opener: RunOpener

    public init(registry: Registry, phaseDeadline: Duration) {
        opener = RunOpener(registry: registry, role: Self.role, phaseDeadline: phaseDeadline)
    }

    /// Opens a run that predicts the whole date. Its kind is `manual`: the rule of readiness holds, and the model that
    /// serves now predicts.
    public func start(
        _ date: GameDate,
        by actor: String,
        reason: String,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        try await refuseWhileOpen(date, in: transaction)
        let hasFeatures: Bool = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_precompute.ml_feature_store_v2
                           WHERE game_date = \(date.day) AND removed_at IS NULL)
            """
        ).scalar()
        guard hasFeatures else { throw Refusal.noFeatures }
        return try await opener.openDelta(
            request(.manual, date, actor, reason),
            marking: .full([coordinator], date: date),
            now: now,
            in: transaction
        )
    }

    /// Opens a run for the expected players without a prediction. Its kind is `delta`: the model of the date's last batch
    /// goes on, so that one slate is never predicted by two models.
    public func retry(
        _ date: GameDate,
        by actor: String,
        reason: String,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> (result: RunOpener.Result, players: [String]) {
        try await refuseWhileOpen(date, in: transaction)
        let hasStarted: Bool = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_predictions.prediction_batch
                           WHERE game_date = \(date.day) AND state IN ('open', 'complete'))
            """
        ).scalar()
        guard hasStarted else { throw Refusal.notStarted }
        let players = try await SlateGaps.of(date, in: transaction).missing.map(\.playerLookup)
        guard !players.isEmpty else { throw Refusal.nothingMissing }
        let result = try await opener.openDelta(
            request(.delta, date, actor, reason),
            marking: .entities(players, kind: .player, reader: coordinator, date: date),
            now: now,
            in: transaction
        )
        return (result, players)
    }

    private var coordinator: ProcessorDefinition {
        guard let coordinator = opener.registry.processor("prediction_coordinator", in: .predictions) else {
            preconditionFailure("the registry names the coordinator of Phase 5")
        }
        return coordinator
    }

    private func request(_ kind: RunKind, _ date: GameDate, _ actor: String, _ reason: String) -> RunRequest {
        RunRequest(
            kind: kind,
            gameDate: date,
            firstPhase: .predictions,
            untilPhase: .publishing,
            planKey: "cli:\(UUID().uuidString.lowercased())",
            openedBy: actor,
            reason: reason,
            triggerSource: .api
        )
    }

    /// Two who ask at once queue, and the second one meets the run of the first. A batch whose phase is over is in
    /// nobody's way, whatever its row says.
    private func refuseWhileOpen(_ date: GameDate, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(\("predictions of \(date)"), 0))"
        )
        let open = try await transaction.query(
            """
            SELECT r.run_id FROM nba_orchestration.run AS r
            JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 5 AND p.state = 'open'
            WHERE r.game_date = \(date.day) AND r.state = 'open' ORDER BY r.opened_at, r.run_id LIMIT 1
            """
        )
        if let row = open.first { throw Refusal.isOpen(runID: try row.decode("run_id")) }
    }
}

extension GameDate {
    fileprivate var day: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
