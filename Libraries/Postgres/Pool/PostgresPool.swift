public import Logging
import Synchronization

/// A bounded set of connections, opened when needed and handed out in the order of asking.
public final class PostgresPool: Sendable {
    typealias Grant = PoolGrant<PostgresConnection>
    typealias Waiter = CheckedContinuation<Grant, any Error>

    /// How many connections there are, and how many callers wait for one.
    public struct Statistics: Sendable, Hashable {
        public let open: Int
        public let idle: Int
        public let waiting: Int
    }

    public let configuration: PostgresConfiguration
    /// How long a caller waits for a connection to become free.
    public let acquireTimeout: Duration
    /// How long a caller keeps trying to connect to a server that does not answer.
    public let connectRetryWindow: Duration
    let logger: Logger
    let state: Mutex<PoolState<PostgresConnection, Waiter>>
    private let closing = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let backoff = Backoff(base: .milliseconds(20), maximum: .seconds(1))

    public init(
        configuration: PostgresConfiguration,
        maximumConnections: Int,
        logger: Logger,
        acquireTimeout: Duration = .seconds(30),
        connectRetryWindow: Duration = .seconds(5)
    ) {
        self.configuration = configuration
        self.acquireTimeout = acquireTimeout
        self.connectRetryWindow = connectRetryWindow
        self.logger = logger
        state = Mutex(PoolState(maximum: maximumConnections))
    }

    public var statistics: Statistics {
        state.withLock { Statistics(open: $0.opened, idle: $0.idleCount, waiting: $0.waitingCount) }
    }

    /// Runs one statement on any connection.
    /// - Throws: `PostgresError`, or `CancellationError`.
    @discardableResult
    public nonisolated(nonsending) func query(_ sql: SQL) async throws -> PostgresRows {
        try refuseInsideOwnTransaction()
        return try await leased { try await $0.query(sql) }
    }

    /// Runs one statement on any connection.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    @discardableResult
    public nonisolated(nonsending) func execute(_ sql: SQL) async throws -> Int {
        try await query(sql).affectedRows
    }

    /// Runs the statements in one round trip and one transaction.
    /// - Returns: one result a statement.
    @discardableResult
    public nonisolated(nonsending) func execute(batch: [SQL]) async throws -> [PostgresRows] {
        try refuseInsideOwnTransaction()
        return try await leased { try await $0.execute(batch: batch) }
    }

    /// Lends a connection for session-level work: advisory locks, COPY, temporary tables, settings.
    ///
    /// What the body leaves in the session is undone afterwards, which costs one round trip. Unlike the other calls
    /// it is allowed inside a transaction of this pool, as a second session.
    @discardableResult
    public nonisolated(nonsending) func withConnection<Result>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await leased { connection in
            do {
                let result = try await body(connection)
                await connection.reset()
                return result
            } catch {
                await connection.reset()
                throw error
            }
        }
    }

    /// Turns new and waiting callers away, closes idle connections, and waits until the lent ones have come back.
    public func close() async {
        let (connections, waiters) = state.withLock { $0.close() }
        for waiter in waiters { waiter.resume(throwing: Self.closedError) }
        for connection in connections { await connection.close() }
        await withCheckedContinuation { continuation in
            closing.withLock { $0.append(continuation) }
            resumeClosersIfEmpty()
        }
    }

    static var closedError: PostgresError { PostgresError(.closed, "the pool is closed") }

    func refuseInsideOwnTransaction() throws(PostgresError) {
        if TransactionScope.isInside(ObjectIdentifier(self)) {
            throw PostgresError(
                .misuse,
                "the pool was used inside its own transaction's body; use the transaction, or withConnection"
            )
        }
    }

    nonisolated(nonsending) func leased<Result>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await lease()
        do {
            let result = try await body(connection)
            await giveBack(connection)
            return result
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Gets a connection: an idle one that is still alive, a new one, or the next that comes back.
    nonisolated(nonsending) func lease() async throws -> PostgresConnection {
        var grant: Grant
        switch state.withLock({ $0.request() }) {
        case .granted(let granted): grant = granted
        case .wait: grant = try await wait()
        case .closed: throw Self.closedError
        }
        if case .use(let connection) = grant {
            // A connection that has something to say while nobody asks is dead, or reports a changed setting.
            if connection.isQuiet { return connection }
            if await connection.consumeInput() { return connection }
            await connection.close()
            logger.debug("A pooled connection was dead", metadata: ["pid": "\(connection.processID)"])
        }
        do {
            return try await open()
        } catch {
            hand(state.withLock { $0.giveBackPermit() })
            throw error
        }
    }

    nonisolated(nonsending) func giveBack(_ connection: PostgresConnection) async {
        if connection.isUsable, !connection.isIdle { await connection.rollback(nil) }
        guard connection.isUsable else {
            await connection.close()
            hand(state.withLock { $0.giveBackPermit() })
            return
        }
        let (handover, surplus) = state.withLock { $0.giveBack(connection) }
        hand(handover)
        if let surplus {
            await surplus.close()
            resumeClosersIfEmpty()
        }
    }

    private func hand(_ handover: PoolState<PostgresConnection, Waiter>.Handover?) {
        if let handover {
            handover.waiter.resume(returning: handover.grant)
        } else {
            resumeClosersIfEmpty()
        }
    }

    private func resumeClosersIfEmpty() {
        guard state.withLock({ $0.isClosed && $0.isEmpty }) else { return }
        let closers = closing.withLock { closers in
            defer { closers = [] }
            return closers
        }
        for closer in closers { closer.resume() }
    }

    /// Waits in the queue, up to the acquire timeout or the task's cancellation.
    private nonisolated(nonsending) func wait() async throws -> Grant {
        let id = state.withLock { $0.newID() }
        let timeout = acquireTimeout
        let timer = Task { [self] in
            try await Task.sleep(for: timeout)
            let waiter = state.withLock { $0.remove(id: id) }
            waiter?.resume(throwing: PostgresError(.acquireTimeout, "no connection became free within \(timeout)"))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Swift.Result<Grant, any Error>? = state.withLock { state in
                    // The flag is set before the handler runs, and the handler needs this lock: none is missed.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    switch state.request() {
                    case .granted(let grant): return .success(grant)
                    case .closed: return .failure(Self.closedError)
                    case .wait:
                        state.enqueue(continuation, id: id)
                        return nil
                    }
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.remove(id: id) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Connects; a server that is away is asked again with jittered pauses, until the window is over.
    private nonisolated(nonsending) func open() async throws -> PostgresConnection {
        let deadline = ContinuousClock.now + connectRetryWindow
        var failures = 0
        while true {
            do {
                return try await PostgresConnection.connect(configuration, logger: logger)
            } catch let error as PostgresError where error.isInfrastructure {
                failures += 1
                let pause = backoff.delay(afterFailure: failures, random: .random(in: 0.5..<1))
                if state.withLock({ $0.isClosed }) { throw Self.closedError }
                guard ContinuousClock.now + pause < deadline else { throw error }
                logger.debug("Connecting failed; trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
                try await Task.sleep(for: pause)
            }
        }
    }
}
