import Foundation
import Testing

@testable import HTTPFetch

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTests {
    @Test(arguments: [0, 1, 100, 70_000, 1_000_000])
    func bodyArrivesByteForByte(count: Int) async throws {
        var random = SeededGenerator(state: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let server = try ScriptedServer { _, connection in
            connection.answer(200, [("X-Source", "one"), ("x-source", "two")], body: bytes)
        }
        let response = try await HTTPClient(limits: loopbackLimits()).fetch(HTTPRequest(url: server.url("/a?b=c")))
        #expect(response.status == 200)
        #expect(response.body == bytes, "seed \(count)")
        #expect(response.wireBytes == count)
        #expect(response.headers["X-SOURCE"] == "one")
        #expect(response.headers.all("x-source") == ["one", "two"])
        #expect(response.effectiveURL == server.url("/a?b=c"))
    }

    @Test
    func requestIsSentAsWritten() async throws {
        let server = try ScriptedServer { _, connection in connection.answer(204) }
        let client = HTTPClient(limits: loopbackLimits(), userAgent: "Test/1")
        _ = try await client.fetch(
            HTTPRequest(method: "PUT", url: server.url("/x"), headers: [("X-Empty", ""), ("X-A", "b")], body: [])
        )
        _ = try await client.fetch(HTTPRequest(method: "POST", url: server.url("/x"), body: Array("péché".utf8)))
        _ = try await client.fetch(HTTPRequest(method: "DELETE", url: server.url("/x")))
        let head = try await client.fetch(HTTPRequest(method: "HEAD", url: server.url("/x")))
        #expect(head.body.isEmpty)
        let requests = server.requests
        #expect(requests.map(\.method) == ["PUT", "POST", "DELETE", "HEAD"])
        #expect(requests[0].header("X-Empty") == "")
        #expect(requests[0].header("X-A") == "b")
        #expect(requests[0].header("Content-Length") == "0")
        #expect(requests[0].header("User-Agent") == "Test/1")
        #expect(requests[0].header("Accept-Encoding") == "gzip, br")
        #expect(requests[1].body == Array("péché".utf8))
        // One after the other on one connection.
        #expect(server.connectionCount == 1)
    }

    @Test(
        arguments: [
            ("GE T", "http://x.test/", []), ("", "http://x.test/", []), ("GET", "http://x.test/", [("A\r\nB", "c")]),
            ("GET", "http://x.test/", [("A", "b\r\nInjected: yes")]), ("GET", "not a url", []),
            ("GET", "http://user:password@x.test/", []), ("GET", "http://x.test/\r\nInjected: yes", []),
        ] as [(String, String, [(String, String)])]
    )
    func malformedRequestIsNeverSent(method: String, url: String, headers: [(String, String)]) async {
        let client = HTTPClient(limits: loopbackLimits())
        let error = await failure(client, HTTPRequest(method: method, url: url, headers: headers))
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.contains("password") == false)
        #expect(error?.description.contains("\n") == false)
    }

    @Test
    func schemesAndHostsOutsideTheListsAreRefused() async {
        let client = HTTPClient(limits: HTTPLimits(allowedSchemes: ["https"], allowedHosts: ["*.nba.test"]))
        for (url, code) in [
            ("file:///etc/passwd", HTTPError.Code.blockedScheme), ("ftp://stats.nba.test/", .blockedScheme),
            ("http://stats.nba.test/", .blockedScheme), ("https://nba.test/", .blockedHost),
            ("https://evilnba.test/", .blockedHost), ("https://nba.test.evil.test/", .blockedHost),
        ] {
            let error = await failure(client, HTTPRequest(url: url))
            #expect(error?.code == code || (url.hasPrefix("file") && error?.code == .invalidRequest), "\(url)")
        }
        #expect(client.limits.allowsHost("Stats.NBA.test."))
    }

    @Test
    func refusedConnectionIsTransient() async throws {
        // Bound but not listening: nobody else can take the port meanwhile.
        let server = try ScriptedServer { _, _ in }
        let gone = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(gone) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(gone, pointer, length)
                getsockname(gone, pointer, &length)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        #expect(port != server.port)
        let error = await failure(
            HTTPClient(limits: loopbackLimits()),
            HTTPRequest(url: "http://127.0.0.1:\(port)/?apiKey=hunter2")
        )
        #expect(error?.code == .connect)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test
    func noMoreTransfersThanAllowedRunAtOnce() async throws {
        let gate = Gauge()
        let server = try ScriptedServer { _, connection in
            gate.enter()
            // Held until the limit is reached once, so that transfers really overlap.
            gate.waitUntilSeen(3)
            gate.leave()
            connection.answer(200, body: [1])
        }
        let client = HTTPClient(limits: loopbackLimits(), maximumConcurrentTransfers: 3)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<30 { group.addTask { try await client.fetch(HTTPRequest(url: server.url())).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 30))
        #expect(gate.maximum == 3)
        #expect(server.connectionCount <= 3)
    }

    @Test
    func proxyOfTheSettingGetsTheRequestAndNotTheEnvironments() async throws {
        let proxy = try ScriptedServer { _, connection in connection.answer(200, body: Array("proxied".utf8)) }
        let client = HTTPClient(limits: HTTPLimits(), proxy: "http://127.0.0.1:\(proxy.port)")
        let response = try await client.fetch(HTTPRequest(url: "http://stats.example/scores?day=1"))
        #expect(response.body == Array("proxied".utf8))
        #expect(proxy.requests.first?.target == "http://stats.example/scores?day=1")
        for target in [
            "http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
        ] {
            #expect(await failure(client, HTTPRequest(url: target))?.code == .blockedAddress, "\(target)")
        }
        #expect(proxy.requests.count == 1)
    }
}

/// Counts how many are inside at once.
final class Gauge: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var inside = 0
    private nonisolated(unsafe) var peak = 0

    var maximum: Int { condition.withLock { peak } }

    func enter() {
        condition.withLock {
            inside += 1
            peak = max(peak, inside)
            condition.broadcast()
        }
    }

    func leave() { condition.withLock { inside -= 1 } }

    func waitUntilSeen(_ count: Int) {
        condition.withLock {
            let deadline = Date(timeIntervalSinceNow: 20)
            while peak < count, condition.wait(until: deadline) {}
        }
    }
}
