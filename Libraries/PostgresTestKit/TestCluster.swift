public import Postgres
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A PostgreSQL server for tests: one for the whole test process, or a private one for tests that break it.
///
/// With `TIPOFF_DATABASE_URL` set, `shared()` uses that server and only makes databases there. Otherwise `initdb` and
/// `pg_ctl` (on the PATH) make one in a fresh directory, as the user `postgres` when the tests run as root. It is stopped
/// and its directory removed when the process exits, however it exits.
public final class TestCluster: Sendable {
    /// Connects to the database `postgres` as a superuser.
    public let url: String
    /// The server's own directory; nil for a server that was there before.
    let instance: ServerInstance?
    private let templates = TemplateCache()

    private init(url: String, instance: ServerInstance?) {
        self.url = url
        self.instance = instance
    }

    private static let sharedTask = Task<TestCluster, any Error> {
        if let given = getenv("TIPOFF_DATABASE_URL") {
            let url = String(cString: given)
            if !url.isEmpty { return TestCluster(url: url, instance: nil) }
        }
        return try await startPrivate()
    }

    /// The server of this test process, started at the first call.
    public static func shared() async throws -> TestCluster {
        try await sharedTask.value
    }

    /// Starts a server of its own, for tests that stop or restart it.
    public static func startPrivate() async throws -> TestCluster {
        let instance = try await ServerInstance.create()
        return TestCluster(url: instance.url, instance: instance)
    }

    /// A configuration for one of the server's databases.
    public func configuration(database: String = "postgres") throws -> PostgresConfiguration {
        try PostgresConfiguration(url: url).with(database: database)
    }

    /// Prepares a template database once in this process; later databases are cheap copies of it.
    /// - Parameter prepare: gets the empty database, and leaves no connection behind.
    /// - Returns: the template's name for `TestDatabase.create(_:template:)`.
    public static func template(
        named name: String,
        prepare: @escaping @Sendable (PostgresConfiguration) async throws -> Void
    ) async throws -> String {
        let cluster = try await shared()
        return try await cluster.templates.template(named: name, cluster: cluster, prepare: prepare)
    }

    /// How a server is stopped.
    public enum StopMode: String, Sendable {
        /// Rolls back, disconnects everybody, writes a checkpoint.
        case fast
        /// As a crash: the next start recovers.
        case immediate
    }

    /// Stops a private server.
    public func stop(_ mode: StopMode = .fast) async throws {
        try await requireInstance().stop(mode)
    }

    /// Starts a stopped private server again, at the same address.
    public func start() async throws {
        try await requireInstance().start()
    }

    /// Stops and starts a private server.
    public func restart(_ mode: StopMode = .fast) async throws {
        try await stop(mode)
        try await start()
    }

    /// Stops a private server for good and removes its directory.
    public func remove() throws {
        try requireInstance().remove()
    }

    private func requireInstance() throws -> ServerInstance {
        guard let instance else {
            throw TestClusterError("the server of TIPOFF_DATABASE_URL is not this process's to stop")
        }
        return instance
    }
}

/// Templates that this process has prepared, or is preparing.
private actor TemplateCache {
    private var tasks: [String: Task<String, any Error>] = [:]

    func template(
        named name: String,
        cluster: TestCluster,
        prepare: @escaping @Sendable (PostgresConfiguration) async throws -> Void
    ) async throws -> String {
        if let task = tasks[name] { return try await task.value }
        let task = Task {
            let database = try await TestDatabase.create("template_" + name, template: nil, on: cluster)
            try await prepare(database.configuration)
            return database.name
        }
        tasks[name] = task
        return try await task.value
    }
}
