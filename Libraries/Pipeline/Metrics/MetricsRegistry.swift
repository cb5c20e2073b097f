import Synchronization

/// The metrics of a process, rendered in Prometheus' text format.
///
/// Declaring the same metric twice returns the same instrument. A declaration that contradicts an earlier one, or whose
/// name Prometheus refuses, gets an instrument that works but is not rendered, and counts in
/// `tipoff_metrics_conflicts_total`: telemetry never stops work.
public final class MetricsRegistry: Sendable {
    /// The kinds of values that can be read when rendering.
    public enum ObservedKind: String, Sendable {
        case counter, gauge
    }

    enum Content: Sendable {
        case counters(MetricFamily<Counter>)
        case gauges(MetricFamily<Gauge>)
        case histograms(MetricFamily<Histogram>, bounds: [Double])
        case observed(ObservedKind, labels: [String], @Sendable () -> [(labels: [String], value: Double)])

        var type: String {
            switch self {
            case .counters: "counter"
            case .gauges: "gauge"
            case .histograms: "histogram"
            case .observed(let kind, _, _): kind.rawValue
            }
        }
    }

    struct Entry: Sendable {
        let help: String
        let content: Content
    }

    private let maximumSeries: Int
    private let entries = Mutex<[String: Entry]>([:])
    private let conflicts = Counter()

    /// - Parameter maximumSeriesPerMetric: cap on the label combinations of one metric.
    public init(maximumSeriesPerMetric: Int = 200) {
        maximumSeries = maximumSeriesPerMetric
    }

    // MARK: Declaring

    public func counter(_ name: String, help: String) -> Counter {
        counters(name, labels: [], help: help).with()
    }

    public func counters(_ name: String, labels: [String], help: String) -> MetricFamily<Counter> {
        let fresh = MetricFamily<Counter>(labels: labels, maximumSeries: maximumSeries) { Counter() }
        let content = declare(name, labels, help, .counters(fresh)) {
            if case .counters(let family) = $0 { family.labels == labels } else { false }
        }
        if case .counters(let family) = content { return family }
        return fresh
    }

    public func gauge(_ name: String, help: String) -> Gauge {
        gauges(name, labels: [], help: help).with()
    }

    public func gauges(_ name: String, labels: [String], help: String) -> MetricFamily<Gauge> {
        let fresh = MetricFamily<Gauge>(labels: labels, maximumSeries: maximumSeries) { Gauge() }
        let content = declare(name, labels, help, .gauges(fresh)) {
            if case .gauges(let family) = $0 { family.labels == labels } else { false }
        }
        if case .gauges(let family) = content { return family }
        return fresh
    }

    public func histogram(
        _ name: String,
        help: String,
        bounds: [Double] = Histogram.defaultBounds
    ) -> Histogram {
        histograms(name, labels: [], help: help, bounds: bounds).with()
    }

    public func histograms(
        _ name: String,
        labels: [String],
        help: String,
        bounds: [Double] = Histogram.defaultBounds
    ) -> MetricFamily<Histogram> {
        let fresh = MetricFamily<Histogram>(labels: labels, maximumSeries: maximumSeries) { Histogram(bounds: bounds) }
        let content = declare(name, labels + ["le"], help, .histograms(fresh, bounds: bounds)) {
            if case .histograms(let family, let known) = $0 {
                family.labels == labels && known == bounds
            } else {
                false
            }
        }
        if case .histograms(let family, _) = content { return family }
        return fresh
    }

    /// Declares values that are read when rendering, such as the size of a queue. A later declaration of the same name
    /// and kind replaces the reader.
    ///
    /// - Parameter read: returns label values (in the order of `labels`) and values; must not block.
    public func observe(
        _ name: String,
        kind: ObservedKind,
        labels: [String] = [],
        help: String,
        read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        let content = Content.observed(kind, labels: labels, read)
        _ = declare(name, labels, help, content, replaces: true) {
            if case .observed(let knownKind, let knownLabels, _) = $0 {
                knownKind == kind && knownLabels == labels
            } else {
                false
            }
        }
    }

    private func declare(
        _ name: String,
        _ labels: [String],
        _ help: String,
        _ content: Content,
        replaces: Bool = false,
        matches: (Content) -> Bool
    ) -> Content {
        let isValid =
            PrometheusText.isMetricName(name) && labels.allSatisfy(PrometheusText.isLabelName)
            && Set(labels).count == labels.count
        return entries.withLock { entries in
            guard let known = entries[name] else {
                if isValid { entries[name] = Entry(help: help, content: content) } else { conflicts.increment() }
                return content
            }
            guard matches(known.content) else {
                conflicts.increment()
                return content
            }
            if replaces { entries[name] = Entry(help: help, content: content) }
            return replaces ? content : known.content
        }
    }

    // MARK: Rendering

    /// Everything in Prometheus' text exposition format 0.0.4 (`PrometheusText.contentType`).
    public func render() -> String {
        // Readers run outside the lock: they may take locks of their own.
        let snapshot = entries.withLock { $0 }.sorted { $0.key < $1.key }
        var text = PrometheusText()
        var overflow: [(String, UInt64)] = []
        for (name, entry) in snapshot {
            text.header(name, type: entry.content.type, help: entry.help)
            switch entry.content {
            case .counters(let family):
                for (values, counter) in family.all { text.sample(name, family.labels, values, counter.value) }
                if family.overflow > 0 { overflow.append((name, family.overflow)) }
            case .gauges(let family):
                for (values, gauge) in family.all { text.sample(name, family.labels, values, gauge.value) }
                if family.overflow > 0 { overflow.append((name, family.overflow)) }
            case .histograms(let family, _):
                for (values, histogram) in family.all {
                    text.histogram(name, family.labels, values, histogram.snapshot)
                }
                if family.overflow > 0 { overflow.append((name, family.overflow)) }
            case .observed(_, let labels, let read):
                for (values, value) in read().prefix(maximumSeries) where values.count == labels.count {
                    text.sample(name, labels, values, value)
                }
            }
        }
        let conflictsName = "tipoff_metrics_conflicts_total"
        text.header(conflictsName, type: "counter", help: "Metric declarations that contradict an earlier one.")
        text.sample(conflictsName, [], [], conflicts.value)
        let overflowName = "tipoff_metrics_overflow_total"
        text.header(overflowName, type: "counter", help: "Look-ups of label values beyond the cap of a metric.")
        for (name, count) in overflow { text.sample(overflowName, ["metric"], [name], Double(count)) }
        return text.output
    }
}
