import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// The HTTP server of a service: `/healthz`, `/readyz`, `/metrics`, `/status` and the service's own routes.
///
/// It binds before the service is ready and goes on answering while the service drains, when it is listed first in the
/// `ServiceGroup`. The built-in routes are answered on a thread of their own, whatever the other threads do. A request
/// that is malformed or too large is refused and its connection closed.
public final class HealthServer: Service {
    /// What `/status` says about the process.
    public struct Identity: Sendable, Hashable {
        public var service: String
        public var buildCommit: String
        public var configurationDigest: String

        public init(service: String, buildCommit: String = "unknown", configurationDigest: String = "") {
            self.service = service
            self.buildCommit = buildCommit
            self.configurationDigest = configurationDigest
        }
    }

    /// Where the server listens.
    public struct BoundAddress: Sendable, Hashable, CustomStringConvertible {
        public let host: String
        public let port: UInt16
        /// `host:port`, an IPv6 host in brackets.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// The paths that the server answers by itself.
    public static let builtInPaths: Set<String> = ["/healthz", "/readyz", "/metrics", "/status"]

    private enum State {
        case idle
        case bound(ListeningSocket)
        case running(BoundAddress)
        case ended
    }

    let limits: WebLimits
    let logger: Logger
    let report: HealthReport
    let routes: [WebRoute]
    let builtIn: Set<String>
    let requests: MetricFamily<Counter>
    private let host: String
    private let port: UInt16
    private let addressFile: String?
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - host: an IPv4 or IPv6 address.
    ///   - port: 0 takes any free port.
    ///   - addressFile: receives `host:port` once bound; removed at the end.
    ///   - routes: the service's own; the built-in paths win.
    ///   - builtIn: which of ``builtInPaths`` the server answers by itself, to everybody; the others are the routes' to
    ///     answer or to refuse.
    ///   - details: what `/status` shows beside the rest; must not block.
    public init(
        identity: Identity,
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        addressFile: String? = nil,
        progress: ProgressMonitor,
        readiness: Readiness,
        metrics: MetricsRegistry,
        routes: [WebRoute] = [],
        builtIn: Set<String> = HealthServer.builtInPaths,
        limits: WebLimits = WebLimits(),
        clock: ProgressClock = .monotonic,
        details: @escaping @Sendable () -> JSONObject = { JSONObject() },
        logger: Logger
    ) {
        self.host = host
        self.port = port
        self.addressFile = addressFile
        self.routes = routes
        self.builtIn = builtIn
        self.limits = limits
        self.logger = logger
        report = HealthReport(
            identity: identity,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            startedAt: Date(),
            startedOn: clock.now(),
            clock: clock,
            details: details
        )
        requests = metrics.counters(
            "tipoff_http_requests_total",
            labels: ["status"],
            help: "Requests to the service's HTTP server."
        )
    }

    /// As configured.
    public convenience init(
        configuration: PipelineConfiguration,
        progress: ProgressMonitor,
        readiness: Readiness,
        metrics: MetricsRegistry,
        routes: [WebRoute] = [],
        details: @escaping @Sendable () -> JSONObject = { JSONObject() },
        logger: Logger
    ) {
        self.init(
            identity: Identity(
                service: configuration.service,
                buildCommit: configuration.buildCommit,
                configurationDigest: configuration.description.digest
            ),
            host: configuration.httpHost,
            port: configuration.httpPort,
            addressFile: configuration.addressFile,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            routes: routes,
            details: details,
            logger: logger
        )
    }

    /// Where the server listens; nil before `bind()` and after the end.
    public var address: BoundAddress? {
        state.withLock { state in
            switch state {
            case .bound(let listener): listener.address
            case .running(let address): address
            case .idle, .ended: nil
            }
        }
    }

    /// Begins to listen and writes the address file. `run()` does this too; calling it before shows a taken port early.
    ///
    /// - Throws: `HealthServerError` when the address cannot be used or the file cannot be written.
    @discardableResult
    public func bind() throws(HealthServerError) -> BoundAddress {
        if let address { return address }
        let listener = try ListeningSocket(host: host, port: port)
        if let addressFile { try AddressFile.write(listener.address.description, to: addressFile) }
        state.withLock { $0 = .bound(listener) }
        return listener.address
    }

    /// Serves until graceful shutdown or cancellation; running requests may finish within `drainTimeout`.
    ///
    /// - Throws: `HealthServerError` when the server cannot start or the system refuses to wait for events.
    public func run() async throws {
        try bind()
        let claimed: ListeningSocket? = state.withLock { state in
            guard case .bound(let listener) = state else { return nil }
            state = .running(listener.address)
            return listener
        }
        guard let listener = claimed else {
            throw HealthServerError(description: "the server runs already or has ended")
        }
        let address = listener.address
        logger.info(
            "http server listens",
            metadata: [LogKeys.address: "\(address)", LogKeys.buildCommit: "\(report.identity.buildCommit)"]
        )
        let result: Result<Void, any Error>
        do {
            try await serve(listener)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if let addressFile { AddressFile.remove(addressFile, ifItSays: address.description) }
        state.withLock { $0 = .ended }
        try result.get()
    }
}
