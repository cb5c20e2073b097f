import Foundation

/// Responses that go on: bytes move from the stream to the connection as the client takes them.
extension WebLoop {
    /// A stream with nothing to send waits as long as the client does.
    private static let unlimited: Duration = .seconds(365 * 86_400)

    mutating func begin(_ stream: WebStream, head: [UInt8], _ id: UInt64) {
        guard var connection = connections[id] else { return stream.close() }
        connection.queue(head)
        connection.phase = .streaming
        connection.stream = stream
        connection.keepsAlive = false
        connection.deadline = now + limits.responseTimeout
        connections[id] = connection
        stream.attach { [mailbox] in mailbox.stream(id) }
        // What was sent before it was attached.
        feed(id)
    }

    /// Takes what waits in the stream.
    mutating func feed(_ id: UInt64) {
        guard var connection = connections[id], connection.phase == .streaming, let stream = connection.stream else {
            return
        }
        let wasIdle = connection.unsentBytes == 0
        switch stream.take(unsentBytes: connection.unsentBytes) {
        case .closed:
            end(id)
            return
        case .bytes(let bytes):
            connection.append(bytes)
        case .last(let bytes):
            connection.append(bytes)
            connection.phase = .writing
            connection.deadline = now + limits.responseTimeout
        }
        if wasIdle { connection.deadline = now + limits.responseTimeout }
        connections[id] = connection
        transmitStream(id)
    }

    /// Sends what the client takes. The deadline holds for each time that the client stops taking.
    mutating func transmitStream(_ id: UInt64) {
        guard var connection = connections[id] else { return }
        let before = connection.unsentBytes
        let transfer = connection.transmit()
        connection.stream?.sent(unsentBytes: connection.unsentBytes)
        switch transfer {
        case .ended:
            end(id)
            return
        case .blocked:
            if connection.unsentBytes < before { connection.deadline = now + limits.responseTimeout }
        case .progress where connection.phase == .writing:
            shutdown(connection.descriptor, Int32(SHUT_WR))
            end(id)
            return
        case .progress:
            connection.deadline = now + Self.unlimited
        }
        connections[id] = connection
    }
}
