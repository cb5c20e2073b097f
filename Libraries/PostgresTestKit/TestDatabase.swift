import Dispatch
public import Logging
public import Postgres
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A database of its own for one suite or one test.
public struct TestDatabase: Sendable {
    public let name: String
    /// Connects to the database as a superuser; change its timeouts and role as the test needs.
    public let configuration: PostgresConfiguration
    /// The connection string, for programs under test.
    public let url: String
    private let cluster: TestCluster

    /// Makes a database on the shared server.
    /// - Parameters:
    ///   - prefix: the beginning of its name; a number of this process and a random part follow.
    ///   - template: a name from `TestCluster.template(named:prepare:)`, or nil for an empty database.
    public static func create(_ prefix: String = "test", template: String? = nil) async throws -> TestDatabase {
        try await create(prefix, template: template, on: TestCluster.shared())
    }

    /// Makes a database on the given server.
    public static func create(
        _ prefix: String = "test",
        template: String? = nil,
        on cluster: TestCluster
    ) async throws -> TestDatabase {
        // 63 bytes is the longest name that the server keeps.
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let name = "\(prefix.prefix(30))_\(getpid())_\(random)"
        let admin = try await administrator(of: cluster)
        // Files are copied in a quarter of the time that their blocks take through the log. The checkpoints of it cost
        // nothing on a server that never syncs, and much on another's.
        let strategy: SQL = cluster.instance == nil ? "" : " STRATEGY file_copy"
        do {
            try await admin.execute(
                """
                CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template ?? "template0")\(sql: strategy)
                """
            )
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        LeftDatabases.shared.add(name, of: cluster)
        let configuration = try cluster.configuration(database: name)
        return TestDatabase(
            name: name,
            configuration: configuration,
            url: configuration.connectionURL,
            cluster: cluster
        )
    }

    /// Makes a database, runs the body and drops the database, whatever happens.
    public static func with<Result: Sendable>(
        _ prefix: String = "test",
        template: String? = nil,
        _ body: (TestDatabase) async throws -> Result
    ) async throws -> Result {
        let database = try await create(prefix, template: template)
        do {
            let result = try await body(database)
            try await database.drop()
            return result
        } catch {
            try await database.drop()
            throw error
        }
    }

    /// A pool for this database.
    public func pool(
        maximumConnections: Int = 8,
        logger: Logger = Logger(label: "postgres-test"),
        acquireTimeout: Duration = .seconds(30)
    ) -> PostgresPool {
        PostgresPool(
            configuration: configuration,
            maximumConnections: maximumConnections,
            logger: logger,
            acquireTimeout: acquireTimeout
        )
    }

    /// Drops the database, and whoever is still connected to it.
    public func drop() async throws {
        let admin = try await Self.administrator(of: cluster)
        do { try await Self.drop(name, by: admin) } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        LeftDatabases.shared.forget(name)
    }

    /// A vacuum in the database belongs to the server, and only a superuser may end that: others wait until it is over.
    fileprivate static func drop(_ name: String, by admin: PostgresConnection) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                _ = try await admin.execute("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
                return
            } catch let error as PostgresError {
                guard error.sqlState == "42501", ContinuousClock.now < deadline else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    fileprivate static func administrator(of cluster: TestCluster) async throws -> PostgresConnection {
        var configuration = try PostgresConfiguration(url: cluster.url)
        // Copying a template on a busy machine may take long.
        configuration.statementTimeout = .seconds(120)
        return try await PostgresConnection.connect(configuration, logger: Logger(label: "postgres-test"))
    }
}

/// Databases that this process has made on a server that stays, and that nobody has dropped yet, templates above all:
/// they go when it ends.
private final class LeftDatabases: Sendable {
    static let shared = LeftDatabases()
    private let left = Mutex<(names: Set<String>, cluster: TestCluster?)>(([], nil))

    func add(_ name: String, of cluster: TestCluster) {
        // A private server goes as a whole.
        guard cluster.instance == nil else { return }
        let isFirst = left.withLock { left in
            left.names.insert(name)
            defer { left.cluster = cluster }
            return left.cluster == nil
        }
        if isFirst { atexit { LeftDatabases.shared.dropAll() } }
    }

    func forget(_ name: String) { left.withLock { _ = $0.names.remove(name) } }

    private func dropAll() {
        let (names, cluster) = left.withLock { (Array($0.names), $0.cluster) }
        guard let cluster, !names.isEmpty else { return }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let admin = try await TestDatabase.administrator(of: cluster)
                for name in names { try await TestDatabase.drop(name, by: admin) }
                await admin.close()
            } catch {
                print("databases of the tests are left: \(error)")
            }
            done.signal()
        }
        // The other threads run on while exit waits here; a server that is gone must not hold it up.
        _ = done.wait(timeout: .now() + 30)
    }
}
