/// A request that the service's HTTP server has read completely.
public struct WebRequest: Sendable, Hashable {
    /// Upper case, as in `GET`.
    public let method: String
    /// Percent-decoded, begins with `/`, without `.` or `..` segments and without NUL.
    public let path: String
    /// The query as written, without `?`.
    public let query: String
    /// Names in lower case; the values of a repeated header are joined by `, `.
    public let headers: [String: String]
    public let body: [UInt8]
    /// The address at the other end of the connection, as in `192.0.2.1` or `2001:db8::1`; empty for a request that came
    /// over none.
    public internal(set) var peer: String

    public init(
        method: String = "GET",
        path: String,
        query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = [],
        peer: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The path in its segments, as decoded; without the empty ones.
    public var segments: [String] { path.split(separator: "/").map(String.init) }

    /// The first value of a query parameter, percent-decoded; nil when absent or not decodable.
    public func parameter(_ name: String) -> String? {
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard PercentText.decode(String(pair[0]), plusIsSpace: true) == name else { continue }
            return pair.count > 1 ? PercentText.decode(String(pair[1]), plusIsSpace: true) : ""
        }
        return nil
    }

    /// All query parameters in their order, percent-decoded; nil when one of them is not decodable.
    public var parameters: [(name: String, value: String)]? { Self.pairs(query) }

    /// The fields of a body that a browser's form has sent (`application/x-www-form-urlencoded`); nil for any other body.
    public var form: [(name: String, value: String)]? {
        let type = headers["content-type"]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard type == "application/x-www-form-urlencoded", let text = String(validating: body, as: UTF8.self) else {
            return nil
        }
        return Self.pairs(text)
    }

    private static func pairs(_ text: String) -> [(name: String, value: String)]? {
        var found: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decode(String(pair[0]), plusIsSpace: true),
                let value = pair.count > 1 ? PercentText.decode(String(pair[1]), plusIsSpace: true) : ""
            else { return nil }
            found.append((name, value))
        }
        return found
    }
}

/// What a route answers.
public struct WebResponse: Sendable, Hashable {
    /// 200 to 599.
    public var status: Int
    /// `Content-Length`, `Connection` and `Date` are added by the server.
    public var headers: [String: String]
    public var body: [UInt8]
    /// Goes on after the body until it is closed; the response then has no `Content-Length` and the connection ends with
    /// it.
    public var stream: WebStream?

    public init(
        status: Int = 200,
        headers: [String: String] = [:],
        body: [UInt8] = [],
        stream: WebStream? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.stream = stream
    }

    public static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8")
        -> WebResponse
    {
        WebResponse(status: status, headers: ["Content-Type": type], body: Array(text.utf8))
    }

    /// A JSON document; a value that has no JSON form answers 500.
    public static func json(_ value: JSONValue, status: Int = 200) -> WebResponse {
        switch Result(catching: { () throws(JSONError) in try value.utf8() }) {
        case .success(let body):
            return WebResponse(
                status: status,
                headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
                body: body
            )
        case .failure(let error):
            return .text("{\"error\":\"\(error.code)\"}", status: 500, type: "application/json")
        }
    }

    /// An error as RFC 9457 describes it.
    ///
    /// - Parameter detail: what is wrong with this request, and what to do about it.
    public static func problem(_ status: Int, _ detail: String, headers: [String: String] = [:]) -> WebResponse {
        var response = WebResponse.json(
            [
                "type": "about:blank", "title": .string(phrase(status)), "status": .int(Int64(status)),
                "detail": .string(detail),
            ],
            status: status
        )
        response.headers["Content-Type"] = "application/problem+json"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.merge(headers) { $1 }
        return response
    }
}

/// An additional route of a service's HTTP server.
public struct WebRoute: Sendable {
    public typealias Handler = @Sendable (WebRequest) async throws -> WebResponse

    /// The method that stands for every one.
    public static let anyMethod = "*"

    let method: String
    let path: String
    let isPrefix: Bool
    let handler: Handler

    /// - Parameters:
    ///   - method: `GET` also answers `HEAD`, without the body. `anyMethod` leaves it to the handler to refuse some.
    ///   - path: an exact path, or with `/*` at its end everything below it.
    ///   - handler: a thrown error answers 500 and is logged.
    public init(_ method: String = "GET", _ path: String, handler: @escaping Handler) {
        self.method = method.uppercased()
        isPrefix = path.hasSuffix("/*")
        self.path = isPrefix ? String(path.dropLast()) : path
        self.handler = handler
    }

    /// The same route with `around` about its handler.
    public func wrapped(
        _ around: @escaping @Sendable (WebRequest, Handler) async throws -> WebResponse
    ) -> WebRoute {
        WebRoute(method, isPrefix ? path + "*" : path) { [handler] request in try await around(request, handler) }
    }

    func matches(path: String) -> Bool {
        isPrefix ? path.hasPrefix(self.path) : path == self.path
    }
}

/// Percent-encoding as in URLs.
enum PercentText {
    /// The decoded text; nil for a broken escape, NUL or what is not UTF-8.
    static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let byte = rest.popFirst() {
            if byte == 0x2B && plusIsSpace {
                bytes.append(0x20)
            } else if byte != 0x25 {
                bytes.append(byte)
            } else {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
