public import Basketball
import Foundation
public import Logging
public import Postgres

/// Recomputes dates in full without writing and compares them with what is stored: incremental must equal full.
///
/// What is to be compared stands in `nba_orchestration.audit`, asked for by the night or by an operator; a row is answered
/// by one process of the phase's service. A difference is an alert, and full markers have the next run compute the date
/// again.
public struct Auditor: Sendable {
    public var pool: PostgresPool
    public var registry: Registry
    public var phase: Phase
    /// By name.
    public var processors: [String: any Processor]
    public var objects: any ObjectStore
    public var clock: PipelineClock
    public var settings: AuditSettings
    /// The service, such as `analytics`.
    public var service: String
    /// This replica.
    public var owner: String
    /// The longest that one processor may take.
    public var timeout: Duration
    public var logger: Logger

    public init(
        pool: PostgresPool,
        registry: Registry,
        phase: Phase,
        processors: [any Processor],
        objects: any ObjectStore,
        clock: PipelineClock,
        settings: AuditSettings,
        service: String,
        owner: String,
        timeout: Duration = .seconds(120),
        logger: Logger
    ) {
        self.pool = pool
        self.registry = registry
        self.phase = phase
        self.processors = Dictionary(uniqueKeysWithValues: processors.map { (type(of: $0).name, $0) })
        self.objects = objects
        self.clock = clock
        self.settings = settings
        self.service = service
        self.owner = owner
        self.timeout = timeout
        self.logger = logger
    }

    /// How often the rows are looked for.
    public static let interval: Duration = .seconds(10)
    /// Differing rows that an answer names; all are counted.
    static let namedRows = 50
    /// Days after which answers are removed.
    static let keptDays: Int32 = 90

    /// How a date's comparison ended.
    public enum State: String, Sendable, Hashable { case same, different, skipped, failed }

    struct Request: Sendable {
        var auditID: Int64
        var date: GameDate
        var isShadow: Bool
        /// What a shadow looks at; nil for the whole date.
        var selection: EntitySelection?
    }

    /// One processor of a date, compared.
    private struct Finding: Sendable {
        var definition: ProcessorDefinition
        var write: TableWrite
        var compared: Int
        var differences: [StoredDifference]
    }

    private var lease: RoleLease {
        RoleLease(pool: pool, role: "audit-\(service)", owner: owner, duration: .seconds(600))
    }

    /// Plans the night when it is time and answers what is asked for. Returns how many rows it answered; nil while another
    /// process has the role. Work of the phase goes first: what it leaves waits for the next round.
    public func round() async throws -> Int? {
        guard try await lease.acquire() != nil else { return nil }
        let day = clock.leagueDay
        if clock.now >= LeagueClock.instant(day, hour: settings.hour, minute: 0) { try await planNight(of: day) }
        var answered = 0
        while try await !isBusy(), let request = try await next() {
            guard !Task.isCancelled, try await lease.acquire() != nil else { break }
            try await answer(request)
            answered += 1
        }
        return answered
    }

    /// Asks for the latest dates and for random earlier ones of the season, once a league day, and before them for dates
    /// that differed. Only dates that a run has carried through the phase can be compared.
    func planNight(of day: GameDate) async throws {
        let season = Season(containing: day)
        let planned = try await pool.execute(
            """
            INSERT INTO nba_orchestration.audit (phase, game_date, kind, league_day, requested_by)
            SELECT \(Int16(phase.rawValue)), d.game_date, 'nightly', \(day.postgres), \(service)
            FROM (
                SELECT game_date, row_number() OVER (ORDER BY game_date DESC) AS place
                FROM nba_orchestration.run
                WHERE until_phase >= \(Int16(phase.rawValue)) AND state IN ('complete', 'unchanged')
                    AND game_date >= \(season.firstDay.postgres) AND game_date <= \(day.postgres)
                GROUP BY game_date
            ) AS d
            WHERE NOT EXISTS (SELECT 1 FROM nba_orchestration.audit
                              WHERE kind = 'nightly' AND phase = \(Int16(phase.rawValue))
                                  AND league_day = \(day.postgres))
            -- The same choice for whoever makes it, and another one every night.
            ORDER BY NOT EXISTS (SELECT 1 FROM nba_orchestration.alert AS a WHERE a.resolved_at IS NULL
                                 AND a.signature = 'audit:' || \(service) || ':' || d.game_date),
                d.place > \(Int64(settings.recentDates)),
                CASE WHEN d.place > \(Int64(settings.recentDates)) THEN md5(d.game_date::text || \(day.description)) END,
                d.place
            LIMIT \(Int64(settings.recentDates + settings.earlierDates))
            """
        )
        guard planned > 0 else { return }
        try await pool.execute(
            """
            DELETE FROM nba_orchestration.audit
            WHERE phase = \(Int16(phase.rawValue)) AND finished_at < now() - \(Self.keptDays) * interval '1 day'
            """
        )
    }

    private func isBusy() async throws -> Bool {
        try await pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_orchestration.task
                           WHERE phase = \(Int16(phase.rawValue)) AND state = 'running') AS is_busy
            """
        ).scalar(as: Bool.self)
    }

    /// What operators ask for goes first.
    private func next() async throws -> Request? {
        let rows = try await pool.query(
            """
            SELECT audit_id, game_date, kind = 'shadow' AS is_shadow, selection FROM nba_orchestration.audit
            WHERE phase = \(Int16(phase.rawValue)) AND state = 'requested'
            ORDER BY kind = 'nightly', audit_id LIMIT 1
            """
        )
        return try rows.first.map { row in
            Request(
                auditID: try row.decode("audit_id"),
                date: try row.gameDate("game_date"),
                isShadow: try row.decode("is_shadow"),
                selection: try row.decode("selection", as: PostgresJSON?.self).map {
                    EntitySelection(try JSONValue(parsing: $0.bytes))
                }
            )
        }
    }

    private func answer(_ request: Request) async throws {
        let startedAt = try await pool.query("SELECT clock_timestamp()").scalar(as: Date.self)
        let before = try await quiet(request.date)
        if request.isShadow { return try await answerShadow(request, startedAt, openRuns: before.openRuns) }
        if let reason = before.reason {
            return try await record(request, .skipped, startedAt, reason: reason)
        }
        var findings: [Finding] = []
        do {
            for definition in registry.enabled(in: phase) {
                guard let processor = processors[definition.name] else { continue }
                findings += try await compare(definition, processor, request.date)
            }
        } catch {
            if error is CancellationError || (error as? PostgresError)?.isInfrastructure == true { throw error }
            logger.error(
                "audit failed",
                metadata: ["game_date": "\(request.date)", "phase": "\(phase.name)", "error": "\(error)"]
            )
            return try await record(request, .failed, startedAt, reason: "\(error)")
        }
        // What was read from several snapshots belongs together only if nothing has moved between them.
        let after = try await quiet(request.date)
        guard after == before else {
            let reason = after.reason ?? "a run of the date came between"
            return try await record(request, .skipped, startedAt, reason: reason)
        }
        let isSame = findings.allSatisfy(\.differences.isEmpty)
        try await record(request, isSame ? .same : .different, startedAt, findings)
    }

    /// Whether a date is at rest: what it was computed from has been carried on.
    private struct Rest: Sendable, Hashable {
        var openRuns: Int
        var runs: Int
        /// Runs that have carried the date through the phase.
        var carried: Int
        var markers: Int

        var reason: String? {
            if openRuns > 0 { return "a run of the date is open" }
            if carried == 0 { return "no run has carried the date through the phase" }
            return markers > 0 ? "changes of the date wait to be carried on" : nil
        }
    }

    private func quiet(_ date: GameDate) async throws -> Rest {
        let row = try await pool.query(
            """
            SELECT count(*) AS runs, count(*) FILTER (WHERE state = 'open') AS open_runs,
                   count(*) FILTER (WHERE until_phase >= \(Int16(phase.rawValue))
                                        AND state IN ('complete', 'unchanged')) AS carried,
                   (SELECT count(*) FROM nba_orchestration.change_marker
                    WHERE game_date = \(date.postgres) AND phase BETWEEN 3 AND \(Int16(phase.rawValue))) AS markers
            FROM nba_orchestration.run WHERE game_date = \(date.postgres)
            """
        ).one()
        return Rest(
            openRuns: try row.decode("open_runs", as: Int.self),
            runs: try row.decode("runs", as: Int.self),
            carried: try row.decode("carried", as: Int.self),
            markers: try row.decode("markers", as: Int.self)
        )
    }

    private func compare(
        _ definition: ProcessorDefinition,
        _ processor: any Processor,
        _ date: GameDate
    ) async throws -> [Finding] {
        var execution = Execution(
            task: ClaimedTask(auditing: definition, on: date, by: owner),
            definition: definition,
            registry: registry,
            pool: pool,
            objects: objects,
            clock: clock,
            logger: logger
        )
        execution.isAudit = true
        let audited = execution
        let outcome = try await withDeadline(timeout) { try await processor.execute(audited) }
        return try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            var findings: [Finding] = []
            for write in outcome.writes {
                let (compared, differences) = try await ChangeDetector().storedDifferences(
                    of: write,
                    reader: transaction
                )
                findings.append(
                    Finding(definition: definition, write: write, compared: compared, differences: differences)
                )
            }
            return findings
        }
    }

    /// Writes the answer and, for a difference, what follows from it.
    private func record(
        _ request: Request,
        _ state: State,
        _ startedAt: Date,
        _ findings: [Finding] = [],
        reason: String? = nil
    ) async throws {
        var compared = JSONObject()
        var named: [JSONValue] = []
        var columns: Set<String> = []
        for finding in findings {
            let table = finding.write.table.name
            compared[table] = [
                "rows": .int(Int64(finding.compared)), "different": .int(Int64(finding.differences.count)),
            ]
            for difference in finding.differences {
                columns.formUnion(difference.values.map { "\(table).\($0.column)" })
                guard named.count < Self.namedRows else { continue }
                named.append(try difference.json(processor: finding.definition.name, table: table))
            }
        }
        let (rows, different) = findings.reduce((0, 0)) { ($0.0 + $1.compared, $0.1 + $1.differences.count) }
        let bad = findings.filter { !$0.differences.isEmpty }
        let detail: JSONValue = [
            "audit_id": .int(request.auditID), "different_rows": .int(Int64(different)),
            "processors": .array(bad.map { .string($0.definition.name) }),
            "columns": .array(columns.sorted().map { .string($0) }), "rows": .array(Array(named.prefix(10))),
        ]
        let compareText = JSONValue.object(compared).encodedText
        let differenceText = JSONValue.array(named).encodedText
        let signature = "audit:\(service):\(request.date)"
        try await pool.transaction { transaction in
            let written = try await transaction.execute(
                """
                UPDATE nba_orchestration.audit SET state = \(state.rawValue), reason = \(reason), owner = \(owner),
                    started_at = \(startedAt), finished_at = clock_timestamp(), rows_compared = \(Int64(rows)),
                    rows_different = \(Int64(different)), compared = \(PostgresJSON(compareText)),
                    differences = \(PostgresJSON(differenceText))
                WHERE audit_id = \(request.auditID) AND state = 'requested'
                """
            )
            guard written == 1 else { return }
            if state == .same || state == .different {
                try await transaction.execute(Alerts.resolve(signature: signature + ":failed"))
            }
            switch state {
            case .same: try await transaction.execute(Alerts.resolve(signature: signature))
            case .skipped: break
            case .failed:
                let failure: JSONValue = ["audit_id": .int(request.auditID), "error": .string(reason ?? "")]
                try await transaction.execute(
                    Alerts.raise(
                        .warning,
                        signature: signature + ":failed",
                        title: "the audit of \(phase.name) of \(request.date) could not compute the date",
                        detail: failure,
                        gameDate: request.date,
                        runID: nil,
                        by: service
                    )
                )
            case .different:
                for statement in repair(bad, request.date) { try await transaction.execute(statement) }
                try await transaction.execute(
                    Alerts.raise(
                        .error,
                        signature: signature,
                        title: "\(different) rows of \(phase.name) of \(request.date) are not what a full "
                            + "computation gives: \(bad.map(\.definition.name).joined(separator: ", "))",
                        detail: detail,
                        gameDate: request.date,
                        runID: nil,
                        by: service
                    )
                )
            }
        }
        logger.log(
            level: state == .different ? .error : .info,
            "audit answered",
            metadata: [
                "game_date": "\(request.date)", "phase": "\(phase.name)", "state": "\(state.rawValue)",
                "rows_compared": "\(rows)", "rows_different": "\(different)", "reason": "\(reason ?? "")",
            ]
        )
    }

    /// Has the next run compute the date again, believing no hash of it.
    private func repair(_ findings: [Finding], _ date: GameDate) -> [SQL] {
        findings.flatMap { ChangeDetector().forgetting($0.differences, of: $0.write) }
            + MarkerSet.full(findings.map(\.definition), date: date)
            .insertStatements(originDate: date, runID: nil, wantRun: true)
    }
}
