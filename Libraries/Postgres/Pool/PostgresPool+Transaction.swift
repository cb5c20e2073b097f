import Logging

extension PostgresPool {
    /// Runs `body` in one transaction: COMMIT when it returns, ROLLBACK when it throws.
    ///
    /// BEGIN travels with the body's first statement. When the server rolls the transaction back for another's sake
    /// (SQLSTATE class 40), the connection goes back to the pool, the task pauses, and `body` runs again from its start;
    /// it must not have effects outside the transaction. No other error is retried.
    /// - Parameters:
    ///   - asynchronousCommit: COMMIT does not wait for the disk; a crash of the server may lose the transaction, whole.
    ///   - plansByValue: large reads are planned for their values, also where the connection plans statements once.
    ///   - body: must use the transaction it gets; using the pool inside it is an error of kind `misuse`.
    /// - Throws: what `body` throws; `PostgresError` of kind `unknownCommitOutcome` when the connection broke in COMMIT;
    ///   `CancellationError`.
    @discardableResult
    public nonisolated(nonsending) func transaction<R: Sendable>(
        _ isolation: PostgresIsolation = .readCommitted,
        readOnly: Bool = false,
        asynchronousCommit: Bool = false,
        plansByValue: Bool = false,
        retrying: PostgresRetry = .serializationFailures(maximumAttempts: 10),
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try refuseInsideOwnTransaction()
        let begin = PostgresConnection.begin(
            isolation,
            readOnly: readOnly,
            asynchronousCommit: asynchronousCommit,
            plansByValue: plansByValue
        )
        var failures = 0
        while true {
            let scope = TransactionScope(
                begin: begin,
                owner: ObjectIdentifier(self),
                outer: TransactionScope.current
            )
            do {
                return try await leased { try await $0.run(scope, body) }
            } catch {
                failures += 1
                // The body may have wrapped or replaced the server's error; the transaction is lost all the same.
                guard let cause = scope.failure, cause.isTransactionRollback, !(error is CancellationError),
                    failures < retrying.maximumAttempts
                else { throw error }
                logger.debug(
                    "A transaction was rolled back and runs again",
                    metadata: ["sqlstate": "\(cause.sqlState ?? "")", "attempt": "\(failures)"]
                )
                try await retrying.sleep(
                    retrying.backoff.delay(afterFailure: failures, random: .random(in: 0..<1))
                )
            }
        }
    }
}
