import Basketball
import Foundation
import Postgres

/// Another attempt of a task, because an operator asked for it. A task that waits becomes due now; one that has ended
/// stays as it is, because terminal never changes within a run: a delta run does its work again.
struct TaskRetry: Sendable {
    var registry: Registry
    var role: String
    var clock: PipelineClock
    var phaseDeadline: Duration

    func execute(
        _ request: OperatorRequest,
        _ run: RunRecord,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        guard let name = request.processor, let unit = request.unit else {
            return .init(.refused, "a retry names a processor and a unit")
        }
        guard let task = try await RetriedTask.load(request, name, unit, in: transaction) else {
            return .init(.nothingToDo, "the run has no task \(name) \(unit)")
        }
        switch task.state {
        case "pending" where request.phase == .raw && task.input == nil:
            return .init(.nothingToDo, "it waits for the outcome of its scrape")
        case "pending":
            try await transaction.execute(
                """
                UPDATE nba_orchestration.task SET next_attempt_at = now()
                WHERE run_id = \(run.runID) AND phase = \(Int16(request.phase.rawValue)) AND processor = \(name)
                    AND unit = \(unit) AND state = 'pending'
                """
            )
            return .init(.done, "due now")
        case "running": return .init(.nothingToDo, "attempt \(task.attempts) is running")
        case "success", "superseded":
            return .init(.nothingToDo, "it ended \(task.state); tipoff run open runs a date again")
        default: return try await open(request, run, task, in: transaction)
        }
    }

    /// Opens the delta that does the work of an ended task again.
    private func open(
        _ request: OperatorRequest,
        _ run: RunRecord,
        _ task: RetriedTask,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        guard let processor = registry.processor(task.processor, in: request.phase) else {
            return .init(.refused, "\(task.processor) is not a processor of this build")
        }
        var delta = RunRequest(
            kind: .delta,
            gameDate: run.gameDate,
            lane: run.lane,
            firstPhase: request.phase,
            untilPhase: run.untilPhase,
            planKey: "retry:\(request.requestID)",
            correlationID: run.correlationID,
            openedBy: request.actor,
            reason: "retry of \(task.processor) \(task.unit): \(request.reason)",
            triggerSource: .manual
        )
        let opener = RunOpener(registry: registry, role: role, phaseDeadline: phaseDeadline)
        let result: RunOpener.Result
        switch request.phase {
        case .scrapers:
            result = try await opener.open(
                delta,
                only: [(processor.name, task.unit, task.input.map { .dictionary($0) })],
                now: clock.now,
                in: transaction
            )
        case .raw:
            guard let scraper = processor.scraper.flatMap({ registry.processor($0, in: .scrapers) }) else {
                return .init(.refused, "no scraper of this build feeds \(processor.name)")
            }
            if let payload = task.payload {
                result = try await opener.openRaw(
                    delta,
                    scraper: scraper,
                    processors: [processor],
                    unit: task.unit,
                    input: payload,
                    now: clock.now,
                    in: transaction
                )
            } else {
                // Its scrape brought nothing: that is what has to be done again.
                delta.firstPhase = .scrapers
                let input = try await RetriedTask.scrapeInput(run, scraper.name, task.unit, in: transaction)
                result = try await opener.open(
                    delta,
                    only: [(scraper.name, task.unit, input)],
                    now: clock.now,
                    in: transaction
                )
            }
        case .analytics, .precompute, .predictions, .publishing:
            let markers: MarkerSet =
                processor.unit == .player && task.unit != UnitKind.wholeDate
                ? .entities([task.unit], kind: .player, reader: processor, date: run.gameDate)
                : .full([processor], date: run.gameDate)
            // Grading anew must not predict a date that is over, whatever else waits there.
            let only: Set<String>? = registry.lookingBack.contains(processor) ? [processor.name] : nil
            result = try await opener.openDelta(delta, marking: markers, only: only, now: clock.now, in: transaction)
        }
        let runID = result.run.runID
        return .init(
            .done,
            "it ended \(task.state) and stays so; run \(runID.uuidString.lowercased()) does it again",
            openedRunID: runID,
            messages: result.messages
        )
    }
}

/// The task that an operator named.
private struct RetriedTask: Sendable {
    var processor: String
    var unit: String
    var state: String
    var attempts: Int
    var input: [String: JSONValue]?

    /// The input of a raw task whose scrape delivered.
    var payload: [String: JSONValue]? {
        let status = input?["status"]?.stringValue
        return status == CompletionStatus.success.rawValue || status == CompletionStatus.partial.rawValue ? input : nil
    }

    static func load(
        _ request: OperatorRequest,
        _ processor: String,
        _ unit: String,
        in transaction: PostgresTransaction
    ) async throws -> RetriedTask? {
        let rows = try await transaction.query(
            """
            SELECT state, attempts, input FROM nba_orchestration.task
            WHERE run_id = \(request.runID) AND phase = \(Int16(request.phase.rawValue)) AND processor = \(processor)
                AND unit = \(unit) FOR UPDATE
            """
        )
        return try rows.first.map { row in
            RetriedTask(
                processor: processor,
                unit: unit,
                state: try row.decode("state"),
                attempts: Int(try row.decode("attempts", as: Int16.self)),
                input: try input(row)
            )
        }
    }

    /// What the scrape of a run was told.
    static func scrapeInput(
        _ run: RunRecord,
        _ scraper: String,
        _ unit: String,
        in transaction: PostgresTransaction
    ) async throws -> JSONValue? {
        let rows = try await transaction.query(
            """
            SELECT input FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = 1 AND processor = \(scraper) AND unit = \(unit)
            """
        )
        return try rows.first.flatMap { try input($0) }.map { .dictionary($0) }
    }

    private static func input(_ row: PostgresRow) throws -> [String: JSONValue]? {
        try row.decode("input", as: PostgresJSON?.self).flatMap {
            try JSONValue(parsing: Array($0.text.utf8)).dictionaryValue
        }
    }
}
