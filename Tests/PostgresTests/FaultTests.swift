import Postgres
import PostgresTestKit
import Testing

@Suite struct FaultTests {
    private func isActive(_ pool: PostgresPool, _ pid: Int32) async throws -> Bool {
        try await pool.query(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(pid) AND wait_event = 'PgSleep')"
        ).scalar()
    }

    @Test(.timeLimit(.minutes(1)))
    func aCancelledTaskCancelsItsStatementAndKeepsTheConnection() async throws {
        let watcher = try await sharedPool()
        var configuration = try await TestCluster.shared().configuration()
        // The timeout must not do the cancellation's work.
        configuration.statementTimeout = .zero
        let connection = try await PostgresConnection.connect(configuration, logger: quiet)
        let pid = connection.processID
        let task = Task { try await connection.query("SELECT pg_sleep(600)") }
        try await eventually("the statement runs") { try await isActive(watcher, pid) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await connection.query("SELECT pg_backend_pid()").scalar() == pid)
        await connection.close()
    }

    @Test func aStatementOfACancelledTaskIsNotSent() async throws {
        let pool = try await sharedPool()
        let release = Event()
        let task = Task {
            await release.wait()
            return try await pool.query("SELECT pg_sleep(600)")
        }
        task.cancel()
        await release.fire()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func cancellationNeverHitsAnotherStatement() async throws {
        let connection = try await PostgresConnection.connect(TestCluster.shared().configuration(), logger: quiet)
        for _ in 0..<50 {
            let task = Task { try await connection.query("SELECT 1").scalar(as: Int.self) }
            let next = Task {
                try await connection.query("SELECT pg_sleep(0.001), 2").one().decode(at: 1, as: Int.self)
            }
            task.cancel()
            #expect(try await next.value == 2)
            _ = await task.result
        }
        await connection.close()
    }

    @Test func aStatementTimeoutIsAnErrorOfTheServer() async throws {
        var configuration = try await TestCluster.shared().configuration()
        configuration.statementTimeout = .milliseconds(30)
        let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
        let error = try await postgresError { try await pool.query("SELECT pg_sleep(600)") }
        #expect(error.isQueryCanceled)
        #expect(error.message.contains("statement timeout"))
        #expect(try await pool.query("SELECT 1").scalar() == 1)
        #expect(pool.statistics.open == 1)
        await pool.close()
    }

    @Test func aLockTimeoutIsAnErrorOfTheServer() async throws {
        try await TestDatabase.with("locks") { database in
            var configuration = database.configuration
            configuration.lockTimeout = .milliseconds(30)
            let pool = PostgresPool(configuration: configuration, maximumConnections: 2, logger: quiet)
            try await pool.execute("CREATE TABLE t (id int)")
            try await pool.transaction { transaction in
                try await transaction.execute("LOCK TABLE t")
                let error = try await postgresError {
                    try await pool.withConnection { try await $0.execute("SELECT * FROM t") }
                }
                #expect(error.isLockNotAvailable)
            }
            await pool.close()
        }
    }

    @Test func anIdleConnectionThatWasTerminatedIsReplacedUnseen() async throws {
        let killer = try await sharedPool()
        let pool = PostgresPool(
            configuration: try await TestCluster.shared().configuration(),
            maximumConnections: 1,
            logger: quiet
        )
        var pids: Set<Int32> = []
        for _ in 0..<3 {
            let pid = try await pool.query("SELECT pg_backend_pid()").scalar(as: Int32.self)
            #expect(pids.insert(pid).inserted)
            #expect(try await killer.query("SELECT pg_terminate_backend(\(pid), 10000)").scalar() == true)
        }
        #expect(pool.statistics.open == 1)
        await pool.close()
    }

    @Test func aTerminatedTransactionIsInfrastructureAndIsNotRetried() async throws {
        let killer = try await sharedPool()
        let pool = PostgresPool(
            configuration: try await TestCluster.shared().configuration(),
            maximumConnections: 1,
            logger: quiet
        )
        let attempts = Counter()
        let error = try await postgresError {
            try await pool.transaction { transaction in
                await attempts.increment()
                try await transaction.query("SELECT 1")
                try await killer.query("SELECT pg_terminate_backend(\(transaction.processID), 10000)")
                try await transaction.query("SELECT 2")
            }
        }
        #expect(error.isInfrastructure)
        #expect(!error.isUnknownCommitOutcome)
        #expect(await attempts.value == 1)
        #expect(try await pool.query("SELECT 1").scalar() == 1)
        await pool.close()
    }

    @Test func aSettingThatChangesIsNoReasonToReconnect() async throws {
        let cluster = try await TestCluster.startPrivate()
        let pool = PostgresPool(configuration: try cluster.configuration(), maximumConnections: 1, logger: quiet)
        let pid = try await pool.query("SELECT pg_backend_pid()").scalar(as: Int32.self)
        let admin = try await PostgresConnection.connect(cluster.configuration(), logger: quiet)
        try await admin.execute("ALTER SYSTEM SET IntervalStyle = 'iso_8601'")
        try await admin.execute("SELECT pg_reload_conf()")
        try await eventually("the setting arrives") {
            try await pool.query("SHOW IntervalStyle").scalar() == "iso_8601"
        }
        #expect(try await pool.query("SELECT pg_backend_pid()").scalar() == pid)
        await admin.close()
        await pool.close()
        try cluster.remove()
    }

    @Test func aConnectionLostDuringCommitIsAnUnknownOutcomeAndIsNotRetried() async throws {
        try await TestDatabase.with("commit") { database in
            let direct = database.pool(logger: quiet)
            try await direct.execute("CREATE TABLE t (id int)")
            let port = try #require(UInt16(database.configuration.port))
            let proxy = try Proxy(target: port)
            let pool = PostgresPool(
                configuration: database.configuration.with(host: "127.0.0.1", port: Int(proxy.port)),
                maximumConnections: 1,
                logger: quiet
            )
            let attempts = Counter()
            proxy.cutAfterCommit()
            let error = try await postgresError {
                try await pool.transaction { transaction in
                    await attempts.increment()
                    try await transaction.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error.isUnknownCommitOutcome)
            #expect(error.isInfrastructure)
            #expect(!error.isTransactionRollback)
            #expect(await attempts.value == 1)
            #expect(proxy.cutConnections == 1)
            // It was in fact committed, which is why nothing may be run again.
            #expect(try await direct.query("SELECT count(*) FROM t").scalar() == 1)
            proxy.stopCutting()
            #expect(try await pool.query("SELECT count(*) FROM t").scalar() == 1)
            await pool.close()
            await direct.close()
            proxy.close()
        }
    }

    @Test(arguments: [TestCluster.StopMode.fast, .immediate])
    func aPoolSurvivesARestartOfTheServer(_ mode: TestCluster.StopMode) async throws {
        let cluster = try await TestCluster.startPrivate()
        let pool = PostgresPool(
            configuration: try cluster.configuration(),
            maximumConnections: 2,
            logger: quiet,
            connectRetryWindow: .milliseconds(100)
        )
        try await pool.execute("CREATE TABLE t AS SELECT 1 AS a")
        try await cluster.stop(mode)
        let error = try await postgresError { try await pool.query("SELECT a FROM t") }
        #expect(error.isInfrastructure)
        try await cluster.start()
        #expect(try await pool.query("SELECT a FROM t").scalar() == 1)
        await pool.close()
        try cluster.remove()
    }
}
