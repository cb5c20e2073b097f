public import Basketball
public import Postgres

/// One SHA-256 over what a table says, so that two databases can be compared: the business columns of the rows that
/// are not removed, by natural key. Two tables are equal when theirs are.
public struct TableDigest: Sendable, Hashable {
    public var table: String
    public var rows: Int
    public var sha256: String
    /// Columns that may differ between equal tables and are left out.
    public var excluded: [String]

    /// What the runtime adds to each row.
    public static let tail = [
        "data_hash", "run_id", "execution_id", "source_object", "captured_at", "created_at", "updated_at", "removed_at",
    ]

    /// Digests tables over dates; a table without a date is digested whole, because what holds now belongs to every date.
    public static func compute(
        _ tables: [TableDefinition],
        dates: ClosedRange<GameDate>? = nil,
        in transaction: PostgresTransaction
    ) async throws -> [TableDigest] {
        try await transaction.execute(settings)
        var digests: [TableDigest] = []
        for table in tables {
            let row = try await transaction.query(statement(table, dates: dates)).one()
            digests.append(
                TableDigest(
                    table: table.name,
                    rows: try row.decode("row_count"),
                    sha256: try row.decode("digest"),
                    excluded: table.columns.filter { !$0.isBusiness }.map(\.name) + tail
                )
            )
        }
        return digests
    }

    /// Digests tables as one snapshot holds them.
    public static func compute(
        _ tables: [TableDefinition],
        dates: ClosedRange<GameDate>? = nil,
        on pool: PostgresPool
    ) async throws -> [TableDigest] {
        try await pool.transaction(.repeatableRead, readOnly: true) { try await compute(tables, dates: dates, in: $0) }
    }

    /// What makes the rendering of numbers and dates independent of the session.
    private static let settings: SQL = "SET LOCAL extra_float_digits = 1"

    /// Each row is hashed on its own, so that a big table needs 32 bytes a row and not its text.
    private static func statement(_ table: TableDefinition, dates: ClosedRange<GameDate>?) -> SQL {
        let row = table.columns.filter(\.isBusiness).map(rendered).joined(separator: " || ',' || ")
        let order = table.key.map { name in
            "(\(sql: text(table.columns.first { $0.name == name } ?? .text(name)))) COLLATE \"C\"" as SQL
        }.joined(separator: ", ")
        var statement: SQL = """
            SELECT count(*) AS row_count,
                   encode(sha256(COALESCE(string_agg(sha256(convert_to(\(sql: row), 'UTF8')), ''::bytea
                                                     ORDER BY \(sql: order)), ''::bytea)), 'hex') AS digest
            FROM \(sql: .table(table.name)) WHERE removed_at IS NULL
            """
        if let dates, let column = table.dateColumn {
            statement +=
                " AND \(identifier: column) BETWEEN \(dates.lowerBound.postgres) AND \(dates.upperBound.postgres)"
        }
        return statement
    }

    /// A value as text that no other value has: quoted, so that neither NULL nor a separator can be imitated.
    private static func rendered(_ column: Column) -> SQL { "quote_nullable(\(sql: text(column)))" }

    private static func text(_ column: Column) -> SQL {
        switch column.type {
        case .text: "\(identifier: column.name)"
        case .integer, .boolean, .json: "\(identifier: column.name)::text"
        // Minus zero equals zero.
        case .double: "(\(identifier: column.name) + 0.0)::text"
        case .date: "(\(identifier: column.name) - date '1970-01-01')::text"
        case .instant: "(extract(epoch FROM \(identifier: column.name)) * 1000000)::bigint::text"
        }
    }

    /// One SHA-256 for all tables.
    public static func total(_ digests: [TableDigest]) -> String {
        SHA256.hash(digests.map { "\($0.table) \($0.rows) \($0.sha256)\n" }.joined()).hex
    }
}
