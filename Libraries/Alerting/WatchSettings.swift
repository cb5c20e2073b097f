public import Basketball
public import Pipeline

/// When a monitor speaks.
public struct WatchSettings: Sendable {
    /// How often every monitor asks.
    public var interval: Duration
    /// Without progress for so long work is stuck.
    public var stuckAfter: Duration
    /// The oldest message that the broker may not have yet.
    public var outboxAge: Duration
    /// The oldest change that may wait without a run.
    public var markerAge: Duration
    /// Percent of a phase's executions of two hours that may fail.
    public var errorPercent: Double
    /// Executions below which their share says nothing.
    public var errorSample: Int
    /// Executions of one processor for one unit of one date in an hour.
    public var storm: Int
    /// The oldest decision of the planner on a day with games.
    public var decisionAge: Duration
    /// The longest halt of publishing.
    public var haltAge: Duration
    /// How long something that a date needs may be overdue.
    public var overdueAge: Duration
    /// Whether the broker can be asked for consumer groups.
    public var asksForConsumers: Bool
    /// How long a topic may be without a live consumer: longer than a rebalance.
    public var consumerAge: Duration
    /// When the daily sign of life is given.
    public var allWell: EasternTimeOfDay

    public init(
        interval: Duration = .seconds(20),
        stuckAfter: Duration = .seconds(240),
        outboxAge: Duration = .seconds(120),
        markerAge: Duration = .seconds(1800),
        errorPercent: Double = 5,
        errorSample: Int = 20,
        storm: Int = 50,
        decisionAge: Duration = .seconds(6 * 3600),
        haltAge: Duration = .seconds(36 * 3600),
        overdueAge: Duration = .seconds(1800),
        asksForConsumers: Bool = true,
        consumerAge: Duration = .seconds(120),
        allWell: EasternTimeOfDay = EasternTimeOfDay(hour: 7, minute: 0)
    ) {
        self.interval = interval
        self.stuckAfter = stuckAfter
        self.outboxAge = outboxAge
        self.markerAge = markerAge
        self.errorPercent = errorPercent
        self.errorSample = errorSample
        self.storm = storm
        self.decisionAge = decisionAge
        self.haltAge = haltAge
        self.overdueAge = overdueAge
        self.asksForConsumers = asksForConsumers
        self.consumerAge = consumerAge
        self.allWell = allWell
    }

    public init(_ reader: inout ConfigurationReader) {
        let standard = WatchSettings()
        func age(_ name: String, _ fallback: Duration, _ help: String) -> Duration {
            reader.duration(name, default: fallback, range: .milliseconds(100) ... .seconds(7 * 86_400), help: help)
        }
        interval = age("TIPOFF_WATCH_INTERVAL", standard.interval, "how often every monitor asks")
        stuckAfter = Self.stuckAfter(&reader)
        outboxAge = age("TIPOFF_WATCH_OUTBOX_AGE", standard.outboxAge, "oldest message that the broker has not got")
        markerAge = age("TIPOFF_WATCH_MARKER_AGE", standard.markerAge, "oldest change that waits without a run")
        errorPercent = Double(
            reader.int(
                "TIPOFF_WATCH_ERROR_PERCENT",
                default: Int(standard.errorPercent),
                range: 1...100,
                help: "percent of a phase's executions of two hours that may fail"
            )
        )
        errorSample = reader.int(
            "TIPOFF_WATCH_ERROR_SAMPLE",
            default: standard.errorSample,
            range: 1...1_000_000,
            help: "executions below which the share that failed says nothing"
        )
        storm = reader.int(
            "TIPOFF_WATCH_STORM",
            default: standard.storm,
            range: 2...1_000_000,
            help: "executions of one task of one date in an hour"
        )
        decisionAge = age(
            "TIPOFF_WATCH_DECISION_AGE",
            standard.decisionAge,
            "oldest decision of the planner while a day has games"
        )
        haltAge = age("TIPOFF_WATCH_HALT_AGE", standard.haltAge, "longest halt of publishing")
        overdueAge = age(
            "TIPOFF_WATCH_OVERDUE_AGE",
            standard.overdueAge,
            "how long something that a date needs may be overdue"
        )
        asksForConsumers = reader.bool(
            "TIPOFF_WATCH_CONSUMERS",
            default: standard.asksForConsumers,
            help: "ask the broker who consumes each topic; the embedded broker cannot tell"
        )
        consumerAge = age(
            "TIPOFF_WATCH_CONSUMER_AGE",
            standard.consumerAge,
            "how long a topic may be without a live consumer"
        )
        allWell =
            reader.value(
                "TIPOFF_ALL_WELL",
                default: standard.allWell,
                expected: "an Eastern time of day",
                example: "07:00",
                help: "when the daily sign of life is given, Eastern",
                parse: { EasternTimeOfDay($0) }
            ) ?? standard.allWell
    }

    /// The setting that `tipoff status` shares with the monitors.
    public static func stuckAfter(_ reader: inout ConfigurationReader) -> Duration {
        reader.duration(
            "TIPOFF_WATCH_STUCK_AFTER",
            default: WatchSettings().stuckAfter,
            range: .milliseconds(100) ... .seconds(86_400),
            help: "work without progress for so long is stuck"
        )
    }
}
