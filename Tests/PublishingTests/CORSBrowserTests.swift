import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// The example of `docs/examples`, served by a site of its own, reads the API in a real browser.
@Suite("A page of another site in Chromium", .enabled(if: WebDriver.isInstalled, "chromium-driver is not installed"))
struct CORSBrowserTests {
    private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/examples")

    /// The example's own server.
    private func withExample(_ body: @Sendable (String) async throws -> Void) async throws {
        let files = ["/slate.html": "text/html; charset=utf-8", "/slate.js": "text/javascript"]
        let server = HealthServer(
            identity: .init(service: "example"),
            progress: ProgressMonitor(),
            readiness: Readiness(),
            metrics: MetricsRegistry(),
            routes: files.map { path, type in
                WebRoute("GET", path) { _ in
                    let bytes = Array(try Data(contentsOf: Self.example.appending(path: String(path.dropFirst()))))
                    let policy = "default-src 'self' 'unsafe-inline'; connect-src *"
                    return WebResponse(headers: ["Content-Type": type, "Content-Security-Policy": policy], body: bytes)
                }
            } + [WebRoute("GET", "/favicon.ico") { _ in WebResponse(status: 204) }],
            logger: Logger(label: "test")
        )
        let address = try server.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await body("http://\(address)")
            group.cancelAll()
        }
    }

    private func with(
        isListed: Bool,
        _ body: @Sendable (PhaseHarness, PublishedSlate, String, String) async throws -> Void
    ) async throws {
        try await withExample { site in
            try await PhaseHarness.with("publishing") { harness in
                let slate = try PublishedSlate("2024-01-15")
                try await slate.write(harness.pool)
                try await publish(harness, slate)
                var settings = WebSettings()
                settings.origins = CrossOrigin(origins: isListed ? [site] : ["https://elsewhere.example"])
                try await harness.serving(settings) { address in
                    try await body(harness, slate, site, "\(site)/slate.html?api=http://\(address)")
                }
            }
        }
    }

    private func publish(_ harness: PhaseHarness, _ slate: PublishedSlate) async throws {
        let run = try await harness.open(slate.date, from: .publishing, kind: .full, marking: ["tonight_document"])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    @Test func aListedSiteReadsTheSlateAndFollowsIt() async throws {
        try await with(isListed: true) { harness, slate, _, page in
            try await WebDriver.with { browser in
                try await browser.open(page)
                #expect(try await browser.wait("return document.querySelectorAll('tbody tr').length === 24"))
                #expect(try await browser.wait("return document.body.dataset.stream === 'open'"))
                #expect(
                    try await browser.run("return document.getElementById('version').textContent").stringValue == "1"
                )
                try await slate.writePrediction(slate.members[1], harness.pool, points: 33)
                try await publish(harness, slate)
                #expect(try await browser.wait("return document.getElementById('version').textContent === '2'"))
                #expect(
                    try await browser.run(
                        "return document.getElementById('\(slate.members[1].lookup)').textContent.includes('33')"
                    ).boolValue == true
                )
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test func aSiteThatIsNotListedReadsNothing() async throws {
        try await with(isListed: false) { _, _, _, page in
            try await WebDriver.with { browser in
                try await browser.open(page)
                #expect(try await browser.wait("return document.body.dataset.slate === 'failed'"))
                #expect(try await browser.run("return document.querySelectorAll('tbody tr').length").intValue == 0)
                #expect(try await browser.complaints().contains { $0.contains("CORS") })
            }
        }
    }
}
