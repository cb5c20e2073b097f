import Basketball
public import Foundation
public import Logging
public import Pipeline
public import Postgres

/// Runs the barrier: loads the rows, applies what one poll returned, writes back and inserts outbox rows in one
/// SERIALIZABLE transaction. The first statement updates `run_phase.version`, so that a second writer fails with
/// 40001 instead of deciding on an old snapshot.
public struct BarrierShell: Sendable {
    public var definition: OrchestratorDefinition
    public var registry: Registry
    public var pool: PostgresPool
    public var clock: PipelineClock
    public var phaseDeadline: Duration
    public var isolation: PostgresIsolation
    public var logger: Logger

    public init(
        definition: OrchestratorDefinition,
        registry: Registry,
        pool: PostgresPool,
        clock: PipelineClock,
        phaseDeadline: Duration = .seconds(7200),
        isolation: PostgresIsolation = .serializable,
        logger: Logger
    ) {
        self.definition = definition
        self.registry = registry
        self.pool = pool
        self.clock = clock
        self.phaseDeadline = phaseDeadline
        self.isolation = isolation
        self.logger = logger
    }

    /// Evaluates the barriers of the runs that `completions` name, after ending the tasks of those completions that
    /// nobody of ours has ended. Returns the messages that the commit made.
    public func process(_ completions: [Envelope]) async throws -> [OutboxMessage] {
        let runIDs = Set(completions.compactMap(\.runID))
        return try await evaluate(runIDs, asserting: completions)
    }

    /// Evaluates runs by id.
    public func evaluate(_ runIDs: Set<UUID>, asserting completions: [Envelope] = []) async throws -> [OutboxMessage] {
        guard !runIDs.isEmpty else { return [] }
        let ordered = runIDs.sorted { $0.uuidString < $1.uuidString }
        return try await pool.transaction(
            isolation,
            retrying: .serializationFailures(maximumAttempts: 25)
        ) { transaction in
            let open = try await lock(ordered, in: transaction)
            guard !open.isEmpty else { return [] }
            if !completions.isEmpty { try await assertEnded(completions, in: transaction) }
            let openIDs = Array(open.keys)
            let runs = try await RunRecord.load(openIDs, in: transaction)
            let tasks = try await loadTasks(openIDs, in: transaction)
            let now = clock.now
            var messages: [OutboxMessage] = []
            for runID in ordered {
                guard let row = open[runID], let run = runs[runID] else { continue }
                messages += try await decide(
                    run,
                    row,
                    tasks[runID] ?? [],
                    now: now,
                    in: transaction
                ).messages
            }
            FaultPoint.hit("barrier-before-commit")
            return messages
        }
    }

    struct PhaseRow: Sendable {
        var openedAt: Date
        var deadline: Date
    }

    private var owned: [Int16] { definition.owns.map { Int16($0.rawValue) } }

    func lock(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [UUID: PhaseRow] {
        let rows = try await transaction.query(
            """
            WITH ordered AS (
                SELECT run_id, phase FROM nba_orchestration.run_phase
                WHERE run_id = ANY(\(runIDs)) AND phase = \(Int16(definition.lastPhase.rawValue)) AND state = 'open'
                ORDER BY run_id, phase FOR UPDATE
            )
            UPDATE nba_orchestration.run_phase AS p SET version = p.version + 1 FROM ordered AS o
            WHERE p.run_id = o.run_id AND p.phase = o.phase
            RETURNING p.run_id, COALESCE(p.opened_at, now()) AS opened_at, p.deadline_at
            """
        )
        var open: [UUID: PhaseRow] = [:]
        for row in rows {
            open[try row.decode("run_id")] = PhaseRow(
                openedAt: try row.decode("opened_at"),
                deadline: try row.decode("deadline_at")
            )
        }
        return open
    }

    /// A completion of a task that is not terminal comes from outside: it ends the task, and a running execution
    /// loses its fence.
    private func assertEnded(_ completions: [Envelope], in transaction: PostgresTransaction) async throws {
        let named = completions.compactMap { envelope -> (Envelope, ProcessorDefinition)? in
            registry.resolve(envelope.processorName, in: envelope.phase).map { (envelope, $0) }
        }
        try await transaction.execute(
            """
            UPDATE nba_orchestration.task AS t
            SET state = e.status, asserted_by = e.message, finished_at = now(), lease_until = NULL,
                record_count = e.records, error_message = e.error
            FROM (SELECT DISTINCT ON (run_id, phase, processor, unit) * FROM
                    unnest(\(named.map { $0.0.runID })::uuid[], \(named.map { Int16($0.1.phase.rawValue) })::int2[],
                           \(named.map(\.1.name))::text[], \(named.map { $0.0.unit ?? UnitKind.wholeDate })::text[],
                           \(named.map(\.0.status.rawValue))::text[],
                           \(named.map { "message \($0.0.messageID.uuidString.lowercased())" })::text[],
                           \(named.map { Int32($0.0.recordCount) })::int4[], \(named.map(\.0.errorMessage))::text[])
                        AS u(run_id, phase, processor, unit, status, message, records, error)) AS e
            WHERE t.run_id = e.run_id AND t.phase = e.phase AND t.processor = e.processor AND t.unit = e.unit
                AND NOT t.is_terminal
            """
        )
    }

    func loadTasks(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [UUID: [BarrierTask]] {
        let rows = try await transaction.query(
            """
            SELECT run_id, phase, processor, unit, level, requirement, state, late_at IS NOT NULL AS is_late,
                expected_empty, COALESCE(entities_in_scope, 0) AS in_scope, COALESCE(entities_processed, 0) AS processed
            FROM nba_orchestration.task WHERE run_id = ANY(\(runIDs)) AND phase = ANY(\(owned))
            """
        )
        var tasks: [UUID: [BarrierTask]] = [:]
        for row in rows {
            let phase = try row.phase("phase")
            let processor: String = try row.decode("processor")
            let registered = registry.processor(processor, in: phase)
            let inScope: Int32 = try row.decode("in_scope")
            let processed: Int32 = try row.decode("processed")
            let isCarried = phase == .scrapers && !registry.rawProcessors(of: processor).isEmpty
            tasks[try row.decode("run_id"), default: []].append(
                BarrierTask(
                    id: .init(phase: phase, processor: processor, unit: try row.decode("unit")),
                    level: Int(try row.decode("level", as: Int16.self)),
                    requirement: try row.enumeration("requirement"),
                    state: try row.enumeration("state"),
                    isLate: try row.decode("is_late"),
                    isExpectedEmpty: try row.decode("expected_empty"),
                    coverage: inScope > 0 ? Double(processed) / Double(inScope) : 1,
                    minimumCoverage: registered?.minimumCoverage ?? 0.8,
                    isJudged: !isCarried
                )
            )
        }
        return tasks
    }

    /// Decides one run and performs what comes out of it; what an operator asked for comes first.
    func decide(
        _ run: RunRecord,
        _ row: PhaseRow,
        _ tasks: [BarrierTask],
        asked: BarrierEvent? = nil,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> (answer: [BarrierAction], messages: [OutboxMessage]) {
        var state = BarrierState(openedAt: row.openedAt, deadline: row.deadline, tasks: tasks)
        if definition.lastPhase == .precompute {
            state.triggeredLevels = try await triggeredLevels(run, in: transaction)
        }
        if BarrierReport(tasks: tasks).isDone || now >= row.deadline {
            state.history = try await history(before: run, in: transaction)
        }
        var barrier = Barrier(state: state, policy: definition.policy)
        let answer = asked.map { barrier.handle($0) } ?? []
        var messages = try await perform(answer, run, now: now, in: transaction)
        messages += try await perform(barrier.handle(.evaluate(now: now)), run, now: now, in: transaction)
        return (answer, messages)
    }

    private func triggeredLevels(_ run: RunRecord, in transaction: PostgresTransaction) async throws -> Set<Int> {
        let rows = try await transaction.query(
            """
            SELECT level FROM nba_orchestration.phase_trigger
            WHERE run_id = \(run.runID) AND phase = \(Int16(definition.lastPhase.rawValue))
            """
        )
        return Set(try rows.column("level", as: Int16.self).map(Int.init))
    }

    private func perform(
        _ actions: [BarrierAction],
        _ run: RunRecord,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        let opener = PhaseOpener(registry: registry, role: definition.name, deadline: phaseDeadline)
        var messages: [OutboxMessage] = []
        for action in actions {
            switch action {
            case .triggerLevel(let level):
                messages.append(
                    try await opener.trigger(
                        definition.lastPhase,
                        level: level,
                        of: run,
                        completed: definition.lastPhase,
                        degraded: false,
                        reasons: [],
                        now: now,
                        in: transaction
                    )
                )
            case .markLate(let tasks): try await markLate(tasks, run, in: transaction)
            case .wait(let reason): try await report(waiting: reason, run, in: transaction)
            case .alert(let level, let title, let names):
                try await transaction.execute(
                    Alerts.raise(
                        level,
                        signature: "\(definition.name):\(title):\(run.runID.uuidString.lowercased())",
                        title: "\(definition.lastPhase.name) of \(run.gameDate): \(title)",
                        detail: .object(["missing": .array(names.map { .string($0) })]),
                        gameDate: run.gameDate,
                        runID: run.runID,
                        by: definition.name
                    )
                )
            case .complete(let degraded, let reasons, _):
                let carried = try await carriedReasons(run, in: transaction)
                for phase in definition.owns {
                    try await opener.close(
                        phase,
                        of: run,
                        state: "complete",
                        degraded: degraded,
                        reasons: reasons,
                        in: transaction
                    )
                }
                messages += try await opener.openNext(
                    after: definition.lastPhase,
                    of: run,
                    degraded: degraded || !carried.isEmpty,
                    reasons: carried + reasons,
                    now: now,
                    in: transaction
                ).messages
            case .fail(let failure, let reason):
                for phase in definition.owns {
                    try await opener.close(
                        phase,
                        of: run,
                        state: failure.rawValue,
                        reasons: [reason],
                        in: transaction
                    )
                }
                try await opener.failRun(
                    run,
                    state: failure == .cancelled ? "cancelled" : "failed",
                    reason: reason,
                    in: transaction
                )
            }
        }
        return messages
    }

    /// The reasons with which earlier phases of the run went on degraded.
    private func carriedReasons(_ run: RunRecord, in transaction: PostgresTransaction) async throws -> [String] {
        let rows = try await transaction.query(
            """
            SELECT degraded_reasons FROM nba_orchestration.run_phase
            WHERE run_id = \(run.runID) AND phase = \(Int16(definition.lastPhase.rawValue))
            """
        )
        return try rows.column("degraded_reasons", as: [String].self).flatMap { $0 }
    }

    private func markLate(_ tasks: [BarrierTask.ID], _ run: RunRecord, in transaction: PostgresTransaction) async throws
    {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.task AS t SET late_at = now()
            FROM unnest(\(tasks.map { Int16($0.phase.rawValue) })::int2[], \(tasks.map(\.processor))::text[],
                        \(tasks.map(\.unit))::text[]) AS l(phase, processor, unit)
            WHERE t.run_id = \(run.runID) AND t.phase = l.phase AND t.processor = l.processor AND t.unit = l.unit
                AND NOT t.is_terminal
            """
        )
    }

    private func report(waiting reason: String, _ run: RunRecord, in transaction: PostgresTransaction) async throws {
        let report = JSONValue.object(["waiting": .string(reason)])
        try await transaction.execute(
            """
            UPDATE nba_orchestration.run_phase SET gate_report = \(PostgresJSON(report.encodedText))
            WHERE run_id = \(run.runID) AND phase = \(Int16(definition.lastPhase.rawValue))
            """
        )
    }

    /// The games before the run's date whose Phase-3 rows are missing, where a processor about to run looks at history.
    private func history(before run: RunRecord, in transaction: PostgresTransaction) async throws -> HistoryState {
        let pending = try await PhaseOpener(registry: registry, role: definition.name).pendingProcessors(
            after: definition.lastPhase,
            of: run,
            in: transaction
        )
        guard let next = pending.keys.min(), next <= .precompute,
            registry.closure(of: pending[next] ?? [], in: next).contains(where: registry.readsHistory)
        else { return .complete }
        let rows = try await transaction.query(
            """
            SELECT game_id, is_coming FROM nba_orchestration.history_missing(\(PostgresDate(daysSince1970: run.gameDate.daysSince1970)))
            ORDER BY game_id
            """
        )
        guard !rows.isEmpty else { return .complete }
        let games = try rows.column("game_id", as: String.self)
        return try rows.column("is_coming", as: Bool.self).contains(true) ? .waiting(games) : .missing(games)
    }
}
