/// Everything that this library throws, except `CancellationError`.
///
/// Holds the server's own fields where the server spoke. It never holds parameter values; `detail` is the server's text.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as far as the caller has to tell it apart. Extensible: compare, do not switch exhaustively.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// The server answered with an error; `sqlState` is set.
        public static let server = Kind(description: "server")
        /// No connection could be made, or it broke; whether the last statement ran is unknown outside a transaction.
        public static let connection = Kind(description: "connection")
        /// The connection broke during COMMIT: the transaction may or may not have been committed.
        public static let unknownCommitOutcome = Kind(description: "unknown commit outcome")
        /// No connection became free within the pool's acquire timeout.
        public static let acquireTimeout = Kind(description: "acquire timeout")
        /// The pool or the connection was closed.
        public static let closed = Kind(description: "closed")
        /// A parameter cannot be sent (a NUL byte in text, a date out of range).
        public static let encoding = Kind(description: "encoding")
        /// A result cannot be read as the asked type.
        public static let decoding = Kind(description: "decoding")
        /// The library was used against its rules.
        public static let misuse = Kind(description: "misuse")
        /// The connection string is not understood.
        public static let configuration = Kind(description: "configuration")
        /// The migration history and the code disagree.
        public static let migration = Kind(description: "migration")
    }

    // One reference, so that typed throws stay cheap although there are many fields.
    private final class Fields: Sendable {
        let kind: Kind
        let message: String
        let server: ServerFields
        let statement: String?

        init(kind: Kind, message: String, server: ServerFields, statement: String?) {
            self.kind = kind
            self.message = message
            self.server = server
            self.statement = statement
        }
    }

    struct ServerFields: Sendable {
        var sqlState: String?
        var severity: String?
        var detail: String?
        var hint: String?
        var schema: String?
        var table: String?
        var column: String?
        var constraint: String?
        var position: Int?
        var context: String?
    }

    private let fields: Fields

    init(_ kind: Kind, _ message: String, server: ServerFields = ServerFields(), statement: String? = nil) {
        fields = Fields(kind: kind, message: message, server: server, statement: statement)
    }

    public var kind: Kind { fields.kind }
    /// The primary message, in the server's or the library's words.
    public var message: String { fields.message }
    /// Five characters of the SQL standard, when the server said them.
    public var sqlState: String? { fields.server.sqlState }
    /// The same as `sqlState`.
    public var code: String? { fields.server.sqlState }
    /// ERROR, FATAL or PANIC, when the server said so.
    public var severity: String? { fields.server.severity }
    public var detail: String? { fields.server.detail }
    public var hint: String? { fields.server.hint }
    public var schema: String? { fields.server.schema }
    public var table: String? { fields.server.table }
    /// The column of a violated constraint, or the result column that could not be decoded.
    public var column: String? { fields.server.column }
    public var constraint: String? { fields.server.constraint }
    /// The character of `statement`, from 1, at which the server's parser stumbled.
    public var position: Int? { fields.server.position }
    /// Where inside a function the server was.
    public var context: String? { fields.server.context }
    /// The text of the statement, with `$n` in place of values.
    public var statement: String? { fields.statement }

    public var description: String {
        var text = "PostgresError(\(kind)"
        if let sqlState { text += " \(sqlState)" }
        text += "): \(message)"
        if let detail { text += " — \(detail)" }
        if let hint { text += " (\(hint))" }
        if let constraint { text += " [constraint \(constraint)]" }
        if let statement {
            text += " in: " + statement.prefix(500)
        }
        return text
    }

    func with(kind: Kind? = nil, message: String? = nil, statement: String? = nil) -> PostgresError {
        PostgresError(
            kind ?? self.kind,
            message ?? self.message,
            server: fields.server,
            statement: statement ?? self.statement
        )
    }
}

extension PostgresError {
    /// 40001 or 40P01: the transaction was rolled back for another's sake and may be run again as it is.
    public var isSerializationFailure: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// Whether the whole transaction may be run again: class 40, except that 40003 does not say what happened.
    public var isTransactionRollback: Bool {
        sqlState?.hasPrefix("40") == true && sqlState != "40003" && kind != .unknownCommitOutcome
    }

    /// Not the statement's fault: connection trouble, or SQLSTATE class 08, 53, 57 or 58.
    ///
    /// Class 57 contains 57014, so a statement timeout counts; see `isQueryCanceled`.
    public var isInfrastructure: Bool {
        if kind == .connection || kind == .unknownCommitOutcome || kind == .acquireTimeout || kind == .closed {
            return true
        }
        guard let sqlState else { return false }
        return ["08", "53", "57", "58"].contains { sqlState.hasPrefix($0) }
    }

    /// The connection broke during COMMIT. Read the state again before doing anything twice.
    public var isUnknownCommitOutcome: Bool { kind == .unknownCommitOutcome }
    public var isUniqueViolation: Bool { sqlState == "23505" }
    public var isForeignKeyViolation: Bool { sqlState == "23503" }
    public var isCheckViolation: Bool { sqlState == "23514" }
    public var isNotNullViolation: Bool { sqlState == "23502" }
    /// 57014: `statement_timeout` passed, or somebody else cancelled the statement. (The own task's cancellation
    /// is thrown as `CancellationError`.)
    public var isQueryCanceled: Bool { sqlState == "57014" }
    /// 55P03: `lock_timeout` passed, or NOWAIT met a lock.
    public var isLockNotAvailable: Bool { sqlState == "55P03" }
}
