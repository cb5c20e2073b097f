package import Basketball
package import Foundation
package import Logging
package import Pipeline
package import Postgres

/// Decides about the dates of backfills: which are opened next, what became of those that ended, when a job is over.
///
/// Dates are opened in ascending order. Phase 4 of a date looks back; `phase3-to-phase4` lets it wait until the earlier
/// dates that are open have their rows, so Phases 1 to 3 of a window run side by side and Phase 4 in order.
package struct BackfillOwner: Sendable {
    let pool: PostgresPool
    let opener: RunOpener
    let actor: String
    let logger: Logger

    /// Opening more of what fails helps nobody.
    static let failureLimit = 5

    package init(pool: PostgresPool, opener: RunOpener, actor: String, logger: Logger) {
        self.pool = pool
        self.opener = opener
        self.actor = actor
        self.logger = logger
    }

    package struct Step: Sendable {
        package var messages: [OutboxMessage] = []
        /// Whether a job is running or has dates open.
        package var isBusy = false
    }

    /// Takes note of what ended and opens what there is room for.
    package func step(now: Date) async throws -> Step {
        let rows = try await pool.query(
            """
            SELECT \(sql: BackfillJob.columns) FROM nba_orchestration.backfill_job AS j
            WHERE j.state = 'running' OR EXISTS (SELECT 1 FROM nba_orchestration.backfill_date AS d
                                                 WHERE d.job_id = j.job_id AND d.state = 'open')
            ORDER BY j.created_at, j.job_id
            """
        )
        var step = Step()
        guard !rows.isEmpty else { return step }
        step.isBusy = true
        try await collect()
        for row in rows {
            let job = try BackfillJob(row: row)
            guard job.state == .running else { continue }
            if let span = job.nextSpan { try await plan(span, of: job) }
            step.messages += try await admit(job, now: now)
            try await endIfDone(job.name)
        }
        return step
    }

    /// Says in the log how far the running jobs are.
    package func report() async throws {
        let names = try await pool.query(
            "SELECT job_id FROM nba_orchestration.backfill_job WHERE state = 'running' ORDER BY created_at, job_id"
        )
        for name in try names.column("job_id", as: String.self) {
            let progress = try await BackfillProgress.load(name, from: pool)
            logger.notice(
                "backfill goes on",
                metadata: [
                    "job": "\(name)", "dates": "\(progress.total)", "ended": "\(progress.ended)",
                    "open": "\(progress[.open])", "failed": "\(progress[.failed])",
                    "at": "\(progress.at.map(\.description) ?? "-")",
                    "dates_per_s": "\(progress.datesPerSecond.map { String($0) } ?? "-")",
                    "remaining_s": "\(progress.remainingSeconds.map { String(Int($0)) } ?? "-")",
                ]
            )
        }
    }

    /// Notes the ends of runs. A run that ended degraded has brought its date less than everything.
    private func collect() async throws {
        try await pool.execute(
            """
            UPDATE nba_orchestration.backfill_date AS d SET ended_at = r.finished_at,
                state = CASE WHEN r.state NOT IN ('complete', 'unchanged') THEN 'failed'
                             WHEN r.degraded THEN 'degraded' ELSE 'complete' END,
                reason = CASE WHEN r.state NOT IN ('complete', 'unchanged') THEN COALESCE(r.reason, r.state)
                              WHEN r.degraded THEN (
                                  SELECT string_agg(DISTINCT w.reason, '; ' ORDER BY w.reason)
                                  FROM nba_orchestration.run_phase AS p, unnest(p.degraded_reasons) AS w(reason)
                                  WHERE p.run_id = r.run_id) END
            FROM nba_orchestration.run AS r
            WHERE d.state = 'open' AND r.run_id = d.run_id AND r.state <> 'open'
            """
        )
    }

    // MARK: - Dates

    /// Writes down the dates of a season's part. What nothing is known of tells the first date's own run, which fetches
    /// the schedule.
    private func plan(_ span: BackfillJob.Span, of job: BackfillJob) async throws {
        let first = span.first.postgres
        let last = span.last.postgres
        let dates = try await pool.transaction { transaction -> Int? in
            let known: Bool = try await transaction.query(
                """
                SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_schedule
                               WHERE season_year = \(Int64(span.season.startYear)) AND removed_at IS NULL)
                """
            ).scalar()
            let probe = try await transaction.query(
                """
                SELECT d.state, d.reason, (SELECT t.state FROM nba_orchestration.task AS t
                                 WHERE t.run_id = d.run_id AND t.phase = 2 AND t.processor = 'nbac_schedule'
                                     AND t.is_terminal) AS schedule
                FROM nba_orchestration.backfill_date AS d WHERE d.job_id = \(job.name) AND d.game_date = \(first)
                """
            ).first
            if !known {
                guard let probe else {
                    try await transaction.execute(
                        "INSERT INTO nba_orchestration.backfill_date (job_id, game_date) VALUES (\(job.name), \(first))"
                    )
                    return nil
                }
                let state: BackfillDateState = try probe.enumeration("state")
                let schedule: String? = try probe.decode("schedule")
                let isOver = state != .waiting && state != .open
                guard isOver || schedule != nil else { return nil }
                if schedule == nil || schedule == "failed" {
                    let reason: String? = try probe.decode("reason")
                    try await end(
                        job.name,
                        .failed,
                        "the schedule of \(span.season) could not be loaded\(reason.map { ": \($0)" } ?? "")",
                        in: transaction
                    )
                    return nil
                }
                // Read, and still nothing: no games of the season are known anywhere.
            }
            // The kinds of games that later dates look back on.
            let dates = try await transaction.execute(
                """
                INSERT INTO nba_orchestration.backfill_date (job_id, game_date)
                SELECT DISTINCT \(job.name), s.game_date FROM nba_raw.nbac_schedule AS s
                WHERE s.season_year = \(Int64(span.season.startYear)) AND s.removed_at IS NULL AND NOT s.is_postponed
                    AND s.season_type IN ('regular', 'playoffs', 'play_in') AND s.game_date BETWEEN \(first) AND \(last)
                ON CONFLICT (job_id, game_date) DO NOTHING
                """
            )
            try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_job SET planned_until = \(last) WHERE job_id = \(job.name)
                """
            )
            return dates
        }
        guard let dates else { return }
        logger.notice(
            "backfill planned",
            metadata: ["job": "\(job.name)", "until": "\(span.last)", "dates": "\(dates)"]
        )
    }

    // MARK: - Runs

    private func admit(_ job: BackfillJob, now: Date) async throws -> [OutboxMessage] {
        let row = try await pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'failed') AS failed
            FROM nba_orchestration.backfill_date WHERE job_id = \(job.name)
            """
        ).one()
        let room = job.window - Int(try row.decode("open", as: Int64.self))
        let failed = Int(try row.decode("failed", as: Int64.self))
        guard room > 0, failed < Self.failureLimit else { return [] }
        let next = try await pool.query(
            """
            SELECT game_date, attempt FROM nba_orchestration.backfill_date
            WHERE job_id = \(job.name) AND state = 'waiting' ORDER BY game_date LIMIT \(Int64(room))
            """
        )
        var messages: [OutboxMessage] = []
        for row in next {
            let attempt = Int(try row.decode("attempt", as: Int16.self))
            messages += try await open(try row.gameDate("game_date"), attempt: attempt, of: job, now: now)
        }
        return messages
    }

    /// Opens the run of a date and notes it, or does nothing when the job was paused meanwhile.
    private func open(_ date: GameDate, attempt: Int, of job: BackfillJob, now: Date) async throws -> [OutboxMessage] {
        let request = RunRequest(
            kind: .full,
            gameDate: date,
            lane: .backfill,
            firstPhase: job.firstPhase,
            untilPhase: job.untilPhase,
            planKey: job.planKey(date, attempt: attempt),
            openedBy: actor,
            reason: job.reason,
            triggerSource: .scheduler
        )
        let opener = opener
        return try await pool.transaction { transaction in
            let running = try await transaction.query(
                "SELECT 1 FROM nba_orchestration.backfill_job WHERE job_id = \(job.name) AND state = 'running' FOR SHARE"
            )
            guard !running.isEmpty else { return [] }
            let result: RunOpener.Result
            if job.firstPhase == .scrapers {
                result = try await opener.open(request, now: now, in: transaction)
            } else {
                let readers = Phase.allCases.filter { $0 >= job.firstPhase && $0 <= job.untilPhase }
                    .flatMap { opener.registry.enabled(in: $0) }.filter { !$0.inputs.isEmpty }
                result = try await opener.openDelta(
                    request,
                    marking: .full(readers, date: date),
                    now: now,
                    in: transaction
                )
            }
            let noted = try await transaction.execute(
                """
                UPDATE nba_orchestration.backfill_date SET state = 'open', run_id = \(result.run.runID),
                    run_ids = array_append(run_ids, \(result.run.runID)), opened_at = now(), ended_at = NULL, reason = NULL
                WHERE job_id = \(job.name) AND game_date = \(date.postgres) AND state = 'waiting' AND attempt = \(Int16(attempt))
                """
            )
            guard noted == 1 else { throw BackfillDateTaken(job: job.name, date: date) }
            return result.messages
        }
    }

    // MARK: - Ends

    /// Ends a job whose dates are all known and over, or that gave up.
    private func endIfDone(_ name: String) async throws {
        try await pool.transaction { transaction in
            let rows = try await transaction.query(
                """
                SELECT \(sql: BackfillJob.columns) FROM nba_orchestration.backfill_job
                WHERE job_id = \(name) AND state = 'running' FOR UPDATE
                """
            )
            guard let row = rows.first else { return }
            let job = try BackfillJob(row: row)
            let counts = try await transaction.query(
                """
                SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'waiting') AS waiting,
                       count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'degraded') AS degraded,
                       count(*) AS dates
                FROM nba_orchestration.backfill_date WHERE job_id = \(name)
                """
            ).one()
            let count = { (column: String) throws in Int(try counts.decode(column, as: Int64.self)) }
            guard try count("open") == 0 else { return }
            let failed = try count("failed")
            let waiting = try count("waiting")
            if failed >= Self.failureLimit, waiting > 0 || job.nextSpan != nil {
                try await end(name, .failed, "gave up after \(failed) failed dates; \(waiting) wait", in: transaction)
            } else if waiting == 0, job.nextSpan == nil {
                if try count("dates") == 0 {
                    try await end(
                        name,
                        .failed,
                        "the schedule has no games of the season in these dates",
                        in: transaction
                    )
                } else if failed > 0 {
                    try await end(name, .failed, "\(failed) dates failed", in: transaction)
                } else {
                    let degraded = try count("degraded")
                    try await end(
                        name,
                        .complete,
                        degraded > 0 ? "\(degraded) dates are degraded" : nil,
                        in: transaction
                    )
                }
            }
        }
    }

    private func end(
        _ name: String,
        _ state: BackfillJob.State,
        _ reason: String?,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.backfill_job
            SET state = \(state.rawValue), state_reason = \(reason), finished_at = now() WHERE job_id = \(name)
            """
        )
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.backfill_event (job_id, event, actor, reason)
            VALUES (\(name), 'ended', \(actor), \("\(state.rawValue)\(reason.map { ": \($0)" } ?? "")"))
            """
        )
        logger.notice(
            "backfill ended",
            metadata: ["job": "\(name)", "state": "\(state.rawValue)", "reason": "\(reason ?? "-")"]
        )
    }
}

/// Another replica opened the date first.
struct BackfillDateTaken: Error, CustomStringConvertible {
    var job: String
    var date: GameDate
    var description: String { "\(date) of job \(job) was opened by another replica" }
}
