import Foundation

@testable import Pipeline

/// A plain HTTP client over blocking sockets, off the shared pool.
enum RawHTTP {
    struct Reply: Sendable {
        let text: String
        var head: String { text.components(separatedBy: "\r\n\r\n").first ?? "" }
        var body: String { text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n") }
        var status: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }
        var json: JSONValue { get throws { try JSONValue(parsing: body) } }
    }

    static func request(_ path: String, keepsAlive: Bool = false) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n".utf8)
    }

    static func get(_ path: String, _ port: UInt16) async throws -> Reply {
        try await exchange(request(path), port)
    }

    static func exchange(_ bytes: [UInt8], _ port: UInt16, host: String = "127.0.0.1") async throws -> Reply {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: exchangeBlocking(bytes, port, host: host)) }.start()
        }
    }

    static func exchangeBlocking(_ bytes: [UInt8], _ port: UInt16, host: String = "127.0.0.1") -> Reply {
        let descriptor = connect(port, host: host)
        defer { close(descriptor) }
        guard descriptor >= 0 else { return Reply(text: "") }
        send(bytes, descriptor)
        var received: [UInt8] = []
        while true {
            let chunk = receive(descriptor)
            if chunk.isEmpty { break }
            received += chunk
        }
        return Reply(text: String(decoding: received, as: UTF8.self))
    }

    static var hasIPv6: Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        inet_pton(AF_INET6, "::1", &address.sin6_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }

    /// A connected descriptor, or -1.
    static func connect(_ port: UInt16, host: String = "127.0.0.1") -> Int32 {
        let isIPv6 = host.contains(":")
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Bounds every wait of a broken run.
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var storage = sockaddr_storage()
        let connected = withUnsafeMutablePointer(to: &storage) { pointer in
            let length: Int
            if isIPv6 {
                length = MemoryLayout<sockaddr_in6>.size
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    $0.pointee.sin6_port = port.bigEndian
                    _ = inet_pton(AF_INET6, host, &$0.pointee.sin6_addr)
                }
            } else {
                length = MemoryLayout<sockaddr_in>.size
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_family = sa_family_t(AF_INET)
                    $0.pointee.sin_port = port.bigEndian
                    _ = inet_pton(AF_INET, host, &$0.pointee.sin_addr)
                }
            }
            return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(length)) == 0
            }
        }
        guard connected else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    static func send(_ bytes: [UInt8], _ descriptor: Int32) {
        // The server may refuse in the middle of a long request: what counts is its answer.
        _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    static func receive(_ descriptor: Int32) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    static func receiveSome(_ descriptor: Int32) async -> String {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: String(decoding: receive(descriptor), as: UTF8.self)) }.start()
        }
    }
}
