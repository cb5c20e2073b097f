import Logging
import Postgres
import PostgresTestKit
import Testing

let quiet: Logger = {
    var logger = Logger(label: "postgres-test")
    logger.logLevel = .critical
    return logger
}()

/// Happens once; everybody who waits goes on.
actor Event {
    private var hasFired = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func fire() {
        hasFired = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func wait() async {
        if hasFired { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

actor Counter {
    private(set) var value = 0

    @discardableResult
    func increment() -> Int {
        value += 1
        return value
    }
}

/// Asks again until the condition holds; fails after a generous deadline.
func eventually(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

/// Runs the body and returns the `PostgresError` that it must throw.
func postgresError<Result>(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async throws -> PostgresError {
    let error = await #expect(throws: PostgresError.self, sourceLocation: sourceLocation) { _ = try await body() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// A pool on the server's own database, for statements that leave nothing behind.
func sharedPool() async throws -> PostgresPool {
    try await SharedPool.task.value
}

private enum SharedPool {
    static let task = Task {
        PostgresPool(
            configuration: try await TestCluster.shared().configuration(),
            maximumConnections: 4,
            logger: quiet
        )
    }
}

extension Trait where Self == ConditionTrait {
    /// The test sets what only a superuser may.
    static var superuser: Self {
        .enabled("the given database's user is no superuser") {
            let configuration = try await TestCluster.shared().configuration()
            let connection = try await PostgresConnection.connect(configuration, logger: quiet)
            let isSuperuser: Bool = try await connection.query(
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            ).scalar()
            await connection.close()
            return isSuperuser
        }
    }
}
