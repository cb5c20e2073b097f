/// A transaction's isolation.
public enum PostgresIsolation: String, Sendable, CaseIterable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

/// A running transaction. Usable only inside the body that got it.
public struct PostgresTransaction: Sendable {
    let connection: PostgresConnection
    let scope: TransactionScope

    /// The server process's identifier, as in `pg_stat_activity`.
    public var processID: Int32 { connection.processID }

    /// Runs one statement and returns its rows.
    /// - Throws: `PostgresError`, or `CancellationError`.
    @discardableResult
    public nonisolated(nonsending) func query(_ sql: SQL) async throws -> PostgresRows {
        try await connection.query(sql, in: scope)
    }

    /// Runs one statement.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    @discardableResult
    public nonisolated(nonsending) func execute(_ sql: SQL) async throws -> Int {
        try await connection.query(sql, in: scope).affectedRows
    }

    /// Runs the statements in one round trip.
    /// - Returns: one result a statement.
    /// - Throws: the first statement's error; the ones after it were skipped.
    @discardableResult
    public nonisolated(nonsending) func execute(batch: [SQL]) async throws -> [PostgresRows] {
        try await connection.execute(batch: batch, in: scope)
    }

    /// Runs trusted text of several statements without parameters.
    /// Never give it text that comes from outside.
    public nonisolated(nonsending) func executeScript(_ text: String) async throws {
        try await connection.executeScript(text, in: scope)
    }

    /// Loads rows with COPY in its binary format.
    /// - Parameters:
    ///   - table: a name, or schema and name separated by a dot.
    ///   - encode: appends one value a column; runs on the connection's thread.
    /// - Returns: the number of rows loaded.
    @discardableResult
    public nonisolated(nonsending) func copyIn<Rows: Sequence & Sendable>(
        _ table: String,
        columns: [String],
        rows: Rows,
        encode: @escaping @Sendable (Rows.Element, inout PostgresCopyRow) throws -> Void
    ) async throws -> Int {
        try await connection.copyIn(table, columns: columns, rows: rows, in: scope, encode: encode)
    }

    /// Loads rows with COPY; every row holds one value a column.
    /// - Returns: the number of rows loaded.
    @discardableResult
    public nonisolated(nonsending) func copyIn(
        _ table: String,
        columns: [String],
        rows: some Sequence<[any PostgresEncodable]> & Sendable
    ) async throws -> Int {
        try await copyIn(table, columns: columns, rows: rows) { values, row in
            for value in values { try row.append(value) }
        }
    }
}

extension PostgresConnection {
    /// Runs `body` in one transaction, without retries: COMMIT when it returns, ROLLBACK when it throws.
    /// - Throws: what `body` throws; `PostgresError` of kind `unknownCommitOutcome` when the connection broke in COMMIT.
    @discardableResult
    public nonisolated(nonsending) func transaction<Result: Sendable>(
        _ isolation: PostgresIsolation = .readCommitted,
        readOnly: Bool = false,
        asynchronousCommit: Bool = false,
        plansByValue: Bool = false,
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let scope = TransactionScope(
            begin: Self.begin(
                isolation,
                readOnly: readOnly,
                asynchronousCommit: asynchronousCommit,
                plansByValue: plansByValue
            ),
            owner: nil,
            outer: TransactionScope.current
        )
        return try await run(scope, body)
    }

    static func begin(
        _ isolation: PostgresIsolation,
        readOnly: Bool,
        asynchronousCommit: Bool,
        plansByValue: Bool
    ) -> [String] {
        var begin = ["BEGIN ISOLATION LEVEL " + isolation.rawValue + (readOnly ? " READ ONLY" : "")]
        if asynchronousCommit { begin.append("SET LOCAL synchronous_commit = off") }
        if plansByValue { begin.append("SET LOCAL plan_cache_mode = auto") }
        return begin
    }

    nonisolated(nonsending) func run<Result: Sendable>(
        _ scope: TransactionScope,
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await TransactionScope.$current.withValue(scope) {
                try await body(PostgresTransaction(connection: self, scope: scope))
            }
            scope.finish()
            try await commit(scope)
            return result
        } catch {
            scope.finish()
            await rollback(scope)
            throw error
        }
    }
}
