public import Postgres

/// Statements that travel to the database in one round trip, in their order.
public struct StatementBatch: Sendable {
    private var statements: [SQL] = []
    private var guards: [(index: Int, error: any Error)] = []

    public init() {}

    public var count: Int { statements.count }

    public mutating func add(_ statement: SQL) { statements.append(statement) }

    public mutating func add(contentsOf more: [SQL]) { statements += more }

    /// Adds a statement that must affect exactly one row; `error` is thrown otherwise, and the transaction must not
    /// commit.
    mutating func addGuard(_ statement: SQL, orThrow error: any Error) {
        guards.append((statements.count, error))
        statements.append(statement)
    }

    /// Runs the statements; result i belongs to statement i.
    @discardableResult
    public func run(in transaction: PostgresTransaction) async throws -> [PostgresRows] {
        guard !statements.isEmpty else { return [] }
        let results = try await transaction.execute(batch: statements)
        for (index, error) in guards where results[index].affectedRows != 1 { throw error }
        return results
    }
}
