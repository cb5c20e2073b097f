public import Foundation
public import Postgres

/// An operator's word that predictions are not to be relied on, while it holds.
public struct PublishHalt: Sendable, Hashable {
    public var haltID: Int64
    /// As readers are told.
    public var reason: String
    public var actor: String
    public var since: Date

    /// The halt that holds now; nil when none does.
    public static let openQuery: SQL = """
        SELECT halt_id, reason, actor, since FROM nba_publishing.halt WHERE ended_at IS NULL
        """

    public init(_ row: PostgresRow) throws {
        haltID = try row.decode("halt_id")
        reason = try row.decode("reason")
        actor = try row.decode("actor")
        since = try row.decode("since")
    }

    /// The halt that holds now; nil when none does. A question that fails throws: nobody takes silence for all-clear.
    public static func current(_ pool: PostgresPool) async throws -> PublishHalt? {
        try await pool.query(openQuery).first.map { try PublishHalt($0) }
    }

    /// As the envelope carries it; who halted is not for readers.
    public var json: JSONValue {
        ["active": true, "reason": .string(reason), "since": .string(Instant.text(since))]
    }

    /// The ETag of a document while the halt holds: who has the version from before it does not get a 304.
    public func etag(of etag: String) -> String { "\(etag)-halt\(haltID)" }
}
