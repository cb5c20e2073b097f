/// One request. Nothing is sent before the URL, the headers and the host have passed the client's limits.
public struct HTTPRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// An absolute http or https URL without user information.
    public var url: String
    /// Header fields as name and value; `Accept-Encoding` and `User-Agent` have defaults.
    public var headers: [(String, String)]
    /// The body, sent with its exact length; nil sends none.
    public var body: [UInt8]?
    /// Signs the request for S3 (AWS Signature Version 4). Signed requests never follow a redirect.
    public var s3: S3Credentials?
    /// Whether to ask for gzip or brotli. Off, the body is what the server stored, byte for byte.
    public var acceptsCompression: Bool
    /// Replaces the client's limit on the decoded body, in bytes.
    public var maximumBodyBytes: Int?
    /// Replaces the client's limit on the whole exchange.
    public var totalTimeout: Duration?

    /// Makes a request; only the URL is required.
    public init(
        method: String = "GET",
        url: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        s3: S3Credentials? = nil,
        acceptsCompression: Bool = true,
        maximumBodyBytes: Int? = nil,
        totalTimeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.s3 = s3
        self.acceptsCompression = acceptsCompression
        self.maximumBodyBytes = maximumBodyBytes
        self.totalTimeout = totalTimeout
    }

    /// Whether sending the request twice has the effect of sending it once (RFC 9110 §9.2.2).
    public var isIdempotent: Bool {
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method)
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible {
    /// Method and redacted URL. Headers and body stay out: they may hold secrets.
    public var description: String { "\(method) \(URLRedaction.redact(url))" }
    /// The same as `description`.
    public var debugDescription: String { description }
}
