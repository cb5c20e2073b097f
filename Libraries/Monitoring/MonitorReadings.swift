import Pipeline
import Synchronization

/// The figures of one look at the database or the broker, until the next look or until they are too old to be shown.
final class MonitorReadings: Sendable {
    typealias Series = [(labels: [String], value: Double)]

    /// A family of gauges: its name with the unit, its labels and what it means.
    struct Family: Sendable {
        var name: String
        var labels: [String]
        var help: String
    }

    private struct State: Sendable {
        var at: ContinuousClock.Instant?
        var series: [String: Series] = [:]
    }

    private let state = Mutex(State())
    private let clock = ContinuousClock()
    /// Figures that nobody has read for so long say nothing: they vanish rather than stand still.
    private let maximumAge: Duration

    init(_ source: String, families: [Family], maximumAge: Duration, in registry: MetricsRegistry) {
        self.maximumAge = maximumAge
        for family in families {
            registry.observe(family.name, kind: .gauge, labels: family.labels, help: family.help) { [self] in
                current[family.name] ?? []
            }
        }
        registry.observe(
            "tipoff_monitor_\(source)_age_seconds",
            kind: .gauge,
            help: "Since the figures of the \(source) were read; absent before the first time."
        ) { [self] in age.map { [(labels: [], value: $0 / .seconds(1))] } ?? [] }
    }

    private var age: Duration? { state.withLock { $0.at }.map { clock.now - $0 } }

    private var current: [String: Series] {
        guard let age, age <= maximumAge else { return [:] }
        return state.withLock { $0.series }
    }

    /// Replaces all figures.
    func set(_ series: [String: Series]) {
        let now = clock.now
        state.withLock { $0 = State(at: now, series: series) }
    }
}
