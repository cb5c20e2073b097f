public import Foundation
public import Postgres

/// An operator's word that predictions are not to be relied on, while it holds.
public struct PublishHalt: Sendable, Hashable {
    public var haltID: Int64
    /// As readers are told.
    public var reason: String
    /// Who halted; nil when read as a reader, who is not told.
    public var actor: String?
    public var since: Date

    /// The halt that holds now; nil when none does.
    public static let openQuery: SQL = """
        SELECT halt_id, reason, actor, since FROM nba_publishing.halt WHERE ended_at IS NULL
        """

    public init(_ row: PostgresRow) throws {
        self = try PublishHalt(shown: row)
        actor = try row.decode("actor", as: String.self)
    }

    /// - Parameter row: as the view `nba_publishing.shown_halt` has it.
    public init(shown row: PostgresRow) throws {
        haltID = try row.decode("halt_id")
        reason = try row.decode("reason")
        since = try row.decode("since")
    }

    /// The halt that holds now; nil when none does. A question that fails throws: nobody takes silence for all-clear.
    public static func current(_ pool: PostgresPool) async throws -> PublishHalt? {
        try await pool.query(openQuery).first.map { try PublishHalt($0) }
    }

    /// The halt that holds now, as readers may know it.
    public static func shown(_ pool: PostgresPool) async throws -> PublishHalt? {
        try await pool.query("SELECT halt_id, reason, since FROM nba_publishing.shown_halt").first
            .map { try PublishHalt(shown: $0) }
    }

    /// As the envelope carries it; who halted is not for readers.
    public var json: JSONValue {
        ["active": true, "reason": .string(reason), "since": .string(Instant.text(since))]
    }

    /// The ETag of a document while the halt holds: who has the version from before it does not get a 304.
    public func etag(of etag: String) -> String { "\(etag)-halt\(haltID)" }
}
