import Access
import Foundation
import Logging
import Pipeline
import Postgres
import ServiceLifecycle
import UnixSignals

/// The console as a process: settings, log, database, web server. SIGTERM ends it and exits 0.
public enum ConsoleRuntime {
    static let service = "console"
    /// The role that knows users and sessions; what is shown and done runs under the roles of the command line.
    static let role = "tipoff_console"

    /// Runs until a signal ends it; never returns.
    public static func run() async {
        let (configuration, settings) = PipelineConfiguration.loadOrExit(service: service) { ConsoleSettings(&$0) }
        let metrics = MetricsRegistry()
        TipoffLogging.bootstrap(configuration, metrics: metrics)
        let logger = Logger(label: service)
        do {
            try await start(configuration, settings, metrics: metrics, logger: logger)
            exit(0)
        } catch {
            logger.critical("service ended", metadata: [LogKeys.error: "\(error)"])
            exit(1)
        }
    }

    private static func start(
        _ configuration: PipelineConfiguration,
        _ settings: ConsoleSettings,
        metrics: MetricsRegistry,
        logger: Logger
    ) async throws {
        ProcessMetrics.register(in: metrics)
        let pool = try configuration.makePool(
            role: role,
            patience: (statement: .seconds(5), connection: .seconds(5)),
            logger: logger
        )
        let runner = CommandRunner(
            environment: ProcessInfo.processInfo.environment,
            clock: PipelineClock(start: configuration.clockStart)
        )
        let site = await ConsoleSite(
            runner: runner,
            pool: pool,
            settings: settings,
            metrics: metrics,
            logger: logger
        )
        let progress = ProgressMonitor(defaultSilence: configuration.stuckAfter)
        let readiness = Readiness(conditions: ["database"])
        let server = HealthServer(
            identity: .init(
                service: service,
                buildCommit: configuration.buildCommit,
                configurationDigest: configuration.description.digest
            ),
            host: configuration.httpHost,
            port: configuration.httpPort,
            addressFile: configuration.addressFile,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            routes: site.routes,
            builtIn: ConsoleSite.openPaths,
            logger: logger
        )
        try server.bind()
        readiness.declareReady()
        let parts: [any Service] = [
            server, site.board, DatabaseWatch(pool: pool, readiness: readiness, logger: logger), MemoryReturn(),
        ]
        let group = ServiceGroup(
            configuration: .init(
                services: parts.map {
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
        await pool.close()
    }
}

/// The console's parts without a process around them.
struct ConsoleSite: Sendable {
    /// What the server answers whoever asks: the probes.
    static let openPaths: Set<String> = ["/healthz", "/readyz"]

    let board: LiveBoard
    let pages: ConsoleRoutes

    var routes: [WebRoute] { pages.all }

    /// Asks the command line what it can, and builds the pages of that.
    init(
        runner: CommandRunner,
        pool: PostgresPool,
        settings: ConsoleSettings,
        metrics: MetricsRegistry,
        interval: Duration = .seconds(2),
        logger: Logger
    ) async {
        let commands = await CommandCatalogue.read(runner)
        let panels = PanelCatalogue(commands)
        let actions = ActionCatalogue(commands)
        let sessions = ConsoleSessions(pool: pool)
        board = LiveBoard(
            catalogue: panels,
            runner: runner,
            sessions: sessions,
            interval: interval,
            mostFollowers: settings.streams,
            logger: logger
        )
        pages = ConsoleRoutes(
            door: ConsoleDoor(sessions: sessions, settings: settings, logger: logger),
            panels: panels,
            actions: actions,
            board: board,
            desk: ActionDesk(
                catalogue: actions,
                runner: runner,
                record: ConsoleActions(pool: pool),
                logger: logger
            ),
            metrics: metrics
        )
    }
}

/// Looks every few seconds whether the database answers, for `/readyz`; and says once when the console has no users.
struct DatabaseWatch: Service {
    let pool: PostgresPool
    let readiness: Readiness
    let logger: Logger
    var interval: Duration = .seconds(3)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var hasSaid = false
            while !Task.isCancelled {
                do {
                    let users: Int64 = try await pool.query(
                        "SELECT count(*) FROM nba_orchestration.console_user WHERE disabled_at IS NULL"
                    ).scalar()
                    readiness.satisfy("database")
                    if users == 0, !hasSaid {
                        logger.notice("the console has no users: tipoff console user add NAME --role operator")
                        hasSaid = true
                    }
                } catch {
                    readiness.fail("database", reason: "\(error)")
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }
}
