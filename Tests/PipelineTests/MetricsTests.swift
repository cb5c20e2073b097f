import Foundation
import Testing

@testable import Pipeline

@Suite("Metrics")
struct MetricsTests {
    @Test("The text is Prometheus' exposition format")
    func exposition() {
        let registry = MetricsRegistry()
        registry.counter("tipoff_done_total", help: "Done\nwith \\ \"care\".").increment(by: 2.5)
        let tasks = registry.counters("tipoff_tasks_total", labels: ["processor", "state"], help: "Tasks.")
        tasks.with("a\"b\\c\nd", "success").increment()
        registry.gauge("tipoff_depth", help: "Depth.").set(-.infinity)
        registry.gauge("tipoff_ratio", help: "Ratio.").set(.nan)
        let histogram = registry.histogram("tipoff_seconds", help: "Time.", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
        histogram.observe(.nan)
        let text = registry.render()
        let expected = """
            # HELP tipoff_depth Depth.
            # TYPE tipoff_depth gauge
            tipoff_depth -Inf
            # HELP tipoff_done_total Done\\nwith \\\\ "care".
            # TYPE tipoff_done_total counter
            tipoff_done_total 2.5
            # HELP tipoff_ratio Ratio.
            # TYPE tipoff_ratio gauge
            tipoff_ratio NaN
            # HELP tipoff_seconds Time.
            # TYPE tipoff_seconds histogram
            tipoff_seconds_bucket{le="0.1"} 2
            tipoff_seconds_bucket{le="1"} 3
            tipoff_seconds_bucket{le="+Inf"} 4
            tipoff_seconds_sum 7.65
            tipoff_seconds_count 4
            # HELP tipoff_tasks_total Tasks.
            # TYPE tipoff_tasks_total counter
            tipoff_tasks_total{processor="a\\"b\\\\c\\nd",state="success"} 1

            """
        #expect(text.hasPrefix(expected), "\(text)")
        #expect(text.hasSuffix("\n"))
    }

    @Test("Concurrent increments are all counted")
    func concurrency() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("c_total", help: "")
        let gauge = registry.gauge("g", help: "")
        let histogram = registry.histogram("h", help: "")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 {
                        counter.increment()
                        gauge.add(0.5)
                        histogram.observe(.milliseconds(3))
                        registry.counters("family_total", labels: ["x"], help: "").with("y").increment()
                    }
                }
            }
        }
        #expect(counter.value == 16_000)
        #expect(gauge.value == 8_000)
        #expect(histogram.snapshot.count == 16_000)
        #expect(registry.counters("family_total", labels: ["x"], help: "").with("y").value == 16_000)
    }

    @Test("Series are capped: what is beyond shares one series and is counted")
    func cap() {
        let registry = MetricsRegistry(maximumSeriesPerMetric: 3)
        let family = registry.counters("many_total", labels: ["id"], help: "")
        for id in 0..<1000 { family.with("\(id)").increment() }
        let lines = registry.render().split(separator: "\n").filter { $0.hasPrefix("many_total{") }
        #expect(lines.count == 4)
        #expect(lines.contains("many_total{id=\"other\"} 997"))
        #expect(registry.render().contains("tipoff_metrics_overflow_total{metric=\"many_total\"} 997"))
    }

    @Test("A declaration that contradicts another still works, is not rendered and is counted")
    func conflicts() {
        let registry = MetricsRegistry()
        registry.counter("x_total", help: "").increment()
        registry.gauge("x_total", help: "").set(7)
        registry.counters("x_total", labels: ["a"], help: "").with("1").increment()
        registry.counter("not a name", help: "").increment()
        registry.counters("y_total", labels: ["__reserved"], help: "").with("1").increment()
        let text = registry.render()
        #expect(text.contains("\nx_total 1\n") && !text.contains(" 7\n") && !text.contains("not a name"))
        #expect(text.contains("tipoff_metrics_conflicts_total 4\n"))
        #expect(registry.counter("x_total", help: "") === registry.counter("x_total", help: ""))
    }

    @Test("Counters only grow")
    func countersOnlyGrow() {
        let counter = Counter()
        for amount in [1, -1, .nan, .infinity, 0.5] { counter.increment(by: amount) }
        #expect(counter.value == 1.5)
    }

    @Test("The process tells its memory, files and start")
    func process() throws {
        let current = ProcessMetrics.current()
        #expect(try #require(current.residentBytes) >= #require(current.privateBytes) / 2)
        #expect(try #require(current.privateBytes) > 100_000)
        #expect(try #require(current.openFiles) > 2)
        #expect(try abs(#require(current.startTime) - Date().timeIntervalSince1970) < 86_400)
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        for name in [
            "resident_memory_bytes", "private_memory_bytes", "open_fds", "max_fds", "threads", "cpu_seconds_total",
            "start_time_seconds",
        ] {
            #expect(registry.render().contains("\nprocess_\(name) "))
        }
    }

    @Test("A process name with blanks and parentheses does not shift the fields")
    func processName() {
        let text = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 100 50 13 14 15 16 4 18 999 20 321 22"
        #expect(
            ProcessMetrics.parseStat(text)
                == ProcessMetrics.Statistics(cpuTicks: 150, threads: 4, startTicks: 999, residentPages: 321)
        )
        #expect(ProcessMetrics.parseStat("7 (a") == nil)
        #expect(ProcessMetrics.parsePrivateBytes("Rss: 9 kB\nPrivate_Clean:  4 kB\nPrivate_Dirty: 8 kB\n") == 12_288)
    }
}
