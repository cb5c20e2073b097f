public import Logging
public import Postgres
import Synchronization

/// What the routes of a service are made of, before the service itself is there.
public final class RouteContext: Sendable {
    private let configuration: PipelineConfiguration
    public let logger: Logger
    private let pools = Mutex<[PostgresPool]>([])

    init(configuration: PipelineConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Connections of another role, closed after the last request.
    ///
    /// - Parameters:
    ///   - role: such as `tipoff_reader`; the login must be a member of it.
    ///   - connections: how many there are at most. Who gets none within two seconds is told to come again: a reader
    ///     must not wait until his own request has run out of time.
    public func makePool(role: String, connections: Int) throws(PostgresError) -> PostgresPool {
        let pool = try configuration.makePool(
            role: role,
            connections: connections,
            patience: (statement: .seconds(5), connection: .seconds(2)),
            logger: logger
        )
        pools.withLock { $0.append(pool) }
        return pool
    }

    func closePools() async {
        for pool in pools.withLock({ $0 }) { await pool.close() }
    }
}
