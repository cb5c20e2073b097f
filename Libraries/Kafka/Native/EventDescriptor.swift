import CRdkafka
import Glibc

/// An eventfd: Swift tasks and librdkafka's own threads wake a thread that sleeps in `poll`.
///
/// Signals are sticky: one that comes before the sleep ends the sleep at once, so no wake-up can be lost as long as
/// the sleeper drains it *before* it looks at its queues.
final class EventDescriptor: Sendable {
    let descriptor: CInt

    init() throws(KafkaError) {
        descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw KafkaError(.criticalResource, reason: "cannot create an event descriptor: error \(errno)")
        }
    }

    deinit { Glibc.close(descriptor) }

    func signal() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the descriptor is readable already.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes all signals that have arrived.
    func drain() {
        var count: UInt64 = 0
        // EAGAIN means that there was none.
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Sleeps until a signal is there (true) or the time has passed (false). Does not take the signal.
    func wait(atMost duration: Duration) -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + duration
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = max(.zero, clock.now.duration(to: deadline))
            let result = poll(&item, 1, left.pollMilliseconds)
            if result > 0 { return true }
            if result == 0, clock.now >= deadline { return false }
            // Otherwise a signal handler interrupted the sleep (EINTR): the rest of the time remains.
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a sleep is never too short, as C takes them.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1_000)
        guard !milliseconds.overflow else { return seconds < 0 ? 0 : .max }
        let rounded = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(0, milliseconds.partialValue + rounded))
    }
}
