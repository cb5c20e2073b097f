import Pipeline
import Postgres

extension ChangeStream {
    /// `GET /v1/stream?topics=slate:2024-01-15`: server-sent events.
    ///
    /// - Parameters:
    ///   - pool: of the role `tipoff_reader`.
    ///   - maximumReaders: clients that may listen at the same time; one more is told to come again.
    nonisolated func operation(_ pool: PostgresPool, maximumReaders: Int) -> APIOperation {
        APIOperation(
            path: "/v1/stream",
            id: "followChanges",
            summary: "What is published, as it happens",
            explanation: """
                Server-sent events. slate.updated and document.updated name a document that has a new version and carry no \
                content; hello gives the id to come back with; resync says that too much was missed to be told, and that \
                everything is to be fetched anew. A reader that comes back with the id of the last event that it has gets \
                what it missed, without gap and without repetition.
                """,
            parameters: [
                APIParameter(
                    name: "topics",
                    isRequired: true,
                    form: .topics,
                    meaning: "What to hear of: slate:{date} or slate:current, at most 8, separated by commas."
                ),
                APIParameter(
                    name: "last_event_id",
                    form: .eventID,
                    meaning: "The last event that the reader has, for those that cannot set the header."
                ),
                APIParameter(
                    name: Self.lastEventID,
                    place: .header,
                    form: .eventID,
                    meaning: "The last event that the reader has. Browsers send it by themselves when they come back."
                ),
            ],
            content: .events,
            isRevalidated: false
        ) { [self] call in try await answer(call, ChangeLog(pool: pool), maximumReaders) }
    }

    private static let lastEventID = "Last-Event-ID"

    private func answer(_ call: APICall, _ log: ChangeLog, _ maximumReaders: Int) async throws -> WebResponse {
        guard let topics = ChangeTopic.set(try call.required("topics")) else {
            throw APIUndeclared(parameter: "topics")
        }
        let known = call.text(Self.lastEventID) ?? call.text("last_event_id")
        // Everything that may be replayed waits for the client before it has taken the head.
        let stream = WebStream(maximumBytes: Self.replayLimit * 256)
        if call.request.method != "HEAD" {
            let isAdded = try await add(
                stream,
                topics: topics,
                lastID: known.flatMap { Int64($0) },
                log,
                maximumReaders: maximumReaders
            )
            guard isAdded else {
                return .problem(
                    503,
                    "\(maximumReaders) clients follow the stream already: ask again, or look at the ETag of what you need",
                    headers: ["Retry-After": "15"]
                )
            }
        }
        return WebResponse(
            headers: [
                "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store",
                // Proxies must hand on each event as it comes.
                "X-Accel-Buffering": "no",
            ],
            body: Array("retry: 2000\n\n".utf8),
            stream: stream
        )
    }
}
