import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// Picks in a real browser.
@Suite("Picks in Chromium", .enabled(if: WebDriver.isInstalled, "chromium-driver is not installed"))
struct PicksBrowserTests {
    private static let screenshots = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".run/screenshots")

    private func publish(_ harness: PhaseHarness, _ date: GameDate) async throws {
        let run = try await harness.open(date, from: .publishing, kind: .full, marking: [TonightDocument.name])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    private func with(
        _ body: @Sendable (PhaseHarness, PublishedSlate, WebDriver, String) async throws -> Void
    ) async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-15T19:00:00Z") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            for member in slate.members.prefix(5) where member.number > 0 {
                try await slate.writeEvaluation(member, harness.pool)
            }
            try await publish(harness, slate.date)
            try await harness.serving { address in
                try await WebDriver.with { browser in
                    try await body(harness, slate, browser, "http://\(address)")
                    #expect(try await browser.complaints() == [])
                }
            }
        }
    }

    @Test func aPickIsTakenBackBeforeTheReadersEyes() async throws {
        try await with { harness, slate, browser, site in
            try await browser.open(site + "/")
            #expect(
                try await browser.wait("return document.getElementById('connection').textContent.startsWith('Live')")
            )
            #expect(try await browser.run("return document.querySelectorAll('.picks tbody tr').length").intValue == 4)
            try await browser.run("window.isSamePage = true")
            let star = slate.members[1]
            try await slate.writeStatus(star, "out", "left ankle", harness.pool)
            try await publish(harness, slate.date)
            #expect(
                try await browser.wait(
                    "return document.querySelector('#k-\(star.lookup).retracted')?.textContent.includes('left ankle')"
                )
            )
            #expect(try await browser.run("return window.isSamePage").boolValue == true)
            #expect(try await browser.run("return document.querySelectorAll('.picks tbody tr').length").intValue == 4)
            try FileManager.default.createDirectory(at: Self.screenshots, withIntermediateDirectories: true)
            for width in [360, 1280] {
                for scheme in ["light", "dark"] {
                    try await browser.show(width: width, height: 900, scheme: scheme)
                    try await browser.open(site + "/")
                    let overflow = try await browser.run(
                        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    #expect(overflow.intValue == 0, "at \(width)")
                    try await browser.screenshot()
                        .write(to: Self.screenshots.appending(path: "picks-\(width)-\(scheme).png"))
                }
            }
        }
    }
}
