public import Basketball
public import Foundation

/// The closed set of outcomes a message may report.
public enum CompletionStatus: String, Sendable, Hashable, CaseIterable, Codable {
    case success
    case partial
    case noData = "no_data"
    case failed
}

/// What a message says about how much was processed. An empty list of entities never carries this meaning.
public enum MessageScope: String, Sendable, Hashable, CaseIterable, Codable {
    case full
    case incremental
    case unchanged
}

/// Who caused a message.
public enum TriggerSource: String, Sendable, Hashable, CaseIterable, Codable {
    case pubsub
    case orchestrator
    case scheduler
    case manual
    case replay
    case api
}

/// Live work and history loads share code and differ only in admission and alert routing.
public enum Lane: String, Sendable, Hashable, CaseIterable, Codable {
    case live
    case backfill
}

/// Changed identifiers for people and outside consumers, at most ``EntityChanges/limit`` a kind; markers decide.
public struct EntityChanges: Sendable, Hashable {
    public static let limit = 100
    public var players: [String]
    public var teams: [String]
    public var games: [String]

    public init(players: [String] = [], teams: [String] = [], games: [String] = []) {
        self.players = players
        self.teams = teams
        self.games = games
    }

    public var isEmpty: Bool { players.isEmpty && teams.isEmpty && games.isEmpty }
}

/// The unified message of every topic.
public struct Envelope: Sendable, Hashable {
    public static let currentSchemaVersion = 1

    public var schemaVersion: Int
    public var messageID: UUID
    public var runID: UUID?
    public var processorName: String
    public var phase: Phase
    public var executionID: String
    public var correlationID: String
    public var gameDate: GameDate
    public var outputDataset: String?
    public var outputTable: String?
    public var status: CompletionStatus
    public var recordCount: Int
    public var recordsFailed: Int
    public var durationSeconds: Double?
    /// UTC instant of publication.
    public var timestamp: Date
    public var parentProcessor: String?
    public var triggerSource: TriggerSource
    public var triggerMessageID: String?
    public var scope: MessageScope
    public var entitiesChanged: EntityChanges
    public var entitiesTotal: Int?
    public var skipDownstreamTrigger: Bool
    public var lane: Lane
    public var errorType: String?
    public var errorMessage: String?
    public var metadata: [String: JSONValue]
    /// Fields that this version does not know; they are kept when a message is copied.
    public var unknownFields: [String: JSONValue]

    public init(
        messageID: UUID,
        runID: UUID?,
        processorName: String,
        phase: Phase,
        executionID: String,
        correlationID: String,
        gameDate: GameDate,
        status: CompletionStatus,
        timestamp: Date,
        triggerSource: TriggerSource,
        lane: Lane,
        scope: MessageScope = .full
    ) {
        self.schemaVersion = Self.currentSchemaVersion
        self.messageID = messageID
        self.runID = runID
        self.processorName = processorName
        self.phase = phase
        self.executionID = executionID
        self.correlationID = correlationID
        self.gameDate = gameDate
        self.outputDataset = nil
        self.outputTable = nil
        self.status = status
        self.recordCount = 0
        self.recordsFailed = 0
        self.durationSeconds = nil
        self.timestamp = timestamp
        self.parentProcessor = nil
        self.triggerSource = triggerSource
        self.triggerMessageID = nil
        self.scope = scope
        self.entitiesChanged = EntityChanges()
        self.entitiesTotal = nil
        self.skipDownstreamTrigger = false
        self.lane = lane
        self.errorType = nil
        self.errorMessage = nil
        self.metadata = [:]
        self.unknownFields = [:]
    }
}

extension Envelope {
    /// The task's unit (game, event, team or player id, or `*`) that the message names; nil when it names none.
    public var unit: String? { metadata["unit"]?.stringValue }

    /// The path of the payload in the object store, checked by its reader.
    public var objectPath: String? { metadata["object_path"]?.stringValue }

    /// The level of Phase 4 that a trigger opens.
    public var level: Int? { metadata["level"]?.intValue.map { Int($0) } }
}
