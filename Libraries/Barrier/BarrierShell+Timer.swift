public import Basketball
public import Foundation
public import Pipeline
public import Postgres

extension BarrierShell {
    /// Open runs whose barrier may have something to decide although no message says so.
    public func dueRuns() async throws -> Set<UUID> {
        let owned = definition.owns.map { Int16($0.rawValue) }
        let rows = try await pool.query(
            """
            SELECT p.run_id FROM nba_orchestration.run_phase AS p
            JOIN nba_orchestration.run AS r USING (run_id)
            WHERE p.phase = \(Int16(definition.lastPhase.rawValue)) AND p.state = 'open' AND (
                p.deadline_at <= now()
                OR EXISTS (SELECT 1 FROM nba_orchestration.task AS t
                           WHERE t.run_id = p.run_id AND t.phase = ANY(\(owned)) AND t.state = 'failed'
                               AND t.requirement = 'critical')
                OR NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS t
                               WHERE t.run_id = p.run_id AND t.phase = ANY(\(owned)) AND NOT t.is_terminal
                                   AND t.late_at IS NULL
                                   AND t.level <= COALESCE((SELECT max(g.level) FROM nba_orchestration.phase_trigger AS g
                                                            WHERE g.run_id = p.run_id AND g.phase = p.phase), 32767)))
            ORDER BY r.game_date, p.opened_at LIMIT 200
            """
        )
        return Set(try rows.column("run_id", as: UUID.self))
    }

    /// The first of the runs that wait for earlier dates, because the later ones wait for them; and those that have
    /// waited long enough for siblings of their date.
    public func waitingRuns() async throws -> Set<UUID> {
        let rows = try await pool.query(
            """
            WITH waiting AS MATERIALIZED (
                SELECT p.run_id, r.game_date, p.opened_at, (p.gate_report->>'absorbing_until')::timestamptz AS until
                FROM nba_orchestration.run_phase AS p
                JOIN nba_orchestration.run AS r USING (run_id)
                WHERE p.phase = \(Int16(definition.lastPhase.rawValue)) AND p.state = 'open'
                    AND p.gate_report IS NOT NULL)
            (SELECT run_id FROM waiting WHERE until IS NULL ORDER BY game_date, opened_at LIMIT 2)
            UNION ALL SELECT run_id FROM waiting WHERE until <= now()
            """
        )
        return Set(try rows.column("run_id", as: UUID.self))
    }

    /// Opens one delta run for every date that has markers which no open run will see: for a past date, which gets only what
    /// is worth doing for it, when it has been quiet for the wait; for any other when its oldest marker has waited. What
    /// looks back on a date has a run of its own, after the others of the date.
    public func openDeltas(today: GameDate) async throws -> [OutboxMessage] {
        let wait = deltaWait.limit.seconds
        let todaysWait = deltaWait.duration(for: today, at: clock.now).seconds
        let lookingBack = Set(registry.lookingBack.map(\.name))
        let ofTheDay = registry.processors.filter { !$0.reachesPastDates }.map(\.name)
        let rows = try await pool.query(
            """
            SELECT DISTINCT ON (game_date) * FROM (
                SELECT m.game_date, m.processor = ANY(\(lookingBack.sorted())) AS looks_back,
                       max(m.marker_id) AS newest, min(m.phase) AS first_phase, max(r.correlation_id) AS correlation_id
                FROM nba_orchestration.change_marker AS m
                LEFT JOIN nba_orchestration.run AS r ON r.run_id = m.origin_run
                WHERE m.wants_run AND m.phase >= 3
                    AND (m.game_date >= \(today.postgres) OR m.processor <> ALL(\(ofTheDay)))
                    AND EXISTS (SELECT 1 FROM nba_orchestration.run AS d
                                WHERE d.game_date = m.game_date AND d.until_phase >= m.phase AND d.state <> 'open')
                    AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS d
                                    WHERE d.game_date = m.game_date AND d.state = 'open')
                GROUP BY m.game_date, looks_back
                HAVING CASE WHEN m.game_date < \(today.postgres) THEN max(m.marked_at) ELSE min(m.marked_at) END
                    <= now() - interval '1 second'
                        * CASE WHEN m.game_date = \(today.postgres) THEN \(todaysWait) ELSE \(wait) END
                    -- A run that left them behind is not opened again, and must not keep others from their turn.
                    AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS k
                                    WHERE k.plan_key = 'markers:' || m.game_date || ':' || max(m.marker_id))
            ) AS waiting
            ORDER BY game_date, looks_back LIMIT 8
            """
        )
        var messages: [OutboxMessage] = []
        for row in rows {
            let date = try row.gameDate("game_date")
            let newest: Int64 = try row.decode("newest")
            let first = try row.phase("first_phase")
            let looksBack: Bool = try row.decode("looks_back")
            let isPast = date < today
            let until: Phase = looksBack ? first : isPast ? .precompute : .publishing
            let request = RunRequest(
                kind: .delta,
                gameDate: date,
                lane: isPast ? .backfill : .live,
                firstPhase: first,
                untilPhase: until,
                planKey: "markers:\(date):\(newest)",
                correlationID: try row.decode("correlation_id", as: String?.self),
                openedBy: definition.name,
                reason: looksBack ? "results of the date are to be judged" : "changes on other dates reach this one",
                triggerSource: .orchestrator
            )
            let opener = RunOpener(registry: registry, role: definition.name, phaseDeadline: phaseDeadline)
            let now = clock.now
            let result = try await pool.transaction { transaction in
                try await opener.openDelta(request, only: looksBack ? lookingBack : nil, now: now, in: transaction)
            }
            messages += result.messages
        }
        return messages
    }

    /// Expires what Phases 5 and 6 have left open past their deadline.
    public func expireLaterPhases() async throws {
        let rows = try await pool.query(
            """
            SELECT p.run_id, p.phase FROM nba_orchestration.run_phase AS p
            WHERE p.phase >= 5 AND p.state = 'open' AND p.deadline_at <= now() LIMIT 50
            """
        )
        for row in rows {
            let runID: UUID = try row.decode("run_id")
            let phase = try row.phase("phase")
            try await pool.transaction { transaction in
                guard let run = try await RunRecord.load([runID], in: transaction)[runID] else { return }
                let opener = PhaseOpener(registry: registry, role: definition.name)
                let reason = "\(phase.name) did not end before its deadline"
                try await opener.close(phase, of: run, state: "expired", reasons: [reason], in: transaction)
                try await opener.failRun(run, state: "failed", reason: reason, in: transaction)
                try await transaction.execute(
                    Alerts.raise(
                        .error,
                        signature: "\(definition.name):expired:\(runID.uuidString.lowercased())",
                        title: "\(phase.name) of \(run.gameDate): deadline passed",
                        gameDate: run.gameDate,
                        runID: runID,
                        by: definition.name
                    )
                )
            }
        }
    }
}
