import Basketball
public import Pipeline
public import Postgres

/// What readers may ask for: documents by name and slates by date, with ETags.
public enum DocumentRoutes {
    /// The routes for the service's HTTP server.
    public static func all(_ pool: PostgresPool) -> [WebRoute] {
        [
            WebRoute("GET", "/v1/documents/*") { request in
                let parts = request.path.split(separator: "/").dropFirst(2).map(String.init)
                guard parts.count == 2 else { return problem(404, "expected /v1/documents/{kind}/{key}") }
                return try await answer(request, kind: parts[0], key: parts[1], pool)
            },
            WebRoute("GET", "/v1/slates/*") { request in
                let parts = request.path.split(separator: "/").dropFirst(2).map(String.init)
                guard parts.count == 1 else { return problem(404, "expected /v1/slates/{date|current}") }
                let key = parts[0] == "current" ? TonightDocument.currentKey : parts[0]
                return try await answer(request, kind: TonightDocument.kind, key: key, pool)
            },
        ]
    }

    private static func answer(
        _ request: WebRequest,
        kind: String,
        key: String,
        _ pool: PostgresPool
    ) async throws -> WebResponse {
        let found = try await pool.query(
            """
            SELECT d.etag, d.version, d.state FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id) WHERE p.kind = \(kind) AND p.key = \(key)
            """
        )
        guard let row = found.first else { return problem(404, "nothing is published as \(kind)/\(key)") }
        let etag: String = try row.decode("etag")
        // Always asked again: a correction must reach readers at once, and a 304 costs nothing.
        let headers = [
            "ETag": "\"\(etag)\"", "Cache-Control": "public, no-cache",
            "X-Document-Version": String(try row.decode("version", as: Int.self)),
            "X-Document-Status": try row.decode("state", as: String.self),
        ]
        if matches(request.headers["if-none-match"], etag) { return WebResponse(status: 304, headers: headers) }
        let payload = try await pool.query(
            """
            SELECT payload::text AS payload FROM nba_publishing.document
            WHERE kind = \(kind) AND key = \(key) AND etag = \(etag)
            """
        ).one().decode("payload", as: String.self)
        return WebResponse(
            headers: headers.merging(["Content-Type": "application/json"]) { $1 },
            body: Array(payload.utf8)
        )
    }

    /// Whether a reader has the version already, by the weak comparison that GET asks for.
    static func matches(_ header: String?, _ etag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { candidate in
            var name = candidate.drop { $0 == " " }
            while name.last == " " { name.removeLast() }
            if name == "*" { return true }
            if name.hasPrefix("W/") { name = name.dropFirst(2) }
            return name == "\"\(etag)\""
        }
    }

    private static func problem(_ status: Int, _ reason: String) -> WebResponse {
        .json(["error": .string(reason)], status: status)
    }
}
