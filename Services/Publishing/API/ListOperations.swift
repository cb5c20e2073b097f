import Basketball
import Foundation
import Pipeline
import Postgres

/// What there is, a page at a time. A page begins after the key that its cursor names, so that pages neither repeat nor
/// leave out what stands still, whatever is published meanwhile.
struct ListOperations: Sendable {
    /// Of the role `tipoff_reader`.
    let pool: PostgresPool

    static let maximum = 100
    static let fallback = 50
    /// Each of these is read out of a whole document.
    static let maximumResults = 31

    var all: [APIOperation] { [kinds, documents, slates, results] }

    private static func paging(_ maximum: Int, default fallback: Int) -> [APIParameter] {
        [
            APIParameter(
                name: "limit",
                form: .integer(1...maximum, default: fallback),
                meaning: "How many entries a page holds at most."
            ),
            APIParameter(
                name: "cursor",
                form: .key,
                meaning: "next_cursor of the page before; without it the first page, which begins with the newest."
            ),
        ]
    }

    // MARK: Kinds

    private var kinds: APIOperation {
        APIOperation(
            path: "/v1/documents",
            id: "listKinds",
            summary: "The kinds of documents",
            explanation: "What is published, how often and how fresh; the registry that publishing itself goes by.",
            content: .json("KindList")
        ) { [pool] call in
            let counts = try await pool.query(
                "SELECT kind, count(*) AS documents FROM nba_publishing.shown_document GROUP BY kind"
            )
            var documents: [String: Int] = [:]
            for row in counts { documents[try row.decode("kind", as: String.self)] = try row.decode("documents") }
            return try APIAnswer.json(
                [
                    "items": .array(Registry.documents.map { Self.entry($0, documents[$0.kind] ?? 0) }),
                    "next_cursor": nil,
                ],
                to: call.request
            )
        }
    }

    private static func entry(_ definition: DocumentDefinition, _ documents: Int) -> JSONValue {
        let isStored = definition.owner != nil
        return [
            "kind": .string(definition.kind), "keys": .string(definition.keys), "trigger": .string(definition.trigger),
            "freshness_budget_seconds": .count(Int(definition.freshness.components.seconds)),
            "cache_control": .string(definition.cacheClass.cacheControl),
            "is_part_of_slate": .bool(definition.isPartOfSlate), "is_haltable": .bool(definition.isHaltable),
            "documents": .count(isStored ? documents : 1),
            "schema": .string("\(OpenAPIDocument.path)#/components/schemas/\(definition.kind)"),
            "href": .string(isStored ? "/v1/documents/\(definition.kind)" : "/v1/\(definition.kind)"),
        ]
    }

    // MARK: Documents

    private var documents: APIOperation {
        APIOperation(
            path: "/v1/documents/{kind}",
            id: "listDocuments",
            summary: "The documents of a kind",
            explanation: "Newest key first, with the version and the ETag that readers get now.",
            parameters: [DocumentOperations.kind] + Self.paging(Self.maximum, default: Self.fallback),
            content: .json("DocumentList")
        ) { [pool] call in
            let kind = try call.required("kind")
            let page = try await ListPage(call, Self.fallback).read(kind, pool) { row in
                let key: String = try row.decode("key")
                return try Self.entry(row, kind: kind, key: key, href: "/v1/documents/\(kind)/\(key)")
            }
            return try APIAnswer.json(page, to: call.request)
        }
    }

    private var slates: APIOperation {
        APIOperation(
            path: "/v1/slates",
            id: "listSlates",
            summary: "The dates that have a slate",
            explanation: "Newest date first. /v1/slates/current is the one that readers follow.",
            parameters: Self.paging(Self.maximum, default: Self.fallback),
            content: .json("DocumentList")
        ) { [pool] call in
            let kind = TonightDocument.kind
            let page = try await ListPage(call, Self.fallback, isDated: true).read(kind, pool) { row in
                let key: String = try row.decode("key")
                return try Self.entry(row, kind: kind, key: key, href: "/v1/slates/\(key)")
            }
            return try APIAnswer.json(page, to: call.request)
        }
    }

    private var results: APIOperation {
        APIOperation(
            path: "/v1/results",
            id: "listResults",
            summary: "How the predictions of past dates went",
            explanation:
                "The summaries of the results of each date, newest first; href leads to every single prediction.",
            parameters: Self.paging(Self.maximumResults, default: 14),
            content: .json("ResultList")
        ) { [pool] call in
            let kind = ResultsDocument.kind
            let page = try await ListPage(call, 14, isDated: true, hasSummary: true).read(kind, pool) { row in
                let key: String = try row.decode("key")
                var entry = try Self.entry(row, kind: kind, key: key, href: "/v1/documents/\(kind)/\(key)")
                for name in ["summary", "made_before_tipoff"] {
                    let text = try row.decode(name, as: String?.self)
                    entry[name] = try text.map { try JSONValue(parsing: $0) } ?? .null
                }
                return entry
            }
            return try APIAnswer.json(page, cacheClass: .minute, to: call.request)
        }
    }

    private static func entry(_ row: PostgresRow, kind: String, key: String, href: String) throws -> JSONObject {
        let halt = try row.decode("halt_id", as: Int64?.self).map { _ in try PublishHalt(shown: row) }
        let shown = ShownDocument(
            kind: kind,
            key: key,
            storedETag: try row.decode("etag"),
            version: try row.decode("version"),
            storedStatus: try row.decode("state"),
            halt: halt
        )
        guard let shown else { throw APIUndeclared(parameter: kind) }
        return [
            "kind": .string(kind), "key": .string(key), "version": .int(shown.version), "etag": .string(shown.etag),
            "slate_date": .string(try row.gameDate("game_date").description), "status": .string(shown.status),
            "state": .string(try row.decode("slate_state")),
            "generated_at": .maybe(try row.decode("generated_at", as: Date.self)),
            "data_as_of": .maybe(try row.decode("data_as_of", as: Date?.self)), "href": .string(href),
        ]
    }
}

/// One page of a list.
private struct ListPage {
    var limit: Int
    /// Entries begin after this key; nil begins with the first.
    var cursor: String?
    /// Leaves out the keys that are words, such as `latest`.
    var isDated: Bool
    var hasSummary: Bool

    init(_ call: APICall, _ fallback: Int, isDated: Bool = false, hasSummary: Bool = false) {
        limit = call.integer("limit", default: fallback)
        cursor = call.text("cursor")
        self.isDated = isDated
        self.hasSummary = hasSummary
    }

    /// Keys are ordered by their bytes, backwards: words before dates, newest dates first.
    func read(
        _ kind: String,
        _ pool: PostgresPool,
        _ entry: (PostgresRow) throws -> JSONObject
    ) async throws -> JSONValue {
        let summary: SQL =
            hasSummary
            ? "(d.payload #> '{data,summary}')::text AS summary, (d.payload #> '{data,made_before_tipoff}')::text AS made_before_tipoff,"
            : ""
        let rows = try await pool.query(
            """
            SELECT \(sql: summary) d.key, d.version, d.etag, d.state, d.slate_state, d.game_date, d.generated_at,
                   d.data_as_of, h.halt_id, h.reason, h.since
            FROM nba_publishing.shown_document AS d LEFT JOIN nba_publishing.shown_halt AS h ON true
            WHERE d.kind = \(kind) AND (\(cursor)::text IS NULL OR d.key COLLATE "C" < \(cursor)::text COLLATE "C")
                AND (NOT \(isDated)::boolean OR d.key = d.game_date::text)
            ORDER BY d.key COLLATE "C" DESC LIMIT \(Int64(limit + 1))
            """
        )
        let items = try rows.prefix(limit).map { try entry($0) }
        let next = rows.count > limit ? items.last?["key"] : nil
        return ["items": .array(items.map { .object($0) }), "next_cursor": next ?? .null]
    }
}
