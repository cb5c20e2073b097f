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
    ///
    /// - Parameter pool: of any role that sees what readers see.
    static func find(_ kind: String, _ key: String, _ pool: PostgresPool) async throws -> ShownDocument? {
        let rows = try await pool.query(
            """
            SELECT d.etag, d.version, d.state, h.halt_id, h.reason, h.since
            FROM nba_publishing.shown_document AS d LEFT JOIN nba_publishing.shown_halt AS h ON true
            WHERE d.kind = \(kind) AND d.key = \(key)
            """
        )
        return try rows.first.flatMap { try ShownDocument(kind: kind, key: key, $0) }
    }

    /// The same with what readers get, of one moment.
    static func read(_ kind: String, _ key: String, _ pool: PostgresPool) async throws
        -> (shown: ShownDocument, bytes: [UInt8])?
    {
        let rows = try await pool.query(
            """
            SELECT d.etag, d.version, d.state, d.payload::text AS payload, h.halt_id, h.reason, h.since
            FROM nba_publishing.shown_document AS d LEFT JOIN nba_publishing.shown_halt AS h ON true
            WHERE d.kind = \(kind) AND d.key = \(key)
            """
        )
        guard let row = rows.first, let shown = try ShownDocument(kind: kind, key: key, row) else { return nil }
        return (shown, try shown.bytes(ofPayload: row.decode("payload")))
    }

    /// From a row with the document's columns and those of the halt that holds, if one does.
    init?(kind: String, key: String, _ row: PostgresRow) throws {
        self.init(
            kind: kind,
            key: key,
            storedETag: try row.decode("etag"),
            version: try row.decode("version"),
            storedStatus: try row.decode("state"),
            halt: try row.decode("halt_id", as: Int64?.self).map { _ in try PublishHalt(shown: row) }
        )
    }

    var etag: String { halt?.etag(of: storedETag) ?? storedETag }
    var status: String { halt == nil ? storedStatus : "halted" }

    /// What readers get, for who may read every version.
    func bytes(_ pool: PostgresPool) async throws -> [UInt8] {
        let payload = try await pool.query(
            """
            SELECT payload::text AS payload FROM nba_publishing.document
            WHERE kind = \(kind) AND key = \(key) AND version = \(version)
            """
        ).one().decode("payload", as: String.self)
        return try bytes(ofPayload: payload)
    }

    private func bytes(ofPayload payload: String) throws -> [UInt8] {
        guard let halt else { return Array(payload.utf8) }
        return try PublishedEnvelope(parsing: payload).halted(by: halt).utf8()
    }
}
