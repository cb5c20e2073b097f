import Alerting
import Basketball
import Foundation
import Pipeline
import Postgres

/// Reads a ``StatusSnapshot`` in one snapshot of the database.
struct StatusReader: Sendable {
    let session: Session
    /// The newest runs that are shown.
    static let runLimit = 50

    func read(_ date: GameDate, askedFor: String?) async throws -> StatusSnapshot {
        let now = session.clock.now
        return try await session.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            // Stored instants are the database's; the clock of the services may be moved (TIPOFF_CLOCK).
            let databaseNow: Date = try await transaction.query("SELECT now()").scalar()
            let shift = now.timeIntervalSince(databaseNow)
            var snapshot = StatusSnapshot(date: date, askedFor: askedFor, now: now)
            try await readSlate(&snapshot, in: transaction)
            snapshot.strip = try await SlateStrip.read(date, in: transaction)
            try await readDocuments(&snapshot, in: transaction)
            let stuck = Stuck(
                works: try await StuckWork.find(limit: session.stuckAfter, date: date, in: transaction),
                phases: try await StuckPhase.find(limit: session.stuckAfter, date: date, in: transaction)
            )
            snapshot.runs = try await runs(date, stuck, shift: shift, in: transaction)
            snapshot.restart = snapshot.leading?.stuckService.map(session.alerts.restart)
            return snapshot
        }
    }

    private func readSlate(_ snapshot: inout StatusSnapshot, in transaction: PostgresTransaction) async throws {
        let date = snapshot.date.sqlDate
        let season = Int64(Season(containing: snapshot.date).startYear)
        let row = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_schedule WHERE season_year = \(season) AND removed_at IS NULL)
                       AS is_known,
                   (SELECT count(*) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(date) AND removed_at IS NULL AND NOT is_postponed) AS games,
                   (SELECT min(tipoff_at) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(date) AND removed_at IS NULL AND NOT is_postponed) AS tipoff,
                   (SELECT count(*) FROM nba_analytics.upcoming_player_game_context
                    WHERE game_date = \(date) AND removed_at IS NULL) AS players,
                   (SELECT count(DISTINCT player_lookup) FROM nba_predictions.player_prop_predictions
                    WHERE game_date = \(date) AND removed_at IS NULL) AS predictions,
                   (SELECT COALESCE(array_agg(DISTINCT build_commit ORDER BY build_commit), '{}'::text[])
                    FROM nba_predictions.player_prop_predictions
                    WHERE game_date = \(date) AND removed_at IS NULL) AS builds,
                   (SELECT count(*) FROM nba_orchestration.alert
                    WHERE resolved_at IS NULL AND (game_date = \(date) OR game_date IS NULL)) AS alerts,
                   (SELECT count(*) FROM nba_orchestration.dead_letter WHERE state = 'new') AS dead_letters
            """
        ).one()
        let games: Int64 = try row.decode("games")
        snapshot.games = try row.decode("is_known") || games > 0 ? Int(games) : nil
        snapshot.firstTipoff = try row.decode("tipoff")
        snapshot.players = Int(try row.decode("players", as: Int64.self))
        snapshot.predictions = Int(try row.decode("predictions", as: Int64.self))
        snapshot.builds = try row.decode("builds")
        snapshot.openAlerts = Int(try row.decode("alerts", as: Int64.self))
        snapshot.newDeadLetters = Int(try row.decode("dead_letters", as: Int64.self))
    }

    private func readDocuments(_ snapshot: inout StatusSnapshot, in transaction: PostgresTransaction) async throws {
        let rows = try await transaction.query(
            """
            SELECT d.kind, d.key, d.object_path, d.version, d.state, d.reasons, d.generated_at, d.data_as_of
            FROM nba_publishing.document_pointer AS p JOIN nba_publishing.document AS d ON d.document_id = p.document_id
            WHERE p.game_date = \(snapshot.date.sqlDate) ORDER BY d.kind, d.key LIMIT 20
            """
        )
        snapshot.documents = try rows.map { row in
            StatusSnapshot.Published(
                kind: try row.decode("kind"),
                key: try row.decode("key"),
                path: try row.decode("object_path"),
                version: Int(try row.decode("version", as: Int64.self)),
                state: try row.decode("state"),
                reasons: try row.decode("reasons"),
                at: try row.decode("generated_at"),
                dataAsOf: try row.decode("data_as_of")
            )
        }
    }

    /// What stands still on the date.
    private struct Stuck: Sendable {
        var works: [StuckWork]
        var phases: [StuckPhase]
    }

    private func runs(
        _ date: GameDate,
        _ stuck: Stuck,
        shift: TimeInterval,
        in transaction: PostgresTransaction
    ) async throws -> [StatusSnapshot.RunStatus] {
        let rows = try await transaction.query(
            """
            SELECT run_id, kind, lane, state, degraded, reason, correlation_id, opened_by, opened_at, finished_at,
                   until_phase
            FROM nba_orchestration.run WHERE game_date = \(date.sqlDate)
            ORDER BY opened_at DESC, run_id LIMIT \(Int64(Self.runLimit))
            """
        )
        let runIDs = try rows.column("run_id", as: UUID.self)
        let phases = try await phases(runIDs, stuck, shift: shift, in: transaction)
        return try rows.map { row in
            let runID: UUID = try row.decode("run_id")
            return StatusSnapshot.RunStatus(
                runID: runID.uuidString.lowercased(),
                kind: try row.enumeration("kind"),
                lane: try row.enumeration("lane"),
                state: try row.decode("state"),
                isDegraded: try row.decode("degraded"),
                reason: try row.decode("reason"),
                correlationID: try row.decode("correlation_id"),
                openedBy: try row.decode("opened_by"),
                openedAt: try row.decode("opened_at", as: Date.self).addingTimeInterval(shift),
                finishedAt: try row.decode("finished_at", as: Date?.self)?.addingTimeInterval(shift),
                untilPhase: try row.phase("until_phase"),
                phases: phases[runID] ?? []
            )
        }
    }

    private func phases(
        _ runIDs: [UUID],
        _ stuck: Stuck,
        shift: TimeInterval,
        in transaction: PostgresTransaction
    ) async throws -> [UUID: [StatusSnapshot.PhaseStatus]] {
        let rows = try await transaction.query(
            """
            SELECT run_id, phase, state, deadline_at, degraded_reasons FROM nba_orchestration.run_phase
            WHERE run_id = ANY(\(runIDs)) ORDER BY run_id, phase
            """
        )
        let processors = try await transaction.query(
            """
            SELECT run_id, phase, processor, count(*) AS total, count(*) FILTER (WHERE NOT is_terminal) AS open,
                   bool_or(state = 'failed') AS has_failed, bool_or(state = 'running') AS is_running,
                   bool_or(late_at IS NOT NULL AND NOT is_terminal) AS is_late,
                   min(due_at) FILTER (WHERE NOT is_terminal) AS due,
                   COALESCE((array_agg(unit ORDER BY unit) FILTER (WHERE NOT is_terminal)), '{}'::text[]) AS units
            FROM nba_orchestration.task WHERE run_id = ANY(\(runIDs))
            GROUP BY run_id, phase, processor ORDER BY run_id, phase, processor
            """
        )
        struct Key: Hashable {
            var runID: UUID
            var phase: Phase
        }
        var groups: [Key: [PostgresRow]] = [:]
        for row in processors {
            groups[Key(runID: try row.decode("run_id"), phase: try row.phase("phase")), default: []].append(row)
        }
        var result: [UUID: [StatusSnapshot.PhaseStatus]] = [:]
        for row in rows {
            let key = Key(runID: try row.decode("run_id"), phase: try row.phase("phase"))
            let group = groups[key] ?? []
            let open = try group.filter { try $0.decode("open", as: Int64.self) > 0 }
            result[key.runID, default: []].append(
                StatusSnapshot.PhaseStatus(
                    phase: key.phase,
                    state: try row.decode("state"),
                    done: group.count - open.count,
                    total: group.count,
                    deadline: try row.decode("deadline_at", as: Date.self).addingTimeInterval(shift),
                    degradedReasons: try row.decode("degraded_reasons"),
                    missing: try open.map { row in
                        let processor: String = try row.decode("processor")
                        let work = stuck.works.first {
                            $0.phase == key.phase && $0.processor == processor && $0.runIDs.contains(key.runID)
                        }
                        return try missing(row, work, shift: shift)
                    },
                    failed: try group.filter { try $0.decode("has_failed") }.map { try $0.decode("processor") },
                    unclosedBy: stuck.phases.first { $0.phase == key.phase && $0.runID == key.runID }?.owner
                )
            )
        }
        return result
    }

    private func missing(_ row: PostgresRow, _ stuck: StuckWork?, shift: TimeInterval) throws -> StatusSnapshot.Missing
    {
        let state: String
        if stuck != nil {
            state = "stuck"
        } else if try row.decode("is_late") {
            state = "late"
        } else {
            state = try row.decode("is_running") ? "running" : "pending"
        }
        return StatusSnapshot.Missing(
            processor: try row.decode("processor"),
            units: try row.decode("units"),
            total: Int(try row.decode("total", as: Int64.self)),
            state: state,
            due: try row.decode("due", as: Date?.self)?.addingTimeInterval(shift),
            since: stuck?.since.addingTimeInterval(shift)
        )
    }
}
