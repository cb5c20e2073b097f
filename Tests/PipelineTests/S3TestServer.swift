import Foundation
import Glibc
import Pipeline
import Synchronization

/// A bucket in memory that checks each request's Signature Version 4 by computing it from what really arrived.
final class S3TestServer: Sendable {
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    /// What to do with the next request instead of answering it.
    enum Mishap { case unavailable, cut, applyAndCut }

    private struct Object {
        var bytes: [UInt8]
        var sha256: String?
        let written = httpDate
    }

    private struct State {
        var objects: [String: Object] = [:]
        var mishaps: [Mishap] = []
        var problems: [String] = []
    }

    private struct Request {
        var method = ""
        var path = ""
        var query = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }
    var problems: [String] { state.withLock { $0.problems } }

    func plan(_ mishaps: [Mishap]) { state.withLock { $0.mishaps = mishaps } }
    func change(_ key: String, to bytes: [UInt8]) { state.withLock { $0.objects[key]?.bytes = bytes } }
    func add(_ key: String) { state.withLock { $0.objects[key] = Object(bytes: [], sha256: nil) } }

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) | listen(listener, 64) | getsockname(listener, pointer, &length)
            }
        }
        guard outcome == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let server = self else {
                    close(listener)
                    return
                }
                Thread.detachNewThread { [weak server] in
                    while let request = Self.read(descriptor), let answer = server?.answer(request) {
                        _ = answer.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    }
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The answer's bytes; nil closes the connection without one.
    private func answer(_ request: Request) -> [UInt8]? {
        state.withLock { state in
            let mishap = state.mishaps.isEmpty ? nil : state.mishaps.removeFirst()
            if mishap == .unavailable { return Self.response(503, [("Retry-After", "0")]) }
            if mishap == .cut { return nil }
            if let problem = Self.signatureProblem(request) {
                state.problems.append("\(request.method) \(request.path)?\(request.query): \(problem)")
                return Self.response(403, body: "<Error><Code>SignatureDoesNotMatch</Code></Error>")
            }
            let answer = Self.perform(request, &state)
            return mishap == .applyAndCut ? nil : answer
        }
    }

    private static func perform(_ request: Request, _ state: inout State) -> [UInt8] {
        guard request.path.hasPrefix("/lake/") else {
            return response(404, body: "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucket</Code></Error>")
        }
        let key = request.path.dropFirst("/lake/".count).removingPercentEncoding ?? ""
        switch request.method {
        case "GET" where key.isEmpty: return list(request.query, state.objects.keys.sorted())
        case "GET", "HEAD":
            guard let object = state.objects[key] else {
                return response(404, body: request.method == "HEAD" ? "" : "<Error><Code>NoSuchKey</Code></Error>")
            }
            var headers = [("Last-Modified", object.written)]
            if let digest = object.sha256 { headers.append(("x-amz-meta-sha256", digest)) }
            return response(200, headers, bytes: object.bytes, isHead: request.method == "HEAD")
        case "PUT":
            if request.headers["if-none-match"] == "*", state.objects[key] != nil { return response(412) }
            state.objects[key] = Object(bytes: request.body, sha256: request.headers["x-amz-meta-sha256"])
            return response(200, [("Date", httpDate)])
        default:
            state.objects[key] = nil
            return response(204)
        }
    }

    /// Pages of three at most, so that every longer listing has to continue.
    private static func list(_ query: String, _ keys: [String]) -> [UInt8] {
        var values: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(parts[0])] = String(parts[1]).removingPercentEncoding
        }
        let after = values["continuation-token"].map { String($0.dropFirst(4)) } ?? values["start-after"] ?? ""
        let matching = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.filter {
            $0.hasPrefix(values["prefix"] ?? "") && after.utf8.lexicographicallyPrecedes($0.utf8)
        }
        let page = matching.prefix(min(3, Int(values["max-keys"] ?? "") ?? 0))
        func escape(_ text: String) -> String {
            text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
                .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&#34;")
                .replacingOccurrences(of: "'", with: "&#x27;")
        }
        var body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"x\">\n  <Prefix/>"
        for key in page { body += "<Contents>\n<Key>\(escape(key))</Key><Size>1</Size></Contents>" }
        body += "<IsTruncated>\(page.count < matching.count)</IsTruncated>"
        if page.count < matching.count, let last = page.last {
            body += "<NextContinuationToken>t/+=\(escape(last))</NextContinuationToken>"
        }
        return response(200, body: body + "</ListBucketResult>")
    }

    private static func response(
        _ status: Int,
        _ headers: [(String, String)] = [],
        body: String = "",
        bytes: [UInt8]? = nil,
        isHead: Bool = false
    ) -> [UInt8] {
        let payload = bytes ?? Array(body.utf8)
        let lines = headers.map { "\($0): \($1)\r\n" }.joined()
        let length = status == 204 ? "" : "Content-Length: \(payload.count)\r\n"
        return Array("HTTP/1.1 \(status) Status\r\n\(length)\(lines)\r\n".utf8) + (isHead ? [] : payload)
    }

    private static var httpDate: String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date())
    }

    private static func read(_ descriptor: Int32) -> Request? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while bytes.suffix(4) != end[...] {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes.dropLast(4), as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        var request = Request()
        request.method = String(words[0])
        let target = words[1].split(separator: "?", maxSplits: 1)
        request.path = String(target[0])
        request.query = target.count > 1 ? String(target[1]) : ""
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            request.headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        while request.body.count < request.headers["content-length"].flatMap({ Int($0) }) ?? 0 {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            request.body += buffer[..<count]
        }
        return request
    }

    // The signature, written after AWS's documentation of the S3 variant of Signature Version 4.

    private static func signatureProblem(_ request: Request) -> String? {
        guard let header = request.headers["authorization"], header.hasPrefix("AWS4-HMAC-SHA256 ") else {
            return "not signed"
        }
        var fields: [String: String] = [:]
        for field in header.dropFirst("AWS4-HMAC-SHA256 ".count).components(separatedBy: ",") {
            let parts = field.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        guard let credential = fields["Credential"]?.components(separatedBy: "/"), credential.count == 5,
            credential[0] == "AKTEST", credential[2...] == ["eu-west-1", "s3", "aws4_request"],
            let time = request.headers["x-amz-date"], time.hasPrefix(credential[1])
        else { return "wrong scope" }
        let payload = SHA256.hash(request.body).hex
        guard request.headers["x-amz-content-sha256"] == payload else { return "the payload has another hash" }
        let signed = fields["SignedHeaders"]?.components(separatedBy: ";") ?? []
        let required = ["host"] + request.headers.keys.filter { $0.hasPrefix("x-amz-") }
        guard Set(required).isSubset(of: signed) else { return "unsigned headers: \(required) in \(signed)" }
        let query = request.query.split(separator: "&").sorted().joined(separator: "&")
        let canonical = [
            request.method, request.path, query, signed.map { "\($0):\(request.headers[$0] ?? "")\n" }.joined(),
            signed.joined(separator: ";"), payload,
        ].joined(separator: "\n")
        let scope = credential[1...].joined(separator: "/")
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(SHA256.hash(canonical).hex)"
        var key = Array("AWS4\(secret)".utf8)
        for part in credential[1...] { key = hmac(key, Array(part.utf8)) }
        let signature = hmac(key, Array(text.utf8)).map { String(format: "%02x", $0) }.joined()
        return signature == fields["Signature"] ? nil : "the signature differs for\n\(canonical)"
    }

    private static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let block = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = SHA256.hash(block.map { $0 ^ 0x36 } + message).bytes
        return SHA256.hash(block.map { $0 ^ 0x5C } + inner).bytes
    }
}
