import Basketball
import Foundation
import Pipeline
import Postgres

/// Reads what is published, shown or not.
struct PublishReader: Sendable {
    let pool: PostgresPool

    /// What readers get now, by name.
    func shown(on date: GameDate?) async throws -> [PublishedVersion] {
        try await pool.query(
            """
            \(sql: PublishedVersion.query)
            WHERE p.document_id IS NOT NULL
                AND (\(date.map(\.postgres))::date IS NULL OR d.game_date = \(date.map(\.postgres)))
            ORDER BY d.kind, d.key DESC
            """
        ).map(PublishedVersion.init)
    }

    /// The versions of a document, the newest first. Throws when there is none.
    func versions(of name: DocumentName, limit: Int) async throws -> [PublishedVersion] {
        let versions = try await pool.query(
            """
            \(sql: PublishedVersion.query) WHERE d.kind = \(name.kind) AND d.key = \(name.key)
            ORDER BY d.version DESC LIMIT \(Int64(limit))
            """
        ).map(PublishedVersion.init)
        guard !versions.isEmpty else { throw Self.unknown(name) }
        return versions
    }

    /// The payload of a version, by default of the one that is shown.
    func payload(of name: DocumentName, version: Int64?) async throws -> (version: Int64, payload: String) {
        let rows = try await pool.query(
            """
            SELECT d.version, d.payload::text AS payload FROM nba_publishing.document AS d
            LEFT JOIN nba_publishing.document_pointer AS p ON p.document_id = d.document_id
            WHERE d.kind = \(name.kind) AND d.key = \(name.key)
                AND CASE WHEN \(version)::bigint IS NULL THEN p.document_id IS NOT NULL ELSE d.version = \(version) END
            """
        )
        guard let row = rows.first else {
            guard let version else { throw Self.unknown(name) }
            throw CommandProblem.problem("\(name) has no version \(version)", next: "tipoff publish ls \(name)")
        }
        return (try row.decode("version"), try row.decode("payload"))
    }

    func halt() async throws -> PublishHalt? { try await PublishHalt.current(pool) }

    /// Players whose predictions are not shown, by lookup, with the reason and since when.
    func withdrawn() async throws -> [(player: String, reason: String, actor: String, since: Date)] {
        try await pool.query(
            """
            SELECT player_lookup, reason, actor, since FROM nba_publishing.withdrawal WHERE ended_at IS NULL
            ORDER BY player_lookup
            """
        ).map {
            (
                try $0.decode("player_lookup"), try $0.decode("reason"), try $0.decode("actor"), try $0.decode("since")
            )
        }
    }

    static func unknown(_ name: DocumentName) -> CommandProblem {
        .problem("nothing is published as \(name)", next: "tipoff publish ls")
    }
}
