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
            WebRoute("GET", "/v1/status") { _ in
                var answer = WebResponse.json(try await StatusDocument.content(pool))
                answer.headers["Cache-Control"] = Registry.document(StatusDocument.kind)?.cacheClass.cacheControl
                return answer
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
        guard let shown = try await ShownDocument.find(kind, key, pool) else {
            return problem(404, "nothing is published as \(kind)/\(key)")
        }
        let headers = [
            "ETag": "\"\(shown.etag)\"", "Cache-Control": shown.definition.cacheClass.cacheControl,
            "X-Document-Version": String(shown.version), "X-Document-Status": shown.status,
        ]
        if matches(request.headers["if-none-match"], shown.etag) { return WebResponse(status: 304, headers: headers) }
        return WebResponse(
            headers: headers.merging(["Content-Type": "application/json"]) { $1 },
            body: try await shown.bytes(pool)
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
