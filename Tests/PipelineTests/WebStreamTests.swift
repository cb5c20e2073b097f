import Foundation
import Testing

@testable import Pipeline

@Suite("Responses that go on")
struct WebStreamTests {
    private func withStream(
        _ stream: WebStream,
        limits: WebLimits = WebLimits(),
        _ body: @Sendable (UInt16) async throws -> Void
    ) async throws {
        let route = WebRoute("GET", "/stream") { _ in
            WebResponse(headers: ["Content-Type": "text/event-stream"], body: Array("first\n".utf8), stream: stream)
        }
        try await HealthTests.withServer(routes: [route], limits: limits) { (_, port) async throws in
            try await body(port)
        }
    }

    /// What arrives until it ends with `suffix`.
    private func text(_ descriptor: Int32, until suffix: String) async -> String {
        var text = ""
        while !text.hasSuffix(suffix) {
            let more = await RawHTTP.receiveSome(descriptor)
            if more.isEmpty { break }
            text += more
        }
        return text
    }

    @Test func whatIsSentLaterArrives() async throws {
        let stream = WebStream()
        try await withStream(stream) { port in
            let descriptor = RawHTTP.connect(port)
            defer { close(descriptor) }
            RawHTTP.send(RawHTTP.request("/stream", keepsAlive: true), descriptor)
            let head = await text(descriptor, until: "first\n")
            #expect(head.hasPrefix("HTTP/1.1 200"))
            #expect(!head.contains("Content-Length"))
            #expect(stream.send(Array("second\n".utf8)))
            #expect(await text(descriptor, until: "second\n") == "second\n")
            stream.send(Array("last\n".utf8))
            stream.finish()
            // The end of the connection is the end of the response.
            #expect(await text(descriptor, until: "never") == "last\n")
            #expect(!stream.send([1]))
        }
    }

    @Test func aSlowReaderIsClosedAndHoldsUpNobody() async throws {
        let stream = WebStream(maximumBytes: 256 << 10)
        try await withStream(stream) { port in
            let descriptor = RawHTTP.connect(port)
            defer { close(descriptor) }
            RawHTTP.send(RawHTTP.request("/stream"), descriptor)
            let block = [UInt8](repeating: 0x61, count: 64 << 10)
            var sent = 0
            // The kernel takes some megabytes before the client's silence shows.
            while stream.send(block), sent < 1000 {
                sent += 1
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(sent < 1000)
            #expect(!stream.isOpen)
            #expect(try await RawHTTP.get("/healthz", port).status == 200)
        }
    }

    @Test func aClientThatLeavesEndsItsStream() async throws {
        let stream = WebStream()
        try await withStream(stream) { port in
            let descriptor = RawHTTP.connect(port)
            RawHTTP.send(RawHTTP.request("/stream"), descriptor)
            _ = await text(descriptor, until: "first\n")
            close(descriptor)
            for _ in 0..<200 where stream.isOpen { try await Task.sleep(for: .milliseconds(10)) }
            #expect(!stream.isOpen)
        }
    }

    @Test func aClientThatLeavesBeforeItsAnswerLeavesNoStream() async throws {
        let stream = WebStream()
        let route = WebRoute("GET", "/late") { _ in
            try await Task.sleep(for: .milliseconds(300))
            return WebResponse(stream: stream)
        }
        try await HealthTests.withServer(routes: [route], limits: WebLimits()) { (_, port) async throws in
            let descriptor = RawHTTP.connect(port)
            RawHTTP.send(RawHTTP.request("/late"), descriptor)
            try await Task.sleep(for: .milliseconds(50))
            // A reset, not an end: both directions are gone.
            var abrupt = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
            close(descriptor)
            for _ in 0..<200 where stream.isOpen { try await Task.sleep(for: .milliseconds(10)) }
            #expect(!stream.isOpen)
        }
    }

    @Test func anAnswerThatComesTooLateLeavesNoStream() async throws {
        let stream = WebStream()
        var limits = WebLimits()
        limits.responseTimeout = .milliseconds(100)
        let route = WebRoute("GET", "/late") { _ in
            // Work that does not look whether anybody still waits for it.
            await Task.detached { try? await Task.sleep(for: .milliseconds(400)) }.value
            return WebResponse(stream: stream)
        }
        try await HealthTests.withServer(routes: [route], limits: limits) { (_, port) async throws in
            #expect(try await RawHTTP.get("/late", port).status == 504)
            for _ in 0..<200 where stream.isOpen { try await Task.sleep(for: .milliseconds(10)) }
            #expect(!stream.isOpen)
        }
    }

    @Test func streamsBeyondTheCapAreRefusedWhileOthersAreServed() async throws {
        var limits = WebLimits()
        limits.maximumStreams = 1
        try await withStream(WebStream(), limits: limits) { port in
            let descriptor = RawHTTP.connect(port)
            defer { close(descriptor) }
            RawHTTP.send(RawHTTP.request("/stream"), descriptor)
            _ = await text(descriptor, until: "first\n")
            let refused = try await RawHTTP.get("/stream", port)
            #expect(refused.status == 503)
            #expect(refused.head.contains("Retry-After: 15"))
        }
    }

    @Test func headAsksForNoStream() async throws {
        let stream = WebStream()
        try await withStream(stream) { port in
            let reply = try await RawHTTP.exchange(
                Array("HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8),
                port
            )
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
            #expect(!stream.isOpen)
        }
    }
}
