import Foundation
import Pipeline
import Postgres
import Testing

/// An operator at the console of a live stack: the real executables, a real browser. Screenshots stay in
/// `.run/screenshots`.
@Suite(
    "The console in Chromium",
    .serialized,
    .enabled(if: WebDriver.isInstalled, "chromium-driver is not installed")
)
struct ConsoleBrowserTests {
    private static let screenshots = Stack.root.appending(path: ".run/screenshots")

    private func save(_ browser: WebDriver, _ name: String) async throws {
        try FileManager.default.createDirectory(at: Self.screenshots, withIntermediateDirectories: true)
        let image = try await browser.screenshot()
        #expect(image.count > 5000)
        try image.write(to: Self.screenshots.appending(path: "console-\(name).png"))
    }

    @Test("A phase is forced and a dead letter replayed from the page, which follows both without being loaded anew")
    func anOperatorAtWork() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(base: calm.base)
        try stack.launchService("console")
        let site = "http://" + (try await stack.address(of: "console"))
        let added = try await stack.tipoff("console", "user", "add", "ann", "--role", "operator", "--json")
        #expect(added.code == 0, "\(added.output)")
        let password = try #require(try JSONValue(parsing: added.output)["password"]?.stringValue)

        // One raw processor's service stands still: the run waits and says for what.
        stack.signal("raw", SIGSTOP)
        let run = try await stack.open(.full, Undisturbed.slate)
        let runID = run.runID.uuidString.lowercased()
        try await stack.until(
            """
            SELECT count(*) FROM nba_orchestration.run_phase
            WHERE run_id = \(run.runID) AND phase = 2 AND state = 'open'
            """
        )

        try await WebDriver.with { browser in
            try await browser.show(width: 1280, height: 900, scheme: "light")
            try await login(browser, site, password)
            try await force(browser, site, stack, runID)
            try await replay(browser, site, stack)
            try await keyboard(browser, site)
            try await phone(browser, site, runID)
            #expect(try await browser.complaints() == [])
        }
        stack.signal("raw", SIGCONT)
        try await stack.stop()
    }

    private func login(_ browser: WebDriver, _ site: String, _ password: String) async throws {
        try await browser.open(site + "/?date=\(Undisturbed.slate)")
        #expect(try await browser.run("return document.title").stringValue == "Log in · Tipoff console")
        try await save(browser, "login")
        try await browser.type("ann", into: "input[name=name]")
        try await browser.type(password, into: "input[name=password]")
        try await browser.click("button[type=submit]")
        #expect(try await browser.wait("return document.querySelector('#slate .strip') !== null"))
        #expect(try await browser.run("return location.search").stringValue == "?date=\(Undisturbed.slate)")
        // A refused page is an error in the browser's log; from here on there is none.
        _ = try await browser.complaints()
    }

    private func force(_ browser: WebDriver, _ site: String, _ stack: Stack, _ runID: String) async throws {
        #expect(
            try await browser.wait(
                "return document.querySelector('#connection').textContent === 'live'",
                for: .seconds(30)
            )
        )
        try await browser.run("window.isSame = true")
        let link = "#slate a[href='/act/run-force?run=\(runID)&phase=2']"
        #expect(try await browser.wait("return document.querySelector(\"\(link)\") !== null", for: .seconds(30)))
        #expect(
            try await browser.run("return document.querySelectorAll('#slate .phases ul li').length").intValue ?? 0 > 0,
            "what is missing has names"
        )
        try await save(browser, "tonight-waiting")
        try await browser.click(link)
        #expect(try await browser.wait("return document.querySelector('input[name=reason]') !== null"))
        try await browser.type("raw stands still", into: "main input[name=reason]")
        try await browser.click("main button[type=submit]")
        #expect(try await browser.wait("return document.querySelector('input[name=confirm]') !== null"))
        try await save(browser, "force-preview")
        try await browser.type("force", into: "input[name=confirm]")
        try await browser.click("main .form button[type=submit]")
        #expect(
            try await browser.wait("return location.pathname === '/done'", for: .seconds(30)),
            "the action has an answer"
        )
        let request = try await stack.pool.query(
            """
            SELECT actor, reason, action, phase FROM nba_orchestration.operator_request
            WHERE run_id = \(runID)::uuid
            """
        ).one()
        #expect(try request.decode("actor", as: String.self) == "console:ann")
        #expect(try request.decode("reason", as: String.self) == "raw stands still")
        #expect(try request.decode("action", as: String.self) == "force_phase")
        // The page of the run shows the owner's answer when it comes, by itself.
        #expect(
            try await browser.wait(
                "return /done/.test(document.querySelector('#run')?.textContent ?? '')",
                for: .seconds(30)
            )
        )
        #expect(
            try await stack.count(
                """
                SELECT count(*) FROM nba_orchestration.console_action
                WHERE action = 'run-force' AND user_name = 'ann' AND exit_code = 0
                """
            ) == 1
        )
        try await save(browser, "force-done")
    }

    private func replay(_ browser: WebDriver, _ site: String, _ stack: Stack) async throws {
        try await browser.open(site + "/letters")
        #expect(try await browser.wait("return document.querySelector('#connection').textContent === 'live'"))
        try await browser.run("window.isSame = true")
        let payload = """
            {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics",\
            "correlation_id":"from-the-console","game_date":"\(Undisturbed.slate)","status":"success"}
            """
        let id: Int64 = try await stack.pool.query(
            """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, reason, detail)
            VALUES ('default', \(Topic.phase3Trigger.rawValue), 0, 900001, 'analytics',
                    \(Array(Undisturbed.slate.utf8)), \(Array(payload.utf8)), 'unknown_processor', 'not known then')
            RETURNING dead_letter_id
            """
        ).scalar()
        let box = "#letters input[value='\(id)']"
        #expect(
            try await browser.wait("return document.querySelector(\"\(box)\") !== null", for: .seconds(20)),
            "the letter appears"
        )
        #expect(
            try await browser.run("return window.isSame === true").boolValue == true,
            "the page was not loaded anew"
        )
        try await browser.click(box)
        try await save(browser, "letters")
        try await browser.click("#letters .buttons button")
        #expect(try await browser.wait("return document.querySelector('main input[name=reason]') !== null"))
        try await browser.type("the processor is known now", into: "main input[name=reason]")
        try await browser.click("main button[type=submit]")
        #expect(try await browser.wait("return document.querySelector('#preview') !== null"))
        #expect(
            try await browser.run("return document.querySelector('#preview').textContent").stringValue?
                .contains("from-the-console") == true
        )
        try await browser.click("main .form button[type=submit]")
        #expect(try await browser.wait("return location.pathname === '/done'", for: .seconds(30)))
        let letter = try await stack.pool.query(
            """
            SELECT state, state_by, state_reason FROM nba_orchestration.dead_letter
            WHERE dead_letter_id = \(id)
            """
        ).one()
        #expect(try letter.decode("state", as: String.self) == "replayed")
        #expect(try letter.decode("state_by", as: String?.self) == "console:ann")
        #expect(try letter.decode("state_reason", as: String?.self) == "the processor is known now")
        try await browser.run("window.isSame = true")
        // What the replay starts is followed on the same page.
        #expect(
            try await browser.wait(
                "return document.querySelectorAll('#trace .waterfall tbody tr').length > 0",
                for: .seconds(60)
            )
        )
        #expect(try await browser.run("return window.isSame === true").boolValue == true)
        #expect(
            try await stack.count(
                "SELECT count(*) FROM nba_orchestration.console_action WHERE action = 'dlq-replay' AND exit_code = 0"
            ) == 1
        )
        try await save(browser, "replay-followed")
    }

    private func keyboard(_ browser: WebDriver, _ site: String) async throws {
        try await browser.open(site + "/")
        #expect(try await browser.wait("return document.querySelector('#connection').textContent === 'live'"))
        try await browser.press("\u{E004}")
        #expect(
            try await browser.run("return document.activeElement.textContent").stringValue == "Skip to content",
            "Tab begins with the way past the menu"
        )
        try await browser.press("p")
        #expect(try await browser.wait("return document.querySelector('#connection').textContent.startsWith('paused')"))
        try await browser.press("p")
        try await browser.press("/")
        #expect(try await browser.run("return document.activeElement.id").stringValue == "find")
        try await browser.type("from-the-console\u{E007}", into: "#find")
        #expect(try await browser.wait("return location.pathname === '/trace'"))
        #expect(try await browser.wait("return document.querySelector('.waterfall') !== null"))
        try await save(browser, "trace")
        try await browser.press("g")
        try await browser.press("u")
        #expect(try await browser.wait("return location.pathname === '/audit'"))
        #expect(
            try await browser.run("return document.body.textContent").stringValue?.contains("raw stands still") == true
        )
    }

    private func phone(_ browser: WebDriver, _ site: String, _ runID: String) async throws {
        let pages = [
            ("tonight", "/?date=\(Undisturbed.slate)"), ("letters", "/letters?state=all"), ("run", "/run?id=\(runID)"),
            ("trace", "/trace?id=\(runID)"), ("act", "/act/run-force?run=\(runID)"), ("audit", "/audit"),
            ("quality", "/quality"),
        ]
        for scheme in ["light", "dark"] {
            for (width, height) in [(360, 780), (1280, 900)] {
                try await browser.show(width: width, height: height, scheme: scheme)
                for (name, path) in pages {
                    try await browser.open(site + path)
                    #expect(
                        try await browser.run("return document.documentElement.scrollWidth <= \(width)").boolValue
                            == true,
                        "\(path) is wider than \(width) pixels"
                    )
                    try await save(browser, "\(name)-\(width)-\(scheme)")
                }
            }
        }
    }
}
