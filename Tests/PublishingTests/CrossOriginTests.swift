import Pipeline
import Testing

@testable import Publishing

@Suite("Pages of other sites")
struct CrossOriginTests {
    private static let friend = "https://friend.example"
    private let origins = CrossOrigin(origins: [friend, "http://localhost:3000"])

    private func marked(_ origin: String?) -> WebResponse {
        var response = WebResponse(headers: ["Vary": "Accept-Encoding"])
        origins.mark(&response, for: WebRequest(path: "/v1/x", headers: origin.map { ["origin": $0] } ?? [:]))
        return response
    }

    @Test func whoStandsInTheListMayReadAndNobodyElse() {
        let friend = marked(Self.friend)
        #expect(friend.headers["Access-Control-Allow-Origin"] == Self.friend)
        #expect(friend.headers["Access-Control-Expose-Headers"]?.contains("ETag") == true)
        #expect(friend.headers["Access-Control-Allow-Credentials"] == nil)
        for origin in [nil, "null", "https://stranger.example", "http://friend.example", Self.friend + ":8443", "*"] {
            let answer = marked(origin)
            #expect(answer.headers["Access-Control-Allow-Origin"] == nil)
            // A cache must not hand a friend's answer to a stranger, nor the other way round.
            #expect(answer.headers["Vary"] == "Accept-Encoding, Origin")
        }
    }

    @Test func withoutAListNothingIsSaid() {
        var response = WebResponse()
        CrossOrigin(origins: []).mark(&response, for: WebRequest(path: "/v1/x", headers: ["origin": Self.friend]))
        #expect(response.headers.isEmpty)
    }

    @Test func aPreflightIsAnsweredByTheList() {
        func ask(_ origin: String, _ method: String = "OPTIONS", asks: Bool = true) -> WebResponse? {
            var headers = ["origin": origin]
            if asks { headers["access-control-request-method"] = "GET" }
            return origins.preflight(WebRequest(method: method, path: "/v1/x", headers: headers))
        }
        let friend = ask(Self.friend)
        #expect(friend?.status == 204)
        #expect(friend?.headers["Access-Control-Allow-Methods"] == "GET, HEAD")
        #expect(friend?.headers["Access-Control-Allow-Headers"]?.contains("If-None-Match") == true)
        #expect(ask("https://stranger.example")?.status == 403)
        #expect(ask(Self.friend, "GET") == nil)
        #expect(ask(Self.friend, asks: false) == nil)
    }

    @Test(arguments: [
        "*", "null", "https://a.example/", "https://a.example/path", "ftp://a.example", "a.example", "https://",
        "https://A.example", "https://a.example:443", "http://a.example:80", "https://a.example:0",
        "https://a.example:99999", "https://u@a.example", "https://*.example", "",
    ])
    func whatABrowserWouldNotWriteIsRefusedAtTheStart(_ text: String) throws {
        #expect(CrossOrigin.origin(text) == nil)
        #expect(throws: ConfigurationError.self) {
            try settings(["TIPOFF_CORS_ORIGINS": text.isEmpty ? "," : text])
        }
    }

    @Test func settingsAreCheckedAtTheStart() throws {
        let read = try settings([
            "TIPOFF_CORS_ORIGINS": "https://a.example, http://localhost:3000", "TIPOFF_RATE_LIMIT": "20",
            "TIPOFF_TRUSTED_PROXIES": "10.0.0.0/8,::1", "TIPOFF_STREAM_READERS": "7",
        ])
        #expect(read.origins.origins == ["https://a.example", "http://localhost:3000"])
        #expect(read.rateLimit == .init(requestsPerSecond: 20, burst: 200))
        #expect(read.trustedProxies.count == 2 && read.streamReaders == 7)
        #expect(try settings([:]).origins.origins.isEmpty)
        #expect(try settings(["TIPOFF_RATE_LIMIT": "0"]).rateLimit == nil)
        for (name, value) in [
            ("TIPOFF_RATE_LIMIT", "-1"), ("TIPOFF_RATE_LIMIT", "many"), ("TIPOFF_RATE_BURST", "0"),
            ("TIPOFF_STREAM_READERS", "513"), ("TIPOFF_STREAM_READERS", "0"), ("TIPOFF_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("TIPOFF_READER_CONNECTIONS", "0"),
        ] {
            #expect(throws: ConfigurationError.self, "\(name)=\(value)") { try settings([name: value]) }
        }
    }

    private func settings(_ environment: [String: String]) throws -> WebSettings {
        var reader = ConfigurationReader(environment: environment)
        let settings = WebSettings(&reader)
        try reader.finish()
        return settings
    }
}
