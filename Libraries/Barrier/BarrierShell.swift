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
    /// How long a live delta waits for others of its date.
    public var deltaWait: DeltaWait
    public var isolation: PostgresIsolation
    public var logger: Logger

    public init(
        definition: OrchestratorDefinition,
        registry: Registry,
        pool: PostgresPool,
        clock: PipelineClock,
        phaseDeadline: Duration = .seconds(7200),
        deltaWait: DeltaWait = DeltaWait(.zero),
        isolation: PostgresIsolation = .serializable,
        logger: Logger
    ) {
        self.definition = definition
        self.registry = registry
        self.pool = pool
        self.clock = clock
        self.phaseDeadline = phaseDeadline
        self.deltaWait = deltaWait
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
            let openIDs = open.keys.sorted { $0.uuidString < $1.uuidString }
            let runs = try await RunRecord.load(openIDs, in: transaction)
            let tasks = try await loadTasks(openIDs, in: transaction)
            let now = clock.now
            let candidates = openIDs.compactMap { runID -> Candidate? in
                guard let row = open[runID], let run = runs[runID] else { return nil }
                return Candidate(run: run, row: row, tasks: tasks[runID] ?? [])
            }
            let decided = try await decide(candidates, now: now, in: transaction)
            FaultPoint.hit("barrier-before-commit")
            return decided.messages
        }
    }

    struct PhaseRow: Sendable {
        var openedAt: Date
        var deadline: Date
        /// The database's time: deadlines are its instants, whatever day the services believe it is.
        var readAt: Date
        /// Why earlier phases of the run went on degraded.
        var reasons: [String]
    }

    private var owned: [Int16] { definition.owns.map { Int16($0.rawValue) } }

    func lock(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [UUID: PhaseRow] {
        let rows = try await transaction.query(
            """
            WITH ordered AS (
                SELECT run_id, phase FROM nba_orchestration.run_phase
                WHERE run_id = ANY(\(sql: withSiblings(runIDs))) AND phase = \(Int16(definition.lastPhase.rawValue))
                    AND state = 'open'
                ORDER BY run_id, phase FOR UPDATE
            )
            UPDATE nba_orchestration.run_phase AS p SET version = p.version + 1 FROM ordered AS o
            WHERE p.run_id = o.run_id AND p.phase = o.phase
            RETURNING p.run_id, COALESCE(p.opened_at, now()) AS opened_at, p.deadline_at, now() AS read_at,
                p.degraded_reasons
            """
        )
        var open: [UUID: PhaseRow] = [:]
        for row in rows {
            open[try row.decode("run_id")] = PhaseRow(
                openedAt: try row.decode("opened_at"),
                deadline: try row.decode("deadline_at"),
                readAt: try row.decode("read_at"),
                reasons: try row.decode("degraded_reasons")
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
            SELECT run_id, phase, processor, unit, level, requirement, state, late_at IS NOT NULL AS is_late, finished_at,
                expected_empty, degraded_reason, COALESCE(entities_in_scope, 0) AS in_scope,
                error_type IS NOT DISTINCT FROM \(Outcome.quarantineType) AS has_quarantined_rows,
                COALESCE(entities_processed, 0) AS processed
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
                    hasQuarantinedRows: try row.decode("has_quarantined_rows"),
                    isJudged: !isCarried,
                    endedAt: try row.decode("finished_at"),
                    degradedReason: try row.decode("degraded_reason")
                )
            )
        }
        return tasks
    }

    /// A run whose barrier is open, as the transaction sees it.
    struct Candidate: Sendable {
        var run: RunRecord
        var row: PhaseRow
        var tasks: [BarrierTask]
        /// What an operator asked for; it comes before the evaluation.
        var asked: BarrierEvent?
    }

    /// Decides runs and performs what comes out of it. What the decisions need is read for all runs together, and what
    /// they do travels in one batch: a burst of completions costs the round trips of one.
    func decide(
        _ candidates: [Candidate],
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> (answer: [BarrierAction], messages: [OutboxMessage]) {
        let levels = try await triggeredLevels(candidates.map(\.run.runID), in: transaction)
        let ending = candidates.filter(mayEnd)
        let pending = try await PendingProcessors(Set(ending.map(\.run.gameDate)), in: transaction)
        let history = try await history(before: ending.map(\.run), pending: pending, in: transaction)
        var answer: [BarrierAction] = []
        var verdicts: [Verdict] = []
        for candidate in candidates {
            let run = candidate.run
            let absorbsUntil = absorbsUntil(candidate, pending, now: now)
            let state = BarrierState(
                openedAt: candidate.row.openedAt,
                deadline: candidate.row.deadline,
                tasks: candidate.tasks,
                triggeredLevels: levels[run.runID] ?? [],
                history: history[run.runID] ?? .complete,
                absorbsUntil: absorbsUntil
            )
            var barrier = Barrier(state: state, policy: definition.policy)
            let asked = candidate.asked.map { barrier.handle($0) } ?? []
            answer += asked
            let actions = asked + barrier.handle(.evaluate(now: candidate.row.readAt))
            verdicts.append(Verdict(candidate: candidate, absorbsUntil: absorbsUntil, actions: actions))
        }
        var batch = StatementBatch()
        var messages: [OutboxMessage] = []
        for verdict in Verdict.joined(verdicts) {
            for action in verdict.actions {
                messages += perform(action, verdict.candidate, pending, now: now, to: &batch)
            }
        }
        try await batch.run(in: transaction)
        return (answer, messages)
    }

    /// Whether the barrier may come to an end now, so that it matters what is pending after it and before its date.
    private func mayEnd(_ candidate: Candidate) -> Bool {
        let report = BarrierReport(tasks: candidate.tasks)
        let elapsed = candidate.row.readAt.timeIntervalSince(candidate.row.openedAt)
        return report.isDone || candidate.row.readAt >= candidate.row.deadline || candidate.asked != nil
            || definition.policy.permits(report, elapsed: elapsed)
    }

    private func triggeredLevels(
        _ runIDs: [UUID],
        in transaction: PostgresTransaction
    ) async throws -> [UUID: Set<Int>] {
        guard definition.lastPhase == .precompute else { return [:] }
        let rows = try await transaction.query(
            """
            SELECT run_id, level FROM nba_orchestration.phase_trigger
            WHERE run_id = ANY(\(runIDs)) AND phase = \(Int16(definition.lastPhase.rawValue))
            """
        )
        var levels: [UUID: Set<Int>] = [:]
        for row in rows {
            levels[try row.decode("run_id"), default: []].insert(Int(try row.decode("level", as: Int16.self)))
        }
        return levels
    }

    private func perform(
        _ action: BarrierAction,
        _ candidate: Candidate,
        _ pending: PendingProcessors,
        now: Date,
        to batch: inout StatementBatch
    ) -> [OutboxMessage] {
        let run = candidate.run
        let opener = PhaseOpener(registry: registry, role: definition.name, deadline: phaseDeadline)
        switch action {
        case .triggerLevel(let level):
            return [
                opener.trigger(
                    definition.lastPhase,
                    level: level,
                    of: run,
                    completed: definition.lastPhase,
                    degraded: false,
                    reasons: [],
                    now: now,
                    to: &batch
                )
            ]
        case .markLate(let tasks): batch.add(lateMark(tasks, run))
        case .wait(let reason): batch.add(gateReport(["waiting": .string(reason)], run))
        case .hold(let until, _): batch.add(gateReport(Self.holding(until), run))
        case .join(let leader, let reasons):
            for phase in definition.owns {
                batch.add(
                    opener.closing(phase, of: run, state: "complete", degraded: !reasons.isEmpty, reasons: reasons)
                )
            }
            batch.add(contentsOf: opener.joining(run, to: leader, after: definition.lastPhase, reasons: reasons))
        case .alert(let level, let title, let names):
            batch.add(
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
            for phase in definition.owns {
                batch.add(
                    opener.closing(phase, of: run, state: "complete", degraded: degraded, reasons: reasons)
                )
            }
            let carried = candidate.row.reasons
            return opener.openNext(
                after: definition.lastPhase,
                of: run,
                pending: pending.of(run, after: definition.lastPhase),
                degraded: degraded || !carried.isEmpty,
                reasons: carried + reasons.filter { !carried.contains($0) },
                now: now,
                to: &batch
            ).messages
        case .fail(let failure, let reason):
            for phase in definition.owns {
                batch.add(opener.closing(phase, of: run, state: failure.rawValue, reasons: [reason]))
            }
            let state = failure == .cancelled ? "cancelled" : "failed"
            batch.add(contentsOf: opener.failing(run, state: state, reason: reason))
        }
        return []
    }

    private func lateMark(_ tasks: [BarrierTask.ID], _ run: RunRecord) -> SQL {
        """
        UPDATE nba_orchestration.task AS t SET late_at = now()
        FROM unnest(\(tasks.map { Int16($0.phase.rawValue) })::int2[], \(tasks.map(\.processor))::text[],
                    \(tasks.map(\.unit))::text[]) AS l(phase, processor, unit)
        WHERE t.run_id = \(run.runID) AND t.phase = l.phase AND t.processor = l.processor AND t.unit = l.unit
            AND NOT t.is_terminal
        """
    }

    private func gateReport(_ report: JSONObject, _ run: RunRecord) -> SQL {
        """
        UPDATE nba_orchestration.run_phase SET gate_report = \(PostgresJSON(JSONValue.object(report).encodedText))
        WHERE run_id = \(run.runID) AND phase = \(Int16(definition.lastPhase.rawValue))
        """
    }

    /// By run, the games before its date whose Phase-3 rows are missing, where a processor about to run looks at history.
    private func history(
        before runs: [RunRecord],
        pending: PendingProcessors,
        in transaction: PostgresTransaction
    ) async throws -> [UUID: HistoryState] {
        let readers = runs.filter { run in
            let waiting = pending.of(run, after: definition.lastPhase)
            guard let next = waiting.keys.min(), next <= .precompute else { return false }
            return registry.closure(of: waiting[next] ?? [], in: next).contains(where: registry.readsHistory)
        }
        guard !readers.isEmpty else { return [:] }
        let rows = try await transaction.query(
            """
            SELECT day, game_id, is_coming
            FROM nba_orchestration.history_missing(\(Set(readers.map(\.gameDate)).sorted().map(\.postgres))::date[])
            """
        )
        var games: [GameDate: [String]] = [:]
        var coming: Set<GameDate> = []
        for row in rows {
            let day = try row.gameDate("day")
            games[day, default: []].append(try row.decode("game_id"))
            if try row.decode("is_coming", as: Bool.self) { coming.insert(day) }
        }
        var states: [UUID: HistoryState] = [:]
        for run in readers {
            guard let missing = games[run.gameDate] else { continue }
            states[run.runID] = coming.contains(run.gameDate) ? .waiting(missing) : .missing(missing)
        }
        return states
    }
}
