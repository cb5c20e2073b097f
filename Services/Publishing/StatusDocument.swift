import Basketball
import Foundation
import Pipeline
import Postgres

/// `GET /v1/status`: whether readers get what they should. Put together from the pointers when it is asked for: a stored
/// one would say that all is well while nothing works.
enum StatusDocument {
    static let kind = "status"
    static let key = "current"
    static let schemaVersion = 1

    /// Throws when the database does not answer: no word is better than a good one.
    static func content(_ pool: PostgresPool) async throws -> JSONValue {
        let halt = try await PublishHalt.shown(pool)
        let now: Date = try await pool.query("SELECT now()").scalar()
        let rows = try await pool.query(
            """
            SELECT DISTINCT ON (kind) kind, key, version, game_date, state, slate_state, data_as_of, generated_at
            FROM nba_publishing.shown_document ORDER BY kind, game_date DESC, moved_at DESC
            """
        )
        let waiting = try await pool.query(
            "SELECT processor, since FROM nba_publishing.shown_wait"
        )
        var waitingSince: [String: Date] = [:]
        for row in waiting { waitingSince[try row.decode("processor", as: String.self)] = try row.decode("since") }
        var shown: [String: PostgresRow] = [:]
        for row in rows { shown[try row.decode("kind", as: String.self)] = row }
        var services: [(String, JSONValue)] = []
        var isDegraded = false
        var isUnknown = false
        for definition in Registry.documents where definition.owner != nil {
            let row = shown[definition.kind]
            let since = definition.owner.flatMap { waitingSince[$0] }
            let budget = Double(definition.freshness.components.seconds)
            let isOverdue = since.map { now.timeIntervalSince($0) > budget } ?? false
            let state = try row?.decode("state", as: String.self)
            let word =
                row == nil
                ? "missing"
                : definition.isHaltable && halt != nil ? "halted" : isOverdue ? "stale" : state ?? "missing"
            if word == "halted" || word == "stale" || word == "degraded" { isDegraded = true }
            if word == "missing" { isUnknown = true }
            services.append(
                (
                    definition.kind,
                    [
                        "status": .string(word), "key": .maybe(try row?.decode("key", as: String.self)),
                        "version": .maybe(try row?.decode("version", as: Int.self)),
                        "slate_date": .maybe(try row?.gameDate("game_date").description),
                        "state": .maybe(try row?.decode("slate_state", as: String.self)),
                        "generated_at": .maybe(try row?.decode("generated_at", as: Date.self)),
                        "data_as_of": .maybe(try row?.decode("data_as_of", as: Date?.self) ?? nil),
                        "changes_waiting_since": .maybe(since),
                        "freshness_budget_seconds": .count(Int(definition.freshness.components.seconds)),
                    ]
                )
            )
        }
        // Nobody knows of a document that was never there that all is well with it.
        let overall = isDegraded ? "degraded" : isUnknown ? "unknown" : "healthy"
        return [
            "kind": .string(kind), "key": .string(key), "schema_version": .count(schemaVersion),
            "generated_at": .maybe(now), "overall": .string(overall), "halt": halt?.json ?? .null,
            "documents": .object(JSONObject(services)),
        ]
    }
}
