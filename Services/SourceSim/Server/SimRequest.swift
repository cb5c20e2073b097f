import Foundation

/// An HTTP/1.1 request as far as the simulator needs it.
struct SimRequest: Sendable {
    let method: String
    /// Decoded, without the query.
    let path: String
    let query: [String: String]
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    /// Whether the client wants to use the connection again.
    var keepsAlive: Bool { headers["connection"]?.lowercased() != "close" }

    init(method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = Self.decode(parts[0], plusIsSpace: false)
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decode(sides[0], plusIsSpace: true)] =
                sides.count > 1 ? Self.decode(sides[1], plusIsSpace: true) : ""
        }
        self.query = query
        self.headers = headers
        self.body = body
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Finds requests in the bytes of a connection. Pure: the connection feeds it.
struct RequestParser {
    enum Failure: Error, Equatable { case malformed, headTooLarge, bodyTooLarge }

    static let maximumHead = 64 * 1_024
    static let maximumBody = 1_024 * 1_024
    private var buffer: [UInt8] = []

    /// Adds received bytes.
    mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Takes the next complete request; nil when more bytes are needed.
    mutating func next() throws(Failure) -> SimRequest? {
        guard let headEnd = endOfHead() else {
            if buffer.count > Self.maximumHead { throw .headTooLarge }
            return nil
        }
        let lines = String(decoding: buffer[..<headEnd], as: UTF8.self).components(separatedBy: "\r\n")
        let start = lines[0].split(separator: " ")
        guard start.count == 3, start[2].hasPrefix("HTTP/1."), start[1].hasPrefix("/") else { throw .malformed }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        guard let length = Int(headers["content-length"] ?? "0"), length >= 0, headers["transfer-encoding"] == nil
        else {
            throw .malformed
        }
        if length > Self.maximumBody { throw .bodyTooLarge }
        let bodyStart = headEnd + 4
        guard buffer.count >= bodyStart + length else { return nil }
        let body = Array(buffer[bodyStart..<bodyStart + length])
        buffer.removeFirst(bodyStart + length)
        return SimRequest(method: String(start[0]), target: String(start[1]), headers: headers, body: body)
    }

    private func endOfHead() -> Int? {
        guard buffer.count >= 4 else { return nil }
        for index in 0...(buffer.count - 4)
        where buffer[index] == 13 && buffer[index + 1] == 10 && buffer[index + 2] == 13 && buffer[index + 3] == 10 {
            return index
        }
        return nil
    }
}
