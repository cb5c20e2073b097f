import Testing

@testable import HTTPFetch

@Suite(.timeLimit(.minutes(1)))
struct RedirectTests {
    @Test
    func redirectsAreFollowedToTheEnd() async throws {
        let server = try ScriptedServer { request, connection in
            switch request.target {
            case "/a/b": connection.answer(302, [("Location", "c d")], body: [1])
            case "/a/c%20d": connection.answer(308, [("Location", "/e#part")])
            default: connection.answer(200, body: Array(request.target.utf8))
            }
        }
        let response = try await HTTPClient(limits: loopbackLimits()).fetch(HTTPRequest(url: server.url("/a/b")))
        #expect(response.body == Array("/e".utf8))
        #expect(response.redirects == 2)
        #expect(response.effectiveURL == server.url("/e"))
    }

    @Test(arguments: ["/loop", "/endless/0", "/nowhere", "/self"])
    func redirectsThatDoNotEndAreRefused(path: String) async throws {
        let server = try ScriptedServer { request, connection in
            let target = request.target
            let next =
                switch target {
                case "/loop": "/pool"
                case "/pool": "/loop"
                case "/self": "/self"
                case "/nowhere": "http://"
                default: "/endless/\((Int(target.split(separator: "/").last ?? "") ?? 0) + 1)"
                }
            connection.answer(301, [("Location", next)])
        }
        let error = await failure(HTTPClient(limits: loopbackLimits()), HTTPRequest(url: server.url(path)))
        #expect(error?.code == .redirectLimit)
        #expect(server.requests.count <= 6)
    }

    @Test
    func zeroRedirectsHandsTheAnswerBack() async throws {
        let server = try ScriptedServer { _, connection in connection.answer(302, [("Location", "/x")]) }
        let response = try await HTTPClient(limits: loopbackLimits(redirects: 0)).fetch(HTTPRequest(url: server.url()))
        #expect(response.status == 302)
    }

    /// The first hop is public (its answer comes through a proxy), the second must never be asked for.
    @Test(arguments: [
        ("http://127.0.0.1:9/", HTTPError.Code.blockedAddress), ("http://169.254.169.254/latest/", .blockedAddress),
        ("http://[::ffff:10.0.0.1]/", .blockedAddress), ("http://localhost/", .blockedAddress),
        ("//192.168.1.1/", .blockedAddress), ("http://017700000001/", .blockedAddress),
        ("http://other.example/", .blockedHost), ("file:///etc/passwd", .blockedScheme),
        ("gopher://x/", .blockedScheme),
    ])
    func redirectToAForbiddenPlaceIsRefused(location: String, code: HTTPError.Code) async throws {
        let proxy = try ScriptedServer { _, connection in connection.answer(302, [("Location", location)]) }
        var limits = HTTPLimits()
        if code == .blockedHost { limits.allowedHosts = ["stats.example"] }
        let client = HTTPClient(limits: limits, proxy: "http://127.0.0.1:\(proxy.port)")
        let error = await failure(client, HTTPRequest(url: "http://stats.example/"))
        #expect(error?.code == code || (code == .blockedScheme && error?.code == .redirectLimit))
        #expect(proxy.requests.count == 1)
    }

    /// Names can resolve to anything, so the address of the very connection decides.
    @Test
    func connectionToAPrivateAddressIsRefusedAtItsSocket() async throws {
        let server = try ScriptedServer { _, connection in connection.answer(200) }
        let engine = TransferEngine(
            settings: TransferSettings(limits: HTTPLimits(), userAgent: "t", proxy: nil, certificateAuthorityFile: nil),
            maximumConcurrentTransfers: 1
        )
        // Straight to the engine: the check of the URL's text is not what is tested here.
        let request = HTTPRequest(url: server.url())
        let outcome = await engine.perform(request, url: try HTTPURL(request.url), timeout: .seconds(10))
        engine.finishAndStop()
        #expect(throws: HTTPError.self) { try outcome.get() }
        if case .failure(let error) = outcome { #expect(error.code == .blockedAddress) }
        #expect(server.connectionCount == 0)
    }

    @Test
    func httpsIsNeverLeft() throws {
        var chain = try RedirectChain(HTTPRequest(url: "https://a.example/"), limits: HTTPLimits())
        let error = #expect(throws: HTTPError.self) { try chain.advance(status: 302, location: "http://a.example/") }
        #expect(error?.code == .blockedScheme)
    }

    @Test(arguments: [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (301, "PUT", "PUT"),
        (307, "POST", "POST"), (308, "PUT", "PUT"), (302, "GET", "GET"),
    ])
    func methodChangesOnlyWhereTheStandardSaysSo(status: Int, before: String, after: String) throws {
        let request = HTTPRequest(
            method: before,
            url: "http://a.example/x",
            headers: [("Content-Type", "text/plain")],
            body: before == "GET" || before == "HEAD" ? nil : [1]
        )
        var chain = try RedirectChain(request, limits: HTTPLimits())
        let followed = try chain.advance(status: status, location: "y")
        #expect(followed)
        #expect(chain.request.method == after)
        #expect((chain.request.body == nil) == (after == "GET" || after == "HEAD"))
    }

    @Test(arguments: [("http://a.example/y", 3), ("http://a.example:81/", 1), ("http://b.example/", 1)])
    func secretsStayWithTheirOrigin(location: String, kept: Int) throws {
        let headers = [("Authorization", "Bearer x"), ("X-Api-Key", "k"), ("Accept", "text/html")]
        var chain = try RedirectChain(HTTPRequest(url: "http://a.example/", headers: headers), limits: HTTPLimits())
        let followed = try chain.advance(status: 302, location: location)
        #expect(followed)
        #expect(chain.request.headers.count == kept)
    }

    @Test
    func signedRequestFollowsNothing() throws {
        let credentials = S3Credentials(accessKeyID: "a", secretAccessKey: "hunter2")
        var chain = try RedirectChain(HTTPRequest(url: "http://a.example/", s3: credentials), limits: HTTPLimits())
        let followed = try chain.advance(status: 307, location: "http://b.example/")
        #expect(!followed)
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials)\(dumped)\(String(reflecting: credentials))".contains("hunter2"))
    }
}
