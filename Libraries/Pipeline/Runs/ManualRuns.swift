import Basketball
public import Foundation
public import Postgres

/// Turns a message without a run into one `manual` run that goes all the way from what the message names.
public struct ManualRuns: Sendable {
    public var registry: Registry
    public var role: String
    public var phaseDeadline: Duration

    public init(registry: Registry, role: String, phaseDeadline: Duration = .seconds(7200)) {
        self.registry = registry
        self.role = role
        self.phaseDeadline = phaseDeadline
    }

    /// Opens the run of a hand-made message, or joins the open manual run with its correlation id. A message that
    /// names a processor on the trigger topic of its phase runs the processor; anywhere else it reports that the
    /// processor is done. A copy of a message that was accepted before opens nothing.
    public func accept(
        _ envelope: Envelope,
        on topic: Topic,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        guard let processor = registry.resolve(envelope.processorName, in: envelope.phase) else {
            throw EnvelopeError.unknownProcessor("\(envelope.processorName) (\(envelope.phase.wireName))")
        }
        let opener = RunOpener(registry: registry, role: role, phaseDeadline: phaseDeadline)
        let runsProcessor = topic.startsPhase == envelope.phase && topic != .phase1ScrapersComplete
        var request = RunRequest(
            kind: .manual,
            gameDate: envelope.gameDate,
            lane: envelope.lane,
            firstPhase: envelope.phase,
            untilPhase: envelope.skipDownstreamTrigger ? envelope.phase : .publishing,
            planKey: "msg:\(envelope.messageID.uuidString.lowercased())",
            correlationID: envelope.correlationID,
            openedBy: role,
            reason: "hand-made message for \(processor.name)",
            triggerSource: .manual
        )
        switch envelope.phase {
        case .scrapers where runsProcessor:
            return try await opener.open(
                request,
                only: [(processor.name, envelope.unit ?? UnitKind.wholeDate, .dictionary(envelope.metadata))],
                now: now,
                in: transaction
            )
        case .scrapers:
            return try await openRaw(of: processor, envelope, request, now: now, in: transaction)
        default:
            if runsProcessor {
                request.untilPhase = envelope.skipDownstreamTrigger ? envelope.phase : .publishing
                let readers =
                    registry.downstream(of: processor.name, in: processor.phase).filter { $0.phase == processor.phase }
                    + onward(from: processor.phase)
                return try await opener.openDelta(
                    request,
                    marking: .full([processor] + readers, date: envelope.gameDate),
                    now: now,
                    in: transaction
                )
            }
            return try await assertDone(processor, envelope, request, opener: opener, now: now, in: transaction)
        }
    }

    /// A scrape that somebody else made: its payload is in the object store, the raw tasks run.
    private func openRaw(
        of scraper: ProcessorDefinition,
        _ envelope: Envelope,
        _ request: RunRequest,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        let processors = registry.rawProcessors(of: scraper.name)
        guard !processors.isEmpty else {
            throw EnvelopeError.invalidField(
                "processor_name",
                found: scraper.name,
                expected: "a scraper whose payload some raw processor reads"
            )
        }
        if envelope.status == .success || envelope.status == .partial {
            guard let path = envelope.objectPath else { throw EnvelopeError.missingField("metadata.object_path") }
            do { _ = try ObjectPath(validating: path) } catch {
                throw EnvelopeError.invalidField("metadata.object_path", found: path, expected: "a relative path")
            }
        }
        var request = request
        request.firstPhase = .raw
        // A scrape's message that is to start nothing more still has its payload read.
        request.untilPhase = max(request.untilPhase, .raw)
        let opener = RunOpener(registry: registry, role: role, phaseDeadline: phaseDeadline)
        var input = envelope.metadata
        input["status"] = .string(envelope.status.rawValue)
        if input["captured_at"] == nil { input["captured_at"] = .string(Instant.text(envelope.timestamp)) }
        var copy = envelope
        copy.messageID = UUID(deriving: "raw/\(envelope.messageID)")
        return try await opener.openRaw(
            request,
            scraper: scraper,
            processors: processors,
            unit: envelope.unit ?? UnitKind.wholeDate,
            input: input,
            announcement: copy,
            now: now,
            in: transaction
        )
    }

    /// A completion that nobody of Tipoff reported: the task is recorded as asserted and its readers run in full.
    private func assertDone(
        _ processor: ProcessorDefinition,
        _ envelope: Envelope,
        _ request: RunRequest,
        opener: RunOpener,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        let readers = onward(from: processor.phase)
        let joined = try await transaction.query(
            """
            SELECT \(sql: RunRecord.columns) FROM nba_orchestration.run
            WHERE correlation_id = \(envelope.correlationID) AND game_date = \(envelope.gameDate.postgres)
                AND kind = 'manual' AND state = 'open' AND first_phase = \(Int16(envelope.phase.rawValue))
                AND plan_key <> \(request.planKey)
            ORDER BY opened_at LIMIT 1
            """
        )
        if let row = joined.first {
            let run = try RunRecord(row: row)
            try await transaction.execute(assertion(processor, envelope, run))
            for statement in MarkerSet.full(readers, date: run.gameDate)
                .insertStatements(originDate: run.gameDate, runID: run.runID, wantRun: true)
            {
                try await transaction.execute(statement)
            }
            return .init(run: run, isNew: false, messages: [])
        }
        let (run, isNew) = try await opener.insertRun(request, in: transaction)
        guard isNew else { return .init(run: run, isNew: false, messages: []) }
        try await opener.insertPhases(of: run, first: envelope.phase, in: transaction)
        try await transaction.execute(assertion(processor, envelope, run))
        let phases = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        if envelope.status == .failed {
            let reason = "\(processor.name) failed: \(envelope.errorMessage ?? "reported by hand")"
            try await phases.close(envelope.phase, of: run, state: "failed", reasons: [reason], in: transaction)
            try await phases.failRun(run, state: "failed", reason: reason, in: transaction)
            return .init(run: run, isNew: true, messages: [])
        }
        try await phases.close(envelope.phase, of: run, state: "complete", in: transaction)
        if envelope.status != .noData {
            try await opener.mark(.full(readers, date: run.gameDate), run: run, in: transaction)
        }
        let result = try await phases.openNext(
            after: envelope.phase,
            of: run,
            degraded: false,
            reasons: [],
            now: now,
            in: transaction
        )
        return .init(run: run, isNew: true, messages: result.messages)
    }

    /// Everything after a phase: a hand-made message goes all the way, whether or not its rows have changed.
    private func onward(from phase: Phase) -> [ProcessorDefinition] {
        Phase.allCases.filter { $0 > phase }.flatMap { registry.enabled(in: $0) }.filter { !$0.inputs.isEmpty }
    }

    private func assertion(_ processor: ProcessorDefinition, _ envelope: Envelope, _ run: RunRecord) -> SQL {
        """
        INSERT INTO nba_orchestration.task
            (run_id, game_date, processor, unit, phase, level, requirement, state, asserted_by, record_count,
             finished_at, error_type, error_message)
        VALUES (\(run.runID), \(run.gameDate.postgres), \(processor.name), \(envelope.unit ?? UnitKind.wholeDate),
                \(Int16(processor.phase.rawValue)), \(Int16(processor.level)), \(processor.requirement.rawValue),
                \(envelope.status.rawValue), \("message \(envelope.messageID.uuidString.lowercased())"),
                \(Int32(envelope.recordCount)), now(), \(envelope.errorType), \(envelope.errorMessage))
        ON CONFLICT (run_id, phase, processor, unit) DO NOTHING
        """
    }
}
