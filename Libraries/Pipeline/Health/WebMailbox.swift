import Foundation
import Synchronization

/// How other threads reach the thread that owns the connections: answers of routes, and the wish to stop.
final class WebMailbox: Sendable {
    struct Content {
        var answers: [(connection: UInt64, response: WebResponse)] = []
        /// Connections whose streams have something new.
        var streaming: Set<UInt64> = []
        var isStopping = false
    }

    /// Becomes readable when there is something new.
    let descriptor: Int32
    private let bell: Int32
    private let content = Mutex(Content())

    init() throws(HealthServerError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("cannot create a pipe", errno) }
        for end in ends { Descriptors.makePrivate(end) }
        descriptor = ends[0]
        bell = ends[1]
    }

    deinit {
        close(descriptor)
        close(bell)
    }

    func answer(_ connection: UInt64, _ response: WebResponse) {
        content.withLock { $0.answers.append((connection, response)) }
        wake()
    }

    /// A stream has something for its connection.
    func stream(_ connection: UInt64) {
        if content.withLock({ $0.streaming.insert(connection).inserted }) { wake() }
    }

    func stop() {
        content.withLock { $0.isStopping = true }
        wake()
    }

    /// What has arrived; the answers are handed over once.
    func collect() -> Content {
        // Cleared before looking: what arrives in between rings again.
        var rings = [UInt8](repeating: 0, count: 256)
        while read(descriptor, &rings, rings.count) == rings.count {}
        return content.withLock { content in
            defer {
                content.answers = []
                content.streaming = []
            }
            return content
        }
    }

    private func wake() {
        // Fails only when the pipe is full, and then the descriptor is readable anyway.
        var ring: UInt8 = 1
        _ = write(bell, &ring, 1)
    }
}

enum Descriptors {
    /// Never blocks and is not inherited by subprocesses.
    static func makePrivate(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Sends each write at once: an event of a stream must not wait until the one before it is acknowledged.
    static func sendAtOnce(_ socket: Int32) {
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
}
