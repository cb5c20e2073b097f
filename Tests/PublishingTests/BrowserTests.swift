import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// What a reader does, in a real browser; screenshots stay in `.run/screenshots`.
@Suite("The page in Chromium", .enabled(if: WebDriver.isInstalled, "chromium-driver is not installed"))
struct BrowserTests {
    private static let screenshots = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".run/screenshots")

    private func publish(_ harness: PhaseHarness, _ date: GameDate) async throws {
        let run = try await harness.open(
            date,
            from: .publishing,
            kind: .full,
            marking: ["tonight_document"]
        )
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    private func save(_ browser: WebDriver, _ name: String) async throws {
        try FileManager.default.createDirectory(at: Self.screenshots, withIntermediateDirectories: true)
        let image = try await browser.screenshot()
        #expect(image.count > 5000)
        try image.write(to: Self.screenshots.appending(path: "\(name).png"))
    }

    private func with(
        _ body: @Sendable (PhaseHarness, PublishedSlate, WebDriver, String) async throws -> Void
    ) async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15", games: 4, roster: 8)
            try await slate.write(harness.pool)
            try await slate.writeHistory(
                slate.members[1],
                points: [nil, 20, 30, 12, 11, 8, 40, 41, 42, 43, 44],
                line: 11.5,
                harness.pool
            )
            try await publish(harness, slate.date)
            let changes = ChangeStream()
            let pool = harness.readers
            let server = HealthServer(
                identity: .init(service: "publishing"),
                progress: ProgressMonitor(),
                readiness: Readiness(),
                metrics: MetricsRegistry(),
                routes: harness.site(changes).routes,
                logger: Logger(label: "test")
            )
            let address = try server.bind()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                group.addTask { await changes.follow(ChangeLog(pool: pool), logger: Logger(label: "test")) }
                try await WebDriver.with { browser in
                    try await body(harness, slate, browser, "http://\(address)")
                    #expect(try await browser.complaints() == [])
                }
                group.cancelAll()
            }
        }
    }

    @Test func aReaderSortsFiltersAndOpensAPlayer() async throws {
        try await with { _, _, browser, site in
            try await browser.open(site + "/")
            #expect(try await browser.run("return document.querySelectorAll('tbody tr').length").intValue == 50)
            try await browser.click("thead th:nth-child(3) a")
            #expect(
                try await browser.wait("return document.querySelector('[aria-sort]')?.textContent.startsWith('Line')")
            )
            #expect(try await browser.run("return location.search").stringValue == "?sort=line")
            try await browser.type("lalplayer1", into: "input[name=q]")
            try await browser.click("button[type=submit]")
            #expect(try await browser.wait("return document.querySelectorAll('tbody tr').length === 1"))
            #expect(try await browser.run("return location.search.includes('sort=line')").boolValue == true)
            try await browser.click("tbody th a")
            #expect(try await browser.wait("return location.pathname === '/players/2024-01-15/lalplayer1'"))
            #expect(
                try await browser.run("return document.querySelector('h1').textContent").stringValue?
                    .contains("lalplayer1") == true
            )
        }
    }

    @Test func aChangeArrivesWithoutAReload() async throws {
        try await with { harness, slate, browser, site in
            try await browser.open(site + "/slates/2024-01-15")
            #expect(
                try await browser.wait("return document.getElementById('connection').textContent.startsWith('Live')")
            )
            try await browser.run("window.isSamePage = true; document.querySelector('input[name=q]').value = 'typed'")
            try await slate.writePrediction(slate.members[1], harness.pool, points: 33)
            let published = ContinuousClock().now
            try await publish(harness, slate.date)
            let id = "p-\(slate.members[1].lookup)"
            #expect(
                try await browser.wait("return document.querySelector('#\(id) td.p b').textContent === '33.0'")
            )
            print("change to page: \(ContinuousClock().now - published) with the publishing")
            #expect(try await browser.run("return window.isSamePage").boolValue == true)
            #expect(
                try await browser.run("return document.querySelector('input[name=q]').value").stringValue == "typed"
            )
            #expect(
                try await browser.run("return document.querySelector('#\(id)').classList.contains('changed')")
                    .boolValue == true
            )
            #expect(
                try await browser.wait(
                    "return document.getElementById('connection').textContent.includes('updated just now')"
                )
            )
        }
    }

    @Test func theThresholdFollowsWhatIsTyped() async throws {
        try await with { _, slate, browser, site in
            try await browser.open(site + "/players/2024-01-15/\(slate.members[1].lookup)")
            #expect(
                try await browser.wait("return document.getElementById('connection').textContent.startsWith('Live')")
            )
            try await browser.run(
                """
                const field = document.querySelector('#threshold input');
                field.focus(); field.value = '40.5'; field.dispatchEvent(new Event('input', { bubbles: true }))
                """
            )
            #expect(
                try await browser.wait(
                    "return document.querySelector('.tally b').textContent.startsWith('4 of 10 over')"
                )
            )
            #expect(try await browser.run("return location.search").stringValue == "?line=40.5")
            #expect(try await browser.run("return document.activeElement.name").stringValue == "line")
        }
    }

    @Test func theKeyboardReachesTheContent() async throws {
        try await with { _, _, browser, site in
            try await browser.open(site + "/")
            try await browser.press("\u{E004}")
            #expect(try await browser.run("return document.activeElement.className").stringValue == "skip")
            try await browser.press("\u{E007}")
            #expect(try await browser.wait("return location.hash === '#main'"))
            try await browser.press("\u{E004}")
            #expect(
                try await browser.run("return document.getElementById('main').contains(document.activeElement)")
                    .boolValue == true
            )
        }
    }

    @Test func nothingIsWiderThanAPhone() async throws {
        try await with { _, slate, browser, site in
            let pages = ["slate": "/", "player": "/players/2024-01-15/\(slate.members[1].lookup)", "record": "/record"]
            for (name, path) in pages {
                for scheme in ["light", "dark"] {
                    for width in [360, 1280] {
                        try await browser.show(width: width, height: width == 360 ? 800 : 900, scheme: scheme)
                        try await browser.open(site + path)
                        let overflow = try await browser.run(
                            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
                        )
                        #expect(overflow.intValue == 0, "\(name) at \(width)")
                        try await save(browser, "\(name)-\(width)-\(scheme)")
                    }
                }
            }
        }
    }
}
