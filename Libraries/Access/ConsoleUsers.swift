public import Foundation
public import Postgres

/// What a user of the console may do.
public enum ConsoleRole: String, Sendable, Hashable, CaseIterable {
    /// Sees everything.
    case viewer
    /// Also acts.
    case `operator`
}

/// A user of the console, without the password's hash.
public struct ConsoleUser: Sendable, Hashable {
    public var name: String
    public var role: ConsoleRole
    public var createdAt: Date
    public var createdBy: String
    public var changedAt: Date
    public var disabledAt: Date?
    /// The last request of any session; nil when there is none left.
    public var seenAt: Date?
}

/// The table of the console's users. Writing takes the login that owns the tables.
public struct ConsoleUsers: Sendable {
    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// What a name looks like.
    public static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9][a-z0-9._\-]{0,62}/) != nil
    }

    public func list() async throws -> [ConsoleUser] {
        let rows = try await pool.query(
            """
            SELECT u.user_name, u.role, u.created_at, u.created_by, u.changed_at, u.disabled_at,
                   (SELECT max(s.seen_at) FROM nba_orchestration.console_session AS s
                    WHERE s.user_name = u.user_name) AS seen_at
            FROM nba_orchestration.console_user AS u ORDER BY u.user_name
            """
        )
        return try rows.map { row in
            ConsoleUser(
                name: try row.decode("user_name"),
                role: try ConsoleSessions.role(row),
                createdAt: try row.decode("created_at"),
                createdBy: try row.decode("created_by"),
                changedAt: try row.decode("changed_at"),
                disabledAt: try row.decode("disabled_at"),
                seenAt: try row.decode("seen_at")
            )
        }
    }

    /// False when the name is taken.
    public func add(_ name: String, role: ConsoleRole, password: PasswordHash, by actor: String) async throws -> Bool {
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.console_user (user_name, role, password_hash, created_by)
            VALUES (\(name), \(role.rawValue), \(password.text), \(actor)) ON CONFLICT (user_name) DO NOTHING
            """
        ) == 1
    }

    /// Changes what is given and ends the user's sessions; false when nobody has the name.
    ///
    /// - Parameter isEnabled: nil leaves it as it is.
    public func change(
        _ name: String,
        role: ConsoleRole? = nil,
        password: PasswordHash? = nil,
        isEnabled: Bool? = nil
    ) async throws -> Bool {
        let hash = password?.text
        let word = role?.rawValue
        return try await pool.transaction { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE nba_orchestration.console_user SET
                    role = COALESCE(\(word), role), password_hash = COALESCE(\(hash), password_hash), changed_at = now(),
                    disabled_at = CASE \(isEnabled) WHEN true THEN NULL WHEN false THEN COALESCE(disabled_at, now())
                        ELSE disabled_at END
                WHERE user_name = \(name)
                """
            )
            // What was allowed before ends now, not with the cookie.
            try await transaction.execute("DELETE FROM nba_orchestration.console_session WHERE user_name = \(name)")
            return changed == 1
        }
    }

    /// False when nobody has the name.
    public func remove(_ name: String) async throws -> Bool {
        try await pool.execute("DELETE FROM nba_orchestration.console_user WHERE user_name = \(name)") == 1
    }
}
