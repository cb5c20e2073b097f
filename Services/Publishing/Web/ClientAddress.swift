import Pipeline

/// Who asks: the other end of the connection, or whom a proxy that is trusted names as the other end of its own.
///
/// Anybody may write an `X-Forwarded-For`. It counts only on a connection from a trusted proxy, and only as far as trusted
/// proxies have written it: from the right, up to the first address that is none of theirs.
struct ClientAddress: Sendable {
    var trustedProxies: [NetworkRange]

    func callAsFunction(_ request: WebRequest) -> NetworkAddress {
        guard var known = NetworkAddress(request.peer) else { return .unknown }
        let forwarded = (request.headers["x-forwarded-for"] ?? "").split(separator: ",").reversed()
        for name in forwarded {
            guard isTrusted(known), let address = NetworkAddress(Self.address(in: name)) else { break }
            known = address
        }
        return known
    }

    private func isTrusted(_ address: NetworkAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// The address without blanks, brackets and port.
    private static func address(in name: Substring) -> String {
        let text = name.withoutBlanks
        if text.first == "[" { return String(text.dropFirst().prefix { $0 != "]" }) }
        let colons = text.count { $0 == ":" }
        return String(colons == 1 ? text.prefix { $0 != ":" } : text)
    }
}
