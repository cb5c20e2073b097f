import Synchronization

/// A number that only grows.
public final class Counter: Sendable {
    private let bits = Atomic<UInt64>(0)

    public init() {}

    /// Adds an amount; negative and non-finite amounts are ignored.
    public func increment(by amount: Double = 1) {
        guard amount > 0, amount.isFinite else { return }
        bits.addDouble(amount)
    }

    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    public init() {}

    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    public func add(_ amount: Double) {
        bits.addDouble(amount)
    }

    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How often values fell into fixed buckets, with their count and sum.
public final class Histogram: Sendable {
    /// Upper bounds in seconds from 0.5 ms to 60 s.
    public static let defaultBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// What was observed up to one moment.
    public struct Snapshot: Sendable, Hashable {
        /// Inclusive upper bounds, ascending; the last bucket, without bound, is not listed.
        public let bounds: [Double]
        /// Observations per bucket (not cumulative), one more than `bounds`.
        public let counts: [UInt64]
        public let sum: Double
        public var count: UInt64 { counts.reduce(0, &+) }
    }

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: upper bounds; sorted, without repetitions or non-finite values.
    public init(bounds: [Double] = Histogram.defaultBounds) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
        state = Mutex(State(counts: Array(repeating: 0, count: self.bounds.count + 1)))
    }

    /// Counts a value; NaN is ignored.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        state.withLock { state in
            state.counts[low] &+= 1
            state.sum += value
        }
    }

    /// Counts a duration in seconds.
    public func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    public var snapshot: Snapshot {
        state.withLock { Snapshot(bounds: bounds, counts: $0.counts, sum: $0.sum) }
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to a double stored by its bits.
    fileprivate func addDouble(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = compareExchange(
                expected: current,
                desired: next,
                successOrdering: .relaxed,
                failureOrdering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }
}
