/// How much of a request is accepted.
public struct WebLimits: Sendable, Hashable {
    /// Request line and headers, in bytes.
    public var maximumHeadBytes = 16 << 10
    public var maximumHeaders = 100
    /// In bytes; chunked bodies are refused.
    public var maximumBodyBytes = 64 << 10
    /// From the first byte of a request to its last.
    public var requestTimeout: Duration = .seconds(10)
    /// Between requests of a connection.
    public var idleTimeout: Duration = .seconds(30)
    /// How long a handler may take, and how long a client may take to receive the answer.
    public var responseTimeout: Duration = .seconds(30)
    public var maximumConnections = 640
    /// Of the connections, those whose response goes on: the others stay free for probes and readers.
    public var maximumStreams = 512
    /// How long running requests may go on after shutdown began.
    public var drainTimeout: Duration = .seconds(5)

    public init() {}
}

/// Reads HTTP/1.x requests from bytes as they arrive: a state machine without I/O whose memory is bounded.
struct WebRequestParser {
    enum Outcome: Equatable {
        /// Append more bytes.
        case incomplete
        /// One request; further bytes stay for the next.
        case request(WebRequest, keepsAlive: Bool)
        /// Answer with this status and close: nothing after a broken request can be trusted.
        case refused(status: Int, reason: String)
    }

    private struct Head {
        let method: String
        let path: String
        let query: String
        let headers: [String: String]
        let bodyLength: Int
        let keepsAlive: Bool
    }

    private let limits: WebLimits
    private var buffer: [UInt8] = []
    private var searched = 0
    private var head: Head?

    init(limits: WebLimits) {
        self.limits = limits
    }

    /// Whether a request has begun but not ended.
    var isInsideRequest: Bool { head != nil || !buffer.isEmpty }

    mutating func append(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    mutating func next() -> Outcome {
        if head == nil {
            // RFC 9112 2.2: empty lines before a request line are skipped.
            let blank = buffer.prefix { $0 == 0x0D || $0 == 0x0A }.count
            if blank > 0 { buffer.removeFirst(blank) }
            guard let end = headEnd() else {
                guard buffer.count <= limits.maximumHeadBytes else {
                    return .refused(status: 431, reason: "request head too large")
                }
                return .incomplete
            }
            guard end.start <= limits.maximumHeadBytes else {
                return .refused(status: 431, reason: "request head too large")
            }
            switch parseHead(buffer[..<end.start]) {
            case .success(let parsed): head = parsed
            case .failure(let refusal): return .refused(status: refusal.status, reason: refusal.reason)
            }
            buffer.removeFirst(end.next)
            searched = 0
        }
        guard let head, buffer.count >= head.bodyLength else { return .incomplete }
        let request = WebRequest(
            method: head.method,
            path: head.path,
            query: head.query,
            headers: head.headers,
            body: Array(buffer.prefix(head.bodyLength))
        )
        buffer.removeFirst(head.bodyLength)
        self.head = nil
        return .request(request, keepsAlive: head.keepsAlive)
    }

    /// Where the head ends and where the body begins: at the first empty line.
    private mutating func headEnd() -> (start: Int, next: Int)? {
        var index = max(0, searched - 3)
        while index < buffer.count {
            guard buffer[index] == 0x0A else {
                index += 1
                continue
            }
            if index + 1 < buffer.count, buffer[index + 1] == 0x0A { return (index + 1, index + 2) }
            if index + 2 < buffer.count, buffer[index + 1] == 0x0D, buffer[index + 2] == 0x0A {
                return (index + 1, index + 3)
            }
            index += 1
        }
        searched = buffer.count
        return nil
    }

    private struct Refusal: Error {
        let status: Int
        let reason: String
    }

    private func parseHead(_ bytes: ArraySlice<UInt8>) -> Result<Head, Refusal> {
        func refuse(_ status: Int, _ reason: String) -> Result<Head, Refusal> {
            .failure(Refusal(status: status, reason: reason))
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            return refuse(400, "request head is not UTF-8")
        }
        // Split by scalar: "\r\n" is one Character.
        var lines = text.unicodeScalars.split(separator: "\n").map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        guard !lines.isEmpty else { return refuse(400, "empty request") }
        let parts = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, Self.isToken(parts[0]) else { return refuse(400, "malformed request line") }
        guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
            return refuse(parts[2].hasPrefix("HTTP/") ? 505 : 400, "unsupported protocol version")
        }
        guard lines.count <= limits.maximumHeaders else { return refuse(431, "too many headers") }
        guard let target = Self.target(parts[1]) else { return refuse(400, "malformed request target") }

        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), Self.isToken(String(line[..<colon])) else {
                return refuse(400, "malformed header")
            }
            let name = line[..<colon].lowercased()
            let value = Self.trim(line[line.index(after: colon)...])
            if let known = headers[name] {
                // Two lengths are how requests get smuggled.
                guard name != "content-length", name != "host" else { return refuse(400, "repeated \(name)") }
                headers[name] = known + ", " + value
            } else {
                headers[name] = value
            }
        }
        guard headers["transfer-encoding"] == nil else { return refuse(501, "chunked requests are not supported") }
        var length = 0
        if let text = headers["content-length"] {
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty else {
                return refuse(400, "malformed content-length")
            }
            guard let parsed = Int(text), parsed <= limits.maximumBodyBytes else {
                return refuse(413, "body too large")
            }
            length = parsed
        }
        let connection = (headers["connection"] ?? "").lowercased().split(separator: ",").map { Self.trim($0) }
        let keepsAlive = parts[2] == "HTTP/1.1" ? !connection.contains("close") : connection.contains("keep-alive")
        return .success(
            Head(
                method: parts[0].uppercased(),
                path: target.path,
                query: target.query,
                headers: headers,
                bodyLength: length,
                keepsAlive: keepsAlive
            )
        )
    }

    private static func target(_ text: String) -> (path: String, query: String)? {
        guard text.hasPrefix("/"), !text.utf8.contains(where: { $0 < 0x21 || $0 == 0x7F }) else { return nil }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = PercentText.decode(String(parts[0])) else { return nil }
        // Nobody needs dot segments here, and a decoded one is an attempt to leave a directory.
        let segments = path.split(separator: "/")
        guard !segments.contains(".."), !segments.contains("."), !path.contains("\\") else { return nil }
        return (path, parts.count > 1 ? String(parts[1]) : "")
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    private static func trim(_ text: some StringProtocol) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = Substring(text).drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(rest)
    }
}
