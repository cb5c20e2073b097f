import Synchronization

/// All series of one metric: one instrument for each combination of label values, up to a cap.
///
/// Beyond the cap every new combination shares one series whose label values are all `other`, so that an unexpected
/// label cannot exhaust memory; how often that happened is itself a metric.
public final class MetricFamily<Instrument: Sendable>: Sendable {
    private struct State {
        var series: [[String]: Instrument] = [:]
        var overflow: UInt64 = 0
    }

    /// The label values of the shared series beyond the cap.
    static var overflowLabel: String { "other" }

    let labels: [String]
    private let maximumSeries: Int
    private let make: @Sendable () -> Instrument
    private let state = Mutex(State())

    init(labels: [String], maximumSeries: Int, make: @escaping @Sendable () -> Instrument) {
        self.labels = labels
        self.maximumSeries = max(1, maximumSeries)
        self.make = make
    }

    /// The instrument for the label values, in the order in which the labels were declared. Missing values are empty,
    /// surplus ones are ignored. Keep the result where it is used often: the look-up takes a lock.
    public func with(_ values: String...) -> Instrument { with(values) }

    /// The instrument for the label values; see `with(_:)`.
    public func with(_ values: [String]) -> Instrument {
        var key = Array(values.prefix(labels.count))
        while key.count < labels.count { key.append("") }
        return state.withLock { state in
            if let existing = state.series[key] { return existing }
            if state.series.count >= maximumSeries {
                state.overflow &+= 1
                key = labels.map { _ in Self.overflowLabel }
                if let existing = state.series[key] { return existing }
            }
            let created = make()
            state.series[key] = created
            return created
        }
    }

    /// How many look-ups ended in the shared series.
    var overflow: UInt64 { state.withLock { $0.overflow } }

    /// Every series in a stable order.
    var all: [(values: [String], instrument: Instrument)] {
        state.withLock { $0.series.map { ($0.key, $0.value) } }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
    }
}
