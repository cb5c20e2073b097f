/// What a client accepts from the outside world. Every limit is always on.
public struct HTTPLimits: Sendable {
    /// The longest body, in bytes; it bounds the wire and the decoded body alike.
    public var maximumBodyBytes: Int
    /// Decoded bytes per wire byte, judged once a body has grown beyond `ratioGraceBytes`.
    public var maximumDecompressionRatio: Int
    /// Decoded bytes that are allowed at any ratio: short repetitive answers compress a thousandfold honestly.
    public var ratioGraceBytes: Int
    /// The time for a whole exchange, redirects included, from the moment it leaves the client's queue.
    public var totalTimeout: Duration
    /// The time to look up the name, connect and finish the TLS handshake.
    public var connectTimeout: Duration
    /// Redirects to follow; 0 hands a 3xx answer back as it is.
    public var maximumRedirects: Int
    /// Schemes that may be used. A redirect from https to http is refused whatever this says.
    public var allowedSchemes: Set<String>
    /// Host names that may be asked, on every hop: exact, or `*.example.com` for everything below. Nil allows any.
    public var allowedHosts: [String]?
    /// Whether loopback, private, link-local and other non-public addresses may be connected to.
    public var allowPrivateAddresses: Bool

    /// Makes limits; the defaults suit a public JSON source.
    public init(
        maximumBodyBytes: Int = 32 << 20,
        maximumDecompressionRatio: Int = 200,
        ratioGraceBytes: Int = 1 << 20,
        totalTimeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5),
        maximumRedirects: Int = 5,
        allowedSchemes: Set<String> = ["https", "http"],
        allowedHosts: [String]? = nil,
        allowPrivateAddresses: Bool = false
    ) {
        self.maximumBodyBytes = maximumBodyBytes
        self.maximumDecompressionRatio = maximumDecompressionRatio
        self.ratioGraceBytes = ratioGraceBytes
        self.totalTimeout = totalTimeout
        self.connectTimeout = connectTimeout
        self.maximumRedirects = maximumRedirects
        self.allowedSchemes = allowedSchemes
        self.allowedHosts = allowedHosts
        self.allowPrivateAddresses = allowPrivateAddresses
    }
}

extension HTTPLimits {
    /// Whether a host name is on the list; case and one trailing dot don't matter.
    func allowsHost(_ host: String) -> Bool {
        guard let allowedHosts else { return true }
        let name = Self.normalized(host)
        return allowedHosts.contains { entry in
            let pattern = Self.normalized(entry)
            guard pattern.hasPrefix("*.") else { return pattern == name }
            return name.hasSuffix(pattern.dropFirst(1)) && name.utf8.count > pattern.utf8.count - 1
        }
    }

    /// Throws unless scheme, host name and, for an address written as host, the address may be used.
    func check(_ url: HTTPURL) throws(HTTPError) {
        guard ["http", "https"].contains(url.scheme), allowedSchemes.contains(url.scheme) else {
            throw HTTPError(.blockedScheme, "the scheme \(url.scheme) is not allowed", url: url.text)
        }
        guard allowsHost(url.host) else {
            throw HTTPError(.blockedHost, "the host \(url.host) is not on the allow list", url: url.text)
        }
        // The connection itself is checked again when its socket opens; this covers proxies, where that can't be seen.
        guard !allowPrivateAddresses else { return }
        let name = Self.normalized(url.host)
        if name == "localhost" || name.hasSuffix(".localhost") || AddressPolicy.isNonPublicLiteral(name) {
            throw HTTPError(.blockedAddress, "the host \(url.host) is not a public address", url: url.text)
        }
    }

    private static func normalized(_ host: String) -> String {
        let name = host.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }
}
