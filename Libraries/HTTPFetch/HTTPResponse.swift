public import FoundationEssentials

internal import CCurl

/// A complete answer. Any status is an answer, not an error.
public struct HTTPResponse: Sendable {
    /// The status code of the last hop.
    public let status: Int
    /// The header fields of the last hop.
    public let headers: HTTPHeaders
    /// The entity with its gzip or brotli coding removed, otherwise exactly as received.
    public let body: [UInt8]
    /// Body bytes of the last hop as they crossed the wire, before decompression.
    public let wireBytes: Int
    /// The URL that gave the answer, after redirects. It may hold secrets: use `URLRedaction` before logging it.
    public let effectiveURL: String
    /// How many redirects were followed.
    public let redirects: Int
    /// Time spent on the wire, all hops together.
    public let elapsed: Duration
    /// The local time at which the answer was complete.
    public let receivedAt: Date

    /// Makes a response; tests of callers need one without a server.
    public init(
        status: Int,
        headers: HTTPHeaders = [],
        body: [UInt8] = [],
        wireBytes: Int? = nil,
        effectiveURL: String = "",
        redirects: Int = 0,
        elapsed: Duration = .zero,
        receivedAt: Date = Date()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.wireBytes = wireBytes ?? body.count
        self.effectiveURL = effectiveURL
        self.redirects = redirects
        self.elapsed = elapsed
        self.receivedAt = receivedAt
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the same request may succeed later: 408, 425, 429 and 5xx except 501 and 505.
    public var isTransientStatus: Bool {
        switch status {
        case 408, 425, 429: true
        case 501, 505: false
        case 500..<600: true
        default: false
        }
    }

    /// How long the server asks to wait, from `Retry-After` in seconds or as a date; nil when absent or unreadable.
    ///
    /// A date counts from the server's own `Date` header where there is one, so a skewed local clock does no harm.
    public var retryAfter: Duration? {
        guard let value = headers["retry-after"] else { return nil }
        if value.utf8.allSatisfy({ (48...57).contains($0) }) {
            // More digits than an Int holds still mean "very long"; callers cap the wait anyway.
            return value.isEmpty ? nil : .seconds(min(Int(value) ?? .max, 366 * 86_400))
        }
        guard let moment = Self.date(value) else { return nil }
        let reference = headers["date"].flatMap(Self.date) ?? receivedAt
        return .seconds(max(0, min(moment.timeIntervalSince(reference), 366 * 86_400)))
    }

    /// The `Last-Modified` instant, or nil.
    public var lastModified: Date? { headers["last-modified"].flatMap(Self.date) }

    /// Reads an HTTP date (RFC 9110 §5.6.7, all three forms); nil when it isn't one.
    public static func date(_ text: String) -> Date? {
        let seconds = curl_getdate(text, nil)
        return seconds == -1 ? nil : Date(timeIntervalSince1970: Double(seconds))
    }
}
