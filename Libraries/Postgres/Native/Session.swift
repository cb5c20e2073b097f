import CLibpq
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One open libpq connection. Not Sendable: only its actor, on its own thread, ever touches it.
final class Session {
    let connection: OpaquePointer
    var statements: StatementCache
    /// Set when the protocol's state is no longer known; the connection is not used again.
    var isPoisoned = false
    /// libpq holds it without owning it; released after the connection is gone.
    private let notices: NoticeSink

    /// Takes over a connection that libpq has finished opening.
    init(owning connection: OpaquePointer, statementLimit: Int, logger: Logger) {
        self.connection = connection
        statements = StatementCache(limit: statementLimit)
        notices = NoticeSink(logger: logger)
        PQsetNoticeReceiver(connection, receiveNotice, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit {
        PQfinish(connection)
    }

    // libpq's constants, where the actor needs them without importing C.
    static let idle = PQTRANS_IDLE.rawValue
    static let inTransaction = PQTRANS_INTRANS.rawValue
    static let inFailedTransaction = PQTRANS_INERROR.rawValue

    var isUsable: Bool { !isPoisoned && PQstatus(connection) == CONNECTION_OK }
    var transactionStatus: UInt32 { PQtransactionStatus(connection).rawValue }
    var isIdle: Bool { transactionStatus == Self.idle }
    var socket: Int32 { PQsocket(connection) }
    var processID: Int32 { PQbackendPID(connection) }
    var serverVersion: Int32 { PQserverVersion(connection) }

    /// Reads what the server sent unasked (a changed setting, its farewell).
    /// - Returns: whether the connection is still good.
    func consumeInput() -> Bool {
        guard PQconsumeInput(connection) == 1 else { return false }
        // Makes libpq read what it has got: between two statements an error arrives as a notice, before the socket ends.
        if PQisBusy(connection) != 0 || notices.hasFarewell { isPoisoned = true }
        return isUsable
    }

    /// Runs text without parameters, possibly several statements, in one round trip.
    @discardableResult
    func simple(_ text: String) throws(PostgresError) -> ResultBox {
        if text.utf8.contains(0) { throw PostgresError(.encoding, "the statement contains a NUL byte") }
        return try take(PQexec(connection, text), statement: text)
    }

    /// A statement that has been checked, and the key of its prepared form.
    struct Step {
        let sql: SQL
        let key: StatementKey
    }

    /// Runs one statement, prepared on its first use; `preamble` goes before it in the same round trip.
    func run(_ sql: SQL, preamble: [String]) throws(PostgresError) -> ResultBox {
        let step = try checked(sql)
        let wasIdle = isIdle
        if wasIdle { try deallocateEvicted() }
        do throws(PostgresError) {
            guard preamble.isEmpty, let name = statements.name(of: step.key) else {
                return try pipeline([step], preamble: preamble)[0]
            }
            let result = withParameters(of: sql) { count, values, lengths, formats in
                PQexecPrepared(connection, name, count, values, lengths, formats, 1)
            }
            return try take(result, statement: step.key.text)
        } catch {
            guard forget([step], after: error), wasIdle, isIdle, isUsable else { throw error }
            return try pipeline([step], preamble: preamble)[0]
        }
    }

    /// Runs several statements in one round trip. After the first error the server skips the rest.
    func run(batch: [SQL], preamble: [String]) throws(PostgresError) -> [ResultBox] {
        var steps: [Step] = []
        steps.reserveCapacity(batch.count)
        for sql in batch { steps.append(try checked(sql)) }
        if steps.isEmpty, preamble.isEmpty { return [] }
        let wasIdle = isIdle
        if wasIdle { try deallocateEvicted() }
        do throws(PostgresError) {
            return try pipeline(steps, preamble: preamble)
        } catch {
            // No transaction block is open: the failed pipeline was rolled back as a whole, and may run again.
            guard forget(steps, after: error), wasIdle, isIdle, isUsable else { throw error }
            return try pipeline(steps, preamble: preamble)
        }
    }

    /// Whether the error says that a prepared statement went stale; it is prepared anew then.
    private func forget(_ steps: [Step], after error: PostgresError) -> Bool {
        let isGone = error.sqlState == "26000"
        guard isGone || (error.sqlState == "0A000" && error.message.contains("cached plan")) else { return false }
        // Whoever deallocated one has probably deallocated all.
        if isGone { statements.removeAll() }
        for step in steps where step.key.text == error.statement { statements.remove(step.key) }
        return true
    }

    private func checked(_ sql: SQL) throws(PostgresError) -> Step {
        let text = sql.text
        if let failure = sql.failure { throw failure.with(statement: text) }
        if text.utf8.contains(0) { throw PostgresError(.encoding, "the statement contains a NUL byte") }
        guard sql.bindings.count <= 65_535 else {
            throw PostgresError(
                .encoding,
                "\(sql.bindings.count) parameters; the protocol allows 65535 (use arrays and unnest)",
                statement: text
            )
        }
        return Step(sql: sql, key: StatementKey(text: text, types: sql.bindings.map(\.type)))
    }

    /// Many at once, so that eviction does not cost a round trip a statement.
    private func deallocateEvicted() throws(PostgresError) {
        guard statements.evicted.count >= 32 else { return }
        try simple(statements.takeEvicted().map { "DEALLOCATE \"\($0)\"" }.joined(separator: "; "))
    }

    /// Takes over a result, or throws what it says.
    func take(_ result: OpaquePointer?, statement: String) throws(PostgresError) -> ResultBox {
        guard let result else { throw connectionError(statement: statement) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return ResultBox(owning: result, statement: statement)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            isPoisoned = true
            throw PostgresError(.misuse, "COPY is not a query; use copyIn", statement: statement)
        default:
            defer { PQclear(result) }
            throw PostgresError(result: result, statement: statement)
        }
    }

    /// What libpq says about the connection itself.
    func connectionError(statement: String?) -> PostgresError {
        PostgresError(.connection, trimmed(String(cString: PQerrorMessage(connection))), statement: statement)
    }

    /// Hands a statement's parameters to libpq: all values stand in one buffer.
    func withParameters<Result>(
        of sql: SQL,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let bindings = sql.bindings
        guard !bindings.isEmpty else { return body(0, nil, nil, nil) }
        return sql.values.bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: bindings.count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * bindings.count) { numbers in
                    // An empty value needs an address too: for libpq a null pointer is NULL.
                    withUnsafePointer(to: CChar(0)) { empty in
                        for (index, binding) in bindings.enumerated() {
                            values[index] =
                                binding.isNull
                                ? nil
                                : binding.length == 0
                                    ? empty
                                    : bytes.baseAddress?.advanced(by: binding.offset).assumingMemoryBound(
                                        to: CChar.self
                                    )
                            numbers[index] = Int32(max(0, binding.length))
                            numbers[bindings.count + index] = 1
                        }
                        let lengths = UnsafePointer(numbers.baseAddress)
                        return body(
                            Int32(bindings.count),
                            UnsafePointer(values.baseAddress),
                            lengths,
                            lengths?.advanced(by: bindings.count)
                        )
                    }
                }
            }
        }
    }
}

func trimmed(_ message: String) -> String {
    var message = Substring(message)
    while let last = message.last, last.isWhitespace { message.removeLast() }
    return String(message)
}

extension PostgresError {
    /// Reads the server's fields. An error without SQLSTATE was made by libpq: the connection is in trouble.
    init(result: OpaquePointer, statement: String?) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        let sqlState = field("C")
        self.init(
            sqlState == nil ? .connection : .server,
            field("M") ?? trimmed(String(cString: PQresultErrorMessage(result))),
            server: ServerFields(
                sqlState: sqlState,
                severity: field("V") ?? field("S"),
                detail: field("D"),
                hint: field("H"),
                schema: field("s"),
                table: field("t"),
                column: field("c"),
                constraint: field("n"),
                position: field("P").flatMap { Int($0) },
                context: field("W")
            ),
            statement: statement
        )
    }
}

/// Where the server's notices go, instead of standard error.
private final class NoticeSink {
    let logger: Logger
    /// The server has said why it is about to hang up.
    var hasFarewell = false

    init(logger: Logger) {
        self.logger = logger
    }
}

private func receiveNotice(_ argument: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let argument, let result else { return }
    let sink = Unmanaged<NoticeSink>.fromOpaque(argument).takeUnretainedValue()
    let notice = PostgresError(result: result, statement: nil)
    if notice.severity == "FATAL" || notice.severity == "PANIC" { sink.hasFarewell = true }
    sink.logger.log(
        level: notice.severity == "WARNING" ? .warning : .debug,
        "PostgreSQL notice",
        metadata: ["notice": "\(notice.message)", "sqlstate": "\(notice.sqlState ?? "")"]
    )
}
