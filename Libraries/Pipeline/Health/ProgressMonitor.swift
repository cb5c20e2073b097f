import Synchronization

/// The time that progress is measured with: any steady origin, never set back. Tests inject their own.
public struct ProgressClock: Sendable {
    /// Time since a fixed origin.
    public let now: @Sendable () -> Duration

    public init(now: @escaping @Sendable () -> Duration) {
        self.now = now
    }

    /// Time that does not pass while the machine sleeps: a suspended laptop is no stuck service.
    public static let monotonic: ProgressClock = {
        let origin = SuspendingClock.now
        return ProgressClock { origin.duration(to: SuspendingClock.now) }
    }()
}

/// One loop that has to show signs of life.
public final class ProgressLoop: Sendable {
    public let name: String
    /// How long the loop may be silent.
    public let maximumSilence: Duration
    private let clock: ProgressClock
    /// Nanoseconds of the last beat; negative while the loop is idle on purpose.
    private let last: Atomic<Int64>

    fileprivate init(name: String, maximumSilence: Duration, clock: ProgressClock) {
        self.name = name
        self.maximumSilence = maximumSilence
        self.clock = clock
        last = Atomic(clock.now().wholeNanoseconds)
    }

    /// Says that the loop has just made progress. Costs a clock reading and one atomic store.
    public func beat() {
        last.store(clock.now().wholeNanoseconds, ordering: .relaxed)
    }

    /// Says that the loop waits on purpose and is not to be judged until it beats again.
    public func rest() {
        last.store(-1, ordering: .relaxed)
    }

    fileprivate var report: ProgressReport.Loop {
        let last = last.load(ordering: .relaxed)
        let age = last < 0 ? nil : Duration.nanoseconds(max(0, clock.now().wholeNanoseconds - last))
        return ProgressReport.Loop(name: name, age: age, maximumSilence: maximumSilence)
    }
}

/// How long ago each loop beat.
public struct ProgressReport: Sendable, Hashable {
    public struct Loop: Sendable, Hashable {
        public let name: String
        /// Time since the last beat; nil while the loop rests.
        public let age: Duration?
        public let maximumSilence: Duration
        /// Silent for longer than allowed.
        public var isStuck: Bool { age.map { $0 > maximumSilence } ?? false }
    }

    /// Sorted by name.
    public let loops: [Loop]
    public var stuck: [Loop] { loops.filter(\.isStuck) }
}

/// Watches the loops of a process: a loop that has not beaten for longer than it may makes the process unhealthy.
///
/// Nothing runs here. A wedged loop is noticed by whoever asks, on the asker's thread.
public final class ProgressMonitor: Sendable {
    private let clock: ProgressClock
    private let defaultSilence: Duration
    private let loops = Mutex<[String: ProgressLoop]>([:])

    /// - Parameter defaultSilence: the maximum silence of loops that do not name their own.
    public init(defaultSilence: Duration = .seconds(60), clock: ProgressClock = .monotonic) {
        self.clock = clock
        self.defaultSilence = defaultSilence
    }

    /// Registers a loop, from now on watched, and returns its handle. A registered name is replaced and starts anew.
    @discardableResult
    public func register(_ name: String, maximumSilence: Duration? = nil) -> ProgressLoop {
        let loop = ProgressLoop(name: name, maximumSilence: maximumSilence ?? defaultSilence, clock: clock)
        loops.withLock { $0[name] = loop }
        return loop
    }

    /// Beats a loop by name; registers it when it is new. Hot loops keep the handle of `register` instead.
    public func beat(_ name: String) {
        if let loop = loops.withLock({ $0[name] }) { loop.beat() } else { register(name) }
    }

    /// Stops watching a loop that has ended on purpose.
    public func unregister(_ name: String) {
        _ = loops.withLock { $0.removeValue(forKey: name) }
    }

    public var report: ProgressReport {
        let loops = loops.withLock { Array($0.values) }
        return ProgressReport(loops: loops.map(\.report).sorted { $0.name < $1.name })
    }
}

extension Duration {
    /// Nanoseconds, limited to what 64 bits hold (292 years).
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return scaled.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
