import Synchronization

/// The open end of a response: what is sent here reaches the client while it listens.
///
/// What the client has not taken yet is bounded. A client that reads slower than it is written to is closed once the bound
/// is reached, so that it costs no memory and holds up nobody; it comes back and resumes.
public final class WebStream: Sendable, Hashable {
    private enum End { case none, finished, closed }

    private struct State {
        var waiting: [UInt8] = []
        var end = End.none
        var wake: (@Sendable () -> Void)?
        /// Bytes that the loop took and the client has not.
        var unsentBytes = 0
    }

    /// Bytes that may wait for the client.
    public let maximumBytes: Int
    private let state = Mutex(State())

    public init(maximumBytes: Int = 64 << 10) {
        self.maximumBytes = maximumBytes
    }

    /// False once the client went away, was too slow or the stream was finished.
    public var isOpen: Bool { state.withLock { $0.end == .none } }

    /// Queues bytes for the client; false when nobody will get them.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        let (isQueued, wake) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard state.end == .none else { return (false, nil) }
            guard state.waiting.count + state.unsentBytes + bytes.count <= maximumBytes else {
                state.end = .closed
                state.waiting = []
                return (false, state.wake)
            }
            state.waiting += bytes
            return (true, state.wake)
        }
        wake?()
        return isQueued
    }

    /// Ends the response after what has been sent.
    public func finish() {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            if state.end == .none { state.end = .finished }
            return state.wake
        }
        wake?()
    }

    // MARK: The loop's side

    /// What becomes of the connection.
    enum Step {
        case bytes([UInt8])
        /// Nothing more comes after these.
        case last([UInt8])
        /// The client was too slow.
        case closed
    }

    func attach(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// The bytes that wait; `unsentBytes` are those of earlier calls that the client has not taken.
    func take(unsentBytes: Int) -> Step {
        state.withLock { state in
            state.unsentBytes = unsentBytes + state.waiting.count
            defer { state.waiting = [] }
            switch state.end {
            case .none: return .bytes(state.waiting)
            case .finished: return .last(state.waiting)
            case .closed: return .closed
            }
        }
    }

    func sent(unsentBytes: Int) {
        state.withLock { $0.unsentBytes = unsentBytes }
    }

    func close() {
        state.withLock { state in
            state.end = .closed
            state.waiting = []
            state.wake = nil
        }
    }

    public static func == (left: WebStream, right: WebStream) -> Bool { left === right }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
