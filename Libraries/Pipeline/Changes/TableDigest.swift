public import Basketball
public import Postgres

/// One SHA-256 over a table's business columns by natural key: two databases with equal digests hold equal rows.
public enum TableDigest {
    /// What a digest leaves out: the tail that every table has, whose values differ from run to run.
    public static let excluded = [
        "data_hash", "run_id", "execution_id", "source_object", "captured_at", "created_at", "updated_at", "removed_at",
    ]

    /// Digests a table, or the rows of one date. Removed rows do not count.
    public static func compute(_ table: TableDefinition, date: GameDate? = nil, pool: PostgresPool) async throws
        -> String
    {
        // What holds now belongs to every date.
        let day: SQL = table.dateColumn.map { "\(identifier: $0) = \(date.map(\.postgres))" } ?? "true"
        let rows = try await pool.query(
            """
            SELECT encode(sha256(convert_to(COALESCE(string_agg(r.line, E'\\n' ORDER BY r.line), ''), 'UTF8')), 'hex')
            FROM (SELECT ROW(\(sql: .columns(table.key)), \(sql: .columns(table.columns.filter(\.isBusiness).map(\.name))))::text AS line
                  FROM \(sql: .table(table.name))
                  WHERE removed_at IS NULL
                      AND (\(date.map(\.postgres))::date IS NULL
                           OR \(sql: day))) AS r
            """
        )
        return try rows.scalar()
    }
}
