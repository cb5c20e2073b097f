/// What a request gets.
struct SimReply: Sendable {
    var status: Int
    var headers: [(String, String)] = []
    var body: [UInt8]
    /// How the bytes are to be spoilt on their way out.
    var misbehaviour: Misbehaviour?

    init(status: Int = 200, contentType: String = "application/json; charset=utf-8", body: [UInt8]) {
        self.status = status
        self.body = body
        headers = [("Content-Type", contentType)]
    }

    init(status: Int = 200, _ json: JSON) { self.init(status: status, body: json.serialized()) }

    /// A refusal with the upstream's `message` member.
    static func refusal(_ status: Int, _ message: String, code: String? = nil) -> SimReply {
        var members: [JSON.Member] = [.init(key: "message", value: .string(message))]
        if let code { members.append(.init(key: "error_code", value: .string(code))) }
        return SimReply(status: status, .object(members))
    }

    /// The status line and headers; `announcedLength` may lie.
    func head(announcedLength: Int, keepAlive: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Status")\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(announcedLength)\r\nConnection: \(keepAlive ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8)
    }

    private static let reasons = [
        200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
        413: "Content Too Large", 422: "Unprocessable Entity", 429: "Too Many Requests",
        431: "Request Header Fields Too Large",
        500: "Internal Server Error",
    ]
}
