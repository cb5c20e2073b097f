import Basketball
import Foundation
import HTTPFetch
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

@Suite("What programs may ask for")
struct PublicAPITests {
    static let security = [
        "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
    ]

    private func publish(_ harness: PhaseHarness, _ date: GameDate) async throws {
        let run = try await harness.open(date, from: .publishing, kind: .full, marking: ["tonight_document"])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    /// A published slate and the readers' site.
    private func with(
        _ settings: WebSettings = WebSettings(),
        _ body: (PhaseHarness, ReadersSite) async throws -> Void
    ) async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            try await body(harness, harness.site(ChangeStream(), settings))
        }
    }

    /// Documents as a season leaves them, without what is in them.
    private func writeDocuments(_ kind: String, _ keys: [String], _ pool: PostgresPool) async throws {
        for key in keys {
            let date = try GameDate(key == "latest" ? "2024-04-14" : key)
            let id = UUID()
            try await pool.execute(
                """
                INSERT INTO nba_publishing.document
                    (document_id, kind, key, version, schema_version, game_date, state, slate_state, player_count,
                     payload, etag, content_hash, object_path, generated_at, run_id, execution_id, correlation_id)
                VALUES (\(id), \(kind), \(key), 1, 1, \(date.postgresDate), 'good', 'graded', 1, '{"data": {}}',
                        \(SHA256.hash(Array(key.utf8)).hex), 'x', 'x', now(), \(UUID()), \(UUID()), 'test')
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_publishing.document_pointer (kind, key, document_id, version, game_date)
                VALUES (\(kind), \(key), \(id), 1, \(date.postgresDate))
                """
            )
        }
    }

    @Test func aListIsReadInPagesOfWhichNothingIsMissingOrTwice() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let first = try GameDate("2023-10-24")
            let dates = (0..<25).map { first.adding(days: $0).description }
            try await writeDocuments("results", dates + ["latest"], harness.pool)
            let site = harness.site()
            var keys: [String] = []
            var cursor: String?
            var pages = 0
            repeat {
                let page = try await site.json(
                    "/v1/documents/results",
                    "limit=10" + (cursor.map { "&cursor=\($0)" } ?? "")
                )
                keys += (page["items"]?.arrayValue ?? []).compactMap { $0["key"]?.stringValue }
                cursor = page["next_cursor"]?.stringValue
                pages += 1
                // What is published meanwhile belongs to a page that has been read, and moves nothing.
                try await writeDocuments("results", [first.adding(days: 100 + pages).description], harness.pool)
            } while cursor != nil && pages < 10
            #expect(pages == 3)
            #expect(keys == ["latest"] + dates.reversed())
            let entry = try #require(
                try await site.json("/v1/documents/results", "limit=1&cursor=2023-10-25")["items"]?[0]
            )
            #expect(entry["href"]?.stringValue == "/v1/documents/results/2023-10-24")
            #expect(entry["etag"]?.stringValue == SHA256.hash(Array("2023-10-24".utf8)).hex)
        }
    }

    @Test func slatesAreListedByDateAndLeadToTheirDocuments() async throws {
        try await with { harness, site in
            let list = try await site.json("/v1/slates")
            let items = try #require(list["items"]?.arrayValue)
            #expect(items.map { $0["key"]?.stringValue } == ["2024-01-15"])
            let entry = try #require(items.first)
            let document = try await site.get(try #require(entry["href"]?.stringValue))
            #expect(document.headers["ETag"] == "\"\(entry["etag"]?.stringValue ?? "")\"")
            #expect(document.headers["X-Document-Version"] == entry["version"]?.intValue.map { "\($0)" })
            try await harness.pool.execute("INSERT INTO nba_publishing.halt (reason, actor) VALUES ('no', 'ann')")
            let halted = try await site.json("/v1/slates")
            #expect(halted["items"]?[0]?["status"]?.stringValue == "halted")
            #expect(halted["items"]?[0]?["etag"] != entry["etag"])
        }
    }

    @Test func theHistoryOfResultsHasTheSummaryOfEachDate() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let tests = ResultsDocumentTests()
            for day in ["2024-01-15", "2024-01-16"] {
                let slate = try PublishedSlate(day)
                try await tests.write(slate, harness.pool)
                try await tests.publish(harness, slate.date, "results_document")
            }
            let site = harness.site()
            let list = try await site.json("/v1/results")
            #expect(list["items"]?.arrayValue?.map { $0["key"]?.stringValue } == ["2024-01-16", "2024-01-15"])
            for entry in list["items"]?.arrayValue ?? [] {
                let document = try await site.json(try #require(entry["href"]?.stringValue))
                #expect(entry["summary"] != nil && entry["summary"] == document["data"]?["summary"])
                #expect(entry["made_before_tipoff"] == document["data"]?["made_before_tipoff"])
            }
        }
    }

    @Test func everyKindOfTheRegistryIsListed() async throws {
        try await with { _, site in
            let items = try #require(try await site.json("/v1/documents")["items"]?.arrayValue)
            #expect(items.compactMap { $0["kind"]?.stringValue } == Registry.documents.map(\.kind))
            for item in items {
                let answer = try await site.get(try #require(item["href"]?.stringValue))
                #expect(answer.status == 200, "\(item)")
            }
            let tonight = items.first { $0["kind"]?.stringValue == "tonight" }
            #expect(tonight?["documents"]?.intValue == 2)
        }
    }

    @Test(arguments: [
        ("/v1/documents/results", "limit=0", "from 1 to 100"), ("/v1/documents/results", "limit=101", "from 1 to 100"),
        ("/v1/documents/results", "limit=ten", "whole number"), ("/v1/documents/results", "limit=", "whole number"),
        ("/v1/documents/results", "limit=010", "whole number"), ("/v1/documents/results", "limit=1&limit=2", "once"),
        ("/v1/documents/results", "limt=5", "limit, cursor"), ("/v1/documents/results", "cursor=%27%3B--", "letters"),
        ("/v1/documents/results", "cursor=", "letters"), ("/v1/documents/results", "limit=%zz", "percent-encoded"),
        ("/v1/status", "x=1", "takes none"), ("/v1/results", "limit=32", "from 1 to 31"),
        ("/v1/stream", "", "topics is missing"),
    ])
    func aBadParameterIsRefusedAndSaysWhatToDo(_ path: String, _ query: String, _ advice: String) async throws {
        try await PhaseHarness.with("publishing") { harness in
            let answer = try await harness.site().get(path, query)
            #expect(answer.status == 400)
            #expect(answer.headers["Content-Type"] == "application/problem+json")
            let problem = try JSONValue(parsing: answer.body)
            #expect(problem["status"]?.intValue == 400)
            #expect(problem["title"]?.stringValue == "Bad Request")
            #expect(problem["detail"]?.stringValue?.contains(advice) == true, "\(problem)")
        }
    }

    @Test(
        "An unknown kind, key or path is refused",
        arguments: [
            "/v1/documents/admin", "/v1/documents/admin/2024-01-15", "/v1/documents/tonight/2024-01-16",
            "/v1/documents/status/current", "/v1/documents/tonight/a/b", "/v1/documents//2024-01-15", "/v1/slates/",
            "/v1/slates/yesterday", "/v1/slates/2024-02-30", "/v1/nothing", "/v1/", "/v1/documents/tonight/%00",
            "/v1/documents/tonight/'; DROP TABLE x",
        ]
    )
    func whatDoesNotExistIsNotFound(_ path: String) async throws {
        try await with { _, site in
            let answer = try await site.get(path)
            #expect(answer.status == 404)
            #expect(answer.headers["Content-Type"] == "application/problem+json")
        }
    }

    @Test func otherMethodsAreRefused() async throws {
        try await with { _, site in
            for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
                let answer = try await site.get("/v1/slates/current", method: method)
                #expect(answer.status == 405)
                #expect(answer.headers["Allow"] == "GET, HEAD, OPTIONS")
            }
            let asked = try await site.get("/v1/slates/current", method: "OPTIONS")
            #expect(asked.status == 204 && asked.headers["Allow"] == "GET, HEAD, OPTIONS")
            let head = try await site.get("/v1/slates/current", method: "HEAD")
            #expect(head.status == 200 && head.headers["ETag"] != nil)
        }
    }

    @Test func everyAnswerHasTheSecurityHeaders() async throws {
        var settings = WebSettings()
        settings.rateLimit = .init(requestsPerSecond: 1, burst: 12)
        try await with(settings) { _, site in
            var seen: Set<Int> = []
            for (path, method) in [
                ("/v1/slates/current", "GET"), ("/v1/documents", "GET"), ("/v1/status", "GET"), ("/v1/nothing", "GET"),
                ("/v1/slates/current", "POST"), ("/v1/slates/current", "OPTIONS"), ("/v1/stream", "GET"),
                ("/v1/openapi.json", "GET"), ("/", "GET"), ("/record", "GET"), ("/assets/x", "GET"), ("/method", "GET"),
                ("/v1/status", "GET"), ("/", "GET"),
            ] {
                let answer = try await site.get(path, method: method)
                for name in Self.security { #expect(answer.headers[name] != nil, "\(method) \(path) \(answer.status)") }
                seen.insert(answer.status)
            }
            #expect(seen == [200, 204, 400, 404, 405, 429])
        }
    }

    @Test func theGzipFormOfADocumentIsItself() async throws {
        try await with { _, site in
            let plain = try await site.get("/v1/slates/current")
            let packed = try await site.get("/v1/slates/current", headers: ["accept-encoding": "gzip, br"])
            #expect(packed.headers["Content-Encoding"] == "gzip" && plain.headers["Content-Encoding"] == nil)
            #expect(plain.headers["Vary"] == "Accept-Encoding" && packed.headers["Vary"] == "Accept-Encoding")
            #expect(packed.body.count * 4 < plain.body.count)
            #expect(try GzipBody.unpack(packed.body, maximumBytes: 1 << 24) == plain.body)
            let tags = (try #require(plain.headers["ETag"]), try #require(packed.headers["ETag"]))
            #expect(tags.0 != tags.1)
            for (accepts, tag) in [("", tags.0), ("gzip", tags.1)] {
                let headers = ["accept-encoding": accepts, "if-none-match": tag]
                let again = try await site.get("/v1/slates/current", headers: headers)
                #expect(again.status == 304 && again.body.isEmpty)
                #expect(again.headers["ETag"] == tag && again.headers["Cache-Control"] == "public, no-cache")
            }
            // Pages too.
            let page = try await site.get("/", headers: ["accept-encoding": "gzip"])
            #expect(page.headers["Content-Encoding"] == "gzip")
            let known = ["accept-encoding": "gzip", "if-none-match": page.headers["ETag"] ?? ""]
            #expect(try await site.get("/", headers: known).status == 304)
        }
    }

    @Test func aClientThatAsksTooOftenIsToldWhenToComeBack() async throws {
        var settings = WebSettings()
        settings.rateLimit = .init(requestsPerSecond: 1, burst: 3)
        settings.trustedProxies = [try #require(NetworkRange("127.0.0.1"))]
        try await with(settings) { _, site in
            func status(_ peer: String, _ client: String? = nil) async throws -> WebResponse {
                try await site.get("/v1/status", headers: client.map { ["x-forwarded-for": $0] } ?? [:], peer: peer)
            }
            for _ in 0..<3 { #expect(try await status("192.0.2.1").status == 200) }
            let refused = try await status("192.0.2.1")
            #expect(refused.status == 429)
            #expect(refused.headers["Retry-After"] == "1")
            #expect(refused.headers["Content-Type"] == "application/problem+json")
            #expect(try await status("192.0.2.2").status == 200)
            // Nobody gets another allowance by writing a header.
            #expect(try await status("192.0.2.1", "198.51.100.1").status == 429)
            for _ in 0..<3 { #expect(try await status("127.0.0.1", "198.51.100.2").status == 200) }
            #expect(try await status("127.0.0.1", "198.51.100.2").status == 429)
            #expect(try await status("127.0.0.1", "198.51.100.3").status == 200)
        }
    }

    @Test func oneReaderTooManyIsToldToComeAgain() async throws {
        var settings = WebSettings()
        settings.streamReaders = 2
        try await PhaseHarness.with("publishing") { harness in
            try await harness.serving(settings) { address in
                let path = "/v1/stream?topics=slate:current"
                let listening = [StreamReader(address.port, path), StreamReader(address.port, path)]
                for reader in listening { #expect(await reader.events(1).map(\.name) == ["hello"]) }
                func ask() async -> String {
                    let reader = StreamReader(address.port, path)
                    defer { reader.disconnect() }
                    return await reader.read { $0.contains("\r\n\r\n") }
                }
                let refused = await ask()
                #expect(refused.hasPrefix("HTTP/1.1 503 "))
                #expect(refused.contains("Retry-After: 15"))
                // A place that is left is free at once.
                listening[0].disconnect()
                var answer = ""
                for _ in 0..<50 where !answer.hasPrefix("HTTP/1.1 200 ") {
                    try await Task.sleep(for: .milliseconds(20))
                    answer = await ask()
                }
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                listening[1].disconnect()
            }
        }
    }

    @Test func aDatabaseThatRefusesIsNoEmptyList() async throws {
        try await with { harness, site in
            try await harness.pool.execute("REVOKE SELECT ON nba_publishing.shown_document FROM tipoff_reader")
            for path in ["/v1/slates", "/v1/slates/current", "/v1/documents", "/v1/status", "/", "/record"] {
                let answer = try await site.get(path)
                #expect(answer.status == 500, "\(path)")
                #expect(!String(decoding: answer.body, as: UTF8.self).contains("permission"), "\(path)")
            }
        }
    }

    @Test func whoeverListsOrReadsSeesNothingThatWasRefused() async throws {
        try await with { harness, site in
            let before = try await site.get("/v1/slates/current")
            let slate = try PublishedSlate("2024-01-15")
            try await slate.writeOffer(slate.members[1], harness.pool, over: 199_900)
            try await publish(harness, slate.date)
            #expect(
                try await harness.count("SELECT count(*) FROM nba_publishing.document WHERE state = 'quarantined'") > 0
            )
            #expect(try await site.get("/v1/slates/current").body == before.body)
            let items = try await site.json("/v1/documents/tonight")["items"]?.arrayValue ?? []
            #expect(items.count == 2)
            #expect(items.allSatisfy { $0["status"]?.stringValue == "good" })
        }
    }
}
