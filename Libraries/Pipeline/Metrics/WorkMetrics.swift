/// What the time of an execution goes into.
enum WorkStage: String, CaseIterable {
    /// In its snapshot: scope, dependencies, inputs.
    case read
    /// In the processor beside that: fetching and decoding payloads, formulas.
    case compute
    /// Comparing its rows with the table.
    case compare
    /// The statements of the transaction that ends it, with the wait for their locks.
    case write
    case commit
    /// Until the broker has the events of a commit, beside the path.
    case message
}

/// What the work protocol counts. Labels are names of the registry and of `topics.yaml`, so their number is bounded.
struct WorkMetrics: Sendable {
    private let executions: MetricFamily<Counter>
    private let executionSeconds: MetricFamily<Histogram>
    private let queueSeconds: MetricFamily<Histogram>
    private let stageSeconds: MetricFamily<Counter>
    private let rowsChanged: MetricFamily<Counter>
    private let rowsQuarantined: MetricFamily<Counter>
    private let fenced: Counter
    private let read: MetricFamily<Counter>
    private let rejected: MetricFamily<Counter>
    private let produced: MetricFamily<Counter>
    private let resent: Counter

    init(_ registry: MetricsRegistry) {
        executions = registry.counters(
            "tipoff_executions_total",
            labels: ["processor", "status"],
            help: "Executions of tasks by how they ended; retry means that the task will be tried again."
        )
        executionSeconds = registry.histograms(
            "tipoff_execution_seconds",
            labels: ["processor"],
            help: "From the claim to the commit that ended the execution."
        )
        queueSeconds = registry.histograms(
            "tipoff_queue_seconds",
            labels: ["processor"],
            help: "From the moment a task could run to its claim."
        )
        stageSeconds = registry.counters(
            "tipoff_stage_seconds_total",
            labels: ["stage"],
            help: "Seconds of executions that went into a stage, and of messages beside them."
        )
        rowsChanged = registry.counters(
            "tipoff_rows_changed_total",
            labels: ["processor"],
            help: "Changes of rows that executions made; a row that moves to another date or team counts twice."
        )
        rowsQuarantined = registry.counters(
            "tipoff_rows_quarantined_total",
            labels: ["processor"],
            help: "Rows that executions did not write because they break a rule of their table."
        )
        fenced = registry.counter(
            "tipoff_executions_fenced_total",
            help: "Executions that had lost their lease when they ended; nothing of them was written."
        )
        read = registry.counters("tipoff_messages_read_total", labels: ["topic"], help: "Messages taken in.")
        rejected = registry.counters(
            "tipoff_messages_rejected_total",
            labels: ["topic"],
            help: "Messages that became dead letters."
        )
        produced = registry.counters(
            "tipoff_messages_produced_total",
            labels: ["topic", "result"],
            help: "Messages produced at once after their commit: accepted, or refused and to be sent again."
        )
        resent = registry.counter(
            "tipoff_messages_resent_total",
            help: "Messages sent again because what they start had not ended."
        )
    }

    /// Counts what a commit ended.
    func ended(_ results: [TaskResult], _ committed: TaskFinisher.Committed) {
        for result in results where !committed.fenced.contains(result.task.executionID) {
            let processor = result.task.processor
            executions.with(processor, result.isTerminal ? result.state : "retry").increment()
            executionSeconds.with(processor).observe(result.duration)
            queueSeconds.with(processor).observe(result.task.queuedSeconds)
            rowsChanged.with(processor).increment(by: Double(result.changed))
            rowsQuarantined.with(processor).increment(by: Double(result.quarantined))
        }
        fenced.increment(by: Double(committed.fenced.count))
    }

    func spent(_ duration: Duration, on stage: WorkStage) {
        stageSeconds.with(stage.rawValue).increment(by: duration.seconds)
    }

    func taken(_ topics: [String], rejected bad: [String]) {
        for topic in topics { read.with(topic).increment() }
        for topic in bad { rejected.with(topic).increment() }
    }

    func sent(_ topic: String, accepted: Bool) {
        produced.with(topic, accepted ? "accepted" : "refused").increment()
    }

    func resent(_ count: Int) { resent.increment(by: Double(count)) }
}
