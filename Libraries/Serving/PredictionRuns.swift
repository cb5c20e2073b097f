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
        /// A run of the date is on its way to the predictions; only a clock leaves it alone.
        case isComing(runID: UUID)
        case noFeatures
        /// Nobody has been predicted, so nobody is missing.
        case notStarted
        /// Every expected player who is asked for has a prediction.
        case nothingMissing
    }

    /// Who asks.
    public enum Asker: Sendable, Hashable {
        /// A person by name, as often as he likes.
        case person(String)
        /// The clock of a wall time such as `06:15`, once a date.
        case clock(String)

        var openedBy: String {
            switch self {
            case .person(let name): name
            case .clock: "clock"
            }
        }

        var triggerSource: TriggerSource {
            switch self {
            case .person: .api
            case .clock: .scheduler
            }
        }

        /// Unique; opening twice with one key opens once.
        public func planKey(of date: GameDate) -> String {
            switch self {
            case .person: "cli:\(UUID().uuidString.lowercased())"
            case .clock(let time): "clock:predictions:\(date):\(time)"
            }
        }
    }

    /// Signs and resends the first message, whoever asks: the service that predicts.
    static let role = Phase.predictions.name

    let opener: RunOpener

    public init(registry: Registry, phaseDeadline: Duration) {
        opener = RunOpener(registry: registry, role: Self.role, phaseDeadline: phaseDeadline)
    }

    /// Opens a run that predicts the whole date. Its kind is `manual`: the rule of readiness holds, and the model that
    /// serves now predicts. Throws a ``Refusal`` when nothing is to be opened.
    public func start(
        _ date: GameDate,
        by asker: Asker,
        reason: String,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        // A clock has no news that a run on its way has not.
        let isClock = if case .clock = asker { true } else { false }
        try await refuseWhile(isClock ? ["open", "waiting"] : ["open"], date, in: transaction)
        let hasFeatures: Bool = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_precompute.ml_feature_store_v2
                           WHERE game_date = \(date.day) AND removed_at IS NULL)
            """
        ).scalar()
        guard hasFeatures else { throw Refusal.noFeatures }
        return try await opener.openDelta(
            request(.manual, date, asker, reason),
            marking: .full([coordinator], date: date),
            now: now,
            in: transaction
        )
    }

    /// Opens a run for the expected players without a prediction. Its kind is `delta`: the model of the date's last batch
    /// goes on, so that one slate is never predicted by two models. Throws a ``Refusal`` when nothing is to be opened.
    ///
    /// - Parameter onlyReady: leaves out who has no complete features now.
    public func retry(
        _ date: GameDate,
        by asker: Asker,
        reason: String,
        onlyReady: Bool = false,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> (result: RunOpener.Result, players: [String]) {
        try await refuseWhile(["open"], date, in: transaction)
        guard try await Self.haveStarted(date, in: transaction) else { throw Refusal.notStarted }
        let missing = try await SlateGaps.of(date, in: transaction).missing
        let players = missing.filter { $0.isReady || !onlyReady }.map(\.playerLookup)
        guard !players.isEmpty else { throw Refusal.nothingMissing }
        let result = try await opener.openDelta(
            request(.delta, date, asker, reason),
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

    private func request(_ kind: RunKind, _ date: GameDate, _ asker: Asker, _ reason: String) -> RunRequest {
        RunRequest(
            kind: kind,
            gameDate: date,
            firstPhase: .predictions,
            untilPhase: .publishing,
            planKey: asker.planKey(of: date),
            openedBy: asker.openedBy,
            reason: reason,
            triggerSource: asker.triggerSource
        )
    }

    /// Whether predictions of the date have begun: a batch is open or complete.
    public static func haveStarted(_ date: GameDate, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_predictions.prediction_batch
                           WHERE game_date = \(date.day) AND state IN ('open', 'complete'))
            """
        ).scalar()
    }

    /// Two who decide about a date at once queue, and the second one sees what the first one did.
    public static func queue(_ date: GameDate, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(\("predictions of \(date)"), 0))"
        )
    }

    /// A batch whose phase is over is in nobody's way, whatever its row says.
    private func refuseWhile(
        _ states: [String],
        _ date: GameDate,
        in transaction: PostgresTransaction
    ) async throws {
        try await Self.queue(date, in: transaction)
        let open = try await transaction.query(
            """
            SELECT r.run_id, p.state = 'open' AS is_predicting FROM nba_orchestration.run AS r
            JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 5 AND p.state = ANY(\(states))
            WHERE r.game_date = \(date.day) AND r.state = 'open'
            ORDER BY is_predicting DESC, r.opened_at, r.run_id LIMIT 1
            """
        )
        guard let row = open.first else { return }
        let runID: UUID = try row.decode("run_id")
        throw try row.decode("is_predicting") ? Refusal.isOpen(runID: runID) : Refusal.isComing(runID: runID)
    }
}

extension GameDate {
    var day: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
