public import Basketball
public import Foundation
public import Postgres

/// Opens the next phase of a run that has something to do, closing the ones between that have not. Every owner of a
/// phase uses it, inside the transaction that closes its own.
public struct PhaseOpener: Sendable {
    public var registry: Registry
    /// The role that signs the trigger, such as `phase2-to-phase3`.
    public var role: String
    /// How long a phase may stay open.
    public var deadline: Duration

    public init(registry: Registry, role: String, deadline: Duration = .seconds(7200)) {
        self.registry = registry
        self.role = role
        self.deadline = deadline
    }

    /// What opening did.
    public struct Result: Sendable {
        public var opened: Phase?
        public var messages: [OutboxMessage]
    }

    /// Opens the first phase after `phase` whose processors have pending markers on the run's date. With none left the
    /// run ends: `unchanged` when no task of it changed a row, else `complete`. `only` restricts the processors.
    public func openNext(
        after phase: Phase,
        of run: RunRecord,
        only: Set<String>? = nil,
        degraded: Bool,
        reasons: [String],
        report: PhaseReport = PhaseReport(),
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Result {
        var pending = try await pendingProcessors(after: phase, of: run, in: transaction)
        if let only { pending = pending.mapValues { $0.intersection(only) } }
        var batch = StatementBatch()
        let result = openNext(
            after: phase,
            of: run,
            pending: pending,
            degraded: degraded,
            reasons: reasons,
            report: report,
            now: now,
            to: &batch
        )
        try await batch.run(in: transaction)
        return result
    }

    /// The same with the pending processors known, as statements of a batch.
    public func openNext(
        after phase: Phase,
        of run: RunRecord,
        pending: [Phase: Set<String>],
        degraded: Bool,
        reasons: [String],
        report: PhaseReport = PhaseReport(),
        now: Date,
        to batch: inout StatementBatch
    ) -> Result {
        if let next = phase.next, next <= run.untilPhase {
            for candidate in Phase.allCases where candidate >= next && candidate <= run.untilPhase {
                let processors = registry.closure(of: pending[candidate] ?? [], in: candidate)
                if processors.isEmpty {
                    batch.add(closing(candidate, of: run, state: "unchanged"))
                    continue
                }
                let message = open(
                    candidate,
                    of: run,
                    processors: processors,
                    completed: phase,
                    degraded: degraded,
                    reasons: reasons,
                    report: report,
                    now: now,
                    to: &batch
                )
                return Result(opened: candidate, messages: [message])
            }
        }
        batch.add(ending(run, degraded: degraded, reasons: reasons))
        return Result(opened: nil, messages: [])
    }

    /// The processors of later phases that have markers on the run's date, by phase.
    public func pendingProcessors(
        after phase: Phase,
        of run: RunRecord,
        in transaction: PostgresTransaction
    ) async throws -> [Phase: Set<String>] {
        try await PendingProcessors([run.gameDate], in: transaction).of(run, after: phase)
    }

    private func open(
        _ phase: Phase,
        of run: RunRecord,
        processors: [ProcessorDefinition],
        completed: Phase,
        degraded: Bool,
        reasons: [String],
        report: PhaseReport,
        now: Date,
        to batch: inout StatementBatch
    ) -> OutboxMessage {
        let first = firstTasks(of: phase, processors)
        let level = first.map(\.level).min() ?? 0
        batch.add(
            """
            UPDATE nba_orchestration.run_phase SET state = 'open', opened_at = now(), version = version + 1,
                deadline_at = now() + \(deadline.seconds) * interval '1 second',
                degraded = \(degraded), degraded_reasons = \(reasons)
            WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue)) AND state = 'waiting'
            """
        )
        batch.add(TaskStatements.insert(first.map { TaskSeed(definition: $0) }, run: run))
        return trigger(
            phase,
            level: level,
            of: run,
            completed: completed,
            degraded: degraded,
            reasons: reasons,
            report: report,
            now: now,
            to: &batch
        )
    }

    /// The processors whose tasks are written when a phase opens. Phase 5 begins with its coordinator, which writes one
    /// task a player when it knows who plays, also when only players that failed earlier are pending; what looks back on
    /// the predictions comes when they are made, and at once where none are to be made.
    private func firstTasks(of phase: Phase, _ processors: [ProcessorDefinition]) -> [ProcessorDefinition] {
        var dated = processors.filter { $0.unit == .date }
        let coordinator = registry.enabled(in: phase).first { $0.unit == .date }
        if dated.count < processors.count, let coordinator, !dated.contains(coordinator) { dated.append(coordinator) }
        guard phase == .predictions, let lowest = dated.map(\.level).min() else { return dated }
        return dated.filter { $0.level == lowest }
    }

    /// Writes the task of a processor into the open phase that it belongs to, and returns the message that starts it. For what
    /// follows on the tasks that the phase began with; the unique key of `phase_trigger` refuses a second message.
    public func begin(
        _ processor: ProcessorDefinition,
        of run: RunRecord,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> OutboxMessage {
        var batch = StatementBatch()
        batch.add(TaskStatements.insert([TaskSeed(definition: processor)], run: run))
        let message = trigger(
            processor.phase,
            level: processor.level,
            of: run,
            completed: processor.phase,
            degraded: false,
            reasons: [],
            now: now,
            to: &batch
        )
        try await batch.run(in: transaction)
        return message
    }

    /// Records and builds the message that starts one level of a phase. The unique key of `phase_trigger` refuses a
    /// second one.
    public func trigger(
        _ phase: Phase,
        level: Int,
        of run: RunRecord,
        completed: Phase,
        degraded: Bool,
        reasons: [String],
        report: PhaseReport = PhaseReport(),
        now: Date,
        to batch: inout StatementBatch
    ) -> OutboxMessage {
        var envelope = Envelope(
            run: run,
            from: role,
            completed: completed,
            status: degraded ? .partial : .success,
            source: .orchestrator,
            at: now
        )
        report.fill(&envelope)
        envelope.metadata["level"] = .int(Int64(level))
        if degraded { envelope.metadata["degraded_reasons"] = .array(reasons.map { .string($0) }) }
        batch.add(
            """
            INSERT INTO nba_orchestration.phase_trigger (run_id, phase, level, message_id)
            VALUES (\(run.runID), \(Int16(phase.rawValue)), \(Int16(level)), \(envelope.messageID))
            """
        )
        let message = OutboxMessage(
            topic: .trigger(of: phase),
            envelope: envelope,
            starts: .init(phase: phase, level: phase == .precompute ? level : nil)
        )
        batch.add(message.insertStatement(producer: role))
        return message
    }

    /// Ends a phase that is open or has not begun.
    public func close(
        _ phase: Phase,
        of run: RunRecord,
        state: String,
        degraded: Bool = false,
        reasons: [String] = [],
        gateReport: JSONValue? = nil,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            closing(phase, of: run, state: state, degraded: degraded, reasons: reasons, gateReport: gateReport)
        )
    }

    /// The statement that ends a phase that is open or has not begun.
    public func closing(
        _ phase: Phase,
        of run: RunRecord,
        state: String,
        degraded: Bool = false,
        reasons: [String] = [],
        gateReport: JSONValue? = nil
    ) -> SQL {
        """
        UPDATE nba_orchestration.run_phase SET state = \(state), closed_at = now(), version = version + 1,
            degraded = degraded OR \(degraded), degraded_reasons = degraded_reasons || \(reasons)::text[],
            gate_report = COALESCE(\(gateReport.map { PostgresJSON($0.encodedText) }), gate_report)
        WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue)) AND state IN ('waiting', 'open')
        """
    }

    /// Ends the run after its last phase.
    public func endRun(
        _ run: RunRecord,
        degraded: Bool,
        reasons: [String],
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(ending(run, degraded: degraded, reasons: reasons))
    }

    private func ending(_ run: RunRecord, degraded: Bool, reasons: [String]) -> SQL {
        """
        UPDATE nba_orchestration.run SET finished_at = now(), degraded = degraded OR \(degraded),
            reason = COALESCE(reason, \(reasons.isEmpty ? nil : reasons.joined(separator: "; "))),
            state = CASE WHEN EXISTS (SELECT 1 FROM nba_orchestration.task WHERE run_id = \(run.runID)
                                      AND COALESCE(entities_changed, 0) > 0) OR kind <> 'delta'
                         THEN 'complete' ELSE 'unchanged' END
        WHERE run_id = \(run.runID) AND state = 'open'
        """
    }

    /// The statements that end a run after `phase` because another run of its date carries its changes on.
    public func joining(_ run: RunRecord, to leader: UUID, after phase: Phase, reasons: [String]) -> [SQL] {
        let name = leader.uuidString.lowercased()
        let report = JSONValue.object(["joined_run": .string(name)])
        return Phase.allCases.filter { $0 > phase && $0 <= run.untilPhase }.map {
            closing($0, of: run, state: "unchanged", gateReport: report)
        } + [
            """
            UPDATE nba_orchestration.run SET reason = concat_ws('; ', reason, \("carried on by run \(name)")::text)
            WHERE run_id = \(run.runID) AND state = 'open'
            """,
            ending(run, degraded: !reasons.isEmpty, reasons: reasons),
        ]
    }

    /// Ends the run and what has not begun of it after a phase failed, expired or was cancelled.
    public func failRun(
        _ run: RunRecord,
        state: String,
        reason: String,
        in transaction: PostgresTransaction
    ) async throws {
        var batch = StatementBatch()
        batch.add(contentsOf: failing(run, state: state, reason: reason))
        try await batch.run(in: transaction)
    }

    /// The statements of a run's bad end.
    public func failing(_ run: RunRecord, state: String, reason: String) -> [SQL] {
        [
            """
            UPDATE nba_orchestration.run_phase SET state = 'cancelled', closed_at = now(), version = version + 1
            WHERE run_id = \(run.runID) AND state IN ('waiting', 'open')
            """,
            // A level of Phase 4 is started by its own trigger, which now never comes; its markers stay.
            """
            UPDATE nba_orchestration.task AS t SET state = 'skipped', finished_at = now(), error_message = \(reason)
            WHERE t.run_id = \(run.runID) AND t.phase = 4 AND t.state = 'pending' AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.phase_trigger AS g
                WHERE g.run_id = t.run_id AND g.phase = t.phase AND g.level = t.level)
            """,
            """
            UPDATE nba_orchestration.run SET state = \(state), finished_at = now(), reason = \(reason)
            WHERE run_id = \(run.runID) AND state = 'open'
            """,
        ]
    }
}

/// Which processors have markers on some dates, read once for many runs.
public struct PendingProcessors: Sendable {
    private var byDate: [GameDate: [Phase: Set<String>]] = [:]

    public init(_ dates: Set<GameDate>, in transaction: PostgresTransaction) async throws {
        guard !dates.isEmpty else { return }
        let rows = try await transaction.query(
            """
            SELECT DISTINCT game_date, phase, processor FROM nba_orchestration.change_marker
            WHERE game_date = ANY(\(dates.sorted().map(\.postgres)))
            """
        )
        for row in rows {
            byDate[try row.gameDate("game_date"), default: [:]][try row.phase("phase"), default: []]
                .insert(try row.decode("processor"))
        }
    }

    /// The pending processors of the phases of a run after `phase`.
    public func of(_ run: RunRecord, after phase: Phase) -> [Phase: Set<String>] {
        (byDate[run.gameDate] ?? [:]).filter { $0.key > phase && $0.key <= run.untilPhase }
    }
}

/// What the end of a phase says about it in the message that opens the next one.
public struct PhaseReport: Sendable, Hashable {
    public var recordCount = 0
    public var recordsFailed = 0
    /// The table that the phase wrote, with its schema.
    public var output: String?
    public var metadata: [String: JSONValue] = [:]

    public init() {}

    /// Writes the report into a message.
    public func fill(_ envelope: inout Envelope) {
        envelope.recordCount = recordCount
        envelope.recordsFailed = recordsFailed
        envelope.outputDataset = output.map { String($0.prefix { $0 != "." }) }
        envelope.outputTable = output.map { String($0.drop { $0 != "." }.dropFirst()) }
        envelope.metadata.merge(metadata) { $1 }
    }
}

extension Duration {
    /// The duration in seconds, for intervals.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
