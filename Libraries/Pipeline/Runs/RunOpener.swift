import Basketball
public import Foundation
public import Postgres

/// Opens runs: the run, all its phases with deadlines, its markers and its first tasks in one transaction, so that
/// total silence still has rows that expire.
public struct RunOpener: Sendable {
    public var registry: Registry
    /// The service that sends the first trigger.
    public var role: String
    public var phaseDeadline: Duration

    public init(registry: Registry, role: String, phaseDeadline: Duration = .seconds(7200)) {
        self.registry = registry
        self.role = role
        self.phaseDeadline = phaseDeadline
    }

    /// What opening found.
    public struct Result: Sendable {
        public var run: RunRecord
        /// False when a run with this plan key was there already.
        public var isNew: Bool
        public var messages: [OutboxMessage]
    }

    /// Opens a run that begins with Phase 1. `only` restricts the scrapers (and units) it begins with.
    public func open(
        _ request: RunRequest,
        only: [(scraper: String, unit: String, input: JSONValue?)]? = nil,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Result {
        let (run, isNew) = try await insertRun(request, in: transaction)
        guard isNew else { return Result(run: run, isNew: false, messages: []) }
        try await insertPhases(of: run, first: request.firstPhase, open: [.scrapers, .raw], in: transaction)

        var seeds: [TaskSeed] = []
        if let only {
            for wanted in only {
                guard let scraper = registry.processor(wanted.scraper, in: .scrapers) else { continue }
                seeds += Self.seeds(scraper: scraper, unit: wanted.unit, input: wanted.input, registry: registry)
            }
        } else {
            for scraper in registry.enabled(in: .scrapers) where scraper.begins(request.kind, request.lane) {
                for unit in scraper.knownUnits {
                    seeds += Self.seeds(scraper: scraper, unit: unit, input: nil, registry: registry)
                }
            }
        }
        try await transaction.execute(TaskStatements.insert(seeds, run: run))
        if request.kind == .full {
            let readers = Phase.allCases.filter { $0 >= .analytics && $0 <= request.untilPhase }
                .flatMap { registry.enabled(in: $0) }.filter { !$0.inputs.isEmpty }
            try await mark(.full(readers, date: run.gameDate), run: run, in: transaction)
        }
        var envelope = Envelope(
            run: run,
            from: request.openedBy,
            completed: .scrapers,
            source: request.triggerSource,
            at: now
        )
        envelope.skipDownstreamTrigger = request.untilPhase < .publishing
        let message = OutboxMessage(topic: .phase1Trigger, envelope: envelope, starts: .init(phase: .scrapers))
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.phase_trigger (run_id, phase, level, message_id)
            VALUES (\(run.runID), 1, 0, \(envelope.messageID))
            """
        )
        try await transaction.execute(message.insertStatement(producer: role))
        return Result(run: run, isNew: true, messages: [message])
    }

    /// Opens a run that begins after Phase 1, carrying on markers that are already there or that `marking` adds.
    /// With nothing to carry on the run ends `unchanged` at once.
    ///
    /// - Parameter only: the processors that the run may begin with; the markers of others wait on. Nil for all.
    public func openDelta(
        _ request: RunRequest,
        marking: MarkerSet? = nil,
        only: Set<String>? = nil,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Result {
        let (run, isNew) = try await insertRun(request, in: transaction)
        guard isNew else { return Result(run: run, isNew: false, messages: []) }
        try await insertPhases(of: run, first: request.firstPhase, in: transaction)
        if let marking { try await mark(marking, run: run, in: transaction) }
        guard let before = Phase(rawValue: request.firstPhase.rawValue - 1) else {
            preconditionFailure("a delta run begins after Phase 1")
        }
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        let result = try await opener.openNext(
            after: before,
            of: run,
            only: only,
            degraded: false,
            reasons: [],
            now: now,
            in: transaction
        )
        return Result(run: run, isNew: true, messages: result.messages)
    }

    func insertRun(
        _ request: RunRequest,
        in transaction: PostgresTransaction
    ) async throws -> (run: RunRecord, isNew: Bool) {
        // The id follows from the plan key: of two who open at once, either unique index may be the one that says no.
        let runID = UUID(deriving: "run/\(request.planKey)")
        let inserted = try await transaction.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, reason,
                 is_replay)
            VALUES (\(runID), \(request.kind.rawValue), \(request.gameDate.postgres), \(request.lane.rawValue),
                    \(Int16(request.firstPhase.rawValue)), \(Int16(request.untilPhase.rawValue)),
                    \(request.correlationID), \(request.planKey), \(request.openedBy), \(request.reason), \(request.isReplay))
            ON CONFLICT DO NOTHING
            """
        )
        if inserted == 1 { return (RunRecord(runID: runID, request: request), true) }
        let rows = try await transaction.query(
            "SELECT \(sql: RunRecord.columns) FROM nba_orchestration.run WHERE plan_key = \(request.planKey)"
        )
        guard let row = rows.first else { throw UnknownStoredValue(column: "plan_key", value: request.planKey) }
        return (try RunRecord(row: row), false)
    }

    /// One row for every phase of the run: the first ones open, the later ones waiting, the one after the last
    /// suppressed.
    func insertPhases(
        of run: RunRecord,
        first: Phase,
        open: Set<Phase> = [],
        in transaction: PostgresTransaction
    ) async throws {
        let phases = Phase.allCases.filter { $0 >= first && $0.rawValue <= run.untilPhase.rawValue + 1 }
        let states = phases.map { phase -> String in
            if phase > run.untilPhase { return "suppressed" }
            return open.contains(phase) ? "open" : "waiting"
        }
        let order = phases.map { Double($0.rawValue - first.rawValue + 1) }
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at, opened_at, closed_at)
            SELECT \(run.runID), p.phase, p.state, now() + p.place * \(phaseDeadline.seconds) * interval '1 second',
                   CASE WHEN p.state = 'open' THEN now() END, CASE WHEN p.state = 'suppressed' THEN now() END
            FROM unnest(\(phases.map { Int16($0.rawValue) })::int2[], \(states)::text[], \(order)::double precision[])
                AS p(phase, state, place)
            """
        )
    }

    func mark(_ markers: MarkerSet, run: RunRecord, in transaction: PostgresTransaction) async throws {
        for statement in markers.insertStatements(originDate: run.gameDate, runID: run.runID) {
            try await transaction.execute(statement)
        }
    }

    /// A scrape task and the raw tasks that wait for its outcome.
    static func seeds(
        scraper: ProcessorDefinition,
        unit: String,
        input: JSONValue?,
        registry: Registry
    ) -> [TaskSeed] {
        [TaskSeed(definition: scraper, unit: unit, input: input)]
            + registry.rawProcessors(of: scraper.name).map { TaskSeed(definition: $0, unit: unit) }
    }
}
