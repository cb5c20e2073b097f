public import Basketball
public import Foundation
import Postgres

/// A task that this process holds the lease of.
public struct ClaimedTask: Sendable, Hashable {
    public var run: RunRecord
    public var processor: String
    public var unit: String
    public var phase: Phase
    public var level: Int
    public var attempt: Int
    public var executionID: UUID
    public var input: JSONValue?
    /// True when the phase had opened the next one before this task was done.
    public var isLate: Bool
    /// Seconds from the task's creation (or its last attempt) to this claim.
    public var queuedSeconds: Double

    public var gameDate: GameDate { run.gameDate }

    init(row: PostgresRow) throws {
        run = try RunRecord(row: row)
        processor = try row.decode("processor")
        unit = try row.decode("unit")
        phase = try row.phase("phase")
        level = Int(try row.decode("level", as: Int16.self))
        attempt = Int(try row.decode("attempts", as: Int16.self))
        executionID = try row.decode("execution_id")
        input = try row.decode("input", as: PostgresJSON?.self).map { try JSONValue(parsing: Array($0.text.utf8)) }
        isLate = try row.decode("is_late")
        queuedSeconds = try row.decode("queued_seconds")
    }

    /// A task of no run, whose result is compared and not kept.
    init(
        auditing definition: ProcessorDefinition,
        on date: GameDate,
        by owner: String,
        lane: Lane = .backfill,
        isReplay: Bool = false
    ) {
        let request = RunRequest(
            kind: .manual,
            gameDate: date,
            lane: lane,
            firstPhase: definition.phase,
            untilPhase: definition.phase,
            planKey: "audit:\(UUID())",
            openedBy: owner,
            isReplay: isReplay
        )
        run = RunRecord(runID: UUID(), request: request)
        processor = definition.name
        unit = UnitKind.wholeDate
        phase = definition.phase
        level = definition.level
        attempt = 1
        executionID = UUID()
        isLate = false
        queuedSeconds = 0
    }

    var identity: ExecutionIdentity {
        ExecutionIdentity(runID: run.runID, executionID: executionID, gameDate: run.gameDate)
    }
}

/// Which tasks of a run a wake-up names; nil means any.
public struct TaskSelector: Sendable, Hashable {
    public var runID: UUID
    public var processor: String?
    public var unit: String?
    public var level: Int?

    public init(runID: UUID, processor: String? = nil, unit: String? = nil, level: Int? = nil) {
        self.runID = runID
        self.processor = processor
        self.unit = unit
        self.level = level
    }
}
