import Glibc
import Synchronization

/// A TCP proxy on loopback between clients and the server that can cut a connection after the server has answered
/// COMMIT: the client then cannot know the outcome. It reads the plain protocol, so the connection must not use TLS.
public final class Proxy: Sendable {
    public struct Failure: Error {
        public let call: String
        public let number: Int32
    }

    public let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let isCutting = Atomic(false)
    private let interval = Atomic(1)
    private let commits = Atomic(0)
    private let cuts = Atomic(0)

    public init(target: UInt16) throws {
        self.target = target
        (listener, port) = try Self.listen()
        Self.thread { [self] in acceptLoop() }
    }

    /// From now on the answer to every COMMIT, or to one of `interval`, does not reach the client.
    public func cutAfterCommit(oneOf interval: Int = 1) {
        self.interval.store(interval, ordering: .relaxed)
        isCutting.store(true, ordering: .releasing)
    }

    public func stopCutting() {
        isCutting.store(false, ordering: .releasing)
    }

    public var cutConnections: Int { cuts.load(ordering: .acquiring) }

    public func close() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A port on which nobody listens.
    public static func closedPort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        Glibc.close(descriptor)
        return port
    }

    private func acceptLoop() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else {
                Glibc.close(listener)
                return
            }
            Self.thread { [self] in serve(client) }
        }
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard server >= 0, Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
            Glibc.close(client)
            return
        }
        let state = PumpState()
        let done = Group(count: 2)
        Self.thread { [self] in
            pump(from: client, to: server) { bytes in
                if isCutting.load(ordering: .acquiring), bytes.firstRange(of: Array("COMMIT\0".utf8)) != nil,
                    commits.add(1, ordering: .relaxed).newValue % interval.load(ordering: .relaxed) == 0
                {
                    state.isCommitting.store(true, ordering: .releasing)
                }
                return true
            }
            done.leave()
        }
        Self.thread { [self] in
            pump(from: server, to: client) { _ in
                guard state.isCommitting.load(ordering: .acquiring) else { return true }
                cuts.add(1, ordering: .relaxed)
                return false
            }
            done.leave()
        }
        done.wait()
        Glibc.close(client)
        Glibc.close(server)
    }

    private func pump(from source: Int32, to sink: Int32, _ inspect: ([UInt8]) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, inspect(Array(buffer[..<count])) else { break }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if written <= 0 { break }
                sent += written
            }
            if sent < count { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private final class PumpState: Sendable {
        let isCommitting = Atomic(false)
    }

    private final class Group: Sendable {
        private let left: Mutex<Int>
        private let semaphore: Semaphore

        init(count: Int) {
            left = Mutex(count)
            semaphore = Semaphore()
        }

        func leave() {
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { semaphore.post() }
        }

        func wait() { semaphore.wait() }
    }

    /// `@unchecked Sendable`: a semaphore is made for many threads.
    private final class Semaphore: @unchecked Sendable {
        private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        init() { sem_init(semaphore, 0, 0) }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func post() { sem_post(semaphore) }
        func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
    }

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", number: errno) }
        guard withAddress(0, { bind(descriptor, $0, $1) }) == 0 else { throw Failure(call: "bind", number: errno) }
        guard Glibc.listen(descriptor, 16) == 0 else { throw Failure(call: "listen", number: errno) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard outcome == 0 else { throw Failure(call: "getsockname", number: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        Thread.start(body)
    }
}

private enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body)).toOpaque()
        let failure = pthread_create(
            &thread,
            nil,
            {
                Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run(); return nil
            },
            box
        )
        precondition(failure == 0, "no thread")
        pthread_detach(thread)
    }
}
