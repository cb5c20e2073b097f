import Foundation
import Logging

/// The connections of one server and the loop that serves them, confined to one thread.
///
/// A thread of its own, because probes must be answered when every thread of the shared pool computes or hangs; and
/// poll(2), because a few dozen connections need no more. Routes run elsewhere and answer through the mailbox.
struct WebLoop {
    /// What becomes of a request.
    enum Decision {
        case answer(WebResponse)
        /// Somebody else answers through the mailbox.
        case pending
    }

    let limits: WebLimits
    let mailbox: WebMailbox
    private let logger: Logger
    private let decide: (UInt64, WebRequest) -> Decision
    private let count: (Int) -> Void
    private var listener: ListeningSocket?
    var connections: [UInt64: WebConnection] = [:]
    private var nextID: UInt64 = 0
    private var pausedUntil: Duration?
    var drainDeadline: Duration?
    private let origin = SuspendingClock.now

    /// - Parameters:
    ///   - decide: called on the loop's thread with the connection's number; must not block.
    ///   - count: called with each status that is sent; 0 for a connection that is turned away.
    init(
        listener: ListeningSocket,
        mailbox: WebMailbox,
        limits: WebLimits,
        logger: Logger,
        decide: @escaping (UInt64, WebRequest) -> Decision,
        count: @escaping (Int) -> Void
    ) {
        self.listener = listener
        self.mailbox = mailbox
        self.limits = limits
        self.logger = logger
        self.decide = decide
        self.count = count
    }

    var now: Duration { origin.duration(to: SuspendingClock.now) }

    /// Serves until the mailbox says stop and the connections are drained.
    ///
    /// - Throws: `HealthServerError` when the system refuses to wait.
    mutating func run() throws(HealthServerError) {
        defer { for id in Array(connections.keys) { end(id) } }
        while listener != nil || !connections.isEmpty {
            let order = Array(connections.keys)
            var polls = [pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)]
            // A negative descriptor is skipped by poll.
            let isAccepting = pausedUntil == nil
            polls.append(pollfd(fd: isAccepting ? listener?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0))
            for id in order {
                guard let connection = connections[id] else { continue }
                polls.append(pollfd(fd: connection.descriptor, events: connection.interest, revents: 0))
            }
            guard poll(&polls, nfds_t(polls.count), pollTimeout()) >= 0 || errno == EINTR else {
                throw .system("the http server cannot wait", errno)
            }
            for (id, entry) in zip(order, polls.dropFirst(2)) where entry.revents != 0 { ready(id, entry.revents) }
            if polls[1].revents != 0 { accept() }
            if polls[0].revents != 0 { collectMail() }
            expire()
        }
    }

    /// Milliseconds until the next deadline, rounded up; -1 when there is none.
    private func pollTimeout() -> Int32 {
        var next = [pausedUntil, drainDeadline].compactMap { $0 }.min()
        for connection in connections.values { next = min(next ?? connection.deadline, connection.deadline) }
        guard let next else { return -1 }
        let milliseconds = (next - now).wholeNanoseconds / 1_000_000 + 1
        return Int32(max(0, min(milliseconds, 3_600_000)))
    }

    // MARK: Connections

    private mutating func accept() {
        guard let listener else { return }
        while true {
            var address = sockaddr_storage()
            let descriptor = Self.accept(listener.descriptor, &address)
            guard descriptor >= 0 else {
                switch errno {
                case EAGAIN: return
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // Nothing tells when descriptors are free again; without a pause poll would spin.
                    logger.warning(
                        "http server cannot accept",
                        metadata: [LogKeys.error: "\(String(cString: strerror(errno)))"]
                    )
                    pausedUntil = now + .milliseconds(200)
                    return
                default: continue  // The client gave up before it was accepted.
                }
            }
            guard connections.count < limits.maximumConnections else {
                count(0)
                close(descriptor)
                continue
            }
            Descriptors.makePrivate(descriptor)
            Descriptors.sendAtOnce(descriptor)
            nextID += 1
            connections[nextID] = WebConnection(
                descriptor: descriptor,
                peer: PeerAddress.text(&address),
                limits: limits,
                deadline: now + limits.idleTimeout
            )
        }
    }

    private static func accept(_ listener: Int32, _ address: inout sockaddr_storage) -> Int32 {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Foundation.accept(listener, $0, &length) }
        }
    }

    mutating func end(_ id: UInt64) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        connection.stream?.close()
        close(connection.descriptor)
    }

    private mutating func ready(_ id: UInt64, _ events: Int16) {
        guard var connection = connections[id] else { return }
        switch connection.phase {
        case .answering:
            // Nothing was asked for, so both directions are gone.
            end(id)
        case .reading:
            let isNew = !connection.parser.isInsideRequest
            switch connection.receive() {
            case .blocked: break
            case .ended: end(id)
            case .progress:
                if isNew { connection.deadline = now + limits.requestTimeout }
                connections[id] = connection
                proceed(id)
            }
        case .writing:
            if transmit(id) { proceed(id) }
        case .streaming:
            if !connection.discard() {
                end(id)
            } else if events & Int16(POLLOUT) != 0 {
                transmitStream(id)
            }
        }
    }

    /// Works off the requests that have been read, until one has to wait. A loop, not a recursion: one read may hold
    /// a thousand of them.
    private mutating func proceed(_ id: UInt64) {
        while var connection = connections[id], connection.phase == .reading {
            switch connection.parser.next() {
            case .incomplete:
                connections[id] = connection
                return
            case .refused(let status, let reason):
                connection.keepsAlive = false
                connection.isHead = false
                connections[id] = connection
                respond(id, .problem(status, reason))
                return
            case .request(var request, let keepsAlive):
                request.peer = connection.peer
                connection.isHead = request.method == "HEAD"
                connection.keepsAlive = keepsAlive
                connection.phase = .answering
                // The route has its own limit; this one holds when even that cannot run.
                connection.deadline = now + limits.responseTimeout + .seconds(1)
                connections[id] = connection
                guard case .answer(let response) = decide(id, request), respond(id, response) else { return }
            }
        }
    }

    /// Begins to send a response; true when the connection waits for the next request already.
    @discardableResult
    private mutating func respond(_ id: UInt64, _ response: WebResponse) -> Bool {
        guard var connection = connections[id] else { return false }
        if drainDeadline != nil { connection.keepsAlive = false }
        if let stream = response.stream {
            if !connection.isHead, drainDeadline == nil { return open(stream, response, id) }
            stream.close()
            connection.keepsAlive = false
        }
        connection.queue(response.encoded(isHead: connection.isHead, keepsAlive: connection.keepsAlive))
        connection.deadline = now + limits.responseTimeout
        connections[id] = connection
        count(response.status)
        return transmit(id)
    }

    /// Sends the head and keeps the connection for the stream.
    private mutating func open(_ stream: WebStream, _ response: WebResponse, _ id: UInt64) -> Bool {
        let streams = connections.values.count { $0.phase == .streaming }
        guard streams < limits.maximumStreams else {
            stream.close()
            var refusal = WebResponse.problem(503, "too many open streams")
            refusal.headers["Retry-After"] = "15"
            return respond(id, refusal)
        }
        count(response.status)
        begin(stream, head: response.encoded(isHead: false, keepsAlive: false), id)
        return false
    }

    /// Sends what the client takes; true when everything is sent and the connection waits for the next request.
    private mutating func transmit(_ id: UInt64) -> Bool {
        guard var connection = connections[id] else { return false }
        switch connection.transmit() {
        case .ended:
            end(id)
            return false
        case .blocked:
            connections[id] = connection
            return false
        case .progress where !connection.keepsAlive:
            // Unread input would turn the close into a reset that may overtake the answer.
            shutdown(connection.descriptor, Int32(SHUT_WR))
            for _ in 0..<4 where connection.receive() == .progress {}
            end(id)
            return false
        case .progress:
            connection.phase = .reading
            connection.deadline =
                now + (connection.parser.isInsideRequest ? limits.requestTimeout : limits.idleTimeout)
            connections[id] = connection
            return true
        }
    }

    // MARK: Time and mail

    private mutating func collectMail() {
        let content = mailbox.collect()
        for (id, response) in content.answers {
            guard connections[id]?.phase == .answering else {
                // Who asked is gone; whoever feeds the stream must not take it for a reader.
                response.stream?.close()
                continue
            }
            if respond(id, response) { proceed(id) }
        }
        for id in content.streaming { feed(id) }
        guard content.isStopping, drainDeadline == nil else { return }
        // Newcomers are refused, waiting connections closed; the others finish what they are at.
        drainDeadline = now + limits.drainTimeout
        if let listener { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
        listener = nil
        for (id, connection) in connections {
            let isIdle = connection.phase == .reading && !connection.parser.isInsideRequest
            if isIdle || connection.phase == .streaming { end(id) }
        }
    }

    private mutating func expire() {
        let now = now
        if let until = pausedUntil, until <= now { pausedUntil = nil }
        let isOver = drainDeadline.map { $0 <= now } ?? false
        for (id, connection) in connections where isOver || connection.deadline <= now {
            switch connection.phase {
            case .reading where connection.parser.isInsideRequest && !isOver:
                connections[id]?.keepsAlive = false
                connections[id]?.isHead = false
                respond(id, .problem(408, "request not complete in time"))
            case .answering where !isOver:
                connections[id]?.keepsAlive = false
                respond(id, .problem(504, "the handler did not answer in time"))
            case .reading, .answering, .writing, .streaming:
                end(id)
            }
        }
    }
}
