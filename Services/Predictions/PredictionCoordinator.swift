import Basketball
import Foundation
import Models
public import Pipeline
import Postgres
public import Serving
import Warehouse

/// Decides whether the predictions of a date begin and for whom, and hands out one task a player.
///
/// Reads: its own markers and those of `player_predictions` (players that failed earlier), `nba_raw.nbac_schedule`,
/// `nba_analytics.upcoming_player_game_context` (who is expected), `nba_precompute.ml_feature_store_v2` (who is ready), the
/// stored predictions (who must be withdrawn) and `nba_predictions.model` (what predicts). Writes: `nba_predictions.prediction_batch`, the tasks, their markers.
public struct PredictionCoordinator: Processor {
    public static let name = "prediction_coordinator"
    /// The most players of one request message.
    static let groupSize = 50

    let models: ServedModels

    public init(models: ServedModels) { self.models = models }

    public func execute(_ execution: Execution) async throws -> Outcome {
        var slate = try await execution.snapshot { reader in
            try await Slate(
                reader: reader,
                date: execution.gameDate,
                run: execution.task.run,
                now: execution.clock.now
            )
        }
        // A model that is refused fails here, once, and not player by player.
        do {
            slate.systems = try await models.predictor(slate.choice.model, from: execution.objects).systems
        } catch let error as ServedModelError {
            throw TaskError(.permanent, type: "model_refused", "\(error)")
        }
        switch slate.readiness.verdict {
        case .notStarted(let reason): return try notStarted(slate, reason: reason, execution)
        case .noSlate: return try start(slate, players: [:], state: "no_slate", reasons: [], execution)
        case .start(let reasons):
            return try start(slate, players: slate.playersToPredict, state: "open", reasons: reasons, execution)
        }
    }

    /// The task fails and the run with it; the markers stay, so that the next run of the date tries again.
    private func notStarted(_ slate: Slate, reason: String, _ execution: Execution) throws -> Outcome {
        var outcome = Outcome(.failed, scope: slate.scope, inScope: slate.readiness.expected)
        outcome.skipReason = "not_started: \(reason)"
        let insert = try batch(slate, players: 0, state: "not_started", reasons: [reason], execution)
        let alert = Alerts.raise(
            .critical,
            signature: Self.signature(execution.gameDate),
            title: "predictions of \(execution.gameDate) not started: \(reason)",
            gameDate: execution.gameDate,
            runID: execution.task.run.runID,
            by: "predictions"
        )
        // The job of a backfill names what its dates lack; nobody is called for it.
        let isAlarming = execution.task.run.lane == .live
        outcome.alsoWrite = { finish in
            try await finish.execute(insert)
            if isAlarming { try await finish.execute(alert) }
        }
        return outcome
    }

    /// `players` maps a player to the game that he is predicted for.
    private func start(
        _ slate: Slate,
        players: [String: String],
        state: String,
        reasons: [String],
        _ execution: Execution
    ) throws -> Outcome {
        let date = execution.gameDate
        var outcome = Outcome(.success, scope: slate.scope, inScope: players.count, processed: players.count)
        outcome.recordCount = players.count
        outcome.metadata["model_choice"] = .string(slate.choice.reason.rawValue)
        outcome.requests = Self.requests(players)
        if players.isEmpty { outcome.skipReason = state == "no_slate" ? "no_slate" : "nothing_changed" }
        let insert = try batch(slate, players: players.count, state: state, reasons: reasons, execution)
        guard let worker = execution.registry.processor(PlayerPredictions.name, in: .predictions) else {
            throw TaskError(.permanent, type: "unknown_processor", "\(PlayerPredictions.name) is not registered")
        }
        // A player whose task fails keeps his marker, and the next run of the date predicts him.
        var markers = [MarkerSet.entities(players.keys, kind: .player, reader: worker, date: date)]
        if state == "no_slate" {
            let documents = execution.registry.enabled(in: .publishing).filter { !$0.reachesPastDates }
            markers.append(.full(documents, date: date))
        }
        outcome.alsoWrite = { [markers] finish in
            try await finish.execute(insert)
            try await finish.execute(Alerts.resolve(signature: Self.signature(date)))
            for set in markers where !set.isEmpty { try await finish.mark(set) }
        }
        return outcome
    }

    private func batch(
        _ slate: Slate,
        players: Int,
        state: String,
        reasons: [String],
        _ execution: Execution
    ) throws -> SQL {
        let readiness: JSONValue = [
            "games": .int(Int64(slate.readiness.games)), "players": .int(Int64(slate.readiness.players)),
            "expected": .int(Int64(slate.readiness.expected)), "ready": .int(Int64(slate.readiness.ready)),
            "continuation": .bool(slate.readiness.isContinuation), "kept": .int(Int64(slate.kept.count)),
            "model_choice": .string(slate.choice.reason.rawValue),
            "reasons": .array(reasons.map { .string($0) }),
        ]
        return """
            INSERT INTO nba_predictions.prediction_batch
                (batch_id, run_id, game_date, expected_count, open_count, state, readiness, model_id, systems, completed_at)
            VALUES (\(execution.task.executionID), \(execution.task.run.runID), \(execution.gameDate.postgresDate),
                    \(Int32(players)), \(Int32(players)), \(state), \(PostgresJSON(try readiness.text(.canonical))),
                    \(slate.choice.model?.modelID), \(slate.systems.map(\.rawValue)),
                    CASE WHEN \(state) = 'not_started' THEN now() END)
            """
    }

    /// Groups by game, in the order of the names.
    static func requests(_ players: [String: String]) -> [WorkRequest] {
        let byGame = Dictionary(grouping: players.keys) { players[$0] ?? "" }
        return byGame.sorted { $0.key < $1.key }.flatMap { game, members in
            let members = members.sorted()
            return stride(from: 0, to: members.count, by: groupSize).map { start in
                WorkRequest(
                    processor: PlayerPredictions.name,
                    topic: .phase5PredictionRequest,
                    key: game,
                    items: members[start..<min(start + groupSize, members.count)].map {
                        .init(unit: $0, input: ["game_id": .string(game)])
                    }
                )
            }
        }
    }

    static func signature(_ date: GameDate) -> String { "predictions:not_started:\(date)" }
}

/// What the coordinator knows about a date.
private struct Slate: Sendable {
    var scope: Scope
    var readiness: SlateReadiness
    /// Game by player, of those with features.
    var featured: [String: String]
    /// Game by player, of those with a prediction.
    var predicted: [String: String]
    var choice: PredictionBatch.Choice
    /// The systems that predict, the one that readers are shown first.
    var systems: [PointsSystem] = []

    /// Players whose game has begun, with what was predicted before it.
    var kept: Set<String> = []

    /// A player whose features are gone keeps no prediction either: his task withdraws it. What was said before tip-off stands: it
    /// is what is judged.
    var playersToPredict: [String: String] {
        let known = predicted.merging(featured) { $1 }.filter { !kept.contains($0.key) }
        return scope.isFull ? known : known.filter { scope.players.contains($0.key) }
    }

    init(reader: SnapshotReader, date: GameDate, run: RunRecord, now: Date) async throws {
        scope = try await reader.scope().union(reader.scope(of: PlayerPredictions.name))
        let day = date.postgresDate
        let schedule = try await reader.query(
            """
            SELECT count(*) FILTER (WHERE game_date = \(day) AND NOT is_postponed) AS games, count(*) AS season_games
            FROM nba_raw.nbac_schedule
            WHERE (game_date = \(day) OR season_year = \(Season(containing: date).startYear)) AND removed_at IS NULL
            """
        ).one()
        let features = try await reader.query(
            """
            SELECT player_lookup, game_id, is_quality_ready FROM nba_precompute.ml_feature_store_v2
            WHERE game_date = \(day) AND removed_at IS NULL
            """
        )
        let context = try await reader.query(
            """
            SELECT player_lookup, history_games > 0 AND lower(player_status) <> ALL(\(SlateGaps.ruledOut.sorted()))
                       IS NOT FALSE AS is_expected
            FROM nba_analytics.upcoming_player_game_context WHERE game_date = \(day) AND removed_at IS NULL
            """
        )
        let stored = try await reader.query(
            """
            SELECT DISTINCT player_lookup, game_id FROM nba_predictions.player_prop_predictions
            WHERE game_date = \(day) AND removed_at IS NULL
            """
        )
        let started = try await reader.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_predictions.prediction_batch
                           WHERE game_date = \(day) AND state IN ('open', 'complete') AND run_id <> \(run.runID))
            """
        )
        featured = [:]
        var ready: Set<String> = []
        for row in features {
            let player: String = try row.decode("player_lookup")
            featured[player] = try row.decode("game_id")
            if try row.decode("is_quality_ready", as: Bool.self) { ready.insert(player) }
        }
        predicted = [:]
        for row in stored { predicted[try row.decode("player_lookup", as: String.self)] = try row.decode("game_id") }
        var expected: Set<String> = []
        for row in context {
            guard try row.decode("is_expected", as: Bool.self) else { continue }
            expected.insert(try row.decode("player_lookup"))
        }
        kept = try await PredictionBatch.madeBeforeTipoff(run, now: now, reader)
        choice = try await PredictionBatch.choice(for: run, predictsAll: scope.isFull && kept.isEmpty, reader)
        let hasStarted: Bool = try started.scalar()
        let seasonGames: Int = try schedule.decode("season_games")
        readiness = SlateReadiness(
            games: try schedule.decode("games"),
            isScheduleKnown: seasonGames > 0,
            players: context.count,
            expected: expected.count,
            ready: ready.intersection(expected).count,
            isContinuation: run.kind == .delta && hasStarted
        )
    }
}
