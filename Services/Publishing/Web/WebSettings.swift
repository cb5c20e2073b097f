public import Pipeline

/// What readers may do, and how many of them.
public struct WebSettings: Sendable {
    /// Nil lets every client ask as often as it likes.
    var rateLimit: RateLimiter.Limit?
    /// Whose `X-Forwarded-For` counts.
    var trustedProxies: [NetworkRange] = []
    /// Whose pages may read the API.
    var origins = CrossOrigin(origins: [])
    /// Clients that may follow the stream at the same time.
    var streamReaders = 400
    /// Of those, the ones that may be of one client's address.
    var streamsPerClient = 200
    /// Connections to the database that answer readers.
    public var readerConnections = 4

    init() {}

    public init(_ reader: inout ConfigurationReader) {
        let rate = reader.int(
            "TIPOFF_RATE_LIMIT",
            default: 50,
            range: 0...1_000_000,
            help: "requests a second of one client address, on average; 0 for no limit"
        )
        let burst = reader.int(
            "TIPOFF_RATE_BURST",
            default: 200,
            range: 1...1_000_000,
            help: "requests that one client address may make at once"
        )
        rateLimit = rate == 0 ? nil : RateLimiter.Limit(requestsPerSecond: rate, burst: burst)
        trustedProxies =
            reader.value(
                "TIPOFF_TRUSTED_PROXIES",
                default: [String](),
                expected: "addresses and networks separated by commas",
                example: "10.0.0.0/8,2001:db8::1",
                help: "proxies in front of the service; without them X-Forwarded-For is nobody's word",
                show: { $0.joined(separator: ",") },
                parse: { text in Self.list(text) { NetworkRange($0) == nil ? nil : $0 } }
            )?.compactMap { NetworkRange($0) } ?? []
        origins = CrossOrigin(
            origins: Set(
                reader.value(
                    "TIPOFF_CORS_ORIGINS",
                    default: [String](),
                    expected: "origins separated by commas, each a scheme and a host, without path; * is none",
                    example: "https://example.org,http://localhost:3000",
                    help: "sites whose pages may read /v1 in a browser",
                    show: { $0.joined(separator: ",") },
                    parse: { text in Self.list(text, CrossOrigin.origin) }
                ) ?? []
            )
        )
        streamReaders = reader.int(
            "TIPOFF_STREAM_READERS",
            default: 400,
            range: 1...WebLimits().maximumStreams,
            help: "clients that may follow /v1/stream at the same time"
        )
        streamsPerClient = reader.int(
            "TIPOFF_STREAMS_PER_CLIENT",
            default: 200,
            range: 1...WebLimits().maximumStreams,
            help: "streams that one client address may have open, so that none takes the places of all"
        )
        readerConnections = reader.int(
            "TIPOFF_READER_CONNECTIONS",
            default: 4,
            range: 1...64,
            help: "connections to the database that answer readers, as tipoff_reader"
        )
    }

    /// The parts between commas; nil when one of them is refused.
    private static func list(_ text: String, _ parse: (String) -> String?) -> [String]? {
        var found: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = parse(String(part.withoutBlanks)) else { return nil }
            found.append(value)
        }
        return found
    }
}
