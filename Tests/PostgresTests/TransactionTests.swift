import Postgres
import PostgresTestKit
import Testing

/// A pool on a database with one table of two rows.
private func withAccounts(
    maximumConnections: Int = 8,
    _ body: (PostgresPool, TestDatabase) async throws -> Void
) async throws {
    try await TestDatabase.with("accounts") { database in
        let pool = database.pool(maximumConnections: maximumConnections, logger: quiet)
        try await pool.execute("CREATE TABLE account (id int PRIMARY KEY, amount int NOT NULL CHECK (amount >= 0))")
        try await pool.execute("INSERT INTO account VALUES (1, 10), (2, 20)")
        try await body(pool, database)
        await pool.close()
    }
}

private func amount(_ pool: PostgresPool, _ id: Int) async throws -> Int {
    try await pool.query("SELECT amount FROM account WHERE id = \(id)").scalar()
}

private struct Stop: Error {}

@Suite struct TransactionTests {
    @Test func aBodyThatReturnsIsCommittedAndOneThatThrowsIsNot() async throws {
        try await withAccounts { pool, _ in
            let result = try await pool.transaction { transaction in
                try await transaction.execute("UPDATE account SET amount = 11 WHERE id = 1")
                return "done"
            }
            #expect(result == "done")
            #expect(try await amount(pool, 1) == 11)
            await #expect(throws: Stop.self) {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE account SET amount = 12 WHERE id = 1")
                    throw Stop()
                }
            }
            #expect(try await amount(pool, 1) == 11)
            #expect(pool.statistics.idle == pool.statistics.open)
        }
    }

    @Test(arguments: PostgresIsolation.allCases, [true, false])
    func optionsReachTheServer(_ isolation: PostgresIsolation, _ readOnly: Bool) async throws {
        let row = try await sharedPool().transaction(isolation, readOnly: readOnly, asynchronousCommit: true) {
            try await $0.query(
                """
                SELECT current_setting('transaction_isolation') AS isolation,
                    current_setting('transaction_read_only') AS read_only,
                    current_setting('synchronous_commit') AS synchronous
                """
            ).one()
        }
        #expect(try row.decode("isolation") == isolation.rawValue.lowercased())
        #expect(try row.decode("read_only") == (readOnly ? "on" : "off"))
        #expect(try row.decode("synchronous") == "off")
        let after = try await sharedPool().query("SELECT current_setting('synchronous_commit')").scalar(as: String.self)
        #expect(after == "on")
    }

    @Test func anEmptyBodyIsNoTransaction() async throws {
        #expect(try await sharedPool().transaction { _ in 5 } == 5)
    }

    @Test func aHiddenErrorStillFailsTheTransaction() async throws {
        try await withAccounts { pool, _ in
            let error = try await postgresError {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE account SET amount = 99 WHERE id = 1")
                    _ = try await postgresError {
                        try await transaction.execute("UPDATE account SET amount = -1 WHERE id = 2")
                    }
                }
            }
            #expect(error.sqlState == "23514")
            #expect(error.isCheckViolation)
            #expect(error.constraint == "account_amount_check")
            #expect(error.table == "account")
            #expect(try await amount(pool, 1) == 10)
        }
    }

    @Test func aStatementThatWasNeverSentDoesNotTakeTheTransactionAway() async throws {
        try await withAccounts { pool, _ in
            await #expect(throws: Stop.self) {
                try await pool.transaction { transaction in
                    let error = try await postgresError { try await transaction.query("SELECT \("\0")") }
                    #expect(error.kind == .encoding)
                    try await transaction.execute("UPDATE account SET amount = 99 WHERE id = 1")
                    throw Stop()
                }
            }
            let after = try await amount(pool, 1)
            #expect(after == 10)
        }
    }

    @Test func bodiesMayUseTheStateOfTheirActor() async throws {
        actor Ledger {
            var sum = 0

            func read(_ pool: PostgresPool) async throws -> Int {
                try await pool.transaction(readOnly: true) { transaction in
                    sum += try await transaction.query("SELECT 20").scalar(as: Int.self)
                }
                func more(_ transaction: PostgresTransaction) async throws -> Int {
                    try await transaction.query("SELECT 1").scalar()
                }
                sum += try await pool.transaction(.serializable, more)
                return sum
            }
        }
        #expect(try await Ledger().read(sharedPool()) == 21)
    }

    @Test func aTransactionEndsWithItsBody() async throws {
        let pool = try await sharedPool()
        let escaped = try await pool.transaction { transaction in
            try await transaction.query("SELECT 1")
            return transaction
        }
        #expect(try await postgresError { try await escaped.query("SELECT 1") }.kind == .misuse)
    }

    @Test(arguments: ["COMMIT", "ROLLBACK"])
    func aBodyMustNotEndItsTransaction(_ command: String) async throws {
        try await withAccounts { pool, _ in
            let error = try await postgresError {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE account SET amount = 1")
                    try await transaction.executeScript(command)
                }
            }
            #expect(error.kind == .misuse)
            #expect(try await pool.query("SELECT 1").scalar() == 1)
        }
    }

    @Test func thePoolIsRefusedInsideItsOwnTransaction() async throws {
        try await withAccounts(maximumConnections: 2) { pool, database in
            let other = database.pool(maximumConnections: 1, logger: quiet)
            try await pool.transaction { transaction in
                try await transaction.query("SELECT 1")
                #expect(try await postgresError { try await pool.query("SELECT 1") }.kind == .misuse)
                #expect(try await postgresError { try await pool.transaction { _ in } }.kind == .misuse)
                // A second session on purpose, and another pool, are fine.
                let pid = try await pool.withConnection { $0.processID }
                #expect(pid != transaction.processID)
                #expect(try await other.query("SELECT 1").scalar() == 1)
            }
            #expect(try await pool.query("SELECT 1").scalar() == 1)
            await other.close()
        }
    }

    @Test func aSerializationFailureRunsTheBodyAgainAndTheConnectionIsFreeMeanwhile() async throws {
        try await withAccounts(maximumConnections: 1) { pool, database in
            let rival = database.pool(maximumConnections: 1, logger: quiet)
            let attempts = Counter()
            let pauses = Counter()
            var retry = PostgresRetry.serializationFailures(maximumAttempts: 5)
            retry.sleep = { _ in
                // The pool's only connection is not held during the pause.
                await #expect(throws: Never.self) { try await pool.query("SELECT 1") }
                await pauses.increment()
            }
            let sum = try await pool.transaction(.serializable, retrying: retry) { transaction in
                let sum = try await transaction.query("SELECT sum(amount) FROM account").scalar(as: Int.self)
                if await attempts.increment() == 1 {
                    try await rival.transaction(.serializable) { other in
                        try await other.query("SELECT sum(amount) FROM account")
                        try await other.execute("UPDATE account SET amount = 5 WHERE id = 2")
                    }
                }
                try await transaction.execute("UPDATE account SET amount = \(Int32(sum)) WHERE id = 1")
                return sum
            }
            #expect(sum == 15)
            #expect(try await amount(pool, 1) == 15)
            #expect(await attempts.value == 2)
            #expect(await pauses.value == 1)
            await rival.close()
        }
    }

    @Test func attemptsAreLimitedAndOtherErrorsAreNotRetried() async throws {
        try await withAccounts { pool, _ in
            for (sqlState, expected) in [("40001", 3), ("40P01", 3), ("40003", 1), ("23505", 1), ("57014", 1)] {
                let attempts = Counter()
                var retry = PostgresRetry.serializationFailures(maximumAttempts: 3)
                retry.sleep = { _ in }
                let error = try await postgresError {
                    try await pool.transaction(retrying: retry) { transaction in
                        await attempts.increment()
                        try await transaction.execute("SELECT set_config('test.state', \(sqlState), true)")
                        try await transaction.execute(
                            """
                            DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = current_setting('test.state'); END $$
                            """
                        )
                    }
                }
                #expect(error.sqlState == sqlState)
                #expect(await attempts.value == expected, "\(sqlState)")
            }
        }
    }

    @Test(.superuser) func aDeadlocksVictimRunsAgain() async throws {
        try await withAccounts { pool, _ in
            let first = Event()
            let second = Event()
            let attempts = Counter()
            @Sendable func lock(_ ids: [Int32], mine: Event, theirs: Event) async throws {
                let isRetry = Counter()
                try await pool.transaction { transaction in
                    await attempts.increment()
                    try await transaction.execute("SET LOCAL deadlock_timeout = '20ms'")
                    try await transaction.execute("UPDATE account SET amount = amount + 1 WHERE id = \(ids[0])")
                    if await isRetry.increment() == 1 {
                        await mine.fire()
                        await theirs.wait()
                    }
                    try await transaction.execute("UPDATE account SET amount = amount + 1 WHERE id = \(ids[1])")
                }
            }
            async let one: Void = lock([1, 2], mine: first, theirs: second)
            async let two: Void = lock([2, 1], mine: second, theirs: first)
            _ = try await (one, two)
            #expect(try await amount(pool, 1) == 12)
            #expect(try await amount(pool, 2) == 22)
            #expect(await attempts.value >= 3)
        }
    }

    @Test func aDeferredConstraintFailsAtCommitAndIsNoUnknownOutcome() async throws {
        try await withAccounts { pool, _ in
            try await pool.execute("CREATE TABLE entry (account int REFERENCES account DEFERRABLE INITIALLY DEFERRED)")
            let error = try await postgresError {
                try await pool.transaction { try await $0.execute("INSERT INTO entry VALUES (77)") }
            }
            #expect(error.isForeignKeyViolation)
            #expect(!error.isUnknownCommitOutcome)
        }
    }

    @Test func aCancelledBodyIsRolledBack() async throws {
        try await withAccounts { pool, _ in
            let started = Event()
            let task = Task {
                try await pool.transaction { transaction in
                    try await transaction.execute("UPDATE account SET amount = 77 WHERE id = 1")
                    await started.fire()
                    try await transaction.query("SELECT pg_sleep(600)")
                }
            }
            await started.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let after = try await amount(pool, 1)
            #expect(after == 10)
        }
    }
}
