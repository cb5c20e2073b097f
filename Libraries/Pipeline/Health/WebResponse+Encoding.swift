public import Foundation

extension WebResponse {
    /// The response as sent. Header names and values that could break the framing are left out.
    func encoded(isHead: Bool, keepsAlive: Bool, at instant: Date = Date()) -> [UInt8] {
        let code = (100...599).contains(status) ? status : 500
        var text = "HTTP/1.1 \(code) \(Self.phrase(code))\r\n"
        let own: Set<String> = ["content-length", "connection", "date", "transfer-encoding"]
        // What is not made for a browser shows nothing in one: also what the server refuses before a route sees it.
        let headers = headers.merging(Self.strictest) { own, _ in own }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) where !own.contains(name.lowercased()) {
            guard Self.isSafe(name), Self.isSafe(value), !name.contains(":"), !name.contains(" ") else { continue }
            text += "\(name): \(value)\r\n"
        }
        text += "Date: \(HTTPDate.format(instant))\r\n"
        // RFC 9110: 1xx, 204 and 304 have no body.
        let hasBody = code >= 200 && code != 204 && code != 304
        // A body that ends with the connection has no length.
        if hasBody, stream == nil { text += "Content-Length: \(body.count)\r\n" }
        text += "Connection: \(keepsAlive && stream == nil ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8) + (hasBody && !isHead ? body : [])
    }

    private static let strictest = [
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
    ]

    private static func isSafe(_ text: String) -> Bool {
        !text.isEmpty && !text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
    }

    static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 406: "Not Acceptable"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}

/// Dates of HTTP headers, such as `Mon, 15 Jan 2024 14:03:22 GMT`.
public enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    public static func format(_ instant: Date) -> String {
        var seconds = time_t(max(-62_000_000_000, min(instant.timeIntervalSince1970, 253_000_000_000)))
        var fields = tm()
        gmtime_r(&seconds, &fields)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(fields.tm_wday)]), \(two(fields.tm_mday)) \(months[Int(fields.tm_mon)]) "
            + "\(fields.tm_year + 1900) \(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec)) GMT"
    }
}
