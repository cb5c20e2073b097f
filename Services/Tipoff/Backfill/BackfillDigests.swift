import Basketball
import Pipeline
import Postgres
import Warehouse

/// What the tables say about a job's dates: before it, after it, and after it was rolled back.
enum BackfillDigests {
    enum Moment: String, Sendable, Hashable {
        case before
        case after
        case rolledBack = "rolled_back"
    }

    static func store(
        _ digests: [TableDigest],
        of job: String,
        moment: Moment,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.backfill_digest (job_id, moment, table_name, row_count, sha256)
            SELECT \(job), \(moment.rawValue), * FROM unnest(\(digests.map(\.table))::text[],
                \(digests.map { Int64($0.rows) })::bigint[], \(digests.map(\.sha256))::text[])
            ON CONFLICT (job_id, moment, table_name) DO UPDATE SET
                row_count = excluded.row_count, sha256 = excluded.sha256, taken_at = now()
            """
        )
    }

    /// The tables whose digest was another one at a moment, with the rows then and now. A table that is younger than the
    /// job had no rows then.
    static func differences(
        _ digests: [TableDigest],
        from moment: Moment,
        of job: String,
        in transaction: PostgresTransaction
    ) async throws -> [(table: String, rowsThen: Int, rowsNow: Int)] {
        let rows = try await transaction.query(
            """
            SELECT table_name, row_count, sha256 FROM nba_orchestration.backfill_digest
            WHERE job_id = \(job) AND moment = \(moment.rawValue)
            """
        )
        var then: [String: (rows: Int, sha256: String)] = [:]
        for row in rows {
            then[try row.decode("table_name")] = (
                Int(try row.decode("row_count", as: Int64.self)), try row.decode("sha256")
            )
        }
        return digests.compactMap { digest in
            let old = then[digest.table]
            guard old?.sha256 != digest.sha256, old != nil || digest.rows > 0 else { return nil }
            return (digest.table, old?.rows ?? 0, digest.rows)
        }
    }
}
