import Pipeline

/// The OpenAPI 3.1 description of the API, made from the operations themselves. `docs/openapi.json` is its copy.
enum OpenAPIDocument {
    static let path = "/v1/openapi.json"

    /// The operation that answers with the description, its own among it.
    static func operation(describing operations: [APIOperation]) -> APIOperation {
        var operation = APIOperation(
            path: path,
            id: "getDescription",
            summary: "This description",
            explanation: "OpenAPI 3.1.",
            content: .description
        ) { _ in .problem(500, "not described yet") }
        let described = Result { try Self.content(operations + [operation]) }
        operation.handler = { call in try APIAnswer.json(described.get(), cacheClass: .minute, to: call.request) }
        return operation
    }

    static func content(_ operations: [APIOperation]) throws(JSONError) -> JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Tipoff", "version": "1",
                "summary": "Published NBA player-points predictions.",
                "description": """
                Documents have versions and ETags; ask with If-None-Match, or follow /v1/stream and ask when something \
                changed. What is not known is null. While an operator has halted, documents of predictions say so in \
                their status and are not to be relied on. Paths below /v1 stay; fields may be added within a \
                schema_version.
                """,
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "paths": .object(JSONObject(operations.map { ($0.path, ["get": item($0)]) })),
            "components": ["schemas": .object(try APISchemas.all())],
        ]
    }

    private static func item(_ operation: APIOperation) -> JSONValue {
        var responses: [(String, JSONValue)] = [("200", good(operation))]
        if operation.isRevalidated {
            responses.append(
                ("304", ["description": "Unchanged: If-None-Match names the version that would be answered."])
            )
        }
        if operation.parameters.contains(where: { $0.place != .path }) {
            responses.append(
                ("400", problem("A parameter is not as described; detail says which and how it should be."))
            )
        }
        if operation.canBeMissing || operation.parameters.contains(where: { $0.place == .path }) {
            responses.append(("404", problem("Nothing is published under this name.")))
        }
        responses.append(("429", problem("This client asks too often; Retry-After says when to ask again.")))
        responses.append(("503", problem("Not now; Retry-After says when to ask again.")))
        responses.append(("default", problem("Any other error.")))
        return [
            "operationId": .string(operation.id), "summary": .string(operation.summary),
            "description": .string(operation.explanation),
            "parameters": .array(operation.parameters.map(parameter)),
            "responses": .object(JSONObject(responses)),
        ]
    }

    private static func parameter(_ parameter: APIParameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.meaning),
            "schema": parameter.form.schema,
        ]
    }

    private static func good(_ operation: APIOperation) -> JSONValue {
        var headers = operation.headers
        if operation.isRevalidated {
            headers.append(APIHeader(name: "ETag", meaning: "Of the bytes as sent: the gzip form has another one."))
        }
        headers.append(APIHeader(name: "Cache-Control", meaning: "How long the answer may be kept."))
        return [
            "description": .string(operation.summary + "."),
            "headers": .object(
                JSONObject(
                    headers.map {
                        ($0.name, ["description": .string($0.meaning), "schema": ["type": "string"]])
                    }
                )
            ),
            "content": content(operation.content),
        ]
    }

    private static func content(_ content: APIOperation.Content) -> JSONValue {
        switch content {
        case .json(let name): ["application/json": ["schema": reference(name)]]
        case .document(let kinds) where kinds.count == 1: ["application/json": ["schema": reference(kinds[0])]]
        case .document(let kinds):
            [
                "application/json": [
                    "schema": ["oneOf": .array(kinds.map(reference)), "discriminator": discriminator(kinds)]
                ]
            ]
        case .description: ["application/json": ["schema": ["type": "object", "required": ["openapi", "paths"]]]]
        case .events: ["text/event-stream": ["schema": ["type": "string"]]]
        }
    }

    private static func discriminator(_ kinds: [String]) -> JSONValue {
        let mapping = kinds.map { ($0, JSONValue.string("#/components/schemas/\($0)")) }
        return ["propertyName": "kind", "mapping": .object(JSONObject(mapping))]
    }

    private static func problem(_ description: String) -> JSONValue {
        [
            "description": .string(description),
            "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }
}
