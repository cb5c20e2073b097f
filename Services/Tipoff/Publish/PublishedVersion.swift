import Basketball
import Foundation
import Pipeline
import Postgres

/// A version of a document without its payload.
struct PublishedVersion: Sendable {
    var name: DocumentName
    var documentID: UUID
    var version: Int64
    var isShown: Bool
    var slateDate: GameDate
    /// good, degraded, empty, late or quarantined.
    var state: String
    var slateState: String
    var reasons: [String]
    var generatedAt: Date
    var createdAt: Date
    var runID: UUID
    var executionID: UUID
    /// Who made the version by hand, and why; nil for those of runs.
    var actor: String?
    var actionReason: String?

    init(_ row: PostgresRow) throws {
        name = DocumentName(kind: try row.decode("kind"), key: try row.decode("key"))
        documentID = try row.decode("document_id")
        version = try row.decode("version")
        isShown = try row.decode("is_shown")
        slateDate = try row.gameDate("game_date")
        state = try row.decode("state")
        slateState = try row.decode("slate_state")
        reasons = try row.decode("reasons")
        generatedAt = try row.decode("generated_at")
        createdAt = try row.decode("created_at")
        runID = try row.decode("run_id")
        executionID = try row.decode("execution_id")
        actor = try row.decode("actor")
        actionReason = try row.decode("action_reason")
    }

    /// Everything that ``init(_:)`` reads; the caller adds conditions and an order.
    static let query: SQL = """
        SELECT d.kind, d.key, d.document_id, d.version, p.document_id IS NOT NULL AS is_shown, d.game_date, d.state,
               d.slate_state, d.reasons, d.generated_at, d.created_at, d.run_id, d.execution_id, a.actor,
               a.reason AS action_reason
        FROM nba_publishing.document AS d
        LEFT JOIN nba_publishing.document_pointer AS p ON p.document_id = d.document_id
        LEFT JOIN nba_publishing.publish_action AS a ON a.action_id = d.action_id
        """

    var json: JSONValue {
        [
            "kind": .string(name.kind), "key": .string(name.key), "version": .int(version), "is_shown": .bool(isShown),
            "slate_date": .string(slateDate.description), "state": .string(state), "slate_state": .string(slateState),
            "reasons": .array(reasons.map { .string($0) }), "generated_at": .string(Instant.text(generatedAt)),
            "run_id": .string(runID.uuidString.lowercased()), "actor": actor.map { .string($0) } ?? .null,
            "action_reason": actionReason.map { .string($0) } ?? .null,
        ]
    }
}
