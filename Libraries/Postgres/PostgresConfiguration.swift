/// How connections are made. Holds the password, and never shows it.
public struct PostgresConfiguration: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// libpq's own keywords, as the connection string gave them.
    private(set) var parameters: [String: String]

    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// Longest run of one statement; zero for no limit.
    public var statementTimeout: Duration = .seconds(30)
    /// Longest wait for one lock; zero for no limit.
    public var lockTimeout: Duration = .zero
    /// How long the server keeps a transaction open that does nothing; zero for no limit.
    public var idleInTransactionTimeout: Duration = .seconds(10)
    /// How long sent bytes may stay unacknowledged before the connection counts as broken; zero for the system's.
    public var tcpUserTimeout: Duration = .seconds(10)
    /// How long making one connection may take.
    public var connectTimeout: Duration = .seconds(5)
    /// Plans prepared statements once instead of for each set of values: planning the protocol's statements takes longer
    /// than running them. A transaction of large reads asks for the opposite.
    public var plansOnce = false
    /// The role that the session takes on after connecting (`SET ROLE`).
    public var role: String?
    /// How many prepared statements a connection keeps.
    public var preparedStatementLimit = 256

    /// Takes `postgres://user:password@host:port/database?option=value` or libpq's `host=… dbname=…`.
    /// - Throws: an error of kind `configuration` that does not repeat the string.
    public init(url: String) throws(PostgresError) {
        parameters = try ConnectionString.parse(url)
        applicationName = parameters["application_name"] ?? "tipoff"
    }

    public var host: String { parameters["host"] ?? parameters["hostaddr"] ?? "" }
    public var port: String { parameters["port"] ?? "5432" }
    public var user: String? { parameters["user"] }
    public var database: String? { parameters["dbname"] }

    /// The same server and settings, another database.
    public func with(database: String) -> PostgresConfiguration {
        var copy = self
        copy.parameters["dbname"] = database
        return copy
    }

    /// The same database through another address.
    public func with(host: String, port: Int) -> PostgresConfiguration {
        var copy = self
        copy.parameters["host"] = host
        copy.parameters["port"] = String(port)
        copy.parameters["hostaddr"] = nil
        return copy
    }

    /// The connection string without secrets.
    public var description: String {
        let shown = parameters.sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(Self.secrets.contains(key) ? "***" : value)"
        }
        return shown.joined(separator: " ")
    }

    public var debugDescription: String { description }

    private static let secrets: Set<String> = ["password", "sslpassword", "passfile"]

    /// What is handed to libpq: the given keywords, and the session's settings in the start packet.
    var connectionParameters: [String: String] {
        var all = parameters
        all["application_name"] = applicationName
        all["client_encoding"] = "UTF8"
        if tcpUserTimeout > .zero, all["tcp_user_timeout"] == nil {
            all["tcp_user_timeout"] = String(tcpUserTimeout.wholeMilliseconds)
        }
        var options = [
            "-c TimeZone=UTC",
            "-c statement_timeout=\(statementTimeout.wholeMilliseconds)",
            "-c lock_timeout=\(lockTimeout.wholeMilliseconds)",
            "-c idle_in_transaction_session_timeout=\(idleInTransactionTimeout.wholeMilliseconds)",
        ]
        if plansOnce { options.append("-c plan_cache_mode=force_generic_plan") }
        // The string's own options come last and win.
        if let given = all["options"] { options.append(given) }
        all["options"] = options.joined(separator: " ")
        return all
    }
}

extension Duration {
    /// Rounded up, so that a tiny timeout does not become "none".
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}

extension PostgresConfiguration {
    /// The connection string as a URL, with its secrets: for handing on to another process, not for logs.
    public var connectionURL: String {
        var rest = parameters
        var url = "postgres://"
        if let user = rest.removeValue(forKey: "user") {
            url += Self.percentEncoded(user)
            if let password = rest.removeValue(forKey: "password") { url += ":" + Self.percentEncoded(password) }
            url += "@"
        }
        // A list of hosts stays among the options, where one list of ports may stand beside it.
        if let host = rest["host"], !host.contains(",") {
            rest["host"] = nil
            url += Self.percentEncoded(host)
            if let port = rest.removeValue(forKey: "port") { url += ":" + port }
        }
        if let database = rest.removeValue(forKey: "dbname") { url += "/" + Self.percentEncoded(database) }
        let options = rest.sorted { $0.key < $1.key }.map { "\($0)=\(Self.percentEncoded($1))" }
        return options.isEmpty ? url : url + "?" + options.joined(separator: "&")
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%"
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}
