@testable import Postgres
import PostgresTestKit
import Testing

@Suite struct PoolStateTests {
    @Test func connectionsGoToWhoAskedFirst() {
        var state = PoolState<Int, String>(maximum: 1)
        guard case .granted(.open) = state.request() else { return #expect(Bool(false), "no permit") }
        for waiter in ["a", "b", "c"] {
            guard case .wait = state.request() else { return #expect(Bool(false), "no queue") }
            state.enqueue(waiter, id: state.newID())
        }
        #expect(state.remove(id: 2) == "b")
        #expect(state.remove(id: 2) == nil)
        #expect(state.giveBack(7).handover?.waiter == "a")
        // A lost connection's permit is handed on, so that the queue never stands still.
        let handover = state.giveBackPermit()
        #expect(handover?.waiter == "c")
        if case .use? = handover?.grant { #expect(Bool(false), "a lost connection was handed on") }
        #expect(state.giveBack(8).handover == nil)
        #expect(state.idleCount == 1)
        if case .granted(.use(let connection)) = state.request() { #expect(connection == 8) }
        #expect(state.opened == 1)
    }

    @Test func aClosedPoolTurnsEverybodyAway() {
        var state = PoolState<Int, String>(maximum: 2)
        _ = state.request()
        _ = state.request()
        _ = state.giveBack(1)
        state.enqueue("a", id: state.newID())
        let (connections, waiters) = state.close()
        #expect(connections == [1])
        #expect(waiters == ["a"])
        guard case .closed = state.request() else { return #expect(Bool(false), "not closed") }
        #expect(state.giveBack(2).close == 2)
        #expect(state.isEmpty)
    }

    @Test(arguments: 1...20)
    func pausesGrowAndStayBounded(_ failure: Int) {
        let backoff = Backoff(base: .milliseconds(2), maximum: .milliseconds(250))
        let longest = backoff.delay(afterFailure: failure, random: 1)
        #expect(longest <= .milliseconds(250))
        #expect(longest >= backoff.delay(afterFailure: max(1, failure - 1), random: 1))
        #expect(backoff.delay(afterFailure: failure, random: 0) == .zero)
    }

    @Test func theStatementCacheForgetsTheLeastRecentlyUsed() {
        var cache = StatementCache(limit: 2)
        func key(_ text: String, _ types: PostgresType...) -> StatementKey { StatementKey(text: text, types: types) }
        cache.insert(key("a"), name: "1")
        cache.insert(key("b"), name: "2")
        #expect(cache.name(of: key("a")) == "1")
        // The same text with other parameter types is another statement.
        #expect(cache.name(of: key("a", .int8)) == nil)
        cache.insert(key("c"), name: "3")
        #expect(cache.name(of: key("b")) == nil)
        #expect(cache.name(of: key("a")) == "1")
        #expect(cache.takeEvicted() == ["2"])
        #expect(cache.evicted.isEmpty)
    }
}

@Suite struct PoolTests {
    private func pool(_ maximum: Int, acquireTimeout: Duration = .seconds(60)) async throws -> PostgresPool {
        PostgresPool(
            configuration: try await TestCluster.shared().configuration(),
            maximumConnections: maximum,
            logger: quiet,
            acquireTimeout: acquireTimeout
        )
    }

    @Test func thereAreNeverMoreConnectionsThanAllowed() async throws {
        let pool = try await pool(3)
        let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<60 {
                group.addTask { try await pool.query("SELECT pg_backend_pid()").scalar() }
            }
            return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
        }
        #expect(pids.count <= 3)
        #expect(pool.statistics.open <= 3)
        #expect(pool.statistics.waiting == 0)
        await pool.close()
    }

    @Test func aCancelledWaiterLeavesAndTheNextIsServed() async throws {
        let pool = try await pool(1)
        let release = Event()
        let holder = Task { try await pool.withConnection { _ in await release.wait() } }
        try await eventually("the connection is lent") { pool.statistics.open == 1 && pool.statistics.idle == 0 }
        let first = Task { try await pool.query("SELECT 1").scalar(as: Int.self) }
        try await eventually("one waits") { pool.statistics.waiting == 1 }
        let second = Task { try await pool.query("SELECT 2").scalar(as: Int.self) }
        try await eventually("two wait") { pool.statistics.waiting == 2 }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(pool.statistics.waiting == 1)
        await release.fire()
        try await holder.value
        #expect(try await second.value == 2)
        #expect(pool.statistics == PostgresPool.Statistics(open: 1, idle: 1, waiting: 0))
        await pool.close()
    }

    @Test func anExhaustedPoolSaysSo() async throws {
        let pool = try await pool(1, acquireTimeout: .milliseconds(20))
        try await pool.withConnection { _ in
            let error = try await postgresError { try await pool.query("SELECT 1") }
            #expect(error.kind == .acquireTimeout)
            #expect(error.isInfrastructure)
        }
        #expect(try await pool.query("SELECT 1").scalar() == 1)
        await pool.close()
    }

    @Test func closingWaitsForLentConnectionsAndRefusesNewCallers() async throws {
        let pool = try await pool(1)
        let release = Event()
        let holder = Task {
            try await pool.withConnection { connection in
                await release.wait()
                return try await connection.query("SELECT 5").scalar(as: Int.self)
            }
        }
        try await eventually("the connection is lent") { pool.statistics.open == 1 }
        let waiter = Task { try await pool.query("SELECT 1") }
        try await eventually("one waits") { pool.statistics.waiting == 1 }
        let closing = Task { await pool.close() }
        #expect(try await postgresError { try await waiter.value }.kind == .closed)
        #expect(try await postgresError { try await pool.query("SELECT 1") }.kind == .closed)
        await release.fire()
        #expect(try await holder.value == 5)
        await closing.value
        #expect(pool.statistics.open == 0)
        await pool.close()
    }

    @Test(.superuser) func aLentSessionComesBackClean() async throws {
        let pool = try await pool(1)
        let pid = try await pool.withConnection { connection in
            try await connection.executeScript(
                """
                SET search_path = nowhere; SELECT pg_advisory_lock(4711); CREATE TEMP TABLE left_over (a int);
                SET ROLE pg_monitor; BEGIN; SELECT 1
                """
            )
            return connection.processID
        }
        let row = try await pool.query(
            """
            SELECT pg_backend_pid() AS pid, current_setting('search_path') AS path, current_user::text AS who,
                (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
                to_regclass('left_over') IS NULL AS gone, current_setting('statement_timeout') AS timeout
            """
        ).one()
        #expect(try row.decode("pid") == pid)
        #expect(try row.decode("path") == "\"$user\", public")
        #expect(try row.decode("who") == "postgres")
        #expect(try row.decode("locks") == 0)
        #expect(try row.decode("gone") == true)
        #expect(try row.decode("timeout") == "30s")
        await pool.close()
    }

    /// What a closed connection is asked runs on the asking thread, which is still busy with it when the answer is there.
    @Test func aClosedConnectionMayBeDroppedWithItsLastAnswer() async throws {
        let configuration = try await TestCluster.shared().configuration()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let connection = try await PostgresConnection.connect(configuration, logger: quiet)
                        await connection.close()
                        for _ in 0..<20 { await connection.close() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aClosedConnectionSaysSo() async throws {
        let connection = try await PostgresConnection.connect(
            TestCluster.shared().configuration(),
            logger: quiet
        )
        #expect(connection.isUsable)
        await connection.close()
        #expect(!connection.isUsable)
        for _ in 0..<3 {
            #expect(try await postgresError { try await connection.query("SELECT 1") }.kind == .closed)
        }
        await connection.close()
    }
}
