import Pipeline

/// What alerts count. Labels are sinks, levels and the names of monitors in code, so their number is bounded.
struct AlertMetrics: Sendable {
    private let messages: MetricFamily<Counter>
    private let checks: MetricFamily<Counter>
    private let findings: MetricFamily<Gauge>

    init(_ registry: MetricsRegistry) {
        messages = registry.counters(
            "tipoff_alert_messages_total",
            labels: ["sink", "result"],
            help: "Attempts to send a message about an alert: sent, failed and to be tried again, or given_up."
        )
        checks = registry.counters(
            "tipoff_monitor_checks_total",
            labels: ["monitor", "result"],
            help: "Questions that a monitor asked: ok, found something, or unknown because it could not be answered."
        )
        findings = registry.gauges(
            "tipoff_monitor_findings",
            labels: ["monitor"],
            help: "What a monitor found when it last got an answer."
        )
    }

    func sent(_ sink: AlertSinkName, _ result: String) { messages.with(sink.rawValue, result).increment() }

    func checked(_ monitor: String, findings number: Int?) {
        checks.with(monitor, number.map { $0 == 0 ? "ok" : "found" } ?? "unknown").increment()
        if let number { findings.with(monitor).set(Double(number)) }
    }
}
