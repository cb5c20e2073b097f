import Basketball
import Foundation
import Models
public import Pipeline
import Postgres
public import Serving
import Warehouse

/// Predicts the players of a request with every system of the batch, and holds each prediction against every line that was
/// offered before tip-off.
///
/// Reads: `nba_precompute.ml_feature_store_v2` (who plays whom, and the gates), `nba_analytics.upcoming_player_game_context`
/// (who is ruled out), the finished games before the date, and `nba_raw.odds_api_player_points_props`. Writes:
/// `nba_predictions.player_prop_predictions` and `prediction_line_evaluation`, the rows of one player a task; a player who
/// cannot be predicted keeps no row. The formulas are in `Models`.
public struct PlayerPredictions: BatchProcessor {
    public static let name = "player_predictions"
    /// Several requests at once: every finish locks the date's heads, so that few large ones wait less than many small ones.
    public static let batchSize = 250

    let history: PointsHistory
    let models: ServedModels

    public init(history: PointsHistory, models: ServedModels) {
        self.history = history
        self.models = models
    }

    public func execute(_ execution: Execution) async throws -> Outcome {
        try await execute(batch: [execution])[0]
    }

    public func execute(batch: [Execution]) async throws -> [Outcome] {
        let players = Set(batch.map(\.task.unit))
        let (run, date) = (batch[0].task.run, batch[0].gameDate)
        try await history.prepare(before: date, batch[0].pool)
        let read = try await batch[0].snapshot { reader in
            PredictionInputs(
                scopes: try await reader.scopes(ofPlayers: players),
                features: try await PlayerFeatures.load(players, date: date, reader: reader),
                lines: try await reader.pointsLines(on: date, players: players),
                games: try await reader.slate(on: date),
                past: try await history.past(before: date, in: reader.transaction),
                model: try await PredictionBatch.model(of: run.runID, reader)
            )
        }
        let predictor: PointsPredictor
        do { predictor = try await models.predictor(read.model, from: batch[0].objects) } catch let error
            as ServedModelError
        {
            throw TaskError(.permanent, type: "model_refused", "\(error)")
        }
        let predicted = try read.predict(with: predictor)
        let writer = PredictionRows(
            model: read.model,
            lane: run.lane,
            predictedAt: batch[0].clock.now
        )
        return try batch.map { execution in
            let player = execution.task.unit
            return try outcome(
                of: player,
                date: date,
                predicted[player],
                scope: read.scopes[player],
                incompleteGames: read.past.incomplete.count,
                writer
            )
        }
    }

    private func outcome(
        of player: String,
        date: GameDate,
        _ predicted: PlayerOutcome?,
        scope: Scope?,
        incompleteGames: Int,
        _ writer: PredictionRows
    ) throws -> Outcome {
        let (rows, evaluations) = try predicted.map(writer.rows) ?? ([], [])
        let own = WriteScope.entities(
            [ScopeCondition("game_date", .date(date))],
            column: "player_lookup",
            values: [player]
        )
        var outcome = Outcome(rows.isEmpty ? .noData : .success, scope: scope, inScope: 1, processed: 1)
        outcome.writes = [TableWrite(rows, scope: own), TableWrite(evaluations, scope: own)]
        outcome.recordCount = rows.count
        let skipped = (predicted?.systems ?? []).compactMap { system -> (String, JSONValue)? in
            guard case .skipped(let skipped) = system else { return nil }
            return (skipped.system.rawValue, .string(skipped.reason.name))
        }
        if !skipped.isEmpty { outcome.metadata["skipped_systems"] = .object(JSONObject(skipped)) }
        if incompleteGames > 0 { outcome.metadata["incomplete_games"] = .int(Int64(incompleteGames)) }
        if rows.isEmpty {
            // Nothing to wait for: another attempt would see the same.
            let skip = predicted?.skip ?? PlayerSkip("no_features")
            outcome.isExpectedEmpty = true
            outcome.skipReason = skip.reason
            if let detail = skip.detail { outcome.metadata["detail"] = .string(detail) }
        }
        return outcome
    }
}

/// Why a player has no prediction.
struct PlayerSkip: Error, Hashable {
    /// Stable, for counts.
    var reason: String
    var detail: String?

    init(_ reason: String, _ detail: String? = nil) {
        self.reason = reason
        self.detail = detail
    }
}

/// What one snapshot says about the players of a request.
struct PredictionInputs: Sendable {
    var scopes: [String: Scope]
    var features: [String: PlayerFeatures]
    var lines: PlayerLineQuotes
    var games: [SlateGame]
    var past: PointsPast
    var model: RegisteredModel?

    /// What comes of each player with features.
    func predict(with predictor: PointsPredictor) throws -> [String: PlayerOutcome] {
        var outcomes: [String: PlayerOutcome] = [:]
        var asked: [(features: PlayerFeatures, request: PointsRequest)] = []
        for (player, features) in features {
            switch features.request {
            case .failure(let skip): outcomes[player] = PlayerOutcome(features: features, skip: skip)
            case .success(let request): asked.append((features, request))
            }
        }
        let rows = try past.state.features(for: asked.map(\.request))
        for ((features, row), systems) in zip(zip(asked.map(\.features), rows), try predictor.predict(rows)) {
            let game = games.first { $0.gameID == features.gameID }
            outcomes[features.playerLookup] = PlayerOutcome(
                features: features,
                row: row,
                systems: systems,
                lines: game.flatMap { lines.lines(of: features.playerLookup, in: $0) }
            )
        }
        return outcomes
    }
}

/// What the systems say of a player, or why they were not asked.
struct PlayerOutcome: Sendable {
    var features: PlayerFeatures
    /// What the systems saw; nil when they were not asked.
    var row: PointsFeatureRow?
    var systems: [SystemOutcome] = []
    var lines: PointsLines?
    /// Set when no system has a prediction.
    var skip: PlayerSkip?

    init(features: PlayerFeatures, skip: PlayerSkip) {
        self.features = features
        self.skip = skip
    }

    init(features: PlayerFeatures, row: PointsFeatureRow, systems: [SystemOutcome], lines: PointsLines?) {
        self.features = features
        self.row = row
        self.systems = systems
        self.lines = lines
        guard systems.allSatisfy({ $0.prediction == nil }), case .skipped(let first)? = systems.first else { return }
        skip = PlayerSkip(first.reason.name)
    }
}
