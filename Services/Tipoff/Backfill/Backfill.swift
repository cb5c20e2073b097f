import Basketball
import Foundation
import Kafka
import Pipeline
import Postgres

/// Opens the runs of a backfill and watches them.
struct Backfill {
    let session: Session
    let producer: KafkaProducer
    let plan: BackfillPlan
    let stop: StopFlag
    /// How often open runs are looked at; a run of an old date takes a few hundred milliseconds.
    private let interval: Duration = .milliseconds(25)
    private let clock = ContinuousClock()

    /// Runs to the end of the plan, or until the flag is raised.
    func run(printsProgress: Bool) async throws -> BackfillReport {
        try await registerJob()
        let start = clock.now
        var queue = BackfillQueue(window: plan.window)
        var completeBefore = 0
        var narrator = BackfillNarrator(start: start)
        let tasksBefore = try await finishedTasks()
        var runIDs: [UUID] = []
        var seasons = Self.seasons(from: plan.from, to: plan.to)

        while true {
            if queue.waiting.isEmpty, !seasons.isEmpty, !stop.isRaised, !queue.givesUp {
                // The schedule of a season tells its dates, so its first date may have to bring it.
                let season = seasons[0]
                if let dates = try await dates(of: season) {
                    queue.append(dates)
                    seasons.removeFirst()
                } else if queue.isIdle {
                    let probe = try await admit(season.first, &queue, &completeBefore)
                    if let probe { runIDs.append(probe) }
                    guard try await waitForSchedule(probe) else {
                        throw CommandProblem.problem(
                            "the schedule of \(season.first) could not be loaded",
                            next: probe.map { "tipoff trace \($0.uuidString.lowercased())" }
                        )
                    }
                    // Without rows of the season even now there are no games in it.
                    queue.append(try await dates(of: season)?.filter { $0 != season.first } ?? [])
                    seasons.removeFirst()
                }
            }
            while !stop.isRaised, let date = queue.next() {
                if let runID = try await admit(date, &queue, &completeBefore) { runIDs.append(runID) }
            }
            try await collect(&queue)
            if printsProgress, narrator.isDue(clock.now) {
                let tasks = try await finishedTasks() - tasksBefore
                let line = narrator.line(queue, tasks: tasks, now: clock.now)
                if session.output.isTerminal { session.output.transient(line) } else { session.output.line(line) }
            }
            let isAdmitted = queue.waiting.isEmpty && seasons.isEmpty
            if stop.isRaised || queue.isIdle && (isAdmitted || queue.givesUp) || isAdmitted && !plan.waits { break }
            try await clock.sleep(for: interval)
        }
        session.output.endTransient()
        let report = BackfillReport(
            job: plan.job,
            dates: queue.total,
            complete: queue.complete,
            completeBefore: completeBefore,
            failed: queue.failed,
            stillOpen: queue.open.count,
            left: queue.waiting.count,
            tasks: try await finishedTasks() - tasksBefore,
            seconds: (clock.now - start).inSeconds,
            wasStopped: stop.isRaised && !(queue.waiting.isEmpty && seasons.isEmpty && queue.isIdle)
        )
        try await endJob(report)
        return report
    }

    // MARK: - Dates

    struct SeasonSpan: Sendable, Hashable {
        var season: Season
        var first: GameDate
        var last: GameDate
    }

    /// The parts of the range, by season.
    static func seasons(from: GameDate, to: GameDate) -> [SeasonSpan] {
        var spans: [SeasonSpan] = []
        var first = from
        while first <= to {
            let season = Season(containing: first)
            spans.append(SeasonSpan(season: season, first: first, last: min(to, season.lastDay)))
            first = season.lastDay.adding(days: 1)
        }
        return spans
    }

    /// The dates of a season with games that count; nil when nothing is known about the season.
    ///
    /// The kinds of games are those that later dates look back on.
    private func dates(of span: SeasonSpan) async throws -> [GameDate]? {
        let known: Bool = try await session.pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_schedule
                           WHERE season_year = \(Int64(span.season.startYear)) AND removed_at IS NULL)
            """
        ).scalar()
        guard known else { return nil }
        let rows = try await session.pool.query(
            """
            SELECT DISTINCT game_date FROM nba_raw.nbac_schedule
            WHERE season_year = \(Int64(span.season.startYear)) AND removed_at IS NULL AND NOT is_postponed
                AND season_type IN ('regular', 'playoffs', 'play_in')
                AND game_date BETWEEN \(span.first.sqlDate) AND \(span.last.sqlDate)
            ORDER BY game_date
            """
        )
        return try rows.map { try $0.gameDate("game_date") }
    }

    /// Waits for the raw schedule task of a run. False when it failed or the run ended without it.
    private func waitForSchedule(_ runID: UUID?) async throws -> Bool {
        guard let runID else { return true }
        while !stop.isRaised {
            let rows = try await session.pool.query(
                """
                SELECT t.state, t.is_terminal, r.state AS run_state FROM nba_orchestration.run AS r
                LEFT JOIN nba_orchestration.task AS t
                    ON t.run_id = r.run_id AND t.phase = 2 AND t.processor = 'nbac_schedule'
                WHERE r.run_id = \(runID)
                """
            )
            guard let row = rows.first else { return false }
            if try row.decode("is_terminal", as: Bool?.self) == true {
                return try row.decode("state", as: String?.self) != "failed"
            }
            if try row.decode("run_state", as: String.self) != "open" { return false }
            try await clock.sleep(for: interval)
        }
        return true
    }

    // MARK: - Runs

    /// Opens the run of a date, or finds what an earlier process of the job made of it.
    private func admit(
        _ date: GameDate,
        _ queue: inout BackfillQueue,
        _ completeBefore: inout Int
    ) async throws -> UUID? {
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        for attempt in 1...100 {
            let request = RunRequest(
                kind: .full,
                gameDate: date,
                lane: .backfill,
                untilPhase: plan.untilPhase,
                planKey: plan.planKey(date, attempt: attempt),
                openedBy: session.actor,
                reason: plan.reason,
                triggerSource: .api
            )
            let now = session.clock.now
            let (result, state) = try await session.pool.transaction { transaction in
                let result = try await opener.open(request, now: now, in: transaction)
                guard !result.isNew else { return (result, "open") }
                let state: String = try await transaction.query(
                    "SELECT state FROM nba_orchestration.run WHERE run_id = \(result.run.runID)"
                ).scalar()
                return (result, state)
            }
            switch state {
            case "open":
                queue.opened(date, result.run.runID)
                await session.relay(producer).sendNow(result.messages)
                return result.run.runID
            case "complete", "unchanged":
                queue.skippedAsComplete()
                completeBefore += 1
                return nil
            default: continue
            }
        }
        throw CommandProblem.problem("\(date) has failed a hundred times in job \(plan.job)", next: "use another --job")
    }

    /// Takes note of the open runs that have ended.
    private func collect(_ queue: inout BackfillQueue) async throws {
        guard !queue.open.isEmpty else { return }
        let rows = try await session.pool.query(
            """
            SELECT run_id, state, reason FROM nba_orchestration.run
            WHERE run_id = ANY(\(Array(queue.open.keys))) AND state <> 'open'
            """
        )
        for row in rows {
            let state: String = try row.decode("state")
            let isGood = state == "complete" || state == "unchanged"
            queue.ended(
                try row.decode("run_id"),
                failure: isGood ? nil : SafeText.escaped(try row.decode("reason", as: String?.self) ?? state)
            )
        }
    }

    private func finishedTasks() async throws -> Int {
        let count: Int64 = try await session.pool.query(
            """
            SELECT count(*) FROM nba_orchestration.run AS r JOIN nba_orchestration.task AS t ON t.run_id = r.run_id
            WHERE r.lane = 'backfill' AND starts_with(r.plan_key, \("backfill:\(plan.job):")) AND t.is_terminal
            """
        ).scalar()
        return Int(count)
    }

    // MARK: - The job's row

    private func registerJob() async throws {
        let rows = try await session.pool.query(
            """
            INSERT INTO nba_orchestration.backfill_job AS j
                (job_id, first_date, last_date, until_phase, window_size, actor, reason)
            VALUES (\(plan.job), \(plan.from.sqlDate), \(plan.to.sqlDate), \(Int16(plan.untilPhase.rawValue)),
                    \(Int16(plan.window)), \(session.actor), \(plan.reason))
            ON CONFLICT (job_id) DO UPDATE
                SET state = 'running', finished_at = NULL, window_size = excluded.window_size
                WHERE j.first_date = excluded.first_date AND j.last_date = excluded.last_date
                    AND j.until_phase = excluded.until_phase
            RETURNING job_id
            """
        )
        guard !rows.isEmpty else {
            throw CommandProblem.usage(
                "job \(plan.job) was for other dates or another phase",
                next: "choose another --job"
            )
        }
    }

    private func endJob(_ report: BackfillReport) async throws {
        let state: String
        if report.wasStopped {
            state = "cancelled"
        } else if !report.failed.isEmpty {
            state = "failed"
        } else {
            state = report.stillOpen > 0 ? "running" : "complete"
        }
        try await session.pool.execute(
            """
            UPDATE nba_orchestration.backfill_job
            SET state = \(state), finished_at = CASE WHEN \(state) = 'running' THEN NULL ELSE now() END
            WHERE job_id = \(plan.job)
            """
        )
    }
}

/// Says now and then how far a backfill is.
struct BackfillNarrator: Sendable {
    let start: ContinuousClock.Instant
    private var lastTold: ContinuousClock.Instant
    private var interval: Duration = .seconds(1)

    init(start: ContinuousClock.Instant) {
        self.start = start
        lastTold = start
    }

    mutating func isDue(_ now: ContinuousClock.Instant) -> Bool {
        guard now - lastTold >= interval else { return false }
        lastTold = now
        return true
    }

    func line(_ queue: BackfillQueue, tasks: Int, now: ContinuousClock.Instant) -> String {
        let seconds = max((now - start).inSeconds, 0.001)
        let rate = EasternTime.tenths(Double(queue.complete) / seconds)
        let open = queue.open.values.sorted()
        let at = open.first.map { ", at \($0)" } ?? ""
        let failed = queue.failed.isEmpty ? "" : ", \(queue.failed.count) failed"
        return "\(queue.complete) of \(queue.total) dates, \(open.count) open\(at)\(failed), \(rate) dates/s, "
            + "\(Int((Double(tasks) / seconds).rounded())) tasks/s"
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
