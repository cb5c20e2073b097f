import Foundation

/// Asks over kept connections at a fixed pace, and follows the stream with many readers, all on one thread.
///
/// A request is due at its instant whether the ones before it are answered or not, and its latency counts from that instant:
/// a server that stands still for a second cannot hide the requests that would have come in that second.
struct PacedClient {
    struct Failure: Error, CustomStringConvertible { var description: String }

    struct Outcome {
        /// From the instant at which each request was due to the last byte of its answer, in ms, sorted.
        var latencies: [Double] = []
        var refused = 0
        var seconds = 0.0
        var bytes = 0
        /// Readers who were let in.
        var readers = 0
        /// From the instant that an event was written in the publishing transaction to its arrival, in ms, sorted.
        var eventDelays: [Double] = []
    }

    private struct Connection {
        var descriptor: Int32
        var received: [UInt8] = []
        /// When the request that is on its way was due; nil when none is.
        var due: Double?
    }

    private let request: [UInt8]
    private var connections: [Connection] = []
    private var readers: [Connection] = []
    private var outcome = Outcome()

    init(host: String, port: UInt16, path: String, connections count: Int, readers readerCount: Int, topic: String)
        throws
    {
        request = Array(
            "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAccept-Encoding: gzip\r\n\r\n".utf8
        )
        let listen = Array("GET /v1/stream?topics=\(topic) HTTP/1.1\r\nHost: \(host):\(port)\r\n\r\n".utf8)
        for _ in 0..<readerCount {
            let reader = Connection(descriptor: try Self.connect(host, port))
            try Self.write(listen, reader.descriptor)
            readers.append(reader)
        }
        for _ in 0..<count { connections.append(Connection(descriptor: try Self.connect(host, port))) }
    }

    /// Offers `rate` requests a second for `seconds`, then waits for the answers that are still to come.
    mutating func run(rate: Double, seconds: Double) throws -> Outcome {
        defer { for connection in connections + readers { close(connection.descriptor) } }
        let start = Self.now
        let total = Int(rate * seconds)
        var next = 0
        while next < total || connections.contains(where: { $0.due != nil }) {
            guard Self.now - start < seconds + 30 else {
                throw Failure(description: "answers did not come within 30 s")
            }
            for index in connections.indices where connections[index].due == nil && next < total {
                let due = start + Double(next) / rate
                guard due <= Self.now else { break }
                connections[index].due = due
                try Self.write(request, connections[index].descriptor)
                next += 1
            }
            let hasIdle = connections.contains { $0.due == nil }
            let wait = next < total && hasIdle ? max(0, start + Double(next) / rate - Self.now) : 0.1
            try receive(milliseconds: Int32((wait * 1000).rounded(.up)))
        }
        outcome.seconds = Self.now - start
        outcome.latencies.sort()
        outcome.eventDelays.sort()
        return outcome
    }

    private mutating func receive(milliseconds: Int32) throws {
        var polls = (connections + readers).map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&polls, nfds_t(polls.count), milliseconds) >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        for (index, entry) in polls.enumerated() where entry.revents != 0 {
            let count = recv(entry.fd, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure(description: "the server closed a connection") }
            if index < connections.count {
                connections[index].received += buffer.prefix(count)
                try finish(index)
            } else {
                readers[index - connections.count].received += buffer.prefix(count)
                hear(index - connections.count)
            }
        }
    }

    /// Ends the request of a connection once its answer is whole.
    private mutating func finish(_ index: Int) throws {
        let received = connections[index].received
        guard let head = received.firstRange(of: Array("\r\n\r\n".utf8)), let due = connections[index].due else {
            return
        }
        let text = String(decoding: received[..<head.lowerBound], as: UTF8.self)
        guard let length = text.firstMatch(of: /Content-Length: ([0-9]+)/).flatMap({ Int($0.1) }) else {
            throw Failure(description: text)
        }
        guard received.count >= head.upperBound + length else { return }
        outcome.latencies.append((Self.now - due) * 1000)
        outcome.bytes += received.count
        if !text.hasPrefix("HTTP/1.1 200 ") { outcome.refused += 1 }
        connections[index].received = []
        connections[index].due = nil
    }

    private mutating func hear(_ index: Int) {
        while let end = readers[index].received.firstRange(of: Array("\n\n".utf8)) {
            let block = String(decoding: readers[index].received[..<end.lowerBound], as: UTF8.self)
            readers[index].received.removeSubrange(..<end.upperBound)
            if block.contains("event: hello") { outcome.readers += 1 }
            guard let at = block.firstMatch(of: /"at":"([^"]+)"/).map({ String($0.1) }),
                let written = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(at)
            else { continue }
            outcome.eventDelays.append(Date().timeIntervalSince(written) * 1000)
        }
    }

    // MARK: Sockets

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    private static func connect(_ host: String, _ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Failure(description: "no connection to \(host):\(port)") }
        return descriptor
    }

    private static func write(_ bytes: [UInt8], _ descriptor: Int32) throws {
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(description: "the server takes no request")
        }
    }
}
