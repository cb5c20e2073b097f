import HTTPFetch
import Logging
import Pipeline
import Testing

@testable import Publishing

@Suite("Compression")
struct ContentCodingTests {
    private let coding = ContentCoding(logger: Logger(label: "test"))
    private let body = Array(String(repeating: "{\"points\": 27.5}", count: 200).utf8)

    private func answer(_ etag: String? = "\"one\"", type: String = "application/json") -> WebResponse {
        var headers = ["Content-Type": type, "Cache-Control": "public, no-cache"]
        headers["ETag"] = etag
        return WebResponse(headers: headers, body: body)
    }

    private func request(_ accepts: String?, _ known: String? = nil) -> WebRequest {
        var headers: [String: String] = [:]
        headers["accept-encoding"] = accepts
        headers["if-none-match"] = known
        return WebRequest(path: "/", headers: headers)
    }

    @Test(arguments: [
        ("gzip", true), ("GZIP", true), ("br, gzip;q=0.8", true), ("*", true), ("x-gzip", true), ("gzip;q=0", false),
        ("", false), ("br", false), ("gzip;q=0, *", false), ("identity, gzip;q=0.5", false), ("gzip; q=1.0", true),
        ("gzip;q=x", false), ("gzip2", false),
    ])
    func whoAcceptsGzipGetsIt(_ header: String, _ isPacked: Bool) throws {
        let sent = coding(answer(), for: request(header))
        #expect(sent.status == 200)
        #expect(sent.headers["Vary"] == "Accept-Encoding")
        #expect(sent.headers["Content-Encoding"] == (isPacked ? "gzip" : nil))
        #expect(sent.headers["ETag"] == (isPacked ? "\"one-gzip\"" : "\"one\""))
        #expect(try isPacked ? GzipBody.unpack(sent.body, maximumBytes: 1 << 20) == body : sent.body == body)
    }

    @Test func eachFormIsUnchangedByItsOwnTagOnly() {
        let held = coding(answer(), for: request("gzip", "\"one-gzip\""))
        #expect(held.status == 304 && held.body.isEmpty)
        #expect(held.headers["ETag"] == "\"one-gzip\"")
        #expect(held.headers["Vary"] == "Accept-Encoding" && held.headers["Cache-Control"] == "public, no-cache")
        #expect(coding(answer(), for: request(nil, "\"one-gzip\"")).status == 200)
        #expect(coding(answer(), for: request("gzip", "W/\"one-gzip\"")).status == 304)
        #expect(coding(answer("\"two\""), for: request("gzip", "\"one-gzip\"")).status == 200)
    }

    @Test func whatGainsNothingGoesAsItIs() {
        var small = answer()
        small.body = Array("{}".utf8)
        #expect(coding(small, for: request("gzip")).headers["Content-Encoding"] == nil)
        #expect(coding(answer(type: "image/png"), for: request("gzip")).headers["Content-Encoding"] == nil)
        #expect(coding(answer(type: "image/png"), for: request("gzip")).headers["Vary"] == nil)
        var failed = answer()
        failed.status = 503
        #expect(coding(failed, for: request("gzip")).headers["Content-Encoding"] == nil)
    }

    @Test func anAnswerWithoutATagIsPackedToo() throws {
        let sent = coding(answer(nil), for: request("gzip"))
        #expect(try GzipBody.unpack(sent.body, maximumBytes: 1 << 20) == body)
        #expect(sent.headers["ETag"] == nil)
    }

    @Test func whatIsKeptIsBounded() {
        let cache = ByteCache(maximumBytes: 100)
        for name in 0..<50 { cache.keep([UInt8](repeating: 0, count: 30), as: "\(name)") }
        #expect(cache.size == 90)
        #expect(cache["49"] != nil && cache["46"] == nil)
        cache.keep([UInt8](repeating: 0, count: 101), as: "large")
        #expect(cache["large"] == nil && cache["49"] != nil)
        cache.keep([1], as: "49")
        #expect(cache.size == 61)
    }
}
