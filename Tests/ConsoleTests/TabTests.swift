import Access
import Foundation
import Postgres
import Testing

@testable import Console
@testable import Pipeline

/// What a tab of a real browser shows after pauses and cuts: the newest, and nothing that is over.
@Suite(
    "A tab of the console in Chromium",
    .serialized,
    .enabled(if: WebDriver.isInstalled, "chromium-driver is not installed")
)
struct TabTests {
    private static let badge = "document.querySelector('#connection').textContent"
    private static let hasLetter = "document.querySelector('#letters a[href^=\"/letter?id=\"]') !== null"

    @Test("What came and went during a pause is not shown when the page goes on")
    func aPauseHoldsNothingThatIsOver() async throws {
        try await withTab { bench, browser in
            try await browser.press("p")
            #expect(try await browser.wait("return \(Self.badge) === 'paused'"))
            _ = try await bench.addLetter(offset: 1)
            #expect(try await browser.wait("return \(Self.badge) === 'paused, 1 newer'"))
            try await bench.pool.execute("DELETE FROM nba_orchestration.dead_letter")
            #expect(try await browser.wait("return \(Self.badge) === 'paused'"), "what is shown is the newest again")
            try await browser.press("p")
            #expect(try await browser.wait("return \(Self.badge) === 'live'"))
            #expect(try await browser.run("return \(Self.hasLetter)") == false)
            _ = try await bench.addLetter(offset: 2)
            #expect(try await browser.wait("return \(Self.hasLetter)"))
        }
    }

    @Test("A hidden tab holds no stream, and shows the newest when it is looked at again")
    func aHiddenTabAsksNothing() async throws {
        try await withTab { bench, browser in
            _ = try await bench.addLetter(offset: 1)
            #expect(try await browser.wait("return \(Self.hasLetter)"))
            try await show(browser, false)
            #expect(try await followers(bench) == 0)
            try await bench.pool.execute("DELETE FROM nba_orchestration.dead_letter")
            try await show(browser, true)
            #expect(try await browser.wait("return !(\(Self.hasLetter))"), "the server is told what is shown by now")
            #expect(try await browser.wait("return \(Self.badge) === 'live'"))
        }
    }

    /// An operator's tab with no dead letters, live.
    private func withTab(_ body: @Sendable (ConsoleBench, WebDriver) async throws -> Void) async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("ann", .operator)
            try await WebDriver.with { browser in
                try await browser.open(bench.address + "/letters?state=new")
                try await browser.type("ann", into: "input[name=name]")
                try await browser.type(ConsoleBench.password, into: "input[name=password]")
                try await browser.click("button[type=submit]")
                let isLive = try await browser.wait(
                    "return document.querySelector('#connection') !== null && \(Self.badge) === 'live'",
                    for: .seconds(30)
                )
                #expect(isLive)
                try await body(bench, browser)
            }
        }
    }

    /// As if another tab were in front, or this one again.
    private func show(_ browser: WebDriver, _ isVisible: Bool) async throws {
        _ = try await browser.run(
            """
            Object.defineProperty(document, "hidden", { value: \(!isVisible), configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
            return true
            """
        )
    }

    /// The number of open streams, once it has become none or a while has passed.
    private func followers(_ bench: ConsoleBench) async throws -> Int {
        for _ in 0..<100 {
            if await bench.site.board.followerCount == 0 { return 0 }
            try await Task.sleep(for: .milliseconds(50))
        }
        return await bench.site.board.followerCount
    }
}
