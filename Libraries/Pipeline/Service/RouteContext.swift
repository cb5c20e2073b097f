public import Logging
public import Postgres
import Synchronization

/// What the routes of a service are made of, before the service itself is there.
public final class RouteContext: Sendable {
    public let configuration: PipelineConfiguration
    /// The service's own connections.
    public let pool: PostgresPool
    public let metrics: MetricsRegistry
    public let logger: Logger
    private let pools = Mutex<[PostgresPool]>([])

    init(configuration: PipelineConfiguration, pool: PostgresPool, metrics: MetricsRegistry, logger: Logger) {
        self.configuration = configuration
        self.pool = pool
        self.metrics = metrics
        self.logger = logger
    }

    /// Connections of another role, closed after the last request.
    ///
    /// - Parameters:
    ///   - role: such as `tipoff_reader`; the login must be a member of it.
    ///   - connections: how many there are at most.
    public func makePool(role: String, connections: Int) throws(PostgresError) -> PostgresPool {
        let pool = try configuration.makePool(role: role, connections: connections, logger: logger)
        pools.withLock { $0.append(pool) }
        return pool
    }

    func closePools() async {
        for pool in pools.withLock({ $0 }) { await pool.close() }
    }
}
