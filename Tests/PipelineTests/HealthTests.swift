import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Pipeline

@Suite("Health")
struct HealthTests {
    // MARK: Progress

    final class ManualTime: Sendable {
        private let value = Mutex(Duration.seconds(1000))
        var clock: ProgressClock { ProgressClock { self.value.withLock { $0 } } }
        func advance(_ duration: Duration) { value.withLock { $0 += duration } }
    }

    @Test("A loop is stuck exactly when it was silent for longer than it may be, and recovers with a beat")
    func silence() {
        let time = ManualTime()
        let monitor = ProgressMonitor(clock: time.clock)
        let consumer = monitor.register("consumer", maximumSilence: .seconds(10))
        monitor.beat("timer")
        time.advance(.seconds(10))
        #expect(monitor.report.stuck.isEmpty)
        time.advance(.milliseconds(1))
        #expect(monitor.report.stuck.map(\.name) == ["consumer"])
        #expect(monitor.report.stuck.first?.age == .milliseconds(10_001))
        consumer.beat()
        #expect(monitor.report.stuck.isEmpty)
        time.advance(.seconds(61))
        #expect(monitor.report.stuck.map(\.name) == ["consumer", "timer"])
        consumer.rest()
        monitor.unregister("timer")
        #expect(monitor.report.stuck.isEmpty && monitor.report.loops.count == 1)
        #expect(monitor.report.loops.first?.age == nil)
    }

    @Test("A service is ready when start-up is over and every condition holds, until it drains")
    func readiness() {
        let readiness = Readiness(conditions: ["database", "kafka_assigned"])
        #expect(readiness.unmet.map(\.condition) == ["database", "kafka_assigned", "startup"])
        readiness.satisfy("database")
        readiness.declareReady()
        #expect(!readiness.isReady)
        readiness.satisfy("kafka_assigned")
        #expect(readiness.isReady)
        readiness.fail("database", reason: "connection lost")
        #expect(readiness.unmet == [Readiness.Unmet(condition: "database", reason: "connection lost")])
        readiness.satisfy("database")
        readiness.beginDraining()
        #expect(readiness.unmet.map(\.condition) == ["draining"])
    }

    // MARK: Server

    static func withServer(
        progress: ProgressMonitor = ProgressMonitor(),
        readiness: Readiness = Readiness(),
        metrics: MetricsRegistry = MetricsRegistry(),
        routes: [WebRoute] = [],
        limits: WebLimits = WebLimits(),
        host: String = "127.0.0.1",
        addressFile: String? = nil,
        _ body: @Sendable (HealthServer, UInt16) async throws -> Void
    ) async throws {
        let server = HealthServer(
            identity: .init(service: "raw", buildCommit: "abc123", configurationDigest: "d1"),
            host: host,
            addressFile: addressFile,
            progress: progress,
            readiness: readiness,
            metrics: metrics,
            routes: routes,
            limits: limits,
            details: { ["lag": 3] },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try server.bind().port
        let group = ServiceGroup(
            configuration: .init(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            // Bound is not yet running: from here on the server answers.
            #expect(try await RawHTTP.exchange(RawHTTP.request("/healthz"), port, host: host).status > 0)
            try await body(server, port)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(server.address == nil)
    }

    @Test("Liveness, readiness, metrics and status answer what they know")
    func builtInRoutes() async throws {
        let time = ManualTime()
        let progress = ProgressMonitor(clock: time.clock)
        progress.register("consumer", maximumSilence: .seconds(5))
        let readiness = Readiness(conditions: ["database"])
        let metrics = MetricsRegistry()
        metrics.counter("tipoff_test_total", help: "Test.").increment()
        try await Self.withServer(progress: progress, readiness: readiness, metrics: metrics) {
            (_, port) async throws in
            var reply = try await RawHTTP.get("/healthz", port)
            #expect(reply.status == 200)
            #expect(try reply.json["status"] == "ok")
            reply = try await RawHTTP.get("/readyz", port)
            #expect(reply.status == 503)
            #expect(try reply.json["reasons"]?.arrayValue?.map { $0["condition"] } == ["database", "startup"])
            readiness.satisfy("database")
            readiness.declareReady()
            #expect(try await RawHTTP.get("/readyz", port).status == 200)
            reply = try await RawHTTP.get("/metrics", port)
            #expect(reply.head.contains("Content-Type: text/plain; version=0.0.4"))
            #expect(reply.body.contains("tipoff_test_total 1\n"))
            time.advance(.seconds(6))
            reply = try await RawHTTP.get("/healthz", port)
            #expect(reply.status == 503)
            #expect(try reply.json["stuck"] == ["consumer"])
            let status = try await RawHTTP.get("/status", port).json
            #expect(status["build_commit"] == "abc123" && status["configuration_digest"] == "d1")
            #expect(status["service"] == "raw" && status["healthy"] == false && status["ready"] == true)
            #expect(status["loops"]?[0]?["age_seconds"]?.doubleValue == 6)
            #expect(status["details"]?["lag"] == 3)
        }
    }

    @Test("A loop whose thread is blocked for ever is named, however wedged the shared pool is")
    func wedgedLoop() async throws {
        let progress = ProgressMonitor()
        let forever = DispatchSemaphore(value: 0)
        let loop = progress.register("consumer", maximumSilence: .milliseconds(20))
        let wedged = Thread {
            loop.beat()
            forever.wait()
        }
        wedged.start()
        try await Self.withServer(progress: progress) { (_, port) async throws in
            // The whole pool is blocked too until the answer is there (or a bound has passed).
            let released = DispatchSemaphore(value: 0)
            let outcome = Mutex<RawHTTP.Reply?>(nil)
            let blockers = 2 * ProcessInfo.processInfo.activeProcessorCount
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<blockers { group.addTask { _ = released.wait(timeout: .now() + 20) } }
                let prober = Thread {
                    let deadline = DispatchTime.now() + 15
                    while DispatchTime.now() < deadline {
                        let reply = RawHTTP.exchangeBlocking(RawHTTP.request("/healthz"), port)
                        outcome.withLock { $0 = reply }
                        if reply.status == 503 { break }
                    }
                    for _ in 0..<blockers { released.signal() }
                }
                prober.start()
            }
            let reply = try #require(outcome.withLock { $0 })
            #expect(reply.status == 503)
            #expect(try reply.json["stuck"] == ["consumer"])
        }
        forever.signal()
    }

    @Test("Own routes get the request and their failures stay inside", arguments: ["127.0.0.1", "::1"])
    func ownRoutes(host: String) async throws {
        struct Broken: Error {}
        let routes = [
            WebRoute("GET", "/docs/*") { .text("path \($0.path) q \($0.parameter("q") ?? "-")") },
            WebRoute("POST", "/echo") { WebResponse(status: 201, headers: ["X-A": "b\r\nX-Evil: 1"], body: $0.body) },
            WebRoute("GET", "/broken") { _ in throw Broken() },
            WebRoute("GET", "/slow") { _ in
                try await Task.sleep(for: .seconds(3600))
                return .text("never")
            },
        ]
        var limits = WebLimits()
        limits.responseTimeout = .milliseconds(300)
        guard host != "::1" || RawHTTP.hasIPv6 else { return }
        try await Self.withServer(routes: routes, limits: limits, host: host) { (_, port) async throws in
            func exchange(_ text: String) async throws -> RawHTTP.Reply {
                try await RawHTTP.exchange(Array(text.utf8), port, host: host)
            }
            let document = try await exchange("GET /docs/a%20b?q=x+y%21 HTTP/1.0\r\n\r\n")
            #expect(document.body == "path /docs/a b q x y!")
            let echo = try await exchange("POST /echo HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
            #expect(echo.status == 201 && echo.body == "abc" && !echo.head.contains("Evil"))
            #expect(try await exchange("GET /broken HTTP/1.0\r\n\r\n").status == 500)
            #expect(try await exchange("GET /slow HTTP/1.0\r\n\r\n").status == 504)
            #expect(try await exchange("GET /none HTTP/1.0\r\n\r\n").status == 404)
            let notAllowed = try await exchange("DELETE /echo HTTP/1.0\r\n\r\n")
            #expect(notAllowed.status == 405 && notAllowed.head.contains("Allow: POST"))
            let head = try await exchange("HEAD /docs/x HTTP/1.0\r\n\r\n")
            #expect(head.status == 200 && head.body.isEmpty && head.head.contains("Content-Length: 16"))
            let pipelined = try await exchange(
                "GET /none HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"
            )
            #expect(pipelined.text.components(separatedBy: "HTTP/1.1 ").count == 3)
        }
    }

    @Test(
        "Bad requests are refused with their status and the server goes on",
        arguments: [
            ("\u{0}\u{1}\u{2}\r\n\r\n", 400), ("GET\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 505),
            ("GET / FTP/1.1\r\n\r\n", 400),
            ("G(T / HTTP/1.1\r\n\r\n", 400), ("GET relative HTTP/1.1\r\n\r\n", 400), ("GET /%zz HTTP/1.1\r\n\r\n", 400),
            ("GET /%00 HTTP/1.1\r\n\r\n", 400), ("GET /a/../b HTTP/1.1\r\n\r\n", 400),
            ("GET /%2e%2e/b HTTP/1.1\r\n\r\n", 400),
            ("GET /%ff HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", 501),
            ("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n", 431),
            ("GET /" + String(repeating: "a", count: 20_000), 431),
            ("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 20_000) + "\r\n\r\n", 431),
        ]
    )
    func badRequests(text: String, status: Int) async throws {
        try await Self.withServer { (_, port) async throws in
            #expect(try await RawHTTP.exchange(Array(text.utf8), port).status == status)
            #expect(try await RawHTTP.get("/healthz", port).status == 200)
        }
    }

    @Test("Random bytes neither trap nor stop the parser, however they are cut")
    func parserFuzz() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        let base = Array(
            "POST /a%20b?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET / HTTP/1.0\r\n\r\n".utf8
        )
        for _ in 0..<2000 {
            var bytes = base
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            func outcomes(cut: Int) -> [WebRequestParser.Outcome] {
                var parser = WebRequestParser(limits: WebLimits())
                var result: [WebRequestParser.Outcome] = []
                var rest = bytes[...]
                while !rest.isEmpty {
                    parser.append(Array(rest.prefix(cut)))
                    rest = rest.dropFirst(cut)
                    while true {
                        let outcome = parser.next()
                        if outcome == .incomplete { break }
                        result.append(outcome)
                        if case .refused = outcome { return result }
                    }
                }
                return result
            }
            #expect(outcomes(cut: bytes.count) == outcomes(cut: 1), "seed \(seed): \(bytes)")
            #expect(outcomes(cut: 7) == outcomes(cut: 1), "seed \(seed)")
        }
    }

    @Test("A client that sends nothing, or never ends its request, is let go")
    func slowClients() async throws {
        var limits = WebLimits()
        limits.idleTimeout = .milliseconds(200)
        limits.requestTimeout = .milliseconds(200)
        try await Self.withServer(limits: limits) { (_, port) async throws in
            let silent = try await RawHTTP.exchange([], port)
            #expect(silent.text.isEmpty)
            let unfinished = try await RawHTTP.exchange(Array("GET / HTTP/1.1\r\nX: ".utf8), port)
            #expect(unfinished.status == 408)
        }
    }

    @Test("Connections beyond the cap are closed; the others are served")
    func connectionCap() async throws {
        var limits = WebLimits()
        limits.maximumConnections = 2
        try await Self.withServer(limits: limits) { (server, port) async throws in
            let held = (0..<2).map { _ in RawHTTP.connect(port) }
            defer { held.forEach { close($0) } }
            // The held connections are known to the server once they answered.
            for descriptor in held {
                RawHTTP.send(RawHTTP.request("/healthz", keepsAlive: true), descriptor)
                #expect(await RawHTTP.receiveSome(descriptor).hasPrefix("HTTP/1.1 200"))
            }
            #expect(try await RawHTTP.get("/healthz", port).text.isEmpty)
        }
    }

    @Test("A thousand requests in one packet are answered in order")
    func pipelining() async throws {
        try await Self.withServer { (_, port) async throws in
            let many = (0..<1000).map { "GET /\($0) HTTP/1.1\n\n" }.joined() + "GET /metrics HTTP/1.0\r\n\r\n"
            let reply = try await RawHTTP.exchange(Array(many.utf8), port)
            #expect(reply.text.components(separatedBy: "HTTP/1.1 404").count == 1001)
            #expect(reply.text.contains("tipoff_http_requests_total{status=\"404\"} 1000"))
        }
    }

    @Test(
        "A route knows who asks, may take every method, and an error is a problem that says what to do",
        arguments: ["127.0.0.1", "::1"]
    )
    func whoAsksAndHow(host: String) async throws {
        guard host != "::1" || RawHTTP.hasIPv6 else { return }
        let inner = WebRoute(WebRoute.anyMethod, "/any/*") { request in
            .text("\(request.method) from \(request.peer) of \(request.parameters?.count ?? -1)")
        }
        let outer = inner.wrapped { request, handler in
            guard request.method != "DELETE" else { return .problem(403, "ask for something else") }
            var response = try await handler(request)
            response.headers["X-Door"] = "open"
            return response
        }
        try await Self.withServer(routes: [outer], host: host) { (_, port) async throws in
            func exchange(_ text: String) async throws -> RawHTTP.Reply {
                try await RawHTTP.exchange(Array("\(text) HTTP/1.0\r\n\r\n".utf8), port, host: host)
            }
            let asked = try await exchange("OPTIONS /any/x?a=1&b=%20")
            #expect(asked.body == "OPTIONS from \(host) of 2" && asked.head.contains("X-Door: open"))
            #expect(try await exchange("GET /any/x?a=%zz").body == "GET from \(host) of -1")
            let refused = try await exchange("DELETE /any/x")
            #expect(refused.status == 403 && refused.head.contains("Content-Type: application/problem+json"))
            for path in ["/any/x", "/nowhere"] {
                let reply = try await exchange(path == "/any/x" ? "DELETE \(path)" : "GET \(path)")
                let problem = try reply.json
                #expect(problem["status"]?.intValue == Int64(reply.status))
                #expect(
                    problem["title"]?.stringValue?.isEmpty == false && problem["detail"]?.stringValue?.isEmpty == false
                )
                #expect(reply.head.contains("X-Content-Type-Options: nosniff"))
            }
        }
    }

    @Test("The address file is there once bound, tells the port, and is gone at the end")
    func addressFile() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("raw.address")
        try await Self.withServer(addressFile: path) { (server, port) async throws in
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "127.0.0.1:\(port)\n")
            #expect(server.address?.description == "127.0.0.1:\(port)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.root) == [])
    }

    @Test("A taken port is a named error before anything runs")
    func takenPort() async throws {
        try await Self.withServer { (server, port) async throws in
            let second = HealthServer(
                identity: .init(service: "raw"),
                port: port,
                progress: ProgressMonitor(),
                readiness: Readiness(),
                metrics: MetricsRegistry(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let error = #expect(throws: HealthServerError.self) { try second.bind() }
            #expect(error?.description.contains("port \(port)") == true)
        }
    }

    @Test("Shutdown lets a running request finish and does not wait for idle connections")
    func gracefulShutdown() async throws {
        let entered = AsyncStream<Void>.makeStream()
        let release = AsyncStream<Void>.makeStream()
        let routes = [
            WebRoute("GET", "/work") { _ in
                entered.continuation.yield()
                for await _ in release.stream { break }
                return .text("finished")
            }
        ]
        let pending = Mutex<Task<RawHTTP.Reply, any Error>?>(nil)
        let idle = Mutex<Int32>(-1)
        try await Self.withServer(routes: routes) { (server, port) async throws in
            idle.withLock { $0 = RawHTTP.connect(port) }
            pending.withLock { $0 = Task { try await RawHTTP.get("/work", port) } }
            for await _ in entered.stream { break }
            // The answer is released only after shutdown has begun and the port is closed to newcomers.
            Task.detached {
                while RawHTTP.exchangeBlocking(RawHTTP.request("/healthz"), port).status == 200 { await Task.yield() }
                release.continuation.yield()
            }
        }
        let task = try #require(pending.withLock { $0 })
        #expect(try await task.value.body == "finished")
        close(idle.withLock { $0 })
    }
}
