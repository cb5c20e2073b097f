public import Foundation
import Pipeline
public import Postgres

/// Who a request comes from.
public struct ConsoleSession: Sendable, Hashable {
    public var user: String
    public var role: ConsoleRole
    /// Whether a script's token and not a browser's cookie says so.
    public var isToken: Bool
    public var expiresAt: Date

    /// Who acts, for the audit.
    public var actor: String { "console:\(user)" }
}

/// A script's token, without what lets anybody in.
public struct ConsoleToken: Sendable, Hashable {
    public var user: String
    /// What it is for.
    public var label: String
    public var createdAt: Date
    public var expiresAt: Date
    /// To the minute.
    public var seenAt: Date
}

/// Logins and tokens. The table holds hashes only: whoever reads it can log in as nobody.
public struct ConsoleSessions: Sendable {
    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// The user whose password this is; nil for a wrong one and for a name that nobody has, after the same time.
    public func user(_ name: String, password: String) async throws -> (name: String, role: ConsoleRole)? {
        let rows = try await pool.query(
            """
            SELECT user_name, role, password_hash FROM nba_orchestration.console_user
            WHERE user_name = \(name) AND disabled_at IS NULL
            """
        )
        guard let row = rows.first else {
            _ = await PasswordHash.nobodys.matches(password)
            return nil
        }
        let text: String = try row.decode("password_hash")
        guard let hash = PasswordHash(text), await hash.matches(password) else { return nil }
        return (try row.decode("user_name"), try Self.role(row))
    }

    /// Opens a session and returns its token, which is kept nowhere. Ended ones of everybody are removed.
    ///
    /// - Parameter label: what a script's token is for; nil is a browser's session.
    public func open(_ user: String, label: String? = nil, address: String? = nil, lifetime: Duration) async throws
        -> String
    {
        let token = SecretToken.make()
        let digest = SecretToken.digest(token).hex
        let kind = label == nil ? "browser" : "token"
        let seconds = Double(lifetime.components.seconds)
        try await pool.execute("DELETE FROM nba_orchestration.console_session WHERE expires_at < now()")
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.console_session (token_sha256, user_name, kind, label, address, expires_at)
            VALUES (\(digest), \(user), \(kind), \(label), \(address), now() + \(seconds) * interval '1 second')
            """
        )
        return token
    }

    /// Whose token it is; nil when it has ended, when nobody has it, and when its user was disabled.
    ///
    /// - Parameter isToken: whether it came in an Authorization header; a cookie's value is no token, and the reverse.
    public func session(_ token: String, isToken: Bool) async throws -> ConsoleSession? {
        guard token.utf8.count <= 128 else { return nil }
        let digest = SecretToken.digest(token).hex
        let kind = isToken ? "token" : "browser"
        let rows = try await pool.query(
            """
            SELECT u.user_name, u.role, s.expires_at, s.seen_at < now() - interval '1 minute' AS is_stale
            FROM nba_orchestration.console_session AS s JOIN nba_orchestration.console_user AS u USING (user_name)
            WHERE s.token_sha256 = \(digest) AND s.kind = \(kind) AND s.expires_at > now() AND u.disabled_at IS NULL
            """
        )
        guard let row = rows.first else { return nil }
        if try row.decode("is_stale", as: Bool.self) {
            try await pool.execute(
                "UPDATE nba_orchestration.console_session SET seen_at = now() WHERE token_sha256 = \(digest)"
            )
        }
        return ConsoleSession(
            user: try row.decode("user_name"),
            role: try Self.role(row),
            isToken: isToken,
            expiresAt: try row.decode("expires_at")
        )
    }

    public func close(_ token: String) async throws {
        let digest = SecretToken.digest(token).hex
        try await pool.execute("DELETE FROM nba_orchestration.console_session WHERE token_sha256 = \(digest)")
    }

    /// The scripts' tokens that have not ended, by user and label.
    public func tokens() async throws -> [ConsoleToken] {
        try await pool.query(
            """
            SELECT user_name, label, created_at, expires_at, seen_at FROM nba_orchestration.console_session
            WHERE kind = 'token' AND expires_at > now() ORDER BY user_name, label, created_at
            """
        ).map { row in
            ConsoleToken(
                user: try row.decode("user_name"),
                label: try row.decode("label"),
                createdAt: try row.decode("created_at"),
                expiresAt: try row.decode("expires_at"),
                seenAt: try row.decode("seen_at")
            )
        }
    }

    /// Ends a user's tokens of one label; returns how many there were.
    public func closeTokens(of user: String, label: String) async throws -> Int {
        try await pool.execute(
            """
            DELETE FROM nba_orchestration.console_session
            WHERE kind = 'token' AND user_name = \(user) AND label = \(label)
            """
        )
    }

    static func role(_ row: PostgresRow) throws -> ConsoleRole {
        let word: String = try row.decode("role")
        guard let role = ConsoleRole(rawValue: word) else { throw UnknownConsoleRole(word: word) }
        return role
    }
}

/// The table holds a role that this build does not know.
public struct UnknownConsoleRole: Error, Sendable, CustomStringConvertible {
    public let word: String
    public var description: String { "the console knows no role \(word)" }
}
