/// Why no answer could be had. The URL in it is redacted.
public struct HTTPError: Error, Sendable, Hashable {
    /// The kind of failure. New kinds may be added.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// A stable name, fit for logs and metric labels.
        public let rawValue: String
        /// Makes a code from its stable name.
        public init(rawValue: String) { self.rawValue = rawValue }
        init(_ rawValue: String) { self.rawValue = rawValue }
        /// The stable name.
        public var description: String { rawValue }

        /// The exchange or the connection attempt took too long.
        public static let timeout = Code("timeout")
        /// No connection could be made.
        public static let connect = Code("connect")
        /// The host name could not be looked up.
        public static let resolve = Code("resolve")
        /// The peer closed or reset the connection during the exchange.
        public static let connectionLost = Code("connection_lost")
        /// The body or a compressed stream ended before its end.
        public static let truncated = Code("truncated")
        /// The body is longer than allowed.
        public static let tooLarge = Code("too_large")
        /// The compressed body grows beyond the allowed ratio.
        public static let decompressionRatio = Code("decompression_ratio")
        /// Content-Length is unreadable or contradicts itself.
        public static let badLength = Code("bad_length")
        /// The content coding is unknown or its stream is corrupt.
        public static let badEncoding = Code("bad_encoding")
        /// The answer breaks the protocol or has too many headers.
        public static let badResponse = Code("bad_response")
        /// Too many redirects, a loop, or a redirect that can't be followed.
        public static let redirectLimit = Code("redirect_limit")
        /// The address behind the name is loopback, private, link-local or otherwise not public.
        public static let blockedAddress = Code("blocked_address")
        /// The host is not on the allow list.
        public static let blockedHost = Code("blocked_host")
        /// The scheme is not allowed, or a redirect would leave https.
        public static let blockedScheme = Code("blocked_scheme")
        /// The certificate does not prove the host's identity.
        public static let tls = Code("tls")
        /// The TLS handshake broke off.
        public static let tlsHandshake = Code("tls_handshake")
        /// The proxy refused or is misconfigured.
        public static let proxy = Code("proxy")
        /// The request can't be sent: bad URL, method or header.
        public static let invalidRequest = Code("invalid_request")
        /// The task was cancelled, or the client is gone.
        public static let cancelled = Code("cancelled")
        /// This process could not do it (memory, threads, file descriptors).
        public static let local = Code("local")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, for people.
    public let reason: String
    /// The URL asked for, with secrets removed.
    public let url: String
    /// libcurl's own code, where it was libcurl that failed.
    public let curlCode: Int?

    /// Makes an error; the URL is redacted here.
    public init(_ code: Code, _ reason: String, url: String, curlCode: Int? = nil) {
        self.code = code
        self.reason = reason
        self.url = URLRedaction.redact(url)
        self.curlCode = curlCode
    }

    /// Whether the same request may succeed later without anybody changing anything.
    public var isTransient: Bool {
        switch code {
        case .timeout, .connect, .resolve, .connectionLost, .truncated, .tlsHandshake, .proxy, .local: true
        default: false
        }
    }
}

extension HTTPError: CustomStringConvertible {
    /// Code, reason and redacted URL.
    public var description: String { "\(code): \(reason) (\(url))" }
}
