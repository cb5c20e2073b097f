import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

/// Retention on a real PostgreSQL, as the role of its owner.
@Suite("Retention")
struct RetentionTests {
    private static let day = "2024-01-15"

    private func retention(_ pool: PostgresPool, owner: String = "one", batchSize: Int = 2) -> Retention {
        Retention(pool: pool, owner: owner, batchSize: batchSize, logger: Logger(label: "test"))
    }

    /// A run of two tasks that ended some days ago; nil is open.
    @discardableResult
    private func run(
        _ pool: PostgresPool,
        endedDaysAgo days: Double?,
        date: String = day,
        until: Int16 = 6
    ) async throws -> UUID {
        let runID = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id,
                plan_key, opened_by, state, opened_at, finished_at)
            VALUES (\(runID), 'full', \(try GameDate(date).postgres), 'live', 1, \(until), 'c',
                \("test:\(runID)"), 'test', \(days == nil ? "open" : "complete"),
                now() - interval '100 days', now() - \(days) * interval '1 day')
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at)
            VALUES (\(runID), 1, 'complete', now())
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
            SELECT \(runID), 'p', u, \(try GameDate(date).postgres), 1, 'required', 'success'
            FROM unnest(ARRAY['a', 'b']) AS u
            """
        )
        return runID
    }

    private func runs(_ pool: PostgresPool) async throws -> Set<UUID> {
        Set(try await pool.query("SELECT run_id FROM nba_orchestration.run").column("run_id", as: UUID.self))
    }

    @Test func stateGoesThirtyDaysAfterItsRunHasEnded() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            let old = [try await run(pool, endedDaysAgo: 40), try await run(pool, endedDaysAgo: 30.1)]
            let young = try await run(pool, endedDaysAgo: 29.9)
            let open = try await run(pool, endedDaysAgo: nil)
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.tasks == 4)
            #expect(report?.runs == 2)
            #expect(try await runs(pool) == [young, open])
            for table: SQL in ["task", "run_phase"] {
                let kept = try await pool.query("SELECT DISTINCT run_id FROM nba_orchestration.\(sql: table)")
                    .column("run_id", as: UUID.self)
                #expect(Set(kept).isDisjoint(with: old))
                #expect(Set(kept) == [young, open])
            }
        }
    }

    @Test func whatRowsHeldBeforeGoesAfterThirtyDays() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            for days in [31, 40, 29.9, 0] as [Double] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.row_change
                        (table_name, row_key, execution_id, run_id, game_date, kind, differences, changed_at)
                    VALUES ('t', 'k', \(UUID()), \(UUID()), '2024-01-15', 'removed', '{}',
                            now() - \(days) * interval '1 day')
                    """
                )
            }
            // What takes a backfill back stays while the backfill is open.
            for (job, state) in [("open", "paused"), ("over", "complete")] {
                let run = UUID()
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.row_change
                        (table_name, row_key, execution_id, run_id, game_date, kind, differences, changed_at)
                    VALUES ('t', 'k', \(UUID()), \(run), '2024-01-15', 'removed', '{}', now() - interval '40 days')
                    """
                )
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.backfill_job
                        (job_id, first_date, last_date, until_phase, window_size, state, actor, reason)
                    VALUES (\(job), '2024-01-15', '2024-01-15', 4, 1, \(state), 'test', 'test')
                    """
                )
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.backfill_date (job_id, game_date, state, run_id, run_ids)
                    VALUES (\(job), '2024-01-15', 'complete', \(run), ARRAY[\(run)])
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.rowChanges == 3)
            let kept = try await pool.query("SELECT count(*) FROM nba_orchestration.row_change").scalar(as: Int.self)
            #expect(kept == 3)
            let recorded = try await pool.query("SELECT row_changes FROM nba_orchestration.retention_pass")
            #expect(try recorded.column("row_changes", as: Int.self) == [3])
        }
    }

    @Test func theRunThatTookADateFurthestStaysWithoutItsTasks() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            let furthest = try await run(pool, endedDaysAgo: 60)
            try await run(pool, endedDaysAgo: 50, until: 3)
            let other = try await run(pool, endedDaysAgo: 45, date: "2024-01-16", until: 4)
            let report = try await retention(pool).pass()
            #expect(report?.runs == 1)
            #expect(report?.tasks == 6)
            // A change on an earlier date marks only dates that were run.
            #expect(try await runs(pool) == [furthest, other])
            #expect(try await retention(pool).pass() == Retention.Report(), "the second pass finds nothing")
        }
    }

    @Test func markersThatNobodyCarriesOnGo() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            let closed = try await run(pool, endedDaysAgo: 31)
            let open = try await run(pool, endedDaysAgo: nil, date: "2024-02-01")
            for (entity, date, days, origin): (String, String, Double, UUID?) in [
                ("old", Self.day, 31, closed), ("old without a run", "2024-01-20", 31, nil),
                ("young", Self.day, 29, closed), ("date is open", "2024-02-01", 31, closed),
                ("origin is open", "2024-02-02", 31, open), ("date to come", "2034-02-02", 31, nil),
            ] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.change_marker (processor, game_date, kind, entity, phase, origin_run, marked_at)
                    VALUES ('p', \(try GameDate(date).postgres), 'player', \(entity), 3, \(origin),
                            now() - \(days) * interval '1 day')
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.markers == 2)
            let kept = try await pool.query("SELECT entity FROM nba_orchestration.change_marker ORDER BY entity")
                .column("entity", as: String.self)
            #expect(kept == ["date is open", "date to come", "origin is open", "young"])
        }
    }

    @Test func deadLettersGoAfterNinetyDays() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            for (number, days): (Int64, Double) in [(1, 90.1), (2, 89.9), (3, 200), (4, 0)] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.dead_letter
                        (cluster, topic, partition, "offset", consumer, reason, detail, first_seen_at, last_seen_at)
                    VALUES ('c', 't', 0, \(number), 'raw', 'r', 'd', now() - interval '300 days',
                            now() - \(days) * interval '1 day')
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.deadLetters == 2)
            let kept = try await pool.query(#"SELECT "offset" FROM nba_orchestration.dead_letter ORDER BY 1"#)
                .column("offset", as: Int64.self)
            #expect(kept == [2, 4])
        }
    }

    @Test func rowsInQuarantineStayAndThoseThatLeftGoAfterNinetyDays() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            for (key, days): (String, Double?) in [("old", 90.1), ("young", 89.9), ("open", nil)] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.quarantined_row (table_name, row_key, scope, game_date, processor, unit,
                        run_id, execution_id, rule, violations, row_values, first_seen_at, resolved_at, resolution)
                    VALUES ('t', \(key), 's', '2023-01-15', 'p', '*', gen_random_uuid(), gen_random_uuid(), 'r', '[]', '{}',
                            now() - interval '300 days', now() - \(days) * interval '1 day',
                            \(days.map { _ in "sound" }))
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.quarantined == 1)
            let kept = try await pool.query("SELECT row_key FROM nba_orchestration.quarantined_row ORDER BY 1")
                .column("row_key", as: String.self)
            #expect(kept == ["open", "young"])
        }
    }

    @Test func messagesGoWithTheirRunButNotWhatAnOpenRunNeeds() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            let open = try await run(pool, endedDaysAgo: nil)
            let closed = try await run(pool, endedDaysAgo: 31)
            let young = try await run(pool, endedDaysAgo: 29)
            for (name, run, state, days): (String, UUID?, String, Double) in [
                ("sent of a closed run", closed, "sent", 31), ("done of a closed run", closed, "done", 31),
                ("done of an open run", open, "done", 31), ("without a run", nil, "done", 31),
                ("needed by an open run", open, "sent", 31), ("its run ended lately", young, "done", 31),
                ("young", closed, "done", 29),
            ] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.outbox (message_id, producer, topic, payload, run_id, state, created_at)
                    VALUES (\(UUID()), 'raw', \(name), '{}', \(run), \(state), now() - \(days) * interval '1 day')
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0, batchSize: 3).pass() }
            #expect(report?.messages == 3)
            let kept = try await pool.query("SELECT topic FROM nba_orchestration.outbox ORDER BY outbox_id")
                .column("topic", as: String.self)
            #expect(kept == ["done of an open run", "needed by an open run", "its run ended lately", "young"])
        }
    }

    @Test func aSeasonOfTheLogIsEmptiedNinetyDaysAfterItsNewestRow() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            for (date, days): (String, Double) in [("2021-01-10", 91), ("2022-01-10", 91), ("2022-01-11", 89)] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.pipeline_execution_log
                        (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type,
                         game_date, status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode,
                         instance, build_commit)
                    VALUES (\(UUID()), 'c', \(UUID()), 'full', 'live', 2, 'p', '*', 'attempt',
                            \(try GameDate(date).postgres), 'success', now(), now() - \(days) * interval '1 day', 1, 1,
                            'full', 'date_level', 'i', 'c')
                    """
                )
            }
            let report = try await bench.asRole("phase4_to_phase5") { try await retention($0).pass() }
            #expect(report?.partitions == ["pipeline_execution_log_2020"])
            let left = try await pool.query("SELECT 1 AS one FROM nba_orchestration.pipeline_execution_log").count
            #expect(left == 2)
        }
    }

    @Test func oneProcessAtATimeAndEachPassThatRemovesLeavesARow() async throws {
        try await RoleBench.with { bench in
            let pool = bench.pool
            try await run(pool, endedDaysAgo: 40)
            try await run(pool, endedDaysAgo: 1)
            #expect(try await retention(pool).pass()?.tasks == 2)
            try await run(pool, endedDaysAgo: 40)
            #expect(try await retention(pool, owner: "two").pass() == nil, "the role is held")
            #expect(try await retention(pool).pass()?.tasks == 2)
            #expect(try await retention(pool).pass()?.isEmpty == true)
            let rows = try await pool.query(
                "SELECT owner, tasks, runs, state_days FROM nba_orchestration.retention_pass ORDER BY pass_id"
            )
            #expect(try rows.column("owner", as: String.self) == ["one", "one"])
            #expect(try rows.column("tasks", as: Int64.self) == [2, 2])
            #expect(try rows.column("runs", as: Int64.self) == [1, 1])
            #expect(try rows.column("state_days", as: Int32.self) == [30, 30])
        }
    }
}
