import CLibpq
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Wakes a thread that waits in `poll`, from any other thread.
final class WakeUp: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(PostgresError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw PostgresError(.connection, "no pipe: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    var descriptor: Int32 { reading }

    func signal() {
        // A full pipe is readable, which is all that is wanted.
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }
}

extension Session {
    /// Opens a connection; blocks up to the configured connect timeout, or until `wakeUp` is signalled.
    /// - Throws: `PostgresError` of kind `connection`, or of kind `server` when the server refused with a SQLSTATE.
    static func open(
        _ configuration: PostgresConfiguration,
        wakeUp: WakeUp,
        logger: Logger
    ) throws(PostgresError) -> Session {
        let connection = try start(configuration.connectionParameters)
        let session = Session(
            owning: connection,
            statementLimit: configuration.preparedStatementLimit,
            logger: logger
        )
        // Without a result there are no fields: the verbose message is the only place where the SQLSTATE stands.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        guard PQstatus(connection) != CONNECTION_BAD else { throw session.openError() }
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            var descriptors = [
                pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0),
                pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = (deadline - .now).wholeMilliseconds
            let ready = left > 0 ? poll(&descriptors, 2, Int32(clamping: left)) : 0
            if ready < 0, errno == EINTR { continue }
            if descriptors[1].revents != 0 { throw PostgresError(.connection, "connecting was cancelled") }
            guard ready > 0 else {
                throw PostgresError(
                    .connection,
                    "connecting to \(configuration.host):\(configuration.port) took longer than "
                        + "\(configuration.connectTimeout)"
                )
            }
            state = PQconnectPoll(connection)
            if state == PGRES_POLLING_FAILED { throw session.openError() }
        }
        PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        if let role = configuration.role {
            try session.simple(setRole(role))
        }
        return session
    }

    static func setRole(_ role: String) -> String {
        ("SET ROLE \(identifier: role)" as SQL).text
    }

    private static func start(_ parameters: [String: String]) throws(PostgresError) -> OpaquePointer {
        var strings: [UnsafeMutablePointer<CChar>?] = []
        defer { for string in strings { free(string) } }
        var keywords: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (key, value) in parameters {
            let (keyword, text) = (strdup(key), strdup(value))
            strings += [keyword, text]
            keywords.append(UnsafePointer(keyword))
            values.append(UnsafePointer(text))
        }
        guard let connection = PQconnectStartParams(keywords + [nil], values + [nil], 0) else {
            throw PostgresError(.connection, "libpq is out of memory")
        }
        return connection
    }

    private func openError() -> PostgresError {
        let text = trimmed(String(cString: PQerrorMessage(connection)))
        let message = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }.joined(separator: "; ")
        let sqlState = Self.sqlState(in: message)
        return PostgresError(
            sqlState == nil ? .connection : .server,
            message,
            server: PostgresError.ServerFields(sqlState: sqlState)
        )
    }

    /// Finds the code in `FATAL:  3D000: database "x" does not exist`.
    private static func sqlState(in message: String) -> String? {
        guard let severity = message.firstRange(of: "FATAL:  ") else { return nil }
        let code = message[severity.upperBound...].prefix(5)
        let isCode = code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        guard code.count == 5, isCode, message[code.endIndex...].first == ":" else { return nil }
        return String(code)
    }
}
