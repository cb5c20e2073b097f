import Pipeline
import Testing

@testable import Monitoring

@Suite struct MonitorReadingsTests {
    static let families: [MonitorReadings.Family] = [
        .init(name: "tipoff_test_seconds", labels: ["phase"], help: "A figure.")
    ]

    @Test func figuresVanishWhenNobodyReadsThemAnyMore() {
        for (maximumAge, isShown) in [(Duration.seconds(3600), true), (.seconds(-1), false)] {
            let registry = MetricsRegistry()
            let readings = MonitorReadings("test", families: Self.families, maximumAge: maximumAge, in: registry)
            // Nothing was read yet: neither the figure nor its age.
            #expect(!registry.render().contains("tipoff_test_seconds{"))
            #expect(!registry.render().contains("\ntipoff_monitor_test_age_seconds "))
            readings.set(["tipoff_test_seconds": [(labels: ["4"], value: 2.5)]])
            let text = registry.render()
            #expect(text.contains("tipoff_test_seconds{phase=\"4\"} 2.5") == isShown)
            #expect(text.contains("\ntipoff_monitor_test_age_seconds "))
        }
    }

    @Test func familiesHaveOneNameEach() {
        let names = (DatabaseMonitor.families + BrokerMonitor.families).map(\.name)
        #expect(Set(names).count == names.count)
    }
}
