import Foundation

/// One client connection: what was read, what is to be sent, until when.
struct WebConnection {
    enum Phase: Equatable {
        case reading
        /// A route works on the request; nothing is read meanwhile.
        case answering
        case writing
        /// The response goes on; what the client sends is dropped.
        case streaming
    }

    let descriptor: Int32
    /// The client's address as text.
    let peer: String
    var parser: WebRequestParser
    var phase = Phase.reading
    /// On the loop's clock.
    var deadline: Duration
    var isHead = false
    var keepsAlive = false
    /// The open end of the response that is being sent.
    var stream: WebStream?
    private var output: [UInt8] = []
    private var sent = 0

    init(descriptor: Int32, peer: String, limits: WebLimits, deadline: Duration) {
        self.descriptor = descriptor
        self.peer = peer
        parser = WebRequestParser(limits: limits)
        self.deadline = deadline
    }

    /// What poll is to report.
    var interest: Int16 {
        switch phase {
        case .reading: Int16(POLLIN)
        case .answering: 0
        case .writing: Int16(POLLOUT)
        // Reading tells when the client has gone.
        case .streaming: Int16(POLLIN) | (unsentBytes > 0 ? Int16(POLLOUT) : 0)
        }
    }

    enum Transfer { case progress, blocked, ended }

    /// Reads what has arrived, at most 16 KiB.
    mutating func receive() -> Transfer {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                parser.append(Array(buffer.prefix(count)))
                return .progress
            }
            if count == 0 { return .ended }
            if errno == EAGAIN { return .blocked }
            if errno != EINTR { return .ended }
        }
    }

    mutating func queue(_ bytes: [UInt8]) {
        output = bytes
        sent = 0
        phase = .writing
    }

    var unsentBytes: Int { output.count - sent }

    mutating func append(_ bytes: [UInt8]) {
        output.removeFirst(sent)
        sent = 0
        output += bytes
    }

    /// Reads and drops; false when the client has closed.
    func discard() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return false }
            if count < 0, errno != EINTR { return errno == EAGAIN }
        }
    }

    /// Sends what the client takes; `.progress` once everything is sent.
    mutating func transmit() -> Transfer {
        while sent < output.count {
            let count = output.withUnsafeBytes { buffer in
                // A client that went away must not end the process with SIGPIPE.
                send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return .blocked
            } else if errno != EINTR {
                return .ended
            }
        }
        output = []
        sent = 0
        return .progress
    }
}
