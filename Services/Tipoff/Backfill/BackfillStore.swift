import Basketball
import Foundation
import Pipeline
import Postgres

/// What operators do to backfills: they write down what they want, and the scrapers service works it off.
struct BackfillStore: Sendable {
    let session: Session

    /// What a caller asks for.
    struct Request: Sendable, Hashable {
        var job: String
        var from: GameDate
        var to: GameDate
        var firstPhase: Phase
        var untilPhase: Phase
        var window: Int
        var reason: String
    }

    private var pool: PostgresPool { session.pool }

    /// The job of a name, or a problem.
    func job(_ name: String) async throws -> BackfillJob {
        guard let job = try await BackfillJob.load(name, from: pool) else {
            throw CommandProblem.problem("there is no job \(name)", next: "tipoff backfill status")
        }
        return job
    }

    /// The named job, or the only one that is running or paused.
    func chosen(_ name: String?) async throws -> BackfillJob {
        if let name { return try await job(name) }
        let open = try await jobs(where: "state IN ('running', 'paused')")
        guard let only = open.first, open.count == 1 else {
            throw CommandProblem.usage(
                open.isEmpty
                    ? "no job is running or paused; name one with --job"
                    : "several jobs are open: \(open.map(\.name).joined(separator: ", ")); name one with --job",
                next: "tipoff backfill status"
            )
        }
        return only
    }

    func jobs(where condition: SQL = "true", limit: Int = 20) async throws -> [BackfillJob] {
        try await pool.query(
            """
            SELECT \(sql: BackfillJob.columns) FROM nba_orchestration.backfill_job WHERE \(sql: condition)
            ORDER BY created_at DESC, job_id LIMIT \(Int64(limit))
            """
        ).map { try BackfillJob(row: $0) }
    }

    /// A date of a job.
    struct DateRow: Sendable, Hashable {
        var date: GameDate
        var state: BackfillDateState
        var attempt: Int
        var runID: UUID?
        var reason: String?
        var seconds: Double?
    }

    func dates(of job: String) async throws -> [DateRow] {
        try await pool.query(
            """
            SELECT game_date, state, attempt, run_id, reason, extract(epoch FROM ended_at - opened_at)::float8 AS seconds
            FROM nba_orchestration.backfill_date WHERE job_id = \(job) ORDER BY game_date
            """
        ).map { row in
            DateRow(
                date: try row.gameDate("game_date"),
                state: try row.enumeration("state"),
                attempt: Int(try row.decode("attempt", as: Int16.self)),
                runID: try row.decode("run_id"),
                reason: try row.decode("reason"),
                seconds: try row.decode("seconds")
            )
        }
    }

    /// Tasks that the job's runs have ended.
    func finishedTasks(of job: String) async throws -> Int {
        let count: Int64 = try await pool.query(
            """
            SELECT count(*) FROM nba_orchestration.backfill_date AS d
            JOIN nba_orchestration.task AS t ON t.run_id = d.run_id WHERE d.job_id = \(job) AND t.is_terminal
            """
        ).scalar()
        return Int(count)
    }

    /// Whether a scrapers service holds the role that works off jobs.
    func isWorkedOff() async throws -> Bool {
        try await pool.query(
            "SELECT EXISTS (SELECT 1 FROM nba_orchestration.lease WHERE role = 'backfill' AND expires_at > now())"
        ).scalar()
    }

    // MARK: - Asking

    /// Writes a job down. Nil when one of this name is there already, whatever its state.
    func ask(_ request: Request, digests: [TableDigest]) async throws -> BackfillJob? {
        try await pool.transaction { transaction in
            // Two jobs of one date would open two runs of it at once.
            try await transaction.execute("LOCK TABLE nba_orchestration.backfill_job IN SHARE ROW EXCLUSIVE MODE")
            let other = try await transaction.query(
                """
                SELECT job_id, first_date, last_date, state FROM nba_orchestration.backfill_job
                WHERE job_id <> \(request.job) AND state IN ('running', 'paused')
                    AND first_date <= \(request.to.sqlDate) AND last_date >= \(request.from.sqlDate)
                """
            ).first
            if let other {
                let name: String = try other.decode("job_id")
                throw CommandProblem.problem(
                    "job \(name) is \(try other.decode("state", as: String.self)) and has some of these dates",
                    next: "tipoff backfill status --job \(name)"
                )
            }
            let rows = try await transaction.query(
                """
                INSERT INTO nba_orchestration.backfill_job
                    (job_id, first_date, last_date, first_phase, until_phase, window_size, actor, reason)
                VALUES (\(request.job), \(request.from.sqlDate), \(request.to.sqlDate),
                        \(Int16(request.firstPhase.rawValue)), \(Int16(request.untilPhase.rawValue)),
                        \(Int16(request.window)), \(session.actor), \(request.reason))
                ON CONFLICT (job_id) DO NOTHING RETURNING \(sql: BackfillJob.columns)
                """
            )
            guard let row = rows.first else { return nil }
            try await note(request.job, "asked", request.reason, in: transaction)
            try await BackfillDigests.store(digests, of: request.job, moment: .before, in: transaction)
            return try BackfillJob(row: row)
        }
    }

    /// Moves a job from one of the given states to another one; a problem when it is in none of them.
    func move(
        _ job: String,
        from states: [BackfillJob.State],
        to state: BackfillJob.State,
        event: String,
        reason: String,
        also body: @Sendable (PostgresTransaction) async throws -> Void = { _ in }
    ) async throws {
        try await pool.transaction { transaction in
            let moved = try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_job SET state = \(state.rawValue), state_reason = \(reason),
                    finished_at = CASE WHEN \(state.rawValue) IN ('running', 'paused') THEN NULL ELSE now() END
                WHERE job_id = \(job) AND state = ANY(\(states.map(\.rawValue)))
                """
            )
            guard moved == 1 else {
                let now = try await transaction.query(
                    "SELECT state FROM nba_orchestration.backfill_job WHERE job_id = \(job)"
                ).first?.decode("state", as: String.self)
                throw CommandProblem.problem(
                    "job \(job) is \(now ?? "gone"), not \(states.map(\.rawValue).joined(separator: " or "))",
                    next: "tipoff backfill status --job \(job)"
                )
            }
            try await note(job, event, reason, in: transaction)
            try await body(transaction)
        }
    }

    /// Lets a job go on; its failed dates, or those given, are tried again. Returns how many.
    func resume(_ job: BackfillJob, window: Int?, only dates: [GameDate], reason: String) async throws -> Int {
        let chosen: SQL =
            dates.isEmpty
            ? "state = 'failed'" : "state IN ('failed', 'degraded') AND game_date = ANY(\(dates.map(\.sqlDate)))"
        return try await pool.transaction { transaction in
            let moved = try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_job SET state = 'running', state_reason = NULL, finished_at = NULL,
                    window_size = COALESCE(\(window.map { Int16($0) }), window_size)
                WHERE job_id = \(job.name) AND state <> 'rolled_back'
                """
            )
            guard moved == 1 else {
                throw CommandProblem.problem("job \(job.name) was rolled back", next: "choose another --job")
            }
            let again = try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_date SET state = 'waiting', attempt = attempt + 1
                WHERE job_id = \(job.name) AND \(sql: chosen)
                """
            )
            if !dates.isEmpty, again != dates.count {
                throw CommandProblem.problem(
                    "\(dates.count - again) of the named dates are neither failed nor degraded",
                    next: "tipoff backfill status --job \(job.name) --dates"
                )
            }
            try await note(job.name, "resumed", reason, in: transaction)
            return again
        }
    }

    /// Takes failed and degraded dates as they are.
    func accept(_ job: BackfillJob, _ dates: [GameDate], reason: String) async throws {
        try await pool.transaction { transaction in
            let accepted = try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_date
                SET state = 'accepted', reason = \("\(session.actor): \(reason)") || COALESCE(' (' || reason || ')', '')
                WHERE job_id = \(job.name) AND state IN ('failed', 'degraded') AND game_date = ANY(\(dates.map(\.sqlDate)))
                """
            )
            guard accepted == dates.count else {
                throw CommandProblem.problem(
                    "\(dates.count - accepted) of the dates are neither failed nor degraded",
                    next: "tipoff backfill status --job \(job.name) --dates"
                )
            }
            let names = dates.map(\.description).joined(separator: ", ")
            try await note(job.name, "accepted", "\(names): \(reason)", in: transaction)
        }
    }

    /// Files a request that ends each open run of the job.
    func cancelOpenRuns(of job: String, reason: String, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.operator_request (action, run_id, phase, actor, reason)
            SELECT 'cancel_run', d.run_id, max(p.phase), \(session.actor), \(reason)
            FROM nba_orchestration.backfill_date AS d
            JOIN nba_orchestration.run_phase AS p ON p.run_id = d.run_id AND p.state = 'open'
            WHERE d.job_id = \(job) AND d.state = 'open' GROUP BY d.run_id
            """
        )
    }

    func note(_ job: String, _ event: String, _ reason: String?, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.backfill_event (job_id, event, actor, reason)
            VALUES (\(job), \(event), \(session.actor), \(reason))
            """
        )
    }
}

extension Duration {
    /// In seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension GameDate {
    /// As a parameter of a statement.
    var sqlDate: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
