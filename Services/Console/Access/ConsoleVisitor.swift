import Access
import Pipeline

/// A logged-in user with what the answer to his request needs.
struct ConsoleVisitor: Sendable, Hashable {
    var session: ConsoleSession
    /// The cookie's or header's value.
    var token: String

    var name: String { session.user }
    var role: ConsoleRole { session.role }
    var mayAct: Bool { session.role == .operator }
    /// What each form of this session's pages carries.
    var formToken: String { SecretToken.formToken(of: token) }
}

/// What a request says about where it comes from.
enum RequestOrigin {
    /// The cookie's value; nil when it was not sent.
    static func cookie(_ name: String, _ request: WebRequest) -> String? {
        for part in (request.headers["cookie"] ?? "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }) == name else { continue }
            let value = String(pair[1].filter { $0 != " " })
            return value.isEmpty ? nil : value
        }
        return nil
    }

    /// The token of an `Authorization: Bearer` header.
    static func bearer(_ request: WebRequest) -> String? {
        let parts = (request.headers["authorization"] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    /// Whether a browser says that a page of another site made it send this. Silence is no objection: scripts send neither.
    ///
    /// - Parameter address: the one that people use. A proxy in front may call this server by another name.
    static func isForeign(_ request: WebRequest, address: String?) -> Bool {
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" { return true }
        guard let origin = request.headers["origin"] else { return false }
        let host = request.headers["host"] ?? ""
        if let address, address == origin || address.hasPrefix(origin + "/") { return false }
        return origin != "http://\(host)" && origin != "https://\(host)"
    }

    /// The path and query of a request as an address of this site.
    static func address(_ request: WebRequest) -> String {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true)
            .map { AddressText.encoded(String($0)) }.joined(separator: "/")
        return "/" + path + (request.query.isEmpty ? "" : "?" + request.query)
    }

    /// Where a login leads to: an address of this site, never another one's.
    static func isOwn(_ address: String) -> Bool {
        address.hasPrefix("/") && !address.hasPrefix("//") && !address.contains("\\")
            && !address.unicodeScalars.contains { $0.value < 0x21 || $0.value == 0x7F }
    }
}
