import CLibpq

/// Takes connection strings apart with libpq's own parser.
enum ConnectionString {
    static func parse(_ text: String) throws(PostgresError) -> [String: String] {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.configuration, "the connection string contains a NUL byte")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            throw PostgresError(.configuration, redacted(message.map { String(cString: $0) }))
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                parameters[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return parameters
    }

    /// libpq quotes the offending part of the string, which may be the password; only its first words are kept.
    private static func redacted(_ message: String?) -> String {
        let reason = message?.prefix { $0 != "\"" && $0 != "\n" } ?? "out of memory"
        return "the connection string is not understood: \(reason)…"
    }
}
