import Logging
import Pipeline
import Postgres

/// What every request of a reader goes through, page or API: the client's allowance, the security headers, other sites'
/// pages, and compression.
struct PublicDoor: Sendable {
    private let clients: ClientAddress
    private let limiter: RateLimiter?
    private let origins: CrossOrigin
    private let coding: ContentCoding
    private let seats: StreamSeats
    private let logger: Logger
    private let start = ContinuousClock.now

    init(_ settings: WebSettings, logger: Logger) {
        clients = ClientAddress(trustedProxies: settings.trustedProxies)
        limiter = settings.rateLimit.map { RateLimiter($0) }
        origins = settings.origins
        coding = ContentCoding(logger: logger)
        seats = StreamSeats(perClient: settings.streamsPerClient)
        self.logger = logger
    }

    /// The route behind the door.
    func route(_ route: WebRoute) -> WebRoute {
        route.wrapped { request, handler in try await answer(request, handler) }
    }

    private func answer(_ request: WebRequest, _ handler: WebRoute.Handler) async throws -> WebResponse {
        var response = try await admitted(request, handler)
        response.headers.merge(PageRoutes.securityHeaders) { own, _ in own }
        if Self.isAPI(request) { origins.mark(&response, for: request) }
        return coding(response, for: request)
    }

    /// Throws only when nobody waits for the answer any more.
    private func admitted(_ request: WebRequest, _ handler: WebRoute.Handler) async throws -> WebResponse {
        if let limiter,
            case .refused(let wait) = limiter.admit(clients(request).subscriber, at: ContinuousClock.now - start)
        {
            let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
            return .problem(
                429,
                "more than \(limiter.limit.requestsPerSecond) requests a second: ask again in \(seconds) s, and follow "
                    + "/v1/stream instead of asking over and over",
                headers: ["Retry-After": String(seconds)]
            )
        }
        if Self.isAPI(request), let answer = origins.preflight(request) { return answer }
        do {
            let response = try await handler(request)
            if let stream = response.stream, !seats.take(stream, for: clients(request).subscriber) {
                stream.finish()
                return .problem(
                    429,
                    "\(seats.perClient) streams of your address are open: close one of them",
                    headers: ["Retry-After": "15"]
                )
            }
            return response
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("request failed", metadata: ["path": "\(request.path)", "error": "\(error)"])
            if let error = error as? PostgresError, error.isInfrastructure {
                return .problem(503, "the database does not answer: ask again", headers: ["Retry-After": "5"])
            }
            return .problem(500, "the answer could not be made; the log says why")
        }
    }

    private static func isAPI(_ request: WebRequest) -> Bool { request.path.hasPrefix(PublicAPI.prefix) }
}
