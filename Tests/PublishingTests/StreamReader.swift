import Foundation

/// A reader of server-sent events over a blocking socket, off the shared pool.
final class StreamReader: @unchecked Sendable {
    // Guarded by use: one test reads one after the other.
    private let descriptor: Int32
    private var text = ""

    struct Event: Sendable, Hashable {
        var id: Int64
        var name: String
        var data: String
    }

    convenience init(_ port: UInt16, _ path: String, lastID: Int64? = nil) {
        let known = lastID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        self.init(port, request: Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\(known)\r\n".utf8))
    }

    init(_ port: UInt16, request: [UInt8], seconds: Int = 20) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    }

    func disconnect() { close(descriptor) }

    /// What arrives until `isEnough`, the end of the stream or twenty seconds.
    func read(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while !isEnough(text) {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    if count <= 0 { break }
                    text += String(decoding: buffer.prefix(count), as: UTF8.self)
                }
                continuation.resume(returning: text)
            }.start()
        }
    }

    /// One answer as long as its head says, and disconnects.
    func answer() async -> [UInt8] {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                var received: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while !Self.isWhole(received) {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    if count <= 0 { break }
                    received += buffer.prefix(count)
                }
                disconnect()
                continuation.resume(returning: received)
            }.start()
        }
    }

    private static func isWhole(_ received: [UInt8]) -> Bool {
        guard let split = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: received[..<split.lowerBound], as: UTF8.self).lowercased()
        guard let length = head.firstMatch(of: /content-length: *([0-9]+)/).flatMap({ Int($0.1) }) else { return false }
        return received.count >= split.upperBound + length
    }

    func events(_ count: Int) async -> [Event] {
        Self.events(await read { Self.events($0).count >= count })
    }

    static func events(_ text: String) -> [Event] {
        text.components(separatedBy: "\n\n").compactMap { block in
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                fields[String(parts[0])] = parts[1].drop { $0 == " " }.trimmingCharacters(in: .whitespaces)
            }
            guard let id = fields["id"].flatMap(Int64.init), let name = fields["event"], let data = fields["data"]
            else {
                return nil
            }
            return Event(id: id, name: name, data: data)
        }
    }
}
