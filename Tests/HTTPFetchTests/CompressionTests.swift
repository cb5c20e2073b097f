import Foundation
import Testing

@testable import HTTPFetch

@Suite(.timeLimit(.minutes(1)))
struct CompressionTests {
    static let plain = Array(String(repeating: "tip off ", count: 1000).utf8)
    /// `plain` in brotli.
    static let brotli = [UInt8](Data(base64Encoded: "Gz8f+I2Ubt6qBjF7o1NpcPFbOEDeAmBJAQ==")!)
    /// 4 MiB of zeros in brotli.
    static let brotliBomb = [UInt8](Data(base64Encoded: "m///P/gnAOKxQCD3/gc=")!)

    private func fetch(
        _ coding: String,
        _ body: [UInt8],
        limits: HTTPLimits = loopbackLimits(),
        chunk: Int? = nil,
        acceptsCompression: Bool = true
    ) async throws -> HTTPResponse {
        let server = try ScriptedServer { _, connection in
            guard let chunk else {
                return connection.answer(200, [("Content-Encoding", coding)], body: body)
            }
            connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: body.count, by: chunk) {
                let piece = body[start..<min(start + chunk, body.count)]
                connection.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8))
            }
            connection.send("0\r\n\r\n")
        }
        return try await HTTPClient(limits: limits).fetch(
            HTTPRequest(url: server.url(), acceptsCompression: acceptsCompression)
        )
    }

    @Test func whatIsPackedUnpacksToTheSameAndIsTheSameEachTime() throws {
        var generator = SeededGenerator(state: 7)
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for bytes in [[], [65], Self.plain, noise] {
            let packed = try GzipBody.pack(bytes)
            #expect(try GzipBody.unpack(packed, maximumBytes: 1 << 20) == bytes)
            #expect(try GzipBody.pack(bytes) == packed)
        }
        #expect(try GzipBody.pack(Self.plain).count < Self.plain.count / 50)
    }

    @Test(arguments: [nil, 1, 7, 1000])
    func compressedBodiesAreDecodedHoweverTheyAreCut(chunk: Int?) async throws {
        let packed = gzip(Self.plain)
        let response = try await fetch("gzip", packed, chunk: chunk)
        #expect(response.body == Self.plain)
        #expect(response.wireBytes == packed.count)
        #expect(try await fetch("br", Self.brotli, chunk: chunk).body == Self.plain)
        // Two members one after the other are one body.
        #expect(try await fetch("x-gzip", packed + gzip([1, 2]), chunk: chunk).body == Self.plain + [1, 2])
    }

    @Test
    func codingThatWasNotAskedForBelongsToTheEntity() async throws {
        let packed = gzip(Self.plain)
        #expect(try await fetch("gzip", packed, acceptsCompression: false).body == packed)
    }

    @Test
    func emptyBodyNeedsNoStream() async throws {
        #expect(try await fetch("gzip", []).body.isEmpty)
        #expect(try await fetch("gzip", gzip([])).body.isEmpty)
    }

    /// The length header is right each time: only the compressed stream itself shows that something is missing.
    @Test(arguments: [1, 4, 8, 20])
    func compressedStreamThatStopsEarlyIsTruncated(missing: Int) async throws {
        let packed = gzip(Self.plain)
        for (coding, body) in [("gzip", packed), ("br", Self.brotli)] where missing < body.count {
            let error = await #expect(throws: HTTPError.self) {
                try await fetch(coding, Array(body.dropLast(missing)))
            }
            #expect(error?.code == .truncated, "\(coding)")
        }
    }

    @Test
    func damagedStreamIsRefused() async throws {
        var packed = gzip(Self.plain)
        packed[packed.count - 6] ^= 1  // the checksum of the content
        for body in [packed, gzip(Self.plain) + [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]] {
            let error = await #expect(throws: HTTPError.self) { try await fetch("gzip", body) }
            #expect(error?.code == .badEncoding)
        }
        let error = await #expect(throws: HTTPError.self) { try await fetch("br", Self.brotli + [0]) }
        #expect(error?.code == .badEncoding)
    }

    @Test(arguments: [nil, 100])
    func bombIsStoppedByItsRatio(chunk: Int?) async throws {
        let bomb = gzip([UInt8](repeating: 0, count: 20 << 20))
        for (coding, body) in [("gzip", bomb), ("br", Self.brotliBomb)] {
            let error = await #expect(throws: HTTPError.self) { try await fetch(coding, body, chunk: chunk) }
            #expect(error?.code == .decompressionRatio, "\(coding)")
            #expect(error?.isTransient == false)
        }
    }

    @Test
    func decodedBodyObeysTheBodyLimit() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await fetch("gzip", gzip(Self.plain), limits: loopbackLimits(body: 7_999))
        }
        #expect(error?.code == .tooLarge)
        #expect(try await fetch("gzip", gzip(Self.plain), limits: loopbackLimits(body: 8_000)).body == Self.plain)
    }
}
