import Foundation

/// Finds and hides the secret parts of connection texts.
enum CredentialText {
    /// Whether a key of a connection text holds something that must not be shown.
    static func isSecretKey(_ key: String) -> Bool {
        let lower = key.lowercased()
        return ["password", "passwd", "secret", "key", "token"].contains { lower.contains($0) }
    }

    // MARK: key=value;key=value

    static func pairs(_ text: String) -> [String: String]? {
        var result: [String: String] = [:]
        for part in text.split(separator: ";") where !part.allSatisfy(\.isWhitespace) {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let key = part[..<equals].trimmingCharacters(in: .whitespaces)
            guard !key.isEmpty, result[key] == nil else { return nil }
            result[key] = part[part.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return result
    }

    static func redactPairs(_ text: String) -> String {
        text.split(separator: ";").map { part in
            // A part without a key may be the tail of a secret that contained a semicolon.
            guard let equals = part.firstIndex(of: "=") else { return "***" }
            let key = part[..<equals]
            return isSecretKey(String(key)) ? "\(key)=***" : String(part)
        }.joined(separator: ";")
    }

    // MARK: URLs

    static func redactURL(_ text: String) -> String {
        guard let scheme = text.range(of: "://") else { return text }
        var rest = text[scheme.upperBound...]
        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[mark...]
            rest = rest[..<mark]
        }
        var authority = String(rest)
        if let userInfo = userInfo(in: rest), let colon = userInfo.firstIndex(of: ":") {
            authority = "\(userInfo[..<colon]):***" + rest[userInfo.endIndex...]
        }
        let shownQuery = query.dropFirst().split(separator: "&", omittingEmptySubsequences: false).map { part in
            guard let equals = part.firstIndex(of: "="), isSecretKey(String(part[..<equals])) else {
                return String(part)
            }
            return "\(part[..<equals])=***"
        }.joined(separator: "&")
        return text[..<scheme.upperBound] + authority + (query.isEmpty ? "" : "?" + shownQuery)
    }

    /// The passwords in a URL, as written and decoded.
    static func secrets(inURL text: String) -> [String] {
        guard let scheme = text.range(of: "://") else { return [] }
        let rest = text[scheme.upperBound...]
        var found: [Substring] = []
        if let userInfo = userInfo(in: rest.prefix { $0 != "?" }), let colon = userInfo.firstIndex(of: ":") {
            found.append(userInfo[userInfo.index(after: colon)...])
        }
        if let mark = rest.firstIndex(of: "?") {
            for part in rest[rest.index(after: mark)...].split(separator: "&") {
                if let equals = part.firstIndex(of: "="), isSecretKey(String(part[..<equals])) {
                    found.append(part[part.index(after: equals)...])
                }
            }
        }
        return Set(found.flatMap { [String($0), String($0).removingPercentEncoding ?? String($0)] })
            .filter { !$0.isEmpty }.sorted()
    }

    /// Everything before the last `@` of the authority: a password may itself hold an unescaped `@` or `/`.
    private static func userInfo(in rest: Substring) -> Substring? {
        rest.lastIndex(of: "@").map { rest[..<$0] }
    }

    // MARK: PostgreSQL

    /// Redacts a `postgres://` URL or a `host=… password=…` text.
    static func redactDatabase(_ text: String) -> String {
        if text.contains("://") { return redactURL(text) }
        // Neither form: it may be anything, even a bare password.
        guard text.contains("=") else { return "***" }
        var result = text
        for range in databasePasswordRanges(text).reversed() { result.replaceSubrange(range, with: "***") }
        return result
    }

    static func databaseSecrets(_ text: String) -> [String] {
        if text.contains("://") { return secrets(inURL: text) }
        return databasePasswordRanges(text).map { range in
            let value = text[range]
            guard value.hasPrefix("'") else { return String(value) }
            return value.dropFirst().dropLast().replacingOccurrences(of: "\\'", with: "'")
                .replacingOccurrences(of: "\\\\", with: "\\")
        }.filter { !$0.isEmpty }
    }

    private static func databasePasswordRanges(_ text: String) -> [Range<String.Index>] {
        text.matches(of: /(?:^|\s)(?:ssl)?password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s]*)/.ignoresCase())
            .map { $0.output.1.startIndex..<$0.output.1.endIndex }
    }
}
