import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

extension RunCommand {
    /// One run with everything of it that can be acted on.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a run with its phases, tasks and what operators asked of it.",
            discussion: "Example: tipoff run show 6f1d… --open"
        )

        @Argument(help: "The run's id.")
        var run: UUID

        @Flag(name: .long, help: "Only tasks that have not ended well.")
        var open = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                guard let detail = try await RunDetail.load(run, onlyOpen: open, from: session.pool) else {
                    throw CommandProblem.problem(
                        "run \(run.uuidString.lowercased()) does not exist",
                        next: "tipoff status"
                    )
                }
                if format.json {
                    try session.output.json(detail.json)
                } else {
                    session.output.lines(detail.lines(on: session.clock.leagueDay))
                }
            }
        }
    }
}

/// A run, its tasks and the requests about it.
struct RunDetail: Sendable, Hashable {
    struct Work: Sendable, Hashable {
        var phase: Phase
        var processor: String
        var unit: String
        var requirement: String
        var state: String
        var attempts: Int
        var due: Date?
        var nextAttempt: Date?
        var claimedAt: Date?
        var finishedAt: Date?
        var records: Int?
        var error: String?
    }

    struct Request: Sendable, Hashable {
        var id: Int64
        var action: String
        var phase: Phase
        var processor: String?
        var unit: String?
        var actor: String
        var reason: String
        var requestedAt: Date
        var result: String?
        var outcome: String?
        var openedRunID: UUID?
    }

    /// More tasks than these are counted, not shown.
    static let mostTasks = 2000

    var progress: RunProgress
    var tasks: [Work]
    var requests: [Request]

    static func load(_ runID: UUID, onlyOpen: Bool, from pool: PostgresPool) async throws -> RunDetail? {
        guard let progress = try await RunProgress.load(runID, from: pool) else { return nil }
        let tasks = try await pool.query(
            """
            SELECT phase, processor, unit, requirement, state, attempts, due_at, next_attempt_at, claimed_at, finished_at,
                   record_count, COALESCE(error_type || ': ', '') || error_message AS error
            FROM nba_orchestration.task
            WHERE run_id = \(runID)
                AND (NOT \(onlyOpen) OR state NOT IN ('success', 'no_data', 'skipped', 'superseded'))
            ORDER BY phase, level, processor, unit LIMIT \(Int64(mostTasks))
            """
        )
        let requests = try await pool.query(
            """
            SELECT request_id, action, phase, processor, unit, actor, reason, requested_at, result, outcome, opened_run_id
            FROM nba_orchestration.operator_request WHERE run_id = \(runID) ORDER BY request_id DESC LIMIT 200
            """
        )
        return RunDetail(
            progress: progress,
            tasks: try tasks.map { row in
                Work(
                    phase: try row.phase("phase"),
                    processor: try row.decode("processor"),
                    unit: try row.decode("unit"),
                    requirement: try row.decode("requirement"),
                    state: try row.decode("state"),
                    attempts: Int(try row.decode("attempts", as: Int16.self)),
                    due: try row.decode("due_at"),
                    nextAttempt: try row.decode("next_attempt_at"),
                    claimedAt: try row.decode("claimed_at"),
                    finishedAt: try row.decode("finished_at"),
                    records: try row.decode("record_count", as: Int32?.self).map { Int($0) },
                    error: try row.decode("error")
                )
            },
            requests: try requests.map { row in
                Request(
                    id: try row.decode("request_id"),
                    action: try row.decode("action"),
                    phase: try row.phase("phase"),
                    processor: try row.decode("processor"),
                    unit: try row.decode("unit"),
                    actor: try row.decode("actor"),
                    reason: try row.decode("reason"),
                    requestedAt: try row.decode("requested_at"),
                    result: try row.decode("result"),
                    outcome: try row.decode("outcome"),
                    openedRunID: try row.decode("opened_run_id")
                )
            }
        )
    }

    var json: JSONValue {
        func instant(_ date: Date?) -> JSONValue { date.map { .string(Instant.text($0)) } ?? .null }
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        var object = progress.json.objectValue ?? JSONObject()
        object["tasks"] = .array(
            tasks.map { task in
                [
                    "phase": .int(Int64(task.phase.rawValue)), "processor": .string(task.processor),
                    "unit": .string(task.unit), "requirement": .string(task.requirement),
                    "state": .string(task.state), "attempts": .int(Int64(task.attempts)), "due": instant(task.due),
                    "next_attempt": instant(task.nextAttempt), "claimed_at": instant(task.claimedAt),
                    "finished_at": instant(task.finishedAt), "records": task.records.map { .int(Int64($0)) } ?? .null,
                    "error": text(task.error),
                ]
            }
        )
        object["requests"] = .array(
            requests.map { request in
                [
                    "request_id": .int(request.id), "requested_at": instant(request.requestedAt),
                    "actor": .string(request.actor), "action": .string(request.action),
                    "phase": .int(Int64(request.phase.rawValue)), "processor": text(request.processor),
                    "unit": text(request.unit), "reason": .string(request.reason), "result": text(request.result),
                    "outcome": text(request.outcome),
                    "opened_run_id": text(request.openedRunID?.uuidString.lowercased()),
                ]
            }
        )
        return .object(object)
    }

    func lines(on day: GameDate) -> [String] {
        var narrator = RunNarrator()
        var lines = ["correlation \(SafeText.escaped(progress.correlationID))"]
        let telling = narrator.tell(progress)
        lines += telling.lines + [telling.current].compactMap { $0 }
        var work = TextTable(["PHASE", "PROCESSOR", "UNIT", "STATE", "TRIES", "DUE", "ERROR"])
        for task in tasks {
            work.add([
                String(task.phase.rawValue), task.processor, task.unit, task.state, String(task.attempts),
                task.due.map { EasternTime.short($0, on: day) } ?? "-", SafeText.cut(task.error ?? "", to: 100),
            ])
        }
        if !work.isEmpty { lines += [""] + work.lines }
        var asked = TextTable(["REQUEST", "AT", "BY", "WHAT", "RESULT", "OUTCOME"])
        for request in requests {
            asked.add([
                String(request.id), EasternTime.short(request.requestedAt, on: day), request.actor, request.action,
                request.result ?? "not executed yet", SafeText.cut(request.outcome ?? request.reason, to: 100),
            ])
        }
        if !asked.isEmpty { lines += [""] + asked.lines }
        return lines
    }
}
