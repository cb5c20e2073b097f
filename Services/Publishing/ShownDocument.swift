import Pipeline
import Postgres

/// The version of a document that readers get now, and in which form: while a halt holds, documents of predictions say so
/// in their envelope and have another ETag.
struct ShownDocument: Sendable {
    let kind: String
    let key: String
    let version: Int64
    let definition: DocumentDefinition
    /// SHA-256 of the stored bytes.
    private let storedETag: String
    private let storedStatus: String
    private let halt: PublishHalt?

    /// Nil for a kind that the registry does not know.
    init?(kind: String, key: String, storedETag: String, version: Int64, storedStatus: String, halt: PublishHalt?) {
        guard let definition = Registry.document(kind) else { return nil }
        self.kind = kind
        self.key = key
        self.version = version
        self.definition = definition
        self.storedETag = storedETag
        self.storedStatus = storedStatus
        self.halt = definition.isHaltable ? halt : nil
    }

    /// Looks the document up together with the halt, in one statement; nil when nothing is published under the name.
    static func find(_ kind: String, _ key: String, _ pool: PostgresPool) async throws -> ShownDocument? {
        let rows = try await pool.query(
            """
            SELECT d.etag, d.version, d.state, h.halt_id, h.reason, h.actor, h.since
            FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id)
            LEFT JOIN nba_publishing.halt AS h ON h.ended_at IS NULL
            WHERE p.kind = \(kind) AND p.key = \(key)
            """
        )
        guard let row = rows.first else { return nil }
        return ShownDocument(
            kind: kind,
            key: key,
            storedETag: try row.decode("etag"),
            version: try row.decode("version"),
            storedStatus: try row.decode("state"),
            halt: try row.decode("halt_id", as: Int64?.self).map { _ in try PublishHalt(row) }
        )
    }

    var etag: String { halt?.etag(of: storedETag) ?? storedETag }
    var status: String { halt == nil ? storedStatus : "halted" }

    /// What readers get.
    func bytes(_ pool: PostgresPool) async throws -> [UInt8] {
        let payload = try await pool.query(
            """
            SELECT payload::text AS payload FROM nba_publishing.document
            WHERE kind = \(kind) AND key = \(key) AND version = \(version)
            """
        ).one().decode("payload", as: String.self)
        guard let halt else { return Array(payload.utf8) }
        return try PublishedEnvelope(parsing: payload).halted(by: halt).utf8()
    }
}
