import Dispatch
import Foundation
import Synchronization

/// Where a sink's lines end up. Called only on the sink's own thread.
protocol LogDestination: Sendable {
    /// Names the destination in metrics and in the line about dropped lines.
    var name: String { get }
    /// Writes whole lines. May block; returns how many lines could not be written.
    func write(_ lines: [[UInt8]]) -> Int
}

/// A bounded queue in front of one destination, emptied by a thread of its own.
///
/// Appending never waits for the destination: when the queue is full the line is dropped and counted, and the count is
/// logged once there is room again.
final class LogSink: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        var isWriting = false
        var isClosed = false
        var flushWaiters: [DispatchSemaphore] = []
    }

    let name: String
    private let maximumBytes: Int
    private let droppedLine: @Sendable (Int) -> [UInt8]
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)
    private let totalDropped = Atomic<Int>(0)

    /// - Parameter droppedLine: the line that says how many lines were dropped.
    init(
        _ destination: any LogDestination,
        maximumBytes: Int = 4 << 20,
        droppedLine: @escaping @Sendable (Int) -> [UInt8]
    ) {
        name = destination.name
        self.maximumBytes = maximumBytes
        self.droppedLine = droppedLine
        let thread = Thread { [self] in run(destination) }
        thread.name = "log-\(destination.name)"
        thread.stackSize = 256 << 10
        thread.start()
    }

    /// Lines lost since the start, to a full queue or a failing destination.
    var dropped: Int { totalDropped.load(ordering: .relaxed) }

    func append(_ line: [UInt8]) {
        let (accepted, mustWake) = state.withLock { state in
            guard !state.isClosed, state.bytes + line.count <= maximumBytes else {
                state.dropped += 1
                return (false, false)
            }
            state.lines.append(line)
            state.bytes += line.count
            return (true, state.lines.count == 1)
        }
        if !accepted { totalDropped.add(1, ordering: .relaxed) }
        if mustWake { wake.signal() }
    }

    /// Waits until everything appended so far has been handed to the destination, at most `timeout`.
    ///
    /// - Returns: whether that happened in time.
    @discardableResult
    func flush(timeout: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let isEmpty = state.withLock { state in
            if state.lines.isEmpty && !state.isWriting { return true }
            state.flushWaiters.append(done)
            return false
        }
        return isEmpty || done.wait(timeout: .now() + timeout.dispatchInterval) == .success
    }

    /// Flushes and ends the thread; later lines are dropped.
    func close(timeout: Duration) {
        state.withLock { $0.isClosed = true }
        wake.signal()
        _ = stopped.wait(timeout: .now() + timeout.dispatchInterval)
    }

    private func run(_ destination: any LogDestination) {
        // A reader of stderr that went away costs lines, not the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        while true {
            wake.wait()
            while writeOnce(destination) {}
            if state.withLock({ $0.isClosed && $0.lines.isEmpty }) { break }
        }
        stopped.signal()
    }

    /// Writes what is queued; false when there was nothing.
    private func writeOnce(_ destination: any LogDestination) -> Bool {
        let (lines, dropped) = state.withLock { state in
            let taken = (state.lines, state.dropped)
            state.lines = []
            state.bytes = 0
            state.dropped = 0
            state.isWriting = !taken.0.isEmpty
            return taken
        }
        guard !lines.isEmpty else {
            state.withLock { state in
                // A drop that happened while the queue was full is told with the next line that gets through.
                state.dropped += dropped
                state.flushWaiters.forEach { $0.signal() }
                state.flushWaiters = []
            }
            return false
        }
        let batch = dropped > 0 ? lines + [droppedLine(dropped)] : lines
        // The notice itself is no lost line; what it would have told is told again.
        let lost = min(destination.write(batch), lines.count)
        if lost > 0 { totalDropped.add(lost, ordering: .relaxed) }
        state.withLock { state in
            state.isWriting = false
            if lost > 0 { state.dropped += lost + dropped }
        }
        return true
    }
}

extension Duration {
    var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        let nanoseconds = min(max(seconds, 0), 1_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
        return .nanoseconds(Int(max(nanoseconds, 0)))
    }
}
