public import Pipeline
import Foundation

/// Through what people are told, and how much. Every process that delivers reads the same settings.
public struct AlertSettings: Sendable {
    /// Gets each message as a JSON body by POST; may hold a token, so it is a secret.
    public var webhook: String?
    /// Sent as a bearer token with it.
    public var webhookToken: String?
    /// A program and its arguments; empty for none.
    public var command: [String]
    /// The longest single sending.
    public var timeout: Duration
    /// How often there is a look at what is to be told.
    public var interval: Duration
    /// How long the database may be away before that is told without it.
    public var databaseSilence: Duration
    public var budget: AlertBudget.Rules
    /// What restarts a service where this runs, with `{service}` for its name; nil where nobody has said.
    public var restart: String?

    public init(
        webhook: String? = nil,
        webhookToken: String? = nil,
        command: [String] = [],
        timeout: Duration = .seconds(10),
        interval: Duration = .seconds(2),
        databaseSilence: Duration = .seconds(60),
        budget: AlertBudget.Rules = .init(),
        restart: String? = nil
    ) {
        self.webhook = webhook
        self.webhookToken = webhookToken
        self.command = command
        self.timeout = timeout
        self.interval = interval
        self.databaseSilence = databaseSilence
        self.budget = budget
        self.restart = restart
    }

    public init(_ reader: inout ConfigurationReader) {
        webhook = reader.optionalString(
            "TIPOFF_ALERT_WEBHOOK",
            help: "address that gets every alert as JSON",
            secret: true,
            example: "https://hooks.example.org/tipoff"
        )
        if let webhook, !["http", "https"].contains(URLComponents(string: webhook)?.scheme ?? "") {
            reader.reject(
                "TIPOFF_ALERT_WEBHOOK",
                given: "***",
                expected: "a URL that begins with https:// or http://",
                example: "https://hooks.example.org/tipoff"
            )
        }
        webhookToken = reader.optionalString(
            "TIPOFF_ALERT_WEBHOOK_TOKEN",
            help: "bearer token of the alert webhook",
            secret: true,
            example: "…"
        )
        command = reader.list(
            "TIPOFF_ALERT_COMMAND",
            default: [],
            help: "program that gets every alert as JSON on its standard input, and its arguments, with commas"
        )
        timeout = reader.duration(
            "TIPOFF_ALERT_TIMEOUT",
            default: .seconds(10),
            range: .milliseconds(100) ... .seconds(60),
            help: "longest single sending of an alert"
        )
        interval = reader.duration(
            "TIPOFF_ALERT_INTERVAL",
            default: .seconds(2),
            range: .milliseconds(50) ... .seconds(60),
            help: "how often there is a look at what is to be told"
        )
        databaseSilence = reader.duration(
            "TIPOFF_ALERT_DATABASE_SILENCE",
            default: .seconds(60),
            range: .seconds(1) ... .seconds(3600),
            help: "how long the database may be away before that is told without it"
        )
        let window = reader.duration(
            "TIPOFF_ALERT_WINDOW",
            default: .seconds(3600),
            range: .seconds(1) ... .seconds(86_400),
            help: "window of an alert's budget; after it the same is told anew"
        )
        let messages = reader.int(
            "TIPOFF_ALERT_MESSAGES",
            default: 5,
            range: 2...1000,
            help: "most messages of one kind of alert in its window"
        )
        budget = AlertBudget.Rules(window: window / .seconds(1), messages: messages)
        restart = reader.optionalString(
            "TIPOFF_RESTART_COMMAND",
            help: "what restarts a service here; {service} stands for its name",
            example: "docker compose -f deploy/compose.yaml restart {service}"
        )
    }

    /// What to type when a service stands still.
    public func restart(_ service: String) -> String {
        restart?.replacing("{service}", with: service) ?? "tipoff logs \(service) -n 50"
    }
}
