import Foundation
import Glibc
import Synchronization

/// A server on a free loopback port that does exactly what a test scripts, right or wrong, byte by byte.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let method: String
        let target: String
        let headers: [(String, String)]
        let body: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.0.lowercased() == name.lowercased() }?.1
        }
    }

    /// One accepted connection. Its descriptor is closed by the thread that serves it.
    struct Connection: Sendable {
        let descriptor: Int32
        /// Which connection of the server this is, from 0.
        let number: Int

        func send(_ text: String) { send(Array(text.utf8)) }

        func send(_ bytes: [UInt8]) {
            var done = 0
            while done < bytes.count {
                let offset = done
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + offset, bytes.count - offset, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return }
                done += count
            }
        }

        func answer(_ status: Int, _ headers: [(String, String)] = [], body: [UInt8] = []) {
            let lines = headers.map { "\($0): \($1)\r\n" }.joined()
            send(Array("HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n\(lines)\r\n".utf8) + body)
        }

        func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

        /// Waits until the client has gone, at most for the time given; true when it has.
        @discardableResult
        func waitForClose(milliseconds: Int32 = 20_000) -> Bool {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, milliseconds) > 0 else { return false }
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) <= 0
        }
    }

    let port: UInt16
    private let listener: Int32
    private let accepted = Atomic<Int>(0)
    private let log = Mutex<[Request]>([])

    var connectionCount: Int { accepted.load(ordering: .sequentiallyConsistent) }
    var requests: [Request] { log.withLock { $0 } }

    init(_ script: @escaping @Sendable (Request, Connection) -> Void) throws {
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
                let number = server.accepted.add(1, ordering: .sequentiallyConsistent).oldValue
                let connection = Connection(descriptor: descriptor, number: number)
                Thread.detachNewThread { [weak server] in
                    while let request = Self.read(descriptor) {
                        server?.log.withLock { $0.append(request) }
                        script(request, connection)
                    }
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

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
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        let length = headers.first { $0.0.lowercased() == "content-length" }.flatMap { Int($0.1) } ?? 0
        var body = [UInt8](repeating: 0, count: length)
        var done = 0
        while done < length {
            let offset = done
            let count = body.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + offset, length - offset, 0) }
            guard count > 0 else { return nil }
            done += count
        }
        return Request(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
    }
}
