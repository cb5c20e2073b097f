import Logging
import Postgres
import Testing

@testable import Pipeline
@testable import Publishing

/// Everything that readers may ask for, as the service puts it together, asked without a network.
struct ReadersSite: Sendable {
    let routes: [WebRoute]

    func get(
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        method: String = "GET",
        peer: String = ""
    ) async throws -> WebResponse {
        let route = try #require(routes.first { $0.matches(path: path) })
        return try await route.handler(
            WebRequest(method: method, path: path, query: query, headers: headers, peer: peer)
        )
    }

    func json(_ path: String, _ query: String = "") async throws -> JSONValue {
        let answer = try await get(path, query)
        #expect(answer.status == 200, "\(path)?\(query): \(String(decoding: answer.body, as: UTF8.self))")
        return try JSONValue(parsing: answer.body)
    }
}

extension PhaseHarness {
    /// What readers see of the harness's database, through the readers' role.
    func site(_ changes: ChangeStream = ChangeStream(), _ settings: WebSettings = WebSettings()) -> ReadersSite {
        ReadersSite(
            routes: PublicRoutes.all(readers, changes: changes, settings: settings, logger: Logger(label: "test"))
        )
    }

    /// Runs a server with the site and the stream until the body ends.
    func serving(
        _ settings: WebSettings = WebSettings(),
        more: [WebRoute] = [],
        _ body: @Sendable (HealthServer.BoundAddress) async throws -> Void
    ) async throws {
        let changes = ChangeStream()
        let server = HealthServer(
            identity: .init(service: "publishing"),
            progress: ProgressMonitor(),
            readiness: Readiness(),
            metrics: MetricsRegistry(),
            routes: site(changes, settings).routes + more,
            logger: Logger(label: "test")
        )
        let address = try server.bind()
        let log = ChangeLog(pool: readers)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { await changes.follow(log, logger: Logger(label: "test")) }
            try await body(address)
            group.cancelAll()
        }
    }
}
