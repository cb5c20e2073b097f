import Basketball
import FlyingSocks
import Foundation
import HTTPFetch
import Testing

@testable import SourceSim

/// Every fault, seen from a raw socket.
@Suite(.timeLimit(.minutes(2))) struct MisbehaviourTests {
    private static let target =
        "/stats/leaguegamelog?PlayerOrTeam=T&DateFrom=01/15/2024&DateTo=01/15/2024&\(oneDay)"
    private let simulator = Simulator(source: SharedLeague(), asOf: nil)

    /// The bytes that a spoilt request gets, until the server closes.
    private func spoilt(_ kind: String, _ port: UInt16) async throws -> RawResponse {
        let client = try await RawClient(port: port)
        try await client.get(Self.target, extra: "X-Sim-Misbehave: \(kind)\r\nConnection: close\r\n")
        let response = try #require(RawResponse(try await client.readToEnd()))
        try client.close()
        return response
    }

    @Test func aConnectionServesManyRequests() async throws {
        try await withServer(simulator) { port in
            let client = try await RawClient(port: port)
            for _ in 0..<3 {
                try await client.get(Self.target)
                let response = try await client.readResponse()
                #expect(response.status == 200)
                #expect(response.headers["connection"] == "keep-alive")
                #expect(response.body.count == response.announcedLength)
            }
            // Two at once, answered in order.
            try await client.send("GET /_sim/health HTTP/1.1\r\n\r\nGET /nope HTTP/1.1\r\nConnection: close\r\n\r\n")
            let rest = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(rest.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) } == ["200", "404"])
            try client.close()
        }
    }

    @Test func rudeClientsGetARefusal() async throws {
        try await withServer(simulator) { port in
            let client = try await RawClient(port: port)
            try await client.send("HELLO\r\n\r\n")
            #expect(RawResponse(try await client.readToEnd())?.status == 400)
            try client.close()
        }
    }

    @Test func statusFaults() async throws {
        try await withServer(simulator) { port in
            let client = try await RawClient(port: port)
            let body = #"{"path_contains":"gamelog","kind":"status429","times":1,"retry_after":7}"#
            try await client.send(
                "POST /_sim/misbehave HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(try await client.readResponse().status == 200)
            try await client.get(Self.target)
            let limited = try await client.readResponse()
            #expect(limited.status == 429)
            #expect(limited.headers["retry-after"] == "7")
            try await client.get(Self.target)
            #expect(try await client.readResponse().status == 200)
            #expect(try await spoilt("status500", port).status == 500)
            try client.close()
        }
    }

    @Test func lengthFaults() async throws {
        try await withServer(simulator) { port in
            let truncated = try await spoilt("truncated", port)
            #expect(truncated.status == 200)
            #expect(truncated.body.count < truncated.announcedLength)
            #expect(!truncated.body.isEmpty)
            let wrong = try await spoilt("wrong_length", port)
            #expect(wrong.body.count == wrong.announcedLength + 17)
            let empty = try await spoilt("empty", port)
            #expect(empty.status == 200)
            #expect(empty.body.isEmpty)
            #expect(empty.announcedLength == 0)
        }
    }

    @Test func aBlockPageLooksLikeSuccess() async throws {
        try await withServer(simulator) { port in
            let page = try await spoilt("block_page", port)
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html")
            #expect(String(decoding: page.body, as: UTF8.self).contains("Access Denied"))
        }
    }

    @Test func theRedirectNeverArrives() async throws {
        try await withServer(simulator) { port in
            var location = try #require(try await spoilt("redirect_loop", port).headers["location"])
            let client = try await RawClient(port: port)
            var seen: Set<String> = []
            for _ in 0..<25 {
                #expect(seen.insert(location).inserted)
                try await client.get(location)
                let response = try await client.readResponse()
                #expect(response.status == 302)
                location = try #require(response.headers["location"])
            }
            try client.close()
        }
    }

    @Test func theBombIsValidAndGrowsAThousandfold() async throws {
        try await withServer(simulator) { port in
            let client = try await RawClient(port: port)
            let body = #"{"kind":"gzip_bomb","megabytes":3}"#
            try await client.send(
                "POST /_sim/misbehave HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(try await client.readResponse().status == 200)
            try await client.get(Self.target)
            let bomb = try await client.readResponse()
            #expect(bomb.headers["content-encoding"] == "gzip")
            let unpacked = try GzipBody.unpack(bomb.body, maximumBytes: 4 << 20)
            #expect(unpacked.count == 3 * 1_024 * 1_024)
            #expect(unpacked.allSatisfy { $0 == 0 })
            #expect(unpacked.count / bomb.body.count > 1_000)
            try client.close()
        }
    }

    @Test func aSlowBodyArrivesInPieces() async throws {
        try await withServer(simulator) { port in
            let client = try await RawClient(port: port)
            // Ten minutes for the body: whatever has arrived after the head is only a part of it.
            let body = #"{"kind":"slow","seconds":600}"#
            try await client.send(
                "POST /_sim/misbehave HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(try await client.readResponse().status == 200)
            try await client.get(Self.target)
            var bytes: [UInt8] = []
            while RawResponse(bytes) == nil { bytes += try await client.socket.read(atMost: 4_096) }
            let response = try #require(RawResponse(bytes))
            #expect(response.status == 200)
            #expect(response.body.count < response.announcedLength)
            try client.close()
        }
    }

    @Test func aSlowBodyIsCompleteInTheEnd() async throws {
        let slow = Simulator(source: SharedLeague(), asOf: nil)
        _ = try await slow.send("POST", "/_sim/misbehave", #"{"kind":"slow","seconds":0.05}"#)
        try await withServer(slow) { port in
            let client = try await RawClient(port: port)
            try await client.get(Self.target)
            let response = try #require(RawResponse(try await client.readToEnd()))
            #expect(response.body.count == response.announcedLength)
            #expect(try logRows(JSONView(response.body)).count > 0)
            try client.close()
        }
    }

    @Test func aHangingServerSaysNothingAndStillServesOthers() async throws {
        try await withServer(simulator) { port in
            let stuck = try await RawClient(port: port)
            try await stuck.get("/stats/hanging", extra: "X-Sim-Misbehave: hang\r\n")
            let other = try await RawClient(port: port)
            // The request has been taken in when it is counted.
            while true {
                try await other.get("/_sim/requests")
                let counts = try JSONView(try await other.readResponse().body)
                if try counts["paths"].keys.contains("/stats/hanging") { break }
            }
            #expect(throws: SocketError.blocked) { try stuck.socket.socket.read(atMost: 1) }
            try stuck.close()
            try await other.get("/_sim/health")
            #expect(try await other.readResponse().status == 200)
            try other.close()
        }
    }
}
