import CLibpq
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One statement, as the gate knows it.
final class StatementToken: Sendable {
    fileprivate let isCancelled = Atomic(false)
}

/// Turns a task's cancellation into `PQcancel`, and never cancels another statement than the task's own.
///
/// `@unchecked Sendable`: mutable fields are touched under `mutex` only; `PQcancel` may be called from any thread.
final class CancelGate: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var handle: OpaquePointer?
    private var running: StatementToken?

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        if let handle { PQfreeCancel(handle) }
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Called once, after the connection was made.
    func arm(_ session: Session) {
        locked { handle = PQgetCancel(session.connection) }
    }

    /// Called before the connection is closed: its process number may belong to somebody else later.
    func disarm() {
        locked {
            if let handle { PQfreeCancel(handle) }
            handle = nil
        }
    }

    /// - Returns: false when the task was cancelled before the statement began.
    func begin(_ token: StatementToken) -> Bool {
        locked {
            if token.isCancelled.load(ordering: .relaxed) { return false }
            running = token
            return true
        }
    }

    /// The statement has ended; waits for a cancel request that is on its way, so that it cannot hit the next one.
    /// - Returns: whether the task was cancelled meanwhile.
    func end(_ token: StatementToken) -> Bool {
        locked {
            running = nil
            pthread_cond_broadcast(condition)
            return token.isCancelled.load(ordering: .relaxed)
        }
    }

    /// Called from the cancelling thread; returns at once.
    func cancel(_ token: StatementToken) {
        let isRunning = locked {
            token.isCancelled.store(true, ordering: .relaxed)
            return running === token
        }
        guard isRunning else { return }
        // PQcancel makes a connection of its own and may block, so it gets a thread of its own.
        let failure = startThread(stackSize: 256 * 1024) { self.requestUntilEnded(token) }
        // Without a thread the request is made here: late is better than never.
        if failure != 0 { requestUntilEnded(token) }
    }

    /// A server that has not begun the statement yet ignores the request, so it is repeated until the statement ends.
    private func requestUntilEnded(_ token: StatementToken) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while running === token, let handle {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
                // The outcome is not needed: a request that failed is repeated while the statement runs.
                _ = PQcancel(handle, message.baseAddress, Int32(message.count))
            }
            var deadline = timespec()
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_nsec += 100_000_000
            if deadline.tv_nsec >= 1_000_000_000 {
                deadline.tv_nsec -= 1_000_000_000
                deadline.tv_sec += 1
            }
            pthread_cond_timedwait(condition, mutex, &deadline)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
