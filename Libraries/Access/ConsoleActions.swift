public import Foundation
public import Postgres

/// A command that was executed from the console.
public struct ConsoleAction: Sendable, Hashable {
    public var id: Int64
    public var user: String
    public var action: String
    /// The command line that does the same.
    public var command: String
    public var reason: String
    public var beganAt: Date
    /// Nil while it runs, and for ever when the console ended first.
    public var finishedAt: Date?
    public var exitCode: Int?
    public var output: String
    public var errors: String
    /// A run or correlation id.
    public var follows: String?
}

/// The record of what was done from the console.
public struct ConsoleActions: Sendable {
    let pool: PostgresPool
    private static let columns: SQL = """
        action_id, user_name, action, command, reason, began_at, finished_at, exit_code, output, errors, follows
        """
    private static let longestText = 20_000

    public init(pool: PostgresPool) { self.pool = pool }

    /// Records that an action begins; nil when the same form has begun it before.
    public func begin(
        _ requestID: UUID,
        user: String,
        address: String,
        action: String,
        command: String,
        reason: String
    ) async throws -> Int64? {
        let rows = try await pool.query(
            """
            INSERT INTO nba_orchestration.console_action (request_id, user_name, address, action, command, reason)
            VALUES (\(requestID), \(user), \(address), \(action), \(command), \(reason))
            ON CONFLICT (request_id) DO NOTHING RETURNING action_id
            """
        )
        return try rows.first?.decode("action_id", as: Int64.self)
    }

    public func finish(_ id: Int64, exitCode: Int32, output: String, errors: String, follows: String?) async throws {
        let shown = String(output.prefix(Self.longestText))
        let said = String(errors.prefix(Self.longestText))
        try await pool.execute(
            """
            UPDATE nba_orchestration.console_action
            SET finished_at = now(), exit_code = \(exitCode), output = \(shown), errors = \(said), follows = \(follows)
            WHERE action_id = \(id)
            """
        )
    }

    /// The action that a form has begun.
    public func action(of requestID: UUID) async throws -> ConsoleAction? {
        try await pool.query(
            "SELECT \(sql: Self.columns) FROM nba_orchestration.console_action WHERE request_id = \(requestID)"
        ).first.map(Self.action)
    }

    public func action(_ id: Int64) async throws -> ConsoleAction? {
        try await pool.query(
            "SELECT \(sql: Self.columns) FROM nba_orchestration.console_action WHERE action_id = \(id)"
        ).first.map(Self.action)
    }

    /// The newest first.
    public func list(limit: Int) async throws -> [ConsoleAction] {
        try await pool.query(
            """
            SELECT \(sql: Self.columns) FROM nba_orchestration.console_action
            ORDER BY action_id DESC LIMIT \(Int64(limit))
            """
        ).map(Self.action)
    }

    private static func action(_ row: PostgresRow) throws -> ConsoleAction {
        ConsoleAction(
            id: try row.decode("action_id"),
            user: try row.decode("user_name"),
            action: try row.decode("action"),
            command: try row.decode("command"),
            reason: try row.decode("reason"),
            beganAt: try row.decode("began_at"),
            finishedAt: try row.decode("finished_at"),
            exitCode: try row.decode("exit_code", as: Int32?.self).map { Int($0) },
            output: try row.decode("output", as: String?.self) ?? "",
            errors: try row.decode("errors", as: String?.self) ?? "",
            follows: try row.decode("follows")
        )
    }
}
