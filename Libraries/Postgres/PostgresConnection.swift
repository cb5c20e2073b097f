public import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection to the server, pinned to a thread of its own on which libpq blocks.
///
/// Cancelling the task of a running statement cancels the statement on the server; it ends with `CancellationError`.
public actor PostgresConnection {
    private let thread: ConnectionThread
    private let gate = CancelGate()
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var session: Session?
    /// What others may know without waiting for the thread.
    private nonisolated let observed = Observed()

    private final class Observed: Sendable {
        let isUsable = Atomic(false)
        let isIdle = Atomic(true)
        let socket = Atomic<Int32>(-1)
        let processID = Atomic<Int32>(0)
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens a connection.
    /// - Throws: `PostgresError` of kind `connection` (or `server`, when the server refused with a SQLSTATE), or
    ///   `CancellationError`.
    public static func connect(_ configuration: PostgresConfiguration, logger: Logger) async throws
        -> PostgresConnection
    {
        let connection = PostgresConnection(
            thread: try ConnectionThread(),
            configuration: configuration,
            logger: logger
        )
        try await connection.open()
        return connection
    }

    private init(thread: ConnectionThread, configuration: PostgresConfiguration, logger: Logger) {
        self.thread = thread
        self.configuration = configuration
        self.logger = logger
    }

    deinit {
        thread.end()
    }

    private func open() async throws {
        let wakeUp = try WakeUp()
        try await withTaskCancellationHandler {
            do throws(PostgresError) {
                let session = try Session.open(configuration, wakeUp: wakeUp, logger: logger)
                gate.arm(session)
                self.session = session
                observed.socket.store(session.socket, ordering: .releasing)
                observed.processID.store(session.processID, ordering: .releasing)
                observe()
            } catch {
                try Task.checkCancellation()
                throw error
            }
        } onCancel: {
            wakeUp.signal()
        }
    }

    /// The server process's identifier, as in `pg_stat_activity`.
    public nonisolated var processID: Int32 { observed.processID.load(ordering: .acquiring) }
    /// Whether the connection is open and was in order after its last use.
    public nonisolated var isUsable: Bool { observed.isUsable.load(ordering: .acquiring) }
    /// Whether no transaction block is open.
    nonisolated var isIdle: Bool { observed.isIdle.load(ordering: .acquiring) }

    /// Whether the server has sent nothing unasked: one system call. Only for a connection that nobody uses.
    nonisolated var isQuiet: Bool {
        var descriptor = pollfd(fd: observed.socket.load(ordering: .acquiring), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }

    /// Runs one statement and returns its rows.
    /// - Throws: `PostgresError`, or `CancellationError`.
    @discardableResult
    public func query(_ sql: SQL) async throws -> PostgresRows {
        try await query(sql, in: nil)
    }

    /// Runs one statement.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await query(sql, in: nil).affectedRows
    }

    /// Runs the statements in one round trip; outside a transaction block they are one transaction.
    /// - Throws: the first statement's error; the ones after it were skipped.
    @discardableResult
    public func execute(batch: [SQL]) async throws -> [PostgresRows] {
        try await execute(batch: batch, in: nil)
    }

    /// Runs trusted text of several statements without parameters, as one transaction if it opens none itself.
    /// Never give it text that comes from outside.
    public func executeScript(_ text: String) async throws {
        try await executeScript(text, in: nil)
    }

    /// Loads rows with COPY in its binary format.
    /// - Parameters:
    ///   - table: a name, or schema and name separated by a dot.
    ///   - encode: appends one value a column; runs on the connection's thread.
    /// - Returns: the number of rows loaded.
    @discardableResult
    public func copyIn<Rows: Sequence & Sendable>(
        _ table: String,
        columns: [String],
        rows: Rows,
        encode: @escaping @Sendable (Rows.Element, inout PostgresCopyRow) throws -> Void
    ) async throws -> Int {
        try await copyIn(table, columns: columns, rows: rows, in: nil, encode: encode)
    }

    /// Closes the connection and lets its thread end. What is called afterwards throws an error of kind `closed`.
    public func close() {
        gate.disarm()
        observed.isUsable.store(false, ordering: .releasing)
        observed.socket.store(-1, ordering: .releasing)
        session = nil
        thread.end()
    }

    func query(_ sql: SQL, in scope: TransactionScope?) async throws -> PostgresRows {
        try await cancellable(scope) { session, preamble in
            PostgresRows(try session.run(sql, preamble: preamble))
        }
    }

    func executeScript(_ text: String, in scope: TransactionScope?) async throws {
        _ = try await cancellable(scope) { session, preamble in
            // A separate round trip: BEGIN inside the script's own message would hide a COMMIT in it.
            if !preamble.isEmpty { try session.simple(preamble.joined(separator: "; ")) }
            return try session.simple(text)
        }
    }

    func execute(batch: [SQL], in scope: TransactionScope?) async throws -> [PostgresRows] {
        try await cancellable(scope) { session, preamble in
            try session.run(batch: batch, preamble: preamble).map { PostgresRows($0) }
        }
    }

    func copyIn<Rows: Sequence & Sendable>(
        _ table: String,
        columns: [String],
        rows: Rows,
        in scope: TransactionScope?,
        encode: @escaping @Sendable (Rows.Element, inout PostgresCopyRow) throws -> Void
    ) async throws -> Int {
        let target = try CopyTarget(table: table, columns: columns)
        return try await cancellable(scope) { session, preamble in
            try session.copyIn(target, rows: rows, preamble: preamble, encode: encode)
        }
    }

    /// Runs one use of the session such that the task's cancellation reaches the server.
    private func cancellable<Result>(
        _ scope: TransactionScope?,
        _ body: (Session, _ preamble: [String]) throws -> Result
    ) async throws -> Result {
        let token = StatementToken()
        return try await withTaskCancellationHandler {
            guard let session else { throw PostgresError(.closed, "the connection is closed") }
            guard gate.begin(token) else { throw CancellationError() }
            do {
                let result = try body(session, try scope?.preambleForUse() ?? [])
                _ = gate.end(token)
                scope?.markBegun()
                observe()
                return result
            } catch {
                let wasCancelled = gate.end(token)
                observe()
                if !session.isIdle { scope?.markBegun() }
                let failure = error as? PostgresError
                if let failure { scope?.record(failure) }
                if wasCancelled, failure?.isQueryCanceled == true { throw CancellationError() }
                throw error
            }
        } onCancel: {
            gate.cancel(token)
        }
    }

    private func observe() {
        observed.isUsable.store(session?.isUsable ?? false, ordering: .releasing)
        observed.isIdle.store(session?.isIdle ?? true, ordering: .releasing)
    }
}

/// What the pool and the transactions do with a connection; none of it can be cancelled half-way.
extension PostgresConnection {
    /// Ends a transaction well.
    /// - Throws: the transaction's own error when the body hid it; kind `unknownCommitOutcome` when the connection
    ///   broke while COMMIT was on its way.
    func commit(_ scope: TransactionScope) throws(PostgresError) {
        guard scope.hasBegun else { return }
        guard let session else { throw PostgresError(.closed, "the connection was closed inside the transaction") }
        defer { observe() }
        switch session.transactionStatus {
        case Session.inTransaction:
            break
        case Session.inFailedTransaction:
            throw scope.failure ?? PostgresError(.misuse, "a statement failed, and the body did not say so")
        case Session.idle:
            throw PostgresError(.misuse, "the body ended the transaction by itself")
        default:
            throw scope.failure ?? session.connectionError(statement: nil)
        }
        do throws(PostgresError) {
            try session.simple("COMMIT")
        } catch {
            let failure = session.isUsable ? error : error.with(kind: .unknownCommitOutcome)
            scope.record(failure)
            throw failure
        }
    }

    /// Ends a transaction badly. A connection that cannot even do that is not used again.
    func rollback(_ scope: TransactionScope?) {
        if let scope, !scope.hasBegun { return }
        guard let session else { return }
        defer { observe() }
        guard session.isUsable, !session.isIdle else { return }
        do throws(PostgresError) {
            try session.simple("ROLLBACK")
        } catch {
            session.isPoisoned = true
            logger.debug("ROLLBACK failed; the connection is dropped", metadata: ["error": "\(error)"])
        }
    }

    /// Undoes what a session-level user may have left: a transaction, settings, locks, temporary tables, the role.
    func reset() {
        rollback(nil)
        guard let session, session.isUsable else { return }
        defer { observe() }
        let role = configuration.role.map { Session.setRole($0) } ?? "RESET ROLE"
        do throws(PostgresError) {
            try session.simple(
                """
                CLOSE ALL; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; \
                DISCARD SEQUENCES; \(role)
                """
            )
        } catch {
            session.isPoisoned = true
            logger.debug("Resetting failed; the connection is dropped", metadata: ["error": "\(error)"])
        }
    }

    /// Reads what the server sent unasked.
    func consumeInput() -> Bool {
        defer { observe() }
        return session?.consumeInput() ?? false
    }

    /// How many statements the session keeps prepared.
    package var preparedStatementCount: Int { session?.statements.count ?? 0 }
}
