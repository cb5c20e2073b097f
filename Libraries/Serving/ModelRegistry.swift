public import Basketball
public import Foundation
public import Pipeline
public import Postgres
import Warehouse

/// Which models there are and which one serves. Registering and promoting are appended, never changed.
public enum ModelRegistry {
    /// A decision about who serves.
    public struct Promotion: Sendable, Hashable {
        public enum Action: String, Sendable, Hashable { case promote, rollback }

        public var modelID: String
        public var previousModelID: String?
        public var action: Action
        /// It serves although a gate does not hold.
        public var gatesOverruled: Bool
        public var reason: String
        public var requestedBy: String
        public var promotedAt: Date
    }

    /// Enters a model; one that is there already stays as it is.
    ///
    /// Returns false when it was there.
    @discardableResult
    public static func register(_ model: RegisteredModel, in transaction: PostgresTransaction) async throws -> Bool {
        let gates = JSONValue.array(model.gates.map(\.json))
        return try await transaction.execute(
            """
            INSERT INTO nba_predictions.model
                (model_id, artefact_path, sha256, byte_count, format_version, feature_version, feature_count, trained_from,
                 trained_to, trained_through, appearances, seed, source, metrics, gates, gates_passed, trained_at,
                 trained_by, build_commit)
            VALUES (\(model.modelID), \(model.path.description), \(model.sha256), \(Int64(model.byteCount)),
                    \(Int32(model.formatVersion)), \(model.featureVersion), \(Int32(model.featureCount)),
                    \(model.trainedFrom.label), \(model.trainedTo.label), \(PostgresDate(model.trainedThrough)),
                    \(Int32(model.appearances)), \(Int32(model.seed)), \(model.source),
                    \(PostgresJSON(try model.metrics.text(.canonical))), \(PostgresJSON(try gates.text(.canonical))),
                    \(model.gatesPassed), \(model.trainedAt), \(model.trainedBy), \(model.buildCommit))
            ON CONFLICT (model_id) DO NOTHING
            """
        ) == 1
    }

    /// Every model, the newest first.
    public static func all(in transaction: PostgresTransaction) async throws -> [RegisteredModel] {
        try await models("true", in: transaction)
    }

    /// A model by its whole id or the beginning of it. Throws ``ModelRegistryError`` for none and for more than one.
    public static func model(_ id: String, in transaction: PostgresTransaction) async throws -> RegisteredModel {
        let found = try await models("model_id = \(id) OR starts_with(model_id, \(id))", in: transaction)
        if let exact = found.first(where: { $0.modelID == id }) { return exact }
        guard let first = found.first else { throw ModelRegistryError.unknown(id) }
        guard found.count == 1 else { throw ModelRegistryError.ambiguous(id, found.map(\.modelID)) }
        return first
    }

    /// Every decision, the newest first; the first one holds.
    public static func promotions(in transaction: PostgresTransaction) async throws -> [Promotion] {
        let rows = try await transaction.query(
            """
            SELECT model_id, previous_model_id, action, gates_overruled, reason, requested_by, promoted_at
            FROM nba_predictions.model_promotion ORDER BY promotion_id DESC
            """
        )
        return try rows.map { row in
            let action: String = try row.decode("action")
            guard let known = Promotion.Action(rawValue: action) else {
                throw ModelRegistryError.unreadable("action", action)
            }
            return Promotion(
                modelID: try row.decode("model_id"),
                previousModelID: try row.decode("previous_model_id"),
                action: known,
                gatesOverruled: try row.decode("gates_overruled"),
                reason: try row.decode("reason"),
                requestedBy: try row.decode("requested_by"),
                promotedAt: try row.decode("promoted_at")
            )
        }
    }

    /// Makes a model serve from now on. Throws ``ModelRegistryError``: `gatesDoNotHold` unless they are overruled,
    /// `servesAlready`.
    public static func promote(
        _ id: String,
        overrulingGates: Bool,
        reason: String,
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws -> Promotion {
        try await lock(transaction)
        let model = try await model(id, in: transaction)
        let previous = try await promotions(in: transaction).first?.modelID
        guard previous != model.modelID else { throw ModelRegistryError.servesAlready(model.modelID) }
        if !model.gatesPassed, !overrulingGates {
            throw ModelRegistryError.gatesDoNotHold(model.modelID, model.gates.filter { !$0.holds })
        }
        return try await decide(
            model.modelID,
            after: previous,
            .promote,
            !model.gatesPassed,
            reason,
            actor,
            transaction
        )
    }

    /// Makes the model serve that served before the present one. Throws ``ModelRegistryError`` `nothingToRollBack`.
    public static func rollBack(
        reason: String,
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws -> Promotion {
        try await lock(transaction)
        // Every rollback takes back the promotion before it, so that two of them go back two.
        var served: [String] = []
        for decision in try await promotions(in: transaction).reversed() {
            switch decision.action {
            case .promote: served.append(decision.modelID)
            case .rollback: served.removeLast()
            }
        }
        guard let present = served.last, let earlier = served.dropLast().last else {
            throw ModelRegistryError.nothingToRollBack
        }
        let model = try await model(earlier, in: transaction)
        return try await decide(
            model.modelID,
            after: present,
            .rollback,
            !model.gatesPassed,
            reason,
            actor,
            transaction
        )
    }

    /// The model that serves a date: the promoted one, and for a date that it has seen in training the latest model whose
    /// gates hold and which has not; nil when there is none.
    public static func model(
        serving date: GameDate,
        in transaction: PostgresTransaction
    ) async throws -> RegisteredModel? {
        let day = PostgresDate(date)
        let rows = try await transaction.query(
            """
            WITH promoted AS (
                SELECT model_id FROM nba_predictions.model_promotion ORDER BY promotion_id DESC LIMIT 1)
            SELECT \(sql: columns) FROM nba_predictions.model AS m
            WHERE trained_through < \(day) AND EXISTS (SELECT 1 FROM promoted)
                AND (gates_passed OR model_id = (SELECT model_id FROM promoted))
            ORDER BY model_id = (SELECT model_id FROM promoted) DESC, trained_through DESC, trained_at DESC, model_id LIMIT 1
            """
        )
        return try rows.first.map(RegisteredModel.init)
    }

    /// The model of a date's own time, for predictions that are made long after it: of the models whose gates hold the one
    /// that was trained on the latest games before the date, whichever serves today; nil when there is none.
    public static func model(
        ofTheTimeOf date: GameDate,
        in transaction: PostgresTransaction
    ) async throws -> RegisteredModel? {
        let rows = try await transaction.query(
            """
            SELECT \(sql: columns) FROM nba_predictions.model
            WHERE trained_through < \(PostgresDate(date)) AND gates_passed
            ORDER BY trained_through DESC, trained_at DESC, model_id LIMIT 1
            """
        )
        return try rows.first.map(RegisteredModel.init)
    }

    /// A model that a batch was begun with.
    public static func model(named id: String, in transaction: PostgresTransaction) async throws -> RegisteredModel? {
        let rows = try await transaction.query(
            "SELECT \(sql: columns) FROM nba_predictions.model WHERE model_id = \(id)"
        )
        return try rows.first.map(RegisteredModel.init)
    }

    /// One decision at a time, so that each knows what it replaces.
    private static func lock(_ transaction: PostgresTransaction) async throws {
        try await transaction.execute("SELECT pg_advisory_xact_lock(hashtext('nba_predictions.model_promotion'))")
    }

    private static func decide(
        _ model: String,
        after previous: String?,
        _ action: Promotion.Action,
        _ gatesOverruled: Bool,
        _ reason: String,
        _ actor: String,
        _ transaction: PostgresTransaction
    ) async throws -> Promotion {
        let at: Date = try await transaction.query(
            """
            INSERT INTO nba_predictions.model_promotion
                (model_id, previous_model_id, action, gates_overruled, reason, requested_by)
            VALUES (\(model), \(previous), \(action.rawValue), \(gatesOverruled), \(reason), \(actor))
            RETURNING promoted_at
            """
        ).scalar()
        return Promotion(
            modelID: model,
            previousModelID: previous,
            action: action,
            gatesOverruled: gatesOverruled,
            reason: reason,
            requestedBy: actor,
            promotedAt: at
        )
    }

    private static func models(_ condition: SQL, in transaction: PostgresTransaction) async throws -> [RegisteredModel]
    {
        let rows = try await transaction.query(
            """
            SELECT \(sql: columns) FROM nba_predictions.model WHERE \(sql: condition)
            ORDER BY trained_at DESC, model_id
            """
        )
        return try rows.map(RegisteredModel.init)
    }

    private static let columns: SQL = """
        model_id, artefact_path, sha256, byte_count, format_version, feature_version, feature_count, trained_from, trained_to,
        trained_through, appearances, seed, source, metrics, gates, trained_at, trained_by, build_commit
        """
}

/// Why the registry refuses.
public enum ModelRegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknown(String)
    case ambiguous(String, [String])
    case servesAlready(String)
    case gatesDoNotHold(String, [ModelGate])
    case nothingToRollBack
    /// A stored value that this build does not know.
    case unreadable(_ column: String, _ value: String)

    public var description: String {
        switch self {
        case .unknown(let id): "no model is called \(id)"
        case .ambiguous(let id, let all): "\(id) begins the names of \(all.joined(separator: ", "))"
        case .servesAlready(let id): "\(id) serves already"
        case .gatesDoNotHold(let id, let gates):
            "\(id) does not hold: "
                + gates.map { "\($0.demand) (measured \($0.measured.map { "\($0)" } ?? "nothing"))" }
                .joined(separator: "; ")
        case .unreadable(let column, let value): "\(column) '\(value)' is not known to this build"
        case .nothingToRollBack: "no model served before the present one"
        }
    }
}
