import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

@Suite("Pages")
struct PageRoutesTests {
    private func publish(_ harness: PhaseHarness, _ date: GameDate) async throws {
        let run = try await harness.open(
            date,
            from: .publishing,
            kind: .full,
            marking: ["tonight_document"]
        )
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    private func get(
        _ harness: PhaseHarness,
        _ path: String,
        _ query: String = "",
        _ headers: [String: String] = [:]
    ) async throws -> WebResponse {
        let route = try #require(PageRoutes.all(DocumentReader(pool: harness.readers)).first { $0.matches(path: path) })
        return try await route.handler(WebRequest(path: path, query: query, headers: headers))
    }

    private func text(_ response: WebResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test func aPublishedSlateIsAPageWithAnETag() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            for path in ["/", "/slates/2024-01-15", "/slates/current/live", "/players/2024-01-15/lalplayer1"] {
                let page = try await get(harness, path)
                #expect(page.status == 200)
                #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
                #expect(page.headers["Content-Security-Policy"]?.contains("unsafe-inline") == false)
                #expect(page.headers["X-Content-Type-Options"] == "nosniff")
                #expect(text(page).contains("Name of lalplayer1"))
                let etag = try #require(page.headers["ETag"])
                let again = try await get(harness, path, "", ["if-none-match": etag])
                #expect(again.status == 304)
                #expect(again.body.isEmpty)
            }
            // The version that readers see changes the page's ETag.
            let before = try await get(harness, "/").headers["ETag"]
            try await slate.writePrediction(slate.members[1], harness.pool, points: 33)
            try await publish(harness, slate.date)
            let after = try await get(harness, "/", "", ["if-none-match": before ?? ""])
            #expect(after.status == 200)
            #expect(text(after).contains("33.0"))
            // Sorted and filtered by the server.
            let narrowed = try await get(harness, "/", "team=LAL&sort=player")
            #expect(text(narrowed).contains("id=\"p-lalplayer0\"") && !text(narrowed).contains("id=\"p-bosplayer0\""))
        }
    }

    @Test func aHaltStandsOnThePageAsLongAsItHolds() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let good = try #require(try await get(harness, "/").headers["ETag"])
            try await harness.pool.execute(
                "INSERT INTO nba_publishing.halt (reason, actor) VALUES ('lines of another day', 'ann')"
            )
            for path in ["/", "/slates/2024-01-15", "/slates/current/live", "/players/2024-01-15/lalplayer1"] {
                let halted = try await get(harness, path, "", ["if-none-match": good])
                #expect(halted.status == 200)
                #expect(text(halted).contains("lines of another day"), "\(path)")
            }
            try await harness.pool.execute(
                "UPDATE nba_publishing.halt SET ended_at = now(), ended_by = 'ann', end_reason = 'mended'"
            )
            #expect(try await get(harness, "/", "", ["if-none-match": good]).status == 304)
        }
    }

    @Test func addressesThatLeadNowhereSaySo() async throws {
        try await PhaseHarness.with("publishing") { harness in
            #expect(text(try await get(harness, "/")).contains("Nothing is published yet"))
            let slate = try PublishedSlate("2024-01-15")
            try await slate.writeSchedule(harness.pool)
            let waiting = try await get(harness, "/slates/2024-01-15")
            #expect(waiting.status == 200)
            #expect(text(waiting).contains("2 games are scheduled"))
            let before = try await get(harness, "/slates/2024-01-14")
            #expect(text(before).contains("Games resume on Monday, January 15, 2024"))
            // No error in the console of a page that waits.
            #expect(try await get(harness, "/slates/2024-01-15/live").status == 204)
            for path in [
                "/slates/yesterday", "/slates/2024-13-40", "/slates/2024-01-15/x", "/players/2024-01-15/nobody",
                "/players/2024-01-15", "/assets/page.css",
            ] {
                let answer = try await get(harness, path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
            }
        }
    }

    @Test func whatAPageLoadsIsThereForEver() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let page = text(try await get(harness, "/"))
            let assets = page.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/).map { String($0.1) }
            #expect(assets.count == 3)
            for path in assets {
                let asset = try await get(harness, path)
                #expect(asset.status == 200)
                #expect(asset.headers["Cache-Control"] == "public, max-age=31536000, immutable")
                #expect(path.contains(SHA256.hash(asset.body).hex.prefix(16)))
            }
        }
    }

    @Test func aReadThatFailsIsNoEmptyPage() async throws {
        try await PhaseHarness.with("publishing") { harness in
            try await harness.pool.execute("REVOKE SELECT ON nba_publishing.shown_document FROM tipoff_reader")
            await #expect(throws: PostgresError.self) { try await get(harness, "/") }
        }
    }

    @Test func theRecordCountsNothingBeforeAnythingIsGraded() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let record = try await get(harness, "/record")
            let method = try await get(harness, "/method")
            #expect(text(record).contains("Nothing is graded yet"))
            #expect(method.status == 200)
        }
    }
}
