import Basketball
import Foundation
import Postgres

@testable import Pipeline

extension ProtocolLife {
    /// What holds in the rows of every life at rest: each query finds offenders.
    func checkProtocol() async throws {
        for (promise, offenders) in Self.promises + [("a fenced execution wrote something", fencedTraces)] {
            let rows = try await pool.query(
                "SELECT string_agg(what, ', ') AS what FROM (\(sql: offenders)) AS offenders(what)"
            )
            if let what = try rows.one().decode("what", as: String?.self) {
                throw BrokenPromise("\(promise): \(what)")
            }
        }
        if let topic = broker.withoutCorrelation.first {
            throw BrokenPromise("a message without correlation id: \(topic)")
        }
    }

    private static let promises: [(String, SQL)] = [
        (
            "a task ended more than once",
            """
            SELECT processor_name || '/' || unit FROM nba_orchestration.pipeline_execution_log
            WHERE status <> 'retry' GROUP BY run_id, phase, processor_name, unit HAVING count(*) > 1
            """
        ),
        (
            "a task's end has not exactly one completion message",
            """
            SELECT l.processor_name || '/' || l.unit FROM nba_orchestration.pipeline_execution_log AS l
            LEFT JOIN nba_orchestration.outbox AS o ON o.payload->>'execution_id' = l.execution_id::text
            WHERE l.status <> 'retry' GROUP BY l.execution_id, l.processor_name, l.unit HAVING count(o.message_id) <> 1
            """
        ),
        (
            "a trigger and its message do not belong together",
            """
            SELECT g.phase || '/' || g.level FROM nba_orchestration.phase_trigger AS g
            FULL JOIN (SELECT * FROM nba_orchestration.outbox
                       WHERE starts_phase IS NOT NULL AND topic <> 'nba-phase1-scrapers-complete') AS o
                ON o.message_id = g.message_id AND o.run_id = g.run_id AND o.starts_phase = g.phase
            WHERE g.message_id IS NULL OR o.message_id IS NULL
            """
        ),
        (
            "a trigger came before what it waits for had ended",
            """
            SELECT g.phase || '/' || g.level || ' before ' || t.processor FROM nba_orchestration.phase_trigger AS g
            JOIN nba_orchestration.task AS t ON t.run_id = g.run_id
                AND (t.phase < g.phase OR t.phase = g.phase AND t.level < g.level)
            WHERE g.phase > 1 AND COALESCE(t.late_at, t.finished_at) > g.triggered_at
            """
        ),
        (
            "a trigger without a task to start",
            """
            SELECT g.phase || '/' || g.level FROM nba_orchestration.phase_trigger AS g
            WHERE NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS t WHERE t.run_id = g.run_id AND t.phase = g.phase
                              AND (g.phase <> 4 OR t.level = g.level))
            """
        ),
        (
            "a message whose correlation id is not its run's",
            """
            SELECT o.topic FROM nba_orchestration.outbox AS o JOIN nba_orchestration.run AS r USING (run_id)
            WHERE o.payload->>'correlation_id' IS DISTINCT FROM r.correlation_id
                OR o.headers->>'correlation_id' IS DISTINCT FROM r.correlation_id
            """
        ),
        (
            "a message of Tipoff's own became a dead letter",
            "SELECT reason || ': ' || detail FROM nba_orchestration.dead_letter WHERE partition >= 0"
        ),
    ]

    private var fencedTraces: SQL {
        let ids = Array(fenced)
        let texts = ids.map { $0.uuidString.lowercased() }
        return SimulatedLeague.tables.reduce(
            """
            SELECT processor_name FROM nba_orchestration.pipeline_execution_log WHERE execution_id = ANY(\(ids))
            UNION ALL SELECT topic FROM nba_orchestration.outbox WHERE payload->>'execution_id' = ANY(\(texts))
            """
        ) { sql, table in
            """
            \(sql: sql) UNION ALL SELECT \(table.name) FROM \(sql: .table(table.name)) WHERE execution_id = ANY(\(ids))
            """
        }
    }

    func countJoined() async throws {
        let joined: Int64 = try await pool.query(
            "SELECT count(*) FROM nba_orchestration.run WHERE reason LIKE '%carried on by run%'"
        ).scalar()
        if joined > 0 { count("delta joined its sibling") }
    }

    /// A marker stays only where a failure, a deadline, somebody's word or a suppressed phase left it.
    func checkMarkersAreExplained() async throws {
        let rows = try await pool.query(
            """
            SELECT m.processor || ' ' || m.game_date || ' ' || m.kind || ' ' || m.entity AS what
            FROM nba_orchestration.change_marker AS m
            WHERE NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r WHERE r.game_date = m.game_date
                              AND (r.state IN ('failed', 'cancelled') OR r.until_phase < m.phase))
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.task AS t WHERE t.game_date = m.game_date
                                AND (t.state = 'failed' OR t.asserted_by IS NOT NULL))
            ORDER BY m.game_date, m.phase, m.processor LIMIT 5
            """
        )
        let left = try rows.column("what", as: String.self)
        guard left.isEmpty else {
            throw BrokenPromise("markers left without a reason: \(left.joined(separator: "; "))")
        }
    }

    /// The raw tables hold the newest captures, and the derived ones equal a recomputation from scratch.
    func checkTables() async throws {
        let markers = try await pool.query("SELECT processor FROM nba_orchestration.change_marker ORDER BY processor")
        let left = try markers.column("processor", as: String.self)
        guard left.isEmpty else { throw BrokenPromise("markers left after a run without faults: \(left)") }
        let stored = try await tables()
        var captured = stored
        captured.points = []
        captured.lines = []
        for (unit, capture) in taken {
            if unit.unit == UnitKind.wholeDate {
                captured.lines.formUnion(capture.odds(unit.date))
            } else {
                captured.points.formUnion(capture.points(unit.date, unit.unit))
            }
        }
        if let difference = stored.difference(to: captured) {
            throw BrokenPromise("raw is not the newest capture: \(difference)")
        }
        var expected = stored.recomputed
        // Where no run ever reached Phase 4, nothing of it is there.
        let reached = try await datesOfPhase4()
        expected.cache = expected.cache.filter { reached.contains($0.date) }
        expected.features = expected.features.filter { reached.contains($0.date) }
        if let difference = stored.difference(to: expected) {
            throw BrokenPromise("incremental is not full: \(difference)")
        }
    }

    private func datesOfPhase4() async throws -> Set<GameDate> {
        let rows = try await pool.query("SELECT DISTINCT game_date FROM nba_orchestration.task WHERE phase = 4")
        return Set(try rows.map { try $0.gameDate("game_date") })
    }

    private func tables() async throws -> LeagueTables {
        LeagueTables(
            points: try await rows(),
            lines: try await rows(),
            players: try await rows(),
            teams: try await rows(),
            cache: try await rows(),
            features: try await rows()
        )
    }

    private func rows<Row: ReadableRow>() async throws -> Set<Row> {
        Set(try await pool.query(Row.select(where: "true")).map { try Row($0) })
    }
}
