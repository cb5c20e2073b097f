public import Logging
public import Pipeline
public import Postgres

/// What programs may ask for, under `/v1/`.
struct PublicAPI: Sendable {
    static let prefix = "/v1/"

    let operations: [APIOperation]

    init(_ operations: [APIOperation]) { self.operations = operations }

    /// Every operation of the service.
    static func standard(
        _ documents: DocumentReader,
        changes: ChangeStream,
        maximumReaders: Int = WebSettings().streamReaders
    ) -> PublicAPI {
        let operations =
            DocumentOperations(documents: documents).all + ListOperations(pool: documents.pool).all
            + [changes.operation(documents.pool, maximumReaders: maximumReaders)]
        return PublicAPI(operations + [OpenAPIDocument.operation(describing: operations)])
    }

    /// The route for the service's HTTP server. It answers everything below `/v1/`, so that what is refused looks like what
    /// is answered.
    var route: WebRoute {
        WebRoute(WebRoute.anyMethod, "\(Self.prefix)*") { request in try await answer(request) }
    }

    func answer(_ request: WebRequest) async throws -> WebResponse {
        let segments = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for operation in operations {
            guard let captured = operation.match(Array(segments)) else { continue }
            switch request.method {
            case "GET", "HEAD": break
            case "OPTIONS": return WebResponse(status: 204, headers: ["Allow": Self.allowed])
            default:
                return .problem(405, "this path answers \(Self.allowed)", headers: ["Allow": Self.allowed])
            }
            switch operation.call(request, captured) {
            case .failure(let refusal): return .problem(refusal.status, refusal.reason)
            case .success(let call): return try await operation.handler(call)
            }
        }
        return .problem(404, "there is no such path: \(OpenAPIDocument.path) describes those that there are")
    }

    private static let allowed = "GET, HEAD, OPTIONS"
}

/// Everything that readers may ask the service for.
public enum PublicRoutes {
    /// The role of the database that sees what is published, and nothing else.
    public static let role = "tipoff_reader"

    /// The routes for the service's HTTP server.
    ///
    /// - Parameter pool: of the role `tipoff_reader`; nothing else is needed to answer readers.
    public static func all(
        _ pool: PostgresPool,
        changes: ChangeStream,
        settings: WebSettings,
        logger: Logger
    ) -> [WebRoute] {
        let documents = DocumentReader(pool: pool)
        let door = PublicDoor(settings, logger: logger)
        let api = PublicAPI.standard(documents, changes: changes, maximumReaders: settings.streamReaders)
        return ([api.route] + PageRoutes.all(documents)).map(door.route)
    }
}
