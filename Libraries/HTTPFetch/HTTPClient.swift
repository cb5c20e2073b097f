/// Fetches over HTTP within limits. One client keeps one thread and one pool of connections; share it.
///
/// Transfers run on a thread that the client owns, never on Swift's cooperative pool. The thread starts with the first
/// request and ends, once its transfers are done, after the client is gone.
public final class HTTPClient: Sendable {
    /// What this client accepts.
    public let limits: HTTPLimits
    private let engine: TransferEngine

    /// Makes a client; nothing is connected and no thread started yet.
    /// - Parameters:
    ///   - limits: the limits of every request.
    ///   - userAgent: the `User-Agent` unless a request brings its own.
    ///   - proxy: such as `http://user:password@host:3128` or `socks5h://host:1080`; nil connects directly.
    ///     Proxy variables of the environment are not read. The proxy's own address is not checked.
    ///   - certificateAuthorityFile: a PEM file that replaces the system's certificate authorities.
    ///   - maximumConcurrentTransfers: further requests wait their turn.
    public init(
        limits: HTTPLimits = HTTPLimits(),
        userAgent: String = "Tipoff/1.0",
        proxy: String? = nil,
        certificateAuthorityFile: String? = nil,
        maximumConcurrentTransfers: Int = 16
    ) {
        self.limits = limits
        engine = TransferEngine(
            settings: TransferSettings(
                limits: limits,
                userAgent: userAgent,
                proxy: proxy,
                certificateAuthorityFile: certificateAuthorityFile
            ),
            maximumConcurrentTransfers: max(1, maximumConcurrentTransfers)
        )
    }

    deinit {
        engine.finishAndStop()
    }

    /// Sends one request, follows its redirects and returns the complete answer, whatever its status.
    ///
    /// Cancelling the task aborts the transfer at once.
    /// - Throws: an error of code `.timeout`, `.connect`, `.truncated`, `.tooLarge`, `.blockedAddress` and so on.
    public func fetch(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var chain = try RedirectChain(request, limits: limits)
        let budget = request.totalTimeout ?? limits.totalTimeout
        var spent = Duration.zero
        while true {
            guard budget > spent else {
                throw HTTPError(.timeout, "the redirects used up the time", url: chain.url.text)
            }
            let hop = try await engine.perform(chain.request, url: chain.url, timeout: budget - spent).get()
            spent += hop.elapsed
            if try chain.advance(status: hop.status, location: hop.headers["location"]) { continue }
            return HTTPResponse(
                status: hop.status,
                headers: hop.headers,
                body: hop.body,
                wireBytes: hop.wireBytes,
                effectiveURL: chain.url.text,
                redirects: chain.followed,
                elapsed: spent,
                receivedAt: hop.receivedAt
            )
        }
    }
}
