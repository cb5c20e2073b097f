import Basketball
import Foundation
public import Models
public import Pipeline
import Postgres
import Warehouse

/// Predicts the players of a request with every active system.
///
/// Reads: `nba_precompute.ml_feature_store_v2` of the date. Writes: `nba_predictions.player_prop_predictions`, the rows of
/// one player a task; a player who cannot be predicted keeps no row. The formulas are in `Models`.
public struct PlayerPredictions: BatchProcessor {
    public static let name = "player_predictions"
    public static let batchSize = 50

    let systems: [any PredictionSystem]

    public init(systems: [any PredictionSystem] = PredictionSystems.active) { self.systems = systems }

    public func execute(_ execution: Execution) async throws -> Outcome {
        try await execute(batch: [execution])[0]
    }

    public func execute(batch: [Execution]) async throws -> [Outcome] {
        let players = Set(batch.map(\.task.unit))
        let date = batch[0].gameDate
        let (scopes, features) = try await batch[0].snapshot { reader in
            let scopes = try await reader.scopes(ofPlayers: players)
            return (scopes, try await PlayerFeatures.load(players, date: date, reader: reader))
        }
        return try batch.map { execution in
            let player = execution.task.unit
            return try outcome(of: player, date: date, features: features[player], scope: scopes[player])
        }
    }

    private func outcome(
        of player: String,
        date: GameDate,
        features: PlayerFeatures?,
        scope: Scope?
    ) throws -> Outcome {
        var rows: [PlayerPropPrediction] = []
        var skip: (reason: String, detail: String) = ("no_features", "")
        if let features {
            switch features.vector {
            case .failure(let error): skip = ("invalid_features", "\(error)")
            case .success(let vector):
                for system in systems {
                    switch system.predict(vector) {
                    case .predicted(let prediction): rows.append(try row(prediction, of: system, features))
                    case .skipped(let why):
                        skip = (why.reason, why.features.map(\.name).joined(separator: ", "))
                    }
                }
            }
        }
        var outcome = Outcome(rows.isEmpty ? .noData : .success, scope: scope, inScope: 1, processed: 1)
        outcome.writes = [
            TableWrite(
                rows,
                scope: .entities(
                    [ScopeCondition("game_date", .date(date))],
                    column: "player_lookup",
                    values: [player]
                )
            )
        ]
        outcome.recordCount = rows.count
        if rows.isEmpty {
            // Nothing to wait for: another attempt would see the same features.
            outcome.isExpectedEmpty = true
            outcome.skipReason = skip.reason
            if !skip.detail.isEmpty { outcome.metadata["detail"] = .string(skip.detail) }
        }
        return outcome
    }

    private func row(
        _ prediction: Prediction,
        of system: any PredictionSystem,
        _ features: PlayerFeatures
    ) throws -> PlayerPropPrediction {
        let decision = prediction.decision
        let components: JSONValue = [
            "terms": .object(JSONObject(prediction.components.sorted { $0.key < $1.key }.map { ($0, .double($1)) })),
            "deviation": .double(prediction.deviation),
            "over_probability": decision.overProbability.map { .double($0) } ?? .null,
            "missing": .array(prediction.missing.map { .string($0.name) }),
        ]
        return PlayerPropPrediction(
            systemID: system.id,
            modelVersion: system.version,
            playerLookup: features.playerLookup,
            gameDate: features.gameDate,
            gameID: features.gameID,
            teamAbbr: features.teamAbbr,
            opponentTeamAbbr: features.opponentTeamAbbr,
            isHome: features.isHome,
            predictedPoints: prediction.points,
            confidenceScore: decision.confidence,
            recommendation: decision.recommendation.rawValue,
            currentPointsLine: features.line,
            lineSource: features.line == nil ? nil : features.lineSource,
            isLineSynthetic: features.line == nil ? nil : features.isLineSynthetic,
            components: try components.text(.canonical),
            featuresSnapshot: features.snapshot,
            featuresHash: features.featuresHash,
            featureVersion: features.featureVersion,
            featureQualityScore: features.qualityScore,
            buildCommit: BuildInfo.commit
        )
    }
}

/// A row of the feature store.
struct PlayerFeatures: Sendable {
    var playerLookup: String
    var gameDate: GameDate
    var gameID: String
    var teamAbbr: String
    var opponentTeamAbbr: String
    var isHome: Bool
    var vector: Result<ModelInput, ModelInputError>
    /// The stored values as they were read, with the reasons of the missing ones.
    var snapshot: String
    var featuresHash: String
    var featureVersion: String
    /// 0 … 100.
    var qualityScore: Double
    var line: Double?
    var lineSource: String?
    var isLineSynthetic: Bool?

    static func load(
        _ players: Set<String>,
        date: GameDate,
        reader: SnapshotReader
    ) async throws -> [String: PlayerFeatures] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, game_id, team_abbr, opponent_team_abbr, is_home, feature_version, features,
                   missing_features, features_hash, feature_quality_score, current_points_line,
                   current_points_line_source, is_line_synthetic
            FROM nba_precompute.ml_feature_store_v2
            WHERE game_date = \(date.postgresDate) AND player_lookup = ANY(\(players.sorted())) AND removed_at IS NULL
            """
        )
        var features: [String: PlayerFeatures] = [:]
        for row in rows {
            let player = try PlayerFeatures(row: row, date: date)
            features[player.playerLookup] = player
        }
        return features
    }

    private init(row: PostgresRow, date: GameDate) throws {
        playerLookup = try row.decode("player_lookup")
        gameDate = date
        gameID = try row.decode("game_id")
        teamAbbr = try row.decode("team_abbr")
        opponentTeamAbbr = try row.decode("opponent_team_abbr")
        isHome = try row.decode("is_home")
        featuresHash = try row.decode("features_hash")
        featureVersion = try row.decode("feature_version")
        qualityScore = try row.decode("feature_quality_score")
        line = try row.decode("current_points_line")
        lineSource = try row.decode("current_points_line_source")
        isLineSynthetic = try row.decode("is_line_synthetic")
        let stored = try JSONValue(parsing: row.decode("features", as: PostgresJSON.self).bytes)
        let missing = try JSONValue(parsing: row.decode("missing_features", as: PostgresJSON.self).bytes)
        let content: JSONValue = ["features": stored, "missing": missing]
        snapshot = try content.text(.canonical)
        vector = Self.vector(stored, line: line)
    }

    /// The first sixty values of the stored array, which may hold more.
    static func vector(_ stored: JSONValue, line: Double?) -> Result<ModelInput, ModelInputError> {
        let values = (stored.arrayValue ?? []).prefix(ModelInput.count).map(\.doubleValue)
        return Result { () throws(ModelInputError) in try ModelInput(values, line: line) }
    }
}
