import Foundation
public import Logging
public import Postgres

/// Removes what is no longer of use: state some time after its run has ended, dead letters later, and whole seasons of the
/// log. By the database's clock, in small transactions, by one process at a time.
public struct Retention: Sendable {
    /// How long things are kept, in days.
    public struct Limits: Sendable, Hashable {
        /// Tasks, runs, markers and messages, after their run has ended.
        public var stateDays: Int
        /// Dead letters, after they were last seen.
        public var deadLetterDays: Int
        /// A season's execution log, after its newest row.
        public var logDays: Int

        public init(stateDays: Int = 30, deadLetterDays: Int = 90, logDays: Int = 90) {
            self.stateDays = stateDays
            self.deadLetterDays = deadLetterDays
            self.logDays = logDays
        }
    }

    /// What a pass removed.
    public struct Report: Sendable, Hashable {
        public var tasks = 0
        public var runs = 0
        public var markers = 0
        public var deadLetters = 0
        public var messages = 0
        /// What rows held before they changed.
        public var rowChanges = 0
        /// Rows that left quarantine long ago.
        public var quarantined = 0
        /// Seasons of the log that were emptied.
        public var partitions: [String] = []

        public var isEmpty: Bool { self == Report() }
    }

    public static let interval: Duration = .seconds(3600)

    public var pool: PostgresPool
    public var owner: String
    public var limits: Limits
    /// Rows of one transaction.
    public var batchSize: Int
    /// Transactions of one kind in a pass: what is left waits for the next pass.
    public var batches: Int
    public var logger: Logger

    public init(
        pool: PostgresPool,
        owner: String,
        limits: Limits = Limits(),
        batchSize: Int = 2000,
        batches: Int = 100,
        logger: Logger
    ) {
        self.pool = pool
        self.owner = owner
        self.limits = limits
        self.batchSize = batchSize
        self.batches = batches
        self.logger = logger
    }

    private var lease: RoleLease {
        RoleLease(pool: pool, role: "retention", owner: owner, duration: .seconds(600))
    }

    /// One pass; nil while another process has the role. What was removed before a failure is recorded all the same.
    public func pass() async throws -> Report? {
        guard try await lease.acquire() != nil else { return nil }
        let startedAt = try await pool.query("SELECT now() AS started_at").one()
            .decode("started_at", as: Date.self)
        var report = Report()
        let failure = await remove(&report)
        if !report.isEmpty {
            try await record(report, startedAt: startedAt)
            logger.notice(
                "retention removed rows",
                metadata: [
                    "tasks": "\(report.tasks)", "runs": "\(report.runs)", "markers": "\(report.markers)",
                    "dead_letters": "\(report.deadLetters)", "messages": "\(report.messages)",
                    "row_changes": "\(report.rowChanges)", "quarantined": "\(report.quarantined)",
                    "partitions": "\(report.partitions.joined(separator: ","))",
                ]
            )
        }
        if let failure { throw failure }
        return report
    }

    private func remove(_ report: inout Report) async -> (any Error)? {
        do {
            // Tasks first: a run goes when nothing of it is left.
            try await inBatches(tasks) { report.tasks += $0 }
            try await inBatches(runs) { report.runs += $0 }
            try await inBatches(markers) { report.markers += $0 }
            try await inBatches(deadLetters) { report.deadLetters += $0 }
            try await inBatches(messages) { report.messages += $0 }
            try await inBatches(rowChanges) { report.rowChanges += $0 }
            try await inBatches(quarantined) { report.quarantined += $0 }
            report.partitions += try await pool.query(seasons).column("name", as: String.self)
            return nil
        } catch {
            return error
        }
    }

    /// Runs a statement until it finds less than a batch, renewing the role before each.
    private func inBatches(_ statement: SQL, _ count: (Int) -> Void) async throws {
        for _ in 0..<batches {
            guard try await lease.acquire() != nil else { return }
            let removed = try await pool.execute(statement)
            count(removed)
            if removed < batchSize { return }
        }
    }

    private var limit: Int64 { Int64(batchSize) }

    private var tasks: SQL {
        """
        DELETE FROM nba_orchestration.task AS t USING (
            SELECT o.run_id, o.phase, o.processor, o.unit FROM nba_orchestration.run AS r
            JOIN nba_orchestration.task AS o USING (run_id)
            WHERE r.state <> 'open' AND r.finished_at < now() - \(Int32(limits.stateDays)) * interval '1 day'
            LIMIT \(limit)) AS old
        WHERE t.run_id = old.run_id AND t.phase = old.phase AND t.processor = old.processor AND t.unit = old.unit
        """
    }

    /// The run of a date that reached furthest stays: it says that the date was run, which is what a change on an earlier
    /// date looks for before it marks this one.
    private var runs: SQL {
        """
        DELETE FROM nba_orchestration.run WHERE run_id IN (
            SELECT r.run_id FROM nba_orchestration.run AS r
            WHERE r.state <> 'open' AND r.finished_at < now() - \(Int32(limits.stateDays)) * interval '1 day'
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS t WHERE t.run_id = r.run_id)
                AND EXISTS (SELECT 1 FROM nba_orchestration.run AS k
                            WHERE k.game_date = r.game_date AND k.state <> 'open'
                                AND (k.until_phase, k.finished_at, k.run_id) > (r.until_phase, r.finished_at, r.run_id))
            LIMIT \(limit))
        """
    }

    /// Markers of past dates that no run has carried on and no open run can. A date to come waits for its first run,
    /// however long ago its schedule was read.
    private var markers: SQL {
        """
        DELETE FROM nba_orchestration.change_marker AS m USING (
            SELECT o.processor, o.game_date, o.kind, o.entity, o.marker_id FROM nba_orchestration.change_marker AS o
            WHERE o.marked_at < now() - \(Int32(limits.stateDays)) * interval '1 day'
                AND o.game_date < (now() AT TIME ZONE 'America/New_York')::date - \(Int32(limits.stateDays))
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                WHERE r.state = 'open' AND (r.game_date = o.game_date OR r.run_id = o.origin_run))
            LIMIT \(limit)) AS old
        WHERE m.processor = old.processor AND m.game_date = old.game_date AND m.kind = old.kind
            AND m.entity = old.entity AND m.marker_id = old.marker_id
        """
    }

    private var deadLetters: SQL {
        """
        DELETE FROM nba_orchestration.dead_letter WHERE dead_letter_id IN (
            SELECT dead_letter_id FROM nba_orchestration.dead_letter
            WHERE last_seen_at < now() - \(Int32(limits.deadLetterDays)) * interval '1 day' LIMIT \(limit))
        """
    }

    /// Of the oldest messages those whose run is over. Only the oldest are looked at, so that a pass which finds
    /// nothing does not read the table.
    private var messages: SQL {
        """
        DELETE FROM nba_orchestration.outbox WHERE outbox_id IN (
            SELECT o.outbox_id
            FROM (SELECT * FROM nba_orchestration.outbox ORDER BY outbox_id LIMIT \(2 * limit)) AS o
            WHERE o.created_at < now() - \(Int32(limits.stateDays)) * interval '1 day'
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                WHERE r.run_id = o.run_id
                                    AND (r.state = 'open'
                                         OR r.finished_at >= now() - \(Int32(limits.stateDays)) * interval '1 day'))
            ORDER BY o.outbox_id LIMIT \(limit))
        """
    }

    /// Those of a backfill stay while it is open: they are what takes it back.
    private var rowChanges: SQL {
        """
        DELETE FROM nba_orchestration.row_change AS c USING (
            SELECT table_name, row_key, execution_id FROM nba_orchestration.row_change
            WHERE changed_at < now() - \(Int32(limits.stateDays)) * interval '1 day'
                AND run_id <> ALL (ARRAY(
                    SELECT unnest(d.run_ids) FROM nba_orchestration.backfill_date AS d
                    JOIN nba_orchestration.backfill_job AS j USING (job_id) WHERE j.state IN ('running', 'paused', 'failed')))
            ORDER BY changed_at LIMIT \(limit)) AS old
        WHERE c.table_name = old.table_name AND c.row_key = old.row_key AND c.execution_id = old.execution_id
        """
    }

    /// Rows that are in quarantine stay, however old they are.
    private var quarantined: SQL {
        """
        DELETE FROM nba_orchestration.quarantined_row WHERE quarantine_id IN (
            SELECT quarantine_id FROM nba_orchestration.quarantined_row
            WHERE resolved_at < now() - \(Int32(limits.deadLetterDays)) * interval '1 day' LIMIT \(limit))
        """
    }

    private var seasons: SQL {
        "SELECT nba_orchestration.log_drop(now() - \(Int32(limits.logDays)) * interval '1 day') AS name"
    }

    private func record(_ report: Report, startedAt: Date) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.retention_pass
                (owner, state_days, dead_letter_days, log_days, started_at, finished_at, tasks, runs, markers, dead_letters,
                 messages, row_changes, quarantined, partitions)
            VALUES (\(owner), \(Int32(limits.stateDays)), \(Int32(limits.deadLetterDays)), \(Int32(limits.logDays)),
                    \(startedAt), now(), \(Int64(report.tasks)), \(Int64(report.runs)), \(Int64(report.markers)),
                    \(Int64(report.deadLetters)), \(Int64(report.messages)), \(Int64(report.rowChanges)),
                    \(Int64(report.quarantined)), \(report.partitions))
            """
        )
    }
}
