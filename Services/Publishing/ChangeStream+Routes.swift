public import Pipeline
public import Postgres

extension ChangeStream {
    /// `GET /v1/stream?topics=slate:2024-01-15`: server-sent events.
    public nonisolated func route(_ pool: PostgresPool) -> WebRoute {
        WebRoute("GET", "/v1/stream") { [self] request in try await answer(request, ChangeLog(pool: pool)) }
    }

    private func answer(_ request: WebRequest, _ log: ChangeLog) async throws -> WebResponse {
        let names = (request.parameter("topics") ?? "").split(separator: ",").map(String.init)
        let topics = names.compactMap(ChangeTopic.init)
        guard !topics.isEmpty, topics.count == names.count, names.count <= ChangeTopic.maximumCount else {
            return .json(["error": "expected topics=slate:{date} or slate:current, at most 8, by commas"], status: 400)
        }
        // A browser sends the header by itself when it comes back; the parameter is for those that cannot set it.
        let known = request.headers["last-event-id"] ?? request.parameter("last_event_id")
        var lastID: Int64?
        if let known, !known.isEmpty {
            guard let number = Int64(known), number >= 0 else {
                return .json(["error": "the last event id is a number"], status: 400)
            }
            lastID = number
        }
        let stream = WebStream()
        if request.method != "HEAD" { try await add(stream, topics: Set(topics), lastID: lastID, log) }
        return WebResponse(
            headers: PageRoutes.securityHeaders.merging(
                [
                    "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store",
                    // Proxies must hand on each event as it comes.
                    "X-Accel-Buffering": "no",
                ]
            ) { $1 },
            body: Array("retry: 2000\n\n".utf8),
            stream: stream
        )
    }
}
