public import Foundation
import HTTPFetch
public import Kafka
public import Logging
public import Postgres
public import ServiceLifecycle
import UnixSignals

/// Starts a service: settings, log, database, broker, health server, then the parts that the caller makes. SIGTERM
/// drains and exits 0.
public enum ServiceRuntime {
    /// Runs until a signal ends it; never returns.
    ///
    /// - Parameters:
    ///   - service: the executable's name.
    ///   - registry: the processors; a test may give its own.
    ///   - routes: the service's own paths beside the health server's.
    ///   - make: builds the service's parts.
    public static func run(
        _ service: String,
        registry: Registry = .standard,
        routes: [WebRoute] = [],
        _ make: @escaping @Sendable (ServiceContext) async throws -> [any Service]
    ) async {
        await run(service, registry: registry, settings: { _ in }, routes: { _, _ in routes }) { context, _ in
            try await make(context)
        }
    }

    /// Runs a service that has settings of its own; one error lists the problems of all of them.
    public static func run<Settings: Sendable>(
        _ service: String,
        registry: Registry = .standard,
        settings: @Sendable (inout ConfigurationReader) -> Settings,
        routes: @escaping @Sendable (RouteContext, Settings) throws -> [WebRoute] = { _, _ in [] },
        _ make: @escaping @Sendable (ServiceContext, Settings) async throws -> [any Service]
    ) async {
        let (configuration, (work, own)) = PipelineConfiguration.loadOrExit(service: service) { reader in
            (work: WorkSettings(service: service, &reader), own: settings(&reader))
        }
        let metrics = MetricsRegistry()
        TipoffLogging.bootstrap(configuration, metrics: metrics)
        let logger = Logger(label: service)
        do {
            try await start(
                configuration,
                work,
                own,
                registry: registry,
                metrics: metrics,
                logger: logger,
                routes: routes,
                make
            )
            exit(0)
        } catch {
            logger.critical("service ended", metadata: ["error": "\(error)"])
            exit(1)
        }
    }

    private static func start<Settings: Sendable>(
        _ configuration: PipelineConfiguration,
        _ work: WorkSettings,
        _ settings: Settings,
        registry: Registry,
        metrics: MetricsRegistry,
        logger: Logger,
        routes: @Sendable (RouteContext, Settings) throws -> [WebRoute],
        _ make: @Sendable (ServiceContext, Settings) async throws -> [any Service]
    ) async throws {
        ProcessMetrics.register(in: metrics)
        let pool = try configuration.makePool(logger: logger)
        let progress = ProgressMonitor(defaultSilence: configuration.stuckAfter)
        let readiness = Readiness(conditions: ["database", "kafka_assigned"])
        let routeContext = RouteContext(configuration: configuration, logger: logger)
        let health = HealthServer(
            configuration: configuration,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            routes: try routes(routeContext, settings),
            logger: logger
        )
        try health.bind()
        let context = try ServiceContext(
            configuration: configuration,
            work: work,
            registry: registry,
            pool: pool,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            logger: logger
        )
        let parts = try await make(context, settings)
        readiness.declareReady()
        logger.notice(
            "service started",
            metadata: ["instance": "\(context.instance)", "build_commit": "\(configuration.buildCommit)"]
        )
        let group = ServiceGroup(
            configuration: .init(
                services: ([health, DatabaseRoleReport(pool: pool, logger: logger), MemoryReturn()] + parts).map {
                    .init(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        readiness.beginDraining()
        await context.producer.close(timeout: .seconds(5))
        await routeContext.closePools()
        await pool.close()
    }
}

extension PipelineConfiguration {
    /// The client settings of the broker.
    public func kafka(clientID: String) -> KafkaConfiguration {
        KafkaConfiguration(brokers: kafkaBrokers, clientID: clientID, settings: kafkaSettings)
    }

    /// The object store that the settings name.
    public func makeObjects() throws(ObjectStoreError) -> any ObjectStore {
        switch objectStore {
        case .directory(let path): return try makeObjectStore(url: path)
        case .s3(let bucket, let prefix):
            guard let s3 else {
                throw ObjectStoreError(.configuration, path: bucket, reason: "S3 needs an access key and a secret key")
            }
            var location = S3ObjectStore.Location(bucket: bucket, region: s3.region)
            if let endpoint = s3.endpoint { location.endpoint = endpoint }
            location.keyPrefix = prefix
            return try S3ObjectStore(
                location: location,
                credentials: S3Credentials(
                    accessKeyID: s3.accessKey,
                    secretAccessKey: s3.secretKey,
                    region: s3.region
                )
            )
        }
    }

    /// A connection pool with the role timeouts of the service.
    ///
    /// - Parameters:
    ///   - role: the role that its connections take on instead of the service's.
    ///   - connections: how many there are at most, instead of the service's number.
    ///
    /// - Parameter patience: how long a statement may take and a connection be waited for; nil is the standard 30 s.
    public func makePool(
        role: String? = nil,
        connections: Int? = nil,
        patience: (statement: Duration, connection: Duration)? = nil,
        logger: Logger
    ) throws(PostgresError) -> PostgresPool {
        var configuration = try PostgresConfiguration(url: databaseURL)
        configuration.applicationName = "tipoff-\(service)"
        configuration.role = role ?? databaseRole
        configuration.plansOnce = true
        if service.contains("-to-") { configuration.lockTimeout = .seconds(2) }
        if let patience { configuration.statementTimeout = patience.statement }
        return PostgresPool(
            configuration: configuration,
            maximumConnections: connections ?? databaseConnections,
            logger: logger,
            acquireTimeout: patience?.connection ?? .seconds(30)
        )
    }
}
