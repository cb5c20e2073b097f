import Basketball
import Pipeline
import Postgres

/// What operators have said about what is published, as one execution has read it.
struct PublishControl: Sendable {
    /// The last withdrawal or restoring of a player.
    private var playersMark: Int64
    /// Content that was taken away, by kind and key: the hash of the data and why.
    private var refused: [String: [String: String]] = [:]

    init(reader: SnapshotReader) async throws {
        playersMark = try await reader.query(Self.markQuery).scalar(as: Int64.self)
        let rows = try await reader.query(
            """
            SELECT kind, key, data_hash, actor, reason FROM (
                SELECT DISTINCT ON (kind, key, data_hash) * FROM nba_publishing.publish_action
                WHERE data_hash IS NOT NULL ORDER BY kind, key, data_hash, action_id DESC
            ) AS last WHERE action IN ('quarantine', 'rollback')
            """
        )
        for row in rows {
            let name = "\(try row.decode("kind", as: String.self))/\(try row.decode("key", as: String.self))"
            let hash: String = try row.decode("data_hash")
            let reason: String = try row.decode("reason")
            refused[name, default: [:]][hash] = "taken away by an operator: \(reason)"
        }
    }

    private static let markQuery: SQL = """
        SELECT COALESCE(max(action_id), 0) FROM nba_publishing.publish_action WHERE player_lookup IS NOT NULL
        """

    /// Why the draft's content may not be shown; nil when no operator has taken it away.
    func refusal(of draft: DocumentDraft) throws -> String? {
        guard let refused = refused["\(draft.kind)/\(draft.key)"] else { return nil }
        // The stored bytes were hashed after reading; a number may be written differently before.
        let read = try JSONValue(parsing: draft.data.utf8())
        return refused[SHA256.hash(try read.utf8(.canonical)).hex]
    }

    /// Throws a transient error when a player was withdrawn or restored since the execution has read: what it has made may
    /// show him. Whoever withdraws waits for the transactions that hold this lock, and edits what they have written.
    func stillHolds(_ finish: FinishTransaction) async throws {
        try await finish.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('publish:players', 0))")
        guard try await finish.query(Self.markQuery).scalar(as: Int64.self) == playersMark else {
            throw TaskError(.transient, type: "players_withdrawn", "an operator has withdrawn or restored a player")
        }
    }
}
