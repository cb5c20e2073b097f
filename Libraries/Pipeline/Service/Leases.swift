import Foundation
public import Postgres

/// A role that one process holds at a time, by the database's clock. The epoch fences an earlier holder.
public struct RoleLease: Sendable {
    public var pool: PostgresPool
    public var role: String
    public var owner: String
    public var duration: Duration

    public init(pool: PostgresPool, role: String, owner: String, duration: Duration) {
        self.pool = pool
        self.role = role
        self.owner = owner
        self.duration = duration
    }

    /// Takes or renews the role. Returns its epoch, or nil while another process holds it.
    public func acquire() async throws -> Int64? {
        let rows = try await pool.query(
            """
            INSERT INTO nba_orchestration.lease AS l (role, owner, epoch, seen_at, expires_at)
            VALUES (\(role), \(owner), 1, now(), now() + \(duration.seconds) * interval '1 second')
            ON CONFLICT (role) DO UPDATE SET
                epoch = CASE WHEN l.owner = excluded.owner THEN l.epoch ELSE l.epoch + 1 END,
                owner = excluded.owner, seen_at = now(), expires_at = excluded.expires_at
            WHERE l.owner = excluded.owner OR l.expires_at < now()
            RETURNING epoch
            """
        )
        return try rows.first?.decode("epoch", as: Int64.self)
    }
}
