import Foundation
import Logging
import Page
import Postgres
import Testing

@testable import Pipeline
@testable import Publishing

/// A document as readers get it over the network.
struct ServedDocument: Sendable {
    var status: Int
    /// Without its quotes.
    var etag: String
    var bytes: [UInt8]

    static func get(_ kind: String, _ key: String, _ pool: PostgresPool) async throws -> ServedDocument {
        let path = "/v1/documents/\(kind)/\(key)"
        let routes = PublicRoutes.all(
            pool,
            changes: ChangeStream(),
            settings: WebSettings(),
            logger: Logger(label: "test")
        )
        let answer = try await ReadersSite(routes: routes).get(path)
        let etag = (answer.headers["ETag"] ?? "").filter { $0 != "\"" }
        return ServedDocument(status: answer.status, etag: etag, bytes: answer.body)
    }

    var json: JSONValue { get throws { try JSONValue(parsing: bytes) } }

    static func status(_ pool: PostgresPool) async throws -> JSONValue { try await StatusDocument.content(pool) }

    /// The record as the page shows it.
    static func records(_ pool: PostgresPool) async throws -> [SystemRecord] {
        try await PageReader(DocumentReader(pool: pool)).records()
    }
}
