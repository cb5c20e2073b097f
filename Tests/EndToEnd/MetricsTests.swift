import Foundation
import Testing

@Suite("What the services of a live stack show at /metrics", .serialized)
struct MetricsTests {
    /// One family as Prometheus' text shows it.
    struct Family {
        var help = ""
        var type = ""
        var samples: [(labels: [String: String], value: Double)] = []
    }

    static func families(_ text: String) -> [String: Family] {
        var families: [String: Family] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if words.count == 4, words[0] == "#" {
                if words[1] == "HELP" { families[words[2], default: Family()].help = words[3] }
                if words[1] == "TYPE" { families[words[2], default: Family()].type = words[3] }
                continue
            }
            guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]) else {
                continue
            }
            var name = String(line[..<blank].prefix { $0 != "{" })
            if families[name] == nil, let underscore = name.lastIndex(of: "_") { name = String(name[..<underscore]) }
            families[name, default: Family()].samples.append((labels: labels(line[..<blank]), value: value))
        }
        return families
    }

    /// `name{a="b",c="d"}`; values of these metrics hold neither commas nor quotes.
    private static func labels(_ text: Substring) -> [String: String] {
        guard let open = text.firstIndex(of: "{") else { return [:] }
        var labels: [String: String] = [:]
        for pair in text[text.index(after: open)...].dropLast().split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { labels[parts[0]] = parts[1].trimmingCharacters(in: ["\""]) }
        }
        return labels
    }

    static let units: Set<String> = [
        "seconds", "bytes", "percent", "total", "messages", "players", "games", "members", "items", "letters", "jobs",
        "findings",
        "fds", "threads", "partitions", "rebalances",
    ]
    /// Names that end with what is counted and how it stands.
    static let counts: Set<String> = [
        "tipoff_alerts_open", "tipoff_runs_open", "tipoff_markers_waiting", "tipoff_documents_over_budget",
        "tipoff_kafka_brokers_up",
    ]
    /// Labels whose values are names of the code, of `topics.yaml` or small numbers.
    static let labels: Set<String> = [
        "processor", "status", "stage", "topic", "result", "client", "partition", "group", "phase", "producer", "level",
        "lane", "kind", "state", "step", "le", "metric", "path", "code", "route", "sink", "monitor",
    ]

    @Test("Every family says what it is, in which unit, and with bounded labels")
    func families() async throws {
        let slate = try await MonitoredSlate.shared
        for service in Stack.services {
            let text = try await slate.text(of: service, "/metrics")
            let families = Self.families(text)
            #expect(families.count > 20, "\(service)")
            for (name, family) in families {
                #expect(!family.help.isEmpty && !family.type.isEmpty, "\(service): \(name) lacks HELP or TYPE")
                let unit = name.split(separator: "_").last.map(String.init) ?? ""
                #expect(Self.units.contains(unit) || Self.counts.contains(name), "\(service): \(name) has no unit")
                #expect(family.type != "counter" || unit == "total", "\(service): \(name) is a counter")
                for sample in family.samples {
                    let unknown = sample.labels.keys.filter { !Self.labels.contains($0) }
                    #expect(unknown == [], "\(service): \(name) has the labels \(unknown)")
                    // An id, a date or a name of somebody would have no bound.
                    for (label, value) in sample.labels where label != "le" {
                        let digits = value.filter(\.isNumber).count
                        #expect(value.count <= 60 && digits <= 4, "\(service): \(name){\(label)=\(value)}")
                    }
                }
                #expect(family.samples.count <= 2000, "\(service): \(name) has \(family.samples.count) series")
            }
            for trouble in ["tipoff_metrics_conflicts_total", "tipoff_metrics_overflow_total"] {
                let isQuiet = families[trouble]?.samples.allSatisfy { $0.value == 0 } ?? false
                #expect(isQuiet, "\(service): \(trouble)")
            }
        }
    }

    /// The figures that dashboards and alerts rest on, with what a published slate must give.
    @Test("The monitor tells of the slate what its queries tell")
    func monitor() async throws {
        let slate = try await MonitoredSlate.shared
        var families: [String: Family] = [:]
        // The first looks are behind, the last one is after the slate's end.
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            families = Self.families(try await slate.text(of: "publishing", "/metrics"))
            if families["tipoff_monitor_database_age_seconds"]?.samples.isEmpty == false,
                families["tipoff_monitor_broker_age_seconds"]?.samples.isEmpty == false,
                families["tipoff_runs_open"]?.samples.allSatisfy({ $0.value == 0 }) == true
            {
                break
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            families[name]?.samples.first { $0.labels == labels }?.value
        }
        let funnel = try #require(
            try await slate.rows("coverage", ["from": MonitoredSlate.date, "to": MonitoredSlate.date, "grain": "date"])
                .first
        )
        #expect(value("tipoff_slate_players", ["step": "predicted"]) == Double(funnel["predicted"] ?? ""))
        #expect(value("tipoff_slate_players", ["step": "expected"]) == Double(funnel["expected"] ?? ""))
        #expect(value("tipoff_slate_games") == Double(funnel["games"] ?? ""))
        for phase in 1...6 {
            #expect(value("tipoff_phase_p95_seconds", ["phase": "\(phase)"]) != nil, "phase \(phase)")
            #expect(value("tipoff_phase_failure_percent", ["phase": "\(phase)"]) == 0, "phase \(phase)")
        }
        #expect(value("tipoff_hop_p95_seconds", ["phase": "4"]) != nil)
        #expect(value("tipoff_dead_letters", ["topic": "nba-phase3-trigger"]) == 0)
        #expect(value("tipoff_alerts_open", ["level": "critical"]) == 0)
        #expect(value("tipoff_outbox_oldest_seconds", ["producer": "raw"]) != nil)
        #expect(value("tipoff_marker_oldest_seconds", ["phase": "6"]) != nil)
        #expect(value("tipoff_stuck_items", ["kind": "pending"]) == 0)
        #expect(value("tipoff_documents_over_budget", ["kind": "tonight"]) == 0)
        #expect(value("tipoff_document_budget_seconds", ["kind": "tonight"]) == 300)
        #expect(value("tipoff_document_data_age_seconds", ["kind": "tonight"]) != nil)
        #expect(
            value("tipoff_group_lag_messages", ["group": "raw", "topic": "nba-phase1-scrapers-complete"]) != nil
        )
    }
}
