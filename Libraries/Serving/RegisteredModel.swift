public import Basketball
public import Foundation
public import Pipeline
import Postgres
import Warehouse

/// A trained model as the registry holds it. A row never changes.
public struct RegisteredModel: Sendable, Hashable {
    /// Seasons and the beginning of the artefact's hash.
    public var modelID: String
    public var path: ObjectPath
    /// Of the artefact, lowercase hexadecimal.
    public var sha256: String
    public var byteCount: Int
    public var formatVersion: Int
    public var featureVersion: String
    public var featureCount: Int
    public var trainedFrom: Season
    public var trainedTo: Season
    /// The last day that it has seen; it serves later days only.
    public var trainedThrough: GameDate
    /// Players' games that it was trained on.
    public var appearances: Int
    public var seed: Int
    /// The warehouse, or the folder of game logs.
    public var source: String
    public var metrics: JSONValue
    public var gates: [ModelGate]
    public var trainedAt: Date
    public var trainedBy: String
    public var buildCommit: String

    public var gatesPassed: Bool { gates.allSatisfy(\.holds) }

    public init(
        modelID: String,
        path: ObjectPath,
        sha256: String,
        byteCount: Int,
        formatVersion: Int,
        featureVersion: String,
        featureCount: Int,
        trainedFrom: Season,
        trainedTo: Season,
        trainedThrough: GameDate,
        appearances: Int,
        seed: Int,
        source: String,
        metrics: JSONValue,
        gates: [ModelGate],
        trainedAt: Date,
        trainedBy: String,
        buildCommit: String
    ) {
        self.modelID = modelID
        self.path = path
        self.sha256 = sha256
        self.byteCount = byteCount
        self.formatVersion = formatVersion
        self.featureVersion = featureVersion
        self.featureCount = featureCount
        self.trainedFrom = trainedFrom
        self.trainedTo = trainedTo
        self.trainedThrough = trainedThrough
        self.appearances = appearances
        self.seed = seed
        self.source = source
        self.metrics = metrics
        self.gates = gates
        self.trainedAt = trainedAt
        self.trainedBy = trainedBy
        self.buildCommit = buildCommit
    }
}

/// One demand on a model before it may serve, and what was measured on seasons that it had not seen.
public struct ModelGate: Sendable, Hashable {
    public var name: String
    /// What must hold, in words, with the unit.
    public var demand: String
    /// Nil when it could not be measured; then it does not hold.
    public var measured: Double?
    public var holds: Bool

    public init(_ name: String, _ demand: String, measured: Double?, holds: (Double) -> Bool) {
        self.name = name
        self.demand = demand
        self.measured = measured
        self.holds = measured.map(holds) ?? false
    }

    init(_ json: JSONValue) throws {
        guard let name = json["name"]?.stringValue, let demand = json["demand"]?.stringValue,
            case .bool(let holds)? = json["holds"]
        else { throw ModelRegistryError.unreadable("gates", try json.text(.canonical)) }
        self.name = name
        self.demand = demand
        measured = json["measured"]?.doubleValue
        self.holds = holds
    }

    public var json: JSONValue {
        [
            "name": .string(name), "demand": .string(demand), "measured": measured.map { .double($0) } ?? .null,
            "holds": .bool(holds),
        ]
    }
}

extension RegisteredModel {
    init(_ row: PostgresRow) throws {
        let gates = try JSONValue(parsing: row.decode("gates", as: PostgresJSON.self).bytes)
        self.init(
            modelID: try row.decode("model_id"),
            path: try ObjectPath(validating: row.decode("artefact_path")),
            sha256: try row.decode("sha256"),
            byteCount: Int(try row.decode("byte_count", as: Int64.self)),
            formatVersion: Int(try row.decode("format_version", as: Int32.self)),
            featureVersion: try row.decode("feature_version"),
            featureCount: Int(try row.decode("feature_count", as: Int32.self)),
            trainedFrom: try Season(label: row.decode("trained_from")),
            trainedTo: try Season(label: row.decode("trained_to")),
            trainedThrough: try GameDate(row.decode("trained_through", as: PostgresDate.self)),
            appearances: Int(try row.decode("appearances", as: Int32.self)),
            seed: Int(try row.decode("seed", as: Int32.self)),
            source: try row.decode("source"),
            metrics: try JSONValue(parsing: row.decode("metrics", as: PostgresJSON.self).bytes),
            gates: try (gates.arrayValue ?? []).map(ModelGate.init),
            trainedAt: try row.decode("trained_at"),
            trainedBy: try row.decode("trained_by"),
            buildCommit: try row.decode("build_commit")
        )
    }
}
