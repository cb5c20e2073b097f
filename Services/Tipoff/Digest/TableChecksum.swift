import Basketball
import Pipeline
import Postgres

/// One checksum over what a table says, so that two databases can be compared: the business columns of the rows that
/// are not removed, by natural key. Two tables are equal when theirs are.
struct TableChecksum: Sendable, Hashable {
    var table: String
    var rows: Int
    var sha256: String
    /// Columns that may differ between equal tables and are left out.
    var excluded: [String]

    /// What the runtime adds to each row.
    static let tail = [
        "data_hash", "run_id", "execution_id", "source_object", "captured_at", "created_at", "updated_at", "removed_at",
    ]

    /// Computes it in the database.
    static func compute(
        _ table: TableDefinition,
        dates: ClosedRange<GameDate>?,
        in transaction: PostgresTransaction
    ) async throws -> TableChecksum {
        let row = try await transaction.query(statement(table, dates: dates)).one()
        return TableChecksum(
            table: table.name,
            rows: Int(try row.decode("row_count", as: Int64.self)),
            sha256: try row.decode("digest"),
            excluded: table.columns.filter { !$0.isBusiness }.map(\.name) + tail
        )
    }

    /// What makes the rendering of numbers and dates independent of the session.
    static let settings: SQL = "SET LOCAL extra_float_digits = 1"

    /// Each row is hashed on its own, so that a big table needs 32 bytes a row and not its text.
    static func statement(_ table: TableDefinition, dates: ClosedRange<GameDate>?) -> SQL {
        let row = table.columns.filter(\.isBusiness).map(rendered).joined(separator: " || ',' || ")
        let order = table.key.map { name in
            "(\(sql: text(table.columns.first { $0.name == name } ?? .text(name)))) COLLATE \"C\"" as SQL
        }.joined(separator: ", ")
        let names = table.name.split(separator: ".").map { "\(identifier: String($0))" as SQL }.joined(separator: ".")
        var statement: SQL = """
            SELECT count(*) AS row_count,
                   encode(sha256(COALESCE(string_agg(sha256(convert_to(\(sql: row), 'UTF8')), ''::bytea
                                                     ORDER BY \(sql: order)), ''::bytea)), 'hex') AS digest
            FROM \(sql: names) WHERE removed_at IS NULL
            """
        if let dates, let column = table.dateColumn {
            statement +=
                " AND \(identifier: column) BETWEEN \(dates.lowerBound.sqlDate) AND \(dates.upperBound.sqlDate)"
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

    /// One checksum for all tables.
    static func total(_ digests: [TableChecksum]) -> String {
        SHA256.hash(digests.map { "\($0.table) \($0.rows) \($0.sha256)\n" }.joined()).hex
    }
}
