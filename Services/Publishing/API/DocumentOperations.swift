import Pipeline
import Postgres

/// One document at a time.
struct DocumentOperations: Sendable {
    let documents: DocumentReader

    /// Kinds that are stored; the others are put together when they are asked for.
    static let storedKinds = Registry.documents.filter { $0.owner != nil }.map(\.kind)

    static let kind = APIParameter(
        name: "kind",
        place: .path,
        isRequired: true,
        form: .choice(storedKinds),
        meaning: "The kind of document, as GET /v1/documents lists them."
    )

    var all: [APIOperation] { [document, slate, status] }

    private var document: APIOperation {
        APIOperation(
            path: "/v1/documents/{kind}/{key}",
            id: "getDocument",
            summary: "A document",
            explanation: "The version that readers get now. An unchanged document costs a 304.",
            parameters: [
                Self.kind,
                APIParameter(
                    name: "key",
                    place: .path,
                    isRequired: true,
                    form: .key,
                    meaning: "Which one of its kind: a game date for most, as GET /v1/documents/{kind} lists them."
                ),
            ],
            content: .document(Self.storedKinds),
            headers: [.version, .status],
            canBeMissing: true
        ) { [documents] call in
            try await Self.answer(call, call.required("kind"), call.required("key"), documents)
        }
    }

    private var slate: APIOperation {
        APIOperation(
            path: "/v1/slates/{date}",
            id: "getSlate",
            summary: "Games, players, form and predictions of a date",
            explanation: "A date without games is an answer too: its state is no_games.",
            parameters: [
                APIParameter(
                    name: "date",
                    place: .path,
                    isRequired: true,
                    form: .slate,
                    meaning:
                        "A game date of the league, which is Eastern time; or current for the slate that readers follow."
                )
            ],
            content: .document([TonightDocument.kind]),
            headers: [.version, .status],
            canBeMissing: true
        ) { [documents] call in
            let date = try call.required("date")
            let key = date == "current" ? TonightDocument.currentKey : date
            return try await Self.answer(call, TonightDocument.kind, key, documents)
        }
    }

    private var status: APIOperation {
        APIOperation(
            path: "/v1/status",
            id: "getStatus",
            summary: "Whether readers get what they should",
            explanation: "Put together from the pointers whenever it is asked for, so that it cannot be old.",
            content: .json(StatusDocument.kind),
            isRevalidated: false
        ) { [documents] _ in
            var answer = WebResponse.json(try await StatusDocument.content(documents.pool))
            answer.headers["Cache-Control"] = "no-cache"
            return answer
        }
    }

    private static func answer(
        _ call: APICall,
        _ kind: String,
        _ key: String,
        _ documents: DocumentReader
    ) async throws -> WebResponse {
        guard let found = try await documents.document(kind, key) else {
            return .problem(404, "nothing is published as \(kind)/\(key): GET /v1/documents/\(kind) lists what is")
        }
        return APIAnswer.document(found.shown, found.bytes, to: call.request)
    }
}
