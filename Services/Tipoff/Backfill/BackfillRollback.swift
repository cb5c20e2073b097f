import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// Puts back what a job changed: updated rows get the values they held before it, rows that it removed return, rows that
/// it added go. What others have written since stays, and is counted.
///
/// A row names the execution that wrote it last, and its hash covers its key, so that an execution and a hash name one
/// row; `row_change` holds what each execution found.
struct BackfillRollback: Sendable {
    /// What becomes of one table.
    struct Change: Sendable, Hashable {
        var table: String
        /// Rows that get their former values, or return.
        var restored: Int
        /// Rows that the job added and that go.
        var removed: Int
        /// Rows of the job that others have changed since; they stay.
        var changedSince: Int
    }

    struct Outcome: Sendable {
        var changes: [Change]
        /// Tables that do not say what they said before the job.
        var differences: [(table: String, rowsThen: Int, rowsNow: Int)]
        var digest: String
        var runID: UUID
    }

    /// Thrown to take everything back after a preview.
    private struct Preview: Error { var outcome: Outcome }

    let session: Session
    let job: BackfillJob
    let reason: String

    /// Does it, or shows what it would do and takes everything back.
    func run(isPreview: Bool) async throws -> Outcome {
        do {
            return try await session.pool.transaction(.repeatableRead) { transaction in
                let outcome = try await apply(in: transaction)
                if isPreview { throw Preview(outcome: outcome) }
                return outcome
            }
        } catch let preview as Preview {
            return preview.outcome
        }
    }

    private func apply(in transaction: PostgresTransaction) async throws -> Outcome {
        let state = try await transaction.query(
            """
            SELECT j.state, EXISTS (SELECT 1 FROM nba_orchestration.backfill_date AS d
                                    WHERE d.job_id = j.job_id AND d.state = 'open') AS is_open
            FROM nba_orchestration.backfill_job AS j WHERE j.job_id = \(job.name) FOR UPDATE
            """
        ).one()
        let name: String = try state.decode("state")
        guard name != "running", name != "rolled_back", try !state.decode("is_open", as: Bool.self) else {
            throw CommandProblem.problem(
                name == "rolled_back"
                    ? "job \(job.name) was rolled back already" : "job \(job.name) is \(name) or has dates open",
                next: "tipoff backfill pause --job \(job.name) --reason …, then wait until no date is open"
            )
        }
        let runID = UUID()
        let executionID = UUID()
        try await collect(in: transaction)
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id,
                plan_key, state, reason, opened_by, finished_at)
            VALUES (\(runID), 'manual', \(job.firstDate.sqlDate), 'backfill', 1, 1, \("rollback-\(job.name)"),
                    \("rollback:\(job.name):\(runID.uuidString.lowercased())"), 'complete', \(reason), \(session.actor), now())
            """
        )
        var changes: [Change] = []
        for table in WarehouseTables.all {
            let change = try await restore(table, run: runID, execution: executionID, in: transaction)
            if change.restored + change.removed + change.changedSince > 0 { changes.append(change) }
        }
        // A head says what its day holds: the next write has to compare, and whoever kept the day has to read it again.
        try await transaction.execute(
            """
            UPDATE nba_orchestration.snapshot_head AS h
            SET version = h.version + 1, updated_at = now(), digest = NULL, source_sha256 = NULL,
                row_count = CASE WHEN l.execution_id IS NULL THEN h.row_count ELSE 0 END,
                captured_at = CASE WHEN l.execution_id IS NULL THEN h.captured_at END
            FROM nba_orchestration.snapshot_head AS o
            LEFT JOIN nba_orchestration.pipeline_execution_log AS l
                ON l.execution_id = o.execution_id AND l.run_id = ANY(SELECT run_id FROM backfill_run)
            WHERE o.table_name = h.table_name AND o.scope = h.scope
                AND h.table_name = ANY(\(changes.map(\.table)))
            """
        )
        try await mark(runID, in: transaction)
        try await transaction.execute(
            """
            UPDATE nba_orchestration.backfill_job SET state = 'rolled_back', state_reason = \(reason), finished_at = now()
            WHERE job_id = \(job.name)
            """
        )
        try await BackfillStore(session: session).note(job.name, "rolled_back", reason, in: transaction)
        let digests = try await TableDigest.compute(
            WarehouseTables.all,
            dates: job.firstDate...job.lastDate,
            in: transaction
        )
        try await BackfillDigests.store(digests, of: job.name, moment: .rolledBack, in: transaction)
        return Outcome(
            changes: changes,
            differences: try await BackfillDigests.differences(digests, from: .before, of: job.name, in: transaction),
            digest: TableDigest.total(digests),
            runID: runID
        )
    }

    /// The job's runs, and each row that it changed: what it held before, and how it stands now if nobody else wrote it.
    private func collect(in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            CREATE TEMP TABLE backfill_run ON COMMIT DROP AS
            SELECT DISTINCT r.run_id FROM nba_orchestration.backfill_date AS d, unnest(d.run_ids) AS r(run_id)
            WHERE d.job_id = \(job.name)
            """
        )
        try await transaction.execute(
            """
            CREATE TEMP TABLE backfill_undo ON COMMIT DROP AS
            WITH changed AS (
                SELECT c.* FROM nba_orchestration.row_change AS c JOIN backfill_run AS r USING (run_id)
            ), held AS (
                -- A column's earliest value is what it held before the job.
                SELECT f.table_name, f.row_key, jsonb_object_agg(f.name, f.value) AS was FROM (
                    SELECT DISTINCT ON (c.table_name, c.row_key, v.key)
                           c.table_name, c.row_key, v.key AS name, v.value -> 0 AS value
                    FROM changed AS c, jsonb_each(c.differences) AS v
                    ORDER BY c.table_name, c.row_key, v.key, c.changed_at) AS f
                GROUP BY f.table_name, f.row_key
            )
            SELECT c.table_name, c.row_key, COALESCE(h.was, '{}') AS was,
                   (array_agg(c.hash_before ORDER BY c.changed_at))[1] AS hash_before,
                   (array_agg(c.kind ORDER BY c.changed_at))[1] = 'returned' AS was_removed,
                   (array_agg(COALESCE(c.hash_after, c.hash_before) ORDER BY c.changed_at DESC))[1] AS hash_now,
                   (array_agg(c.execution_id ORDER BY c.changed_at DESC))[1] AS execution_id,
                   (array_agg(c.game_date ORDER BY c.changed_at DESC))[1] AS game_date
            FROM changed AS c LEFT JOIN held AS h USING (table_name, row_key)
            GROUP BY c.table_name, c.row_key, h.was
            """
        )
        try await transaction.execute("CREATE INDEX ON backfill_undo (execution_id, hash_now)")
        try await transaction.execute("ANALYZE backfill_undo")
    }

    private func restore(
        _ table: TableDefinition,
        run runID: UUID,
        execution executionID: UUID,
        in transaction: PostgresTransaction
    ) async throws -> Change {
        let place = table.name.split(separator: ".").map { "\(identifier: String($0))" as SQL }.joined(separator: ".")
        // What the job added is not put back to an earlier value of the job's own.
        let match: SQL = """
            u.table_name = \(table.name) AND t.execution_id = u.execution_id AND t.data_hash = u.hash_now
            """
        let known: Int64 = try await transaction.query(
            "SELECT count(*) FROM backfill_undo WHERE table_name = \(table.name)"
        ).scalar()
        var matched: Int64 = 0
        var restored = 0
        if known > 0 {
            matched = try await transaction.query(
                "SELECT count(*) FROM backfill_undo AS u JOIN \(sql: place) AS t ON \(sql: match)"
            ).scalar()
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.row_change
                    (table_name, row_key, execution_id, run_id, game_date, kind, hash_before, hash_after, differences)
                SELECT u.table_name, u.row_key, \(executionID), \(runID), u.game_date, 'updated', t.data_hash, u.hash_before,
                       COALESCE((SELECT jsonb_object_agg(w.key, jsonb_build_array(to_jsonb(t) -> w.key, w.value))
                                 FROM jsonb_each(u.was) AS w), '{}')
                FROM backfill_undo AS u JOIN \(sql: place) AS t ON \(sql: match)
                WHERE t.created_at < \(job.createdAt)
                """
            )
            let own = table.columns.map(\.name).filter { !table.key.contains($0) }
            let names = own.map { "\(identifier: $0)" as SQL }
            let values = own.map { "p.\(identifier: $0)" as SQL }
            restored = try await transaction.execute(
                """
                UPDATE \(sql: place) AS t SET
                    (\(sql: names.joined(separator: ", "))) =
                        (SELECT \(sql: values.joined(separator: ", ")) FROM jsonb_populate_record(t, u.was) AS p),
                    data_hash = u.hash_before, run_id = \(runID), execution_id = \(executionID), updated_at = now(),
                    removed_at = CASE WHEN u.was_removed THEN now() END
                FROM backfill_undo AS u WHERE \(sql: match) AND t.created_at < \(job.createdAt)
                """
            )
        }
        let removed = try await transaction.execute(
            """
            UPDATE \(sql: place) AS t SET removed_at = now(), updated_at = now(), run_id = \(runID),
                execution_id = \(executionID)
            FROM backfill_run AS r
            WHERE t.run_id = r.run_id AND t.created_at >= \(job.createdAt) AND t.removed_at IS NULL
            """
        )
        return Change(
            table: table.name,
            restored: restored,
            removed: removed,
            changedSince: Int(known - matched)
        )
    }

    /// Everything computed from the job's dates looks again: the dates themselves where others have run them, and the
    /// later ones of the season that look back on them.
    private func mark(_ runID: UUID, in transaction: PostgresTransaction) async throws {
        let dates = try await transaction.query(
            """
            SELECT DISTINCT r.game_date FROM nba_orchestration.run AS r
            WHERE r.state <> 'open' AND r.until_phase >= 3 AND r.game_date BETWEEN \(job.firstDate.sqlDate)
                AND \(BackfillJob.spans(from: job.firstDate, to: job.lastDate).last?.season.lastDay.sqlDate)
                AND NOT EXISTS (SELECT 1 FROM backfill_run AS b WHERE b.run_id = r.run_id)
            """
        )
        let readers = Phase.allCases.filter { $0 == .analytics || $0 == .precompute }
            .flatMap { session.registry.enabled(in: $0) }.filter { !$0.inputs.isEmpty }
        for row in dates {
            let markers = MarkerSet.full(readers, date: try row.gameDate("game_date"))
            for statement in markers.insertStatements(originDate: job.firstDate, runID: runID, wantRun: true) {
                try await transaction.execute(statement)
            }
        }
    }
}
