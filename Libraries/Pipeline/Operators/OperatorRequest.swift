public import Foundation
public import Postgres

/// What an operator asked for; the owner of the phase executes it and says what came of it.
public struct OperatorRequest: Sendable, Hashable {
    public enum Action: String, Sendable, Hashable, CaseIterable {
        /// The phase goes on without what is still open.
        case forcePhase = "force_phase"
        /// The run ends; what has changed stays marked for the next run of its date.
        case cancelRun = "cancel_run"
        /// A task that has not ended well gets another attempt.
        case retryTask = "retry_task"
    }

    public var requestID: Int64
    public var action: Action
    public var runID: UUID
    public var phase: Phase
    /// The processor to retry, or the only one to give up; nil gives up everything that is open.
    public var processor: String?
    public var unit: String?
    public var actor: String
    public var reason: String

    init(row: PostgresRow) throws {
        requestID = try row.decode("request_id")
        action = try row.enumeration("action")
        runID = try row.decode("run_id")
        phase = try row.phase("phase")
        processor = try row.decode("processor")
        unit = try row.decode("unit")
        actor = try row.decode("actor")
        reason = try row.decode("reason")
    }
}

/// What came of a request.
public struct OperatorOutcome: Sendable, Hashable {
    public enum Result: String, Sendable, Hashable {
        case done
        case nothingToDo = "nothing_to_do"
        /// The owner understood and must not do it.
        case refused
        /// The owner tried and could not.
        case failed
    }

    public var result: Result
    /// One line for the audit.
    public var text: String
    /// The run that the request opened.
    public var openedRunID: UUID?
    /// What the transaction's commit sends.
    public var messages: [OutboxMessage]

    public init(_ result: Result, _ text: String, openedRunID: UUID? = nil, messages: [OutboxMessage] = []) {
        self.result = result
        self.text = text
        self.openedRunID = openedRunID
        self.messages = messages
    }
}

/// Which open tasks of a phase an operator gave up.
public enum GivenUp: Sendable, Hashable {
    /// These are marked late: they may still end, and what they bring opens a delta.
    case tasks([String])
    /// Nothing was marked, because others than the named processor's are open.
    case othersOpen([String])

    /// Marks the open tasks that a force request names as late.
    public static func mark(_ request: OperatorRequest, in transaction: PostgresTransaction) async throws -> GivenUp {
        let phase = Int16(request.phase.rawValue)
        if let processor = request.processor {
            let others = try await transaction.query(
                """
                SELECT processor FROM nba_orchestration.task
                WHERE run_id = \(request.runID) AND phase = \(phase) AND NOT is_terminal AND late_at IS NULL
                    AND processor <> \(processor) GROUP BY processor ORDER BY processor
                """
            )
            if !others.isEmpty { return .othersOpen(try others.column("processor", as: String.self)) }
        }
        let late = try await transaction.query(
            """
            UPDATE nba_orchestration.task SET late_at = now()
            WHERE run_id = \(request.runID) AND phase = \(phase) AND NOT is_terminal AND late_at IS NULL
            RETURNING processor || CASE WHEN unit = \(UnitKind.wholeDate) THEN '' ELSE ' ' || unit END AS name
            """
        )
        return .tasks(try late.column("name", as: String.self).sorted())
    }

    /// The reason with which the phase goes on: `forced by tipoff:ann without 3 tasks: a, b, c`.
    public static func reason(_ request: OperatorRequest, without tasks: [String]) -> String {
        let shown = tasks.prefix(5).joined(separator: ", ") + (tasks.count > 5 ? ", …" : "")
        return "forced by \(request.actor) without \(tasks.count) tasks"
            + (tasks.isEmpty ? "" : " (\(shown))") + ": \(request.reason)"
    }
}
