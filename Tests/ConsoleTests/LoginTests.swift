import Access
import Foundation
import Page
import Postgres
import Testing

@testable import Console
@testable import Pipeline

@Suite("Who may use the console")
struct LoginTests {
    @Test("Every address but the login, its assets and the probes answers 401 to whoever is not logged in")
    func nothingIsShownToStrangers() async throws {
        try await ConsoleBench.with { bench in
            let open: Set<String> = ["/login", "/assets/"]
            var walked = 0
            for route in bench.site.routes where !open.contains(route.path) {
                let path = route.isPrefix ? route.path + "letters" : route.path
                for method in route.method == WebRoute.anyMethod ? ["GET", "POST", "PUT", "DELETE"] : [route.method] {
                    let reply = await bench.send(method, path)
                    #expect(reply.status == 401, "\(method) \(path)")
                    #expect(reply.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                    walked += 1
                }
            }
            #expect(walked > 25)
            for path in ["/metrics", "/status", "/nothing", "/act/run-force", "/api/letters", "/panel/slate", "/.env"] {
                let reply = await bench.send("GET", path)
                #expect(reply.status == 401, "\(path)")
                #expect(!reply.text.contains("tipoff_"), "\(path) says nothing of what is inside")
            }
            for path in ["/healthz", "/readyz", "/login", ConsoleAssets.style.path, ConsoleAssets.script.path] {
                let reply = await bench.send("GET", path)
                #expect([200, 503].contains(reply.status), "\(path)")
            }
            for (name, value) in [
                ("Cookie", "tipoff_session=" + SecretToken.make()), ("Authorization", "Bearer " + SecretToken.make()),
                ("Authorization", "Basic YW5uOmFubg=="), ("Cookie", "tipoff_session="),
            ] {
                let reply = await bench.send("GET", "/", [name: value])
                #expect(reply.status == 401, "\(name): \(value)")
            }
        }
    }

    @Test func aLoginShowsThePageThatWasAskedForAndALogoutEndsIt() async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("ann", .viewer)
            var browser = Browser(bench: bench)
            let asked = await browser.get("/letters?state=all")
            #expect(asked.status == 401)
            #expect(asked.field("next") == "/letters?state=all")
            let answer = await browser.post(
                "/login",
                ["name": "ann", "password": ConsoleBench.password, "next": "/letters?state=all"]
            )
            #expect(answer.status == 303)
            #expect(answer.headers["location"] == "/letters?state=all")
            let cookie = try #require(answer.headers["set-cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
            let page = await browser.get("/")
            #expect(page.status == 200)
            #expect(page.text.contains("ann (viewer)"))
            let token = try #require(browser.cookies["tipoff_session"])
            let stored = try await bench.pool.query("SELECT token_sha256 FROM nba_orchestration.console_session")
                .column("token_sha256", as: String.self)
            #expect(stored == [SecretToken.digest(token).hex], "only a hash is stored")
            let out = await browser.post("/logout", [:])
            #expect(out.status == 303)
            let after = await bench.send("GET", "/", ["Cookie": "tipoff_session=\(token)"])
            #expect(after.status == 401, "the cookie is worth nothing after the logout")
        }
    }

    @Test("A phone's capital and blank are no other name, and who logs in anew leaves no open session behind")
    func aSecondLoginEndsTheFirst() async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("ann", .viewer)
            var browser = try await bench.login("ann")
            let former = try #require(browser.cookies["tipoff_session"])
            _ = await browser.get("/login")
            let again = await browser.post("/login", ["name": "Ann ", "password": ConsoleBench.password, "next": "/"])
            #expect(again.status == 303)
            let stale = await bench.send("GET", "/", ["Cookie": "tipoff_session=\(former)"])
            #expect(stale.status == 401)
            let page = await browser.get("/")
            #expect(page.status == 200)
        }
    }

    @Test("Forms of the address that people use are its own behind a proxy as well; those of any other site are not")
    func aProxyMayCallTheServerByAnotherName() async throws {
        var settings = ConsoleSettings()
        settings.address = "http://console.example.org"
        try await ConsoleBench.with(settings: settings) { bench in
            try await bench.add("ann", .viewer)
            for (origin, status) in [
                ("http://console.example.org", 303), ("http://console.example.org.evil.example", 403),
                ("https://console.example.org", 403), ("http://evil.example", 403),
            ] {
                var browser = Browser(bench: bench)
                _ = await browser.get("/login")
                let answer = await browser.post(
                    "/login",
                    ["name": "ann", "password": ConsoleBench.password, "next": "/"],
                    headers: ["Origin": origin]
                )
                #expect(answer.status == status, "\(origin)")
            }
        }
    }

    @Test func wrongPasswordsAreRefusedAloneAndThenHeldBack() async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("ann", .viewer)
            var browser = Browser(bench: bench)
            _ = await browser.get("/login")
            var seen: [Int] = []
            while seen.last != 429, seen.count < 60 {
                let name = seen.isEmpty ? "nobody" : "ann"
                let reply = await browser.post("/login", ["name": name, "password": "wrong", "next": "/"])
                seen.append(reply.status)
                if reply.status == 401 { #expect(reply.text.contains("Name or password is wrong")) }
                if reply.status == 429 { #expect(reply.headers["retry-after"] != nil) }
            }
            #expect(seen.prefix(5) == [401, 401, 401, 401, 401])
            #expect(seen.last == 429)
        }
    }

    @Test func attemptsAreAllowedAgainOneByOne() {
        let attempts = LoginAttempts()
        func take(_ address: String, _ name: String, at now: Double) -> Int? {
            attempts.take([LoginAttempts.address(address), LoginAttempts.name(name)], at: now)
        }
        for _ in 0..<5 { #expect(take("a", "ann", at: 0) == nil) }
        #expect(take("a", "bob", at: 10) == 10, "the address is held back whatever it tries")
        #expect(take("b", "ann", at: 10) == nil, "and keeps nobody out who is elsewhere")
        #expect(take("a", "ann", at: 20) == nil)
        #expect(take("a", "ann", at: 20) == 20)
        attempts.giveBack([LoginAttempts.address("a")])
        #expect(take("a", "ann", at: 20) == nil, "a right password costs nothing")
        for address in 0..<98 { #expect(take("c\(address)", "ann", at: 20) == nil) }
        #expect(take("d", "ann", at: 20) != nil, "a name is not tried without end from everywhere")
    }

    @Test func whoIsDisabledIsOutAtOnce() async throws {
        try await ConsoleBench.with { bench in
            var browser = try await bench.operatorBrowser()
            let before = await browser.get("/")
            #expect(before.status == 200)
            #expect(try await ConsoleUsers(pool: bench.pool).change("ann", isEnabled: false))
            let after = await browser.get("/")
            #expect(after.status == 401)
        }
    }

    @Test func aSessionEndsWithItsTime() async throws {
        try await ConsoleBench.with { bench in
            var browser = try await bench.operatorBrowser()
            try await bench.pool.execute("UPDATE nba_orchestration.console_session SET expires_at = now()")
            let after = await browser.get("/")
            #expect(after.status == 401)
        }
    }

    @Test func aFormOfAnotherSiteOrAnotherSessionDoesNothing() async throws {
        try await ConsoleBench.with { bench in
            let id = try await bench.addLetter(offset: 1)
            var browser = try await bench.operatorBrowser()
            _ = await browser.get("/")
            let fields: Fields = [
                "id": "\(id)", "reason": "test", "confirm": "drop", "step": "execute", "request": UUID().uuidString,
            ]
            let origin = await browser.post("/act/dlq-drop", fields, headers: ["Origin": "https://example.org"])
            #expect(origin.status == 403)
            let site = await browser.post("/act/dlq-drop", fields, headers: ["Sec-Fetch-Site": "cross-site"])
            #expect(site.status == 403)
            var without = browser
            without.formToken = ""
            let none = await without.post("/act/dlq-drop", fields)
            #expect(none.status == 403)
            without.formToken = SecretToken.formToken(of: SecretToken.make())
            let other = await without.post("/act/dlq-drop", fields)
            #expect(other.status == 403)
            let state = try await bench.pool.query("SELECT state FROM nba_orchestration.dead_letter")
                .column("state", as: String.self)
            #expect(state == ["new"])
            // The same fields do it from the page itself: the refusals above had this one reason.
            let own = await browser.post("/act/dlq-drop", fields, headers: ["Origin": bench.address])
            #expect(own.status == 303)
        }
    }

    @Test func viewersSeeEverythingAndDoNothing() async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("vic", .viewer)
            let id = try await bench.addLetter(offset: 1)
            var browser = try await bench.login("vic")
            for action in bench.site.pages.actions.actions {
                let form = await browser.get("/act/\(action.id)")
                #expect(form.status == 403, "\(action.id)")
            }
            let page = await browser.get("/letter?id=\(id)")
            #expect(page.status == 200)
            #expect(!page.text.contains("href=\"/act/"))
            let forced = await browser.post(
                "/act/dlq-drop",
                ["id": "\(id)", "reason": "x", "confirm": "drop", "step": "execute", "request": UUID().uuidString]
            )
            #expect(forced.status == 403)
        }
    }

    @Test func aTokenIsForScriptsAndACookieIsNone() async throws {
        try await ConsoleBench.with { bench in
            try await bench.add("bot", .viewer)
            let token = try await ConsoleSessions(pool: bench.pool).open("bot", label: "test", lifetime: .seconds(60))
            let reply = await bench.send("GET", "/api/letters", ["Authorization": "Bearer \(token)"])
            #expect(reply.status == 200)
            #expect(try JSONValue(parsing: reply.text) == .array([]))
            let metrics = await bench.send("GET", "/metrics", ["Authorization": "Bearer \(token)"])
            #expect(metrics.status == 200)
            #expect(metrics.text.contains("tipoff_http_requests_total"))
            let cookie = await bench.send("GET", "/", ["Cookie": "tipoff_session=\(token)"])
            #expect(cookie.status == 401)
        }
    }

    @Test func everyAnswerCarriesTheHeadersThatKeepABrowserSafe() async throws {
        try await ConsoleBench.with { bench in
            var browser = try await bench.operatorBrowser()
            for reply in [await bench.send("GET", "/"), await browser.get("/"), await browser.get("/letters")] {
                let policy = try #require(reply.headers["content-security-policy"])
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(reply.headers["x-content-type-options"] == "nosniff")
                #expect(reply.headers["cache-control"] == "no-store")
                #expect(!reply.text.contains("style=\"") && !reply.text.contains("<script>"))
            }
        }
    }

    @Test(arguments: ["//example.org", "https://example.org", "/\\example.org", "javascript:alert(1)", "/a\r\nb"])
    func aLoginLeadsNowhereElse(_ next: String) {
        #expect(!RequestOrigin.isOwn(next))
    }

    @Test func cookiesAreSecureWhereTheAddressIs() {
        var settings = ConsoleSettings()
        #expect(!settings.cookie("a", "b", seconds: 1).contains("Secure"))
        settings.address = "https://console.example.org"
        #expect(settings.cookie("a", "b", seconds: 1).hasSuffix("; Secure"))
        #expect(settings.sessionCookie.hasPrefix("__Host-"))
    }
}
