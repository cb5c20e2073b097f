import Foundation
package import Postgres

/// Takes tasks for this process: one short transaction for a whole poll batch.
package struct TaskClaimer: Sendable {
    var pool: PostgresPool
    var phase: Phase
    /// The processors that this service has.
    var processors: [String]
    /// Identifies this replica; it finds its own claims again after a restart.
    var owner: String
    var lease: Duration
    /// A task that was claimed this often without an end is a poison: it crashed or hung every time.
    var maximumAttempts: Int

    package init(
        pool: PostgresPool,
        phase: Phase,
        processors: [String],
        owner: String,
        lease: Duration,
        maximumAttempts: Int
    ) {
        self.pool = pool
        self.phase = phase
        self.processors = processors
        self.owner = owner
        self.lease = lease
        self.maximumAttempts = maximumAttempts
    }

    /// Claims up to `limit` ready tasks. A task is ready when it is pending and due, or its lease has run out, and
    /// no task of a lower level of its run and phase is open. At most one execution of a (processor, date, unit)
    /// runs at a time: the losing claim stays pending.
    ///
    /// A task under which the process has ended twice is a suspect. Suspects are claimed last and one by one, so that
    /// a poison among them takes nobody along: a crash is charged to every task that was claimed at that moment.
    package func claim(_ selectors: Set<TaskSelector>, limit: Int) async throws -> Claim {
        var conflicts = 0
        while true {
            do {
                return try await claimOnce(Array(selectors), limit: limit)
            } catch let error as PostgresError where error.isUniqueViolation && conflicts < 20 {
                // Another run's execution of the same unit began between our look and our claim.
                conflicts += 1
            }
        }
    }

    /// What a claim took.
    package struct Claim: Sendable {
        package var tasks: [ClaimedTask] = []
        /// Further tasks were ready and could not be taken in this claim.
        var leavesMore = false
    }

    private func claimOnce(_ selectors: [TaskSelector], limit: Int) async throws -> Claim {
        try await pool.transaction(asynchronousCommit: true) { transaction in
            let rows = try await transaction.query(
                """
                WITH wanted AS (
                    SELECT DISTINCT * FROM unnest(\(selectors.map(\.runID))::uuid[], \(selectors.map(\.processor))::text[],
                        \(selectors.map(\.unit))::text[], \(selectors.map { $0.level.map { Int16($0) } })::int2[])
                        AS w(run_id, processor, unit, level)
                ), candidate AS (
                    SELECT t.run_id, t.phase, t.processor, t.unit, COALESCE(t.next_attempt_at, t.created_at) AS ready_at,
                        t.state = 'running' AND t.attempts >= 2 AS is_suspect, t.attempts
                    FROM nba_orchestration.task AS t
                    WHERE t.phase = \(Int16(phase.rawValue)) AND t.processor = ANY(\(processors)) AND NOT t.is_terminal
                        AND EXISTS (SELECT 1 FROM wanted AS w WHERE w.run_id = t.run_id
                                    AND (w.processor IS NULL OR w.processor = t.processor)
                                    AND (w.unit IS NULL OR w.unit = t.unit)
                                    AND (w.level IS NULL OR w.level = t.level))
                        AND t.run_id = ANY(\(selectors.map(\.runID)))
                        AND (t.state = 'pending' AND (t.next_attempt_at IS NULL OR t.next_attempt_at <= now())
                             OR t.state = 'running' AND t.lease_until < now())
                        AND t.attempts < \(Int16(maximumAttempts))
                        -- A raw task is ready when its scrape has handed something over, be it a failure.
                        AND (t.phase <> 2 OR t.input IS NOT NULL)
                        AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS lower
                                        WHERE lower.run_id = t.run_id AND lower.phase = t.phase
                                            AND lower.level < t.level AND NOT lower.is_terminal)
                        AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS other
                                        WHERE other.phase = t.phase AND other.processor = t.processor
                                            AND other.game_date = t.game_date AND other.unit = t.unit
                                            AND other.state = 'running' AND other.run_id <> t.run_id)
                        AND NOT (t.state = 'running' AND t.attempts >= 2
                                 AND EXISTS (SELECT 1 FROM nba_orchestration.task AS alone
                                             WHERE alone.phase = t.phase AND alone.state = 'running'
                                                 AND alone.claimed_by = \(owner) AND alone.attempts > 2
                                                 AND alone.lease_until >= now()))
                    ORDER BY is_suspect, t.run_id, t.level, t.processor, t.unit
                    LIMIT \(limit) FOR UPDATE OF t SKIP LOCKED
                ), ranked AS (
                    SELECT c.*, row_number() OVER (PARTITION BY c.processor, c.unit, r.game_date ORDER BY c.run_id) AS place,
                        -- The innocent have been claimed less often than what keeps crashing.
                        row_number() OVER (ORDER BY c.is_suspect, c.attempts, c.run_id, c.processor, c.unit) AS turn
                    FROM candidate AS c JOIN nba_orchestration.run AS r USING (run_id)
                ), claimed AS (
                    UPDATE nba_orchestration.task AS t
                    SET state = 'running', attempts = t.attempts + 1, execution_id = gen_random_uuid(),
                        claimed_by = \(owner), claimed_at = now(),
                        lease_until = now() + \(lease.seconds) * interval '1 second'
                    FROM ranked AS c
                    WHERE c.place = 1 AND (NOT c.is_suspect OR c.turn = 1) AND t.run_id = c.run_id AND t.phase = c.phase AND t.processor = c.processor
                        AND t.unit = c.unit
                    RETURNING t.*, c.ready_at
                )
                SELECT c.processor, c.unit, c.phase, c.level, c.attempts, c.execution_id, c.input,
                       c.late_at IS NOT NULL AS is_late,
                       EXTRACT(epoch FROM now() - c.ready_at)::double precision AS queued_seconds,
                       r.run_id, r.kind, r.game_date, r.lane, r.until_phase, r.correlation_id,
                       r.state = 'open' AS is_open, r.is_replay, (SELECT count(*) FROM candidate) AS candidates
                FROM claimed AS c JOIN nba_orchestration.run AS r USING (run_id)
                ORDER BY c.level, c.processor, c.unit
                """
            )
            let candidates = try rows.first?.decode("candidates", as: Int.self) ?? 0
            return Claim(
                tasks: try rows.map { try ClaimedTask(row: $0) },
                leavesMore: candidates > rows.count || rows.count == limit
            )
        }
    }

    /// The runs in which this replica left claims behind when it died. Their leases end now.
    func releaseOwnClaims() async throws -> [UUID] {
        let rows = try await pool.query(
            """
            UPDATE nba_orchestration.task SET lease_until = now() - interval '1 millisecond'
            WHERE phase = \(Int16(phase.rawValue)) AND state = 'running' AND claimed_by = \(owner)
            RETURNING run_id
            """
        )
        return Array(Set(try rows.column("run_id", as: UUID.self)))
    }

    /// Extends the leases of executions that are still at work; returns those that this process no longer holds.
    func renew(_ executions: Set<UUID>) async throws -> Set<UUID> {
        guard !executions.isEmpty else { return [] }
        let rows = try await pool.query(
            """
            UPDATE nba_orchestration.task SET lease_until = now() + \(lease.seconds) * interval '1 second'
            WHERE state = 'running' AND execution_id = ANY(\(Array(executions))) RETURNING execution_id
            """
        )
        return executions.subtracting(try rows.column("execution_id", as: UUID.self))
    }

    /// Tasks whose every claim ended in a crash or a hang; they are to be ended as dead letters.
    func exhausted() async throws -> [ClaimedTask] {
        let rows = try await pool.query(
            """
            UPDATE nba_orchestration.task AS t
            SET execution_id = gen_random_uuid(), claimed_by = \(owner), claimed_at = now(),
                lease_until = now() + \(lease.seconds) * interval '1 second', state = 'running'
            FROM nba_orchestration.run AS r
            WHERE r.run_id = t.run_id AND t.phase = \(Int16(phase.rawValue)) AND t.processor = ANY(\(processors))
                AND t.attempts >= \(Int16(maximumAttempts))
                AND (t.state = 'running' AND t.lease_until < now())
            RETURNING t.processor, t.unit, t.phase, t.level, t.attempts, t.execution_id, t.input,
                t.late_at IS NOT NULL AS is_late, 0::double precision AS queued_seconds,
                r.run_id, r.kind, r.game_date, r.lane, r.until_phase, r.correlation_id, r.state = 'open' AS is_open,
                r.is_replay
            """
        )
        return try rows.map { try ClaimedTask(row: $0) }
    }
}
