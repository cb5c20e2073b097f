import Basketball
import Foundation
import Pipeline
import Postgres

/// A version that an operator makes of a stored one: the next number, so that what readers see only goes forward.
struct OperatorVersion: Sendable {
    var name: DocumentName
    /// What readers see now; nil when nothing was promoted yet.
    var shown: Int64?
    /// Whose content they will see.
    var source: Int64
    var version: Int64
    var envelope: PublishedEnvelope
    /// The hash that the audit keeps: of data that is taken away, or shown again.
    var dataHash: String?

    var json: JSONValue {
        [
            "kind": .string(name.kind), "key": .string(name.key), "shown_version": shown.map { .int($0) } ?? .null,
            "content_of_version": .int(source), "new_version": .int(version),
        ]
    }

    /// The object that keeps the version, whatever readers see later.
    func path(_ etag: String) throws -> ObjectPath {
        try ObjectPath(validating: "documents/\(name.kind)/\(name.key)/\(etag).json")
    }

    static func lock(_ name: DocumentName, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(\("document:\(name)"), 0))"
        )
    }

    /// Inserts the version and moves the pointer. Throws ``Moved`` when another has published meanwhile.
    func write(actionID: Int64, in transaction: PostgresTransaction) async throws {
        try await Self.lock(name, in: transaction)
        let bytes = try envelope.utf8()
        let etag = SHA256.hash(bytes).hex
        let inserted = try await transaction.query(
            """
            INSERT INTO nba_publishing.document
                (document_id, kind, key, version, schema_version, game_date, state, reasons, slate_state, player_count,
                 payload, etag, content_hash, object_path, data_as_of, generated_at, run_id, execution_id,
                 correlation_id, action_id)
            SELECT gen_random_uuid(), kind, key, \(version), schema_version, game_date, \(envelope.status),
                   \(envelope.reasons), slate_state, player_count, \(String(decoding: bytes, as: UTF8.self))::text::json,
                   \(etag), \(try envelope.contentHash), \(try path(etag).string), data_as_of, now(), run_id,
                   execution_id, correlation_id, \(actionID)
            FROM nba_publishing.document AS d
            WHERE kind = \(name.kind) AND key = \(name.key) AND version = \(source)
                AND \(version) = 1 + (SELECT max(version) FROM nba_publishing.document
                                      WHERE kind = \(name.kind) AND key = \(name.key))
            RETURNING document_id, game_date
            """
        )
        guard let row = inserted.first else { throw Moved(name: name) }
        let documentID: UUID = try row.decode("document_id")
        let date = try row.gameDate("game_date").postgres
        let moved = try await transaction.query(
            """
            INSERT INTO nba_publishing.document_pointer AS p (kind, key, document_id, version, game_date)
            VALUES (\(name.kind), \(name.key), \(documentID), \(version), \(date))
            ON CONFLICT (kind, key) DO UPDATE SET document_id = excluded.document_id, version = excluded.version,
                game_date = excluded.game_date, moved_at = now()
            WHERE p.game_date <= excluded.game_date AND p.version < excluded.version AND p.version = \(shown)
            RETURNING version
            """
        )
        guard moved.first != nil else { throw Moved(name: name) }
    }

    struct Moved: Error {
        var name: DocumentName
    }
}

/// The row that says what an operator did.
struct PublishAction: Sendable {
    var action: String
    var actor: String
    var reason: String

    func insert(
        _ version: OperatorVersion? = nil,
        player: String? = nil,
        in transaction: PostgresTransaction
    ) async throws -> Int64 {
        try await transaction.query(
            """
            INSERT INTO nba_publishing.publish_action
                (action, kind, key, from_version, to_version, new_version, data_hash, player_lookup, actor, reason)
            VALUES (\(action), \(version?.name.kind), \(version?.name.key), \(version?.shown), \(version?.source),
                    \(version?.version), \(version?.dataHash), \(player), \(actor), \(reason))
            RETURNING action_id
            """
        ).scalar()
    }
}
