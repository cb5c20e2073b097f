/// How to reach a Kafka cluster.
public struct KafkaConfiguration: Sendable {
    /// `host:port`, several separated by commas.
    public var brokers: String
    /// How brokers name this client in their logs and quotas.
    public var clientID: String
    /// Any librdkafka property (TLS, SASL, tuning); wins over this library's defaults. Properties on which the
    /// library's own guarantees rest (such as `enable.auto.commit`) are refused when a client is opened.
    public var settings: [String: String]

    public init(brokers: String, clientID: String, settings: [String: String] = [:]) {
        self.brokers = brokers
        self.clientID = clientID
        self.settings = settings
    }

    /// Whether the value of this property must never be shown.
    public static func isSecret(_ property: String) -> Bool {
        let name = property.lowercased()
        return ["password", "secret", "token", "jaas", "key.pem", "oauthbearer.config"].contains(where: name.contains)
    }

    /// The settings with secret values replaced, for logs.
    public var redactedSettings: [String: String] {
        settings.reduce(into: [:]) { $0[$1.key] = Self.isSecret($1.key) ? "***" : $1.value }
    }

    /// The text without the value of any secret setting: the C library quotes values in its messages.
    func redact(_ text: String) -> String {
        var text = text
        for (property, value) in settings where Self.isSecret(property) && !value.isEmpty {
            text.replace(value, with: "***")
        }
        return text
    }
}

extension KafkaConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        let shown = redactedSettings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return
            "KafkaConfiguration(brokers: \(brokers), clientID: \(clientID), settings: [\(shown.joined(separator: ", "))])"
    }

    public var debugDescription: String { description }

    // `dump` and test failure messages walk the mirror, not the description.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: ["brokers": brokers, "clientID": clientID, "settings": redactedSettings]
                as KeyValuePairs<
                    String, Any
                >
        )
    }
}

extension KafkaConfiguration {
    /// What every client of this library uses unless `settings` says otherwise.
    static let commonDefaults: [(String, String)] = [
        // Small messages must leave at once: Nagle's algorithm would hold them for a round trip.
        ("socket.nagle.disable", "true"),
        ("socket.keepalive.enable", "true"),
        ("log.connection.close", "false"),
        // A restarted broker should be found within a second, not ten.
        ("reconnect.backoff.ms", "50"),
        ("reconnect.backoff.max.ms", "1000"),
        ("socket.connection.setup.timeout.ms", "10000"),
        // Topics that appear after a client has started are found by this refresh.
        ("topic.metadata.refresh.interval.ms", "10000"),
    ]

    static let producerDefaults: [(String, String)] = [
        ("linger.ms", "0"),
        ("message.timeout.ms", "30000"),
        // Bounds the private memory of a producer; `send` waits for room when it is reached.
        ("queue.buffering.max.kbytes", "8192"),
        ("queue.buffering.max.messages", "20000"),
        // Same partition for a key as the Java client chooses.
        ("partitioner", "murmur2_random"),
        ("sticky.partitioning.linger.ms", "0"),
    ]

    /// Properties that a caller may not change, because the library's guarantees rest on them.
    static let producerFixed: [(String, String)] = [
        ("enable.idempotence", "true"),
        ("acks", "all"),
    ]

    static let consumerDefaults: [(String, String)] = [
        ("session.timeout.ms", "6000"),
        ("heartbeat.interval.ms", "2000"),
        ("auto.offset.reset", "earliest"),
        ("fetch.min.bytes", "1"),
        // A broker wakes a waiting fetch when something comes. librdkafka's mock broker does not: its clients must set a
        // few milliseconds, which bounds the latency of a hop there.
        ("fetch.wait.max.ms", "500"),
        ("fetch.max.bytes", "4194304"),
        // librdkafka 2.0.2 also waits this long (default 500 ms) after its local queue was full.
        ("fetch.error.backoff.ms", "20"),
        ("queued.min.messages", "2000"),
        ("queued.max.messages.kbytes", "4096"),
        ("partition.assignment.strategy", "range,roundrobin"),
    ]

    /// A reader wants one message of a partition, and what retention has just removed is the next that is kept.
    static let readerDefaults: [(String, String)] = [
        ("auto.offset.reset", "earliest"), ("fetch.wait.max.ms", "500"), ("fetch.error.backoff.ms", "20"),
        ("queued.min.messages", "1"), ("fetch.message.max.bytes", "65536"),
    ]

    static let consumerFixed: [(String, String)] = [
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("enable.partition.eof", "false"),
    ]

    /// Properties that have a parameter of their own or would break the library.
    static let reserved: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "client.id", "group.id", "group.instance.id", "transactional.id",
        "enabled_events", "log.queue", "statistics.interval.ms", "opaque", "delivery.report.only.error",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "enable.partition.eof",
        "enable.idempotence", "acks", "request.required.acks", "enable.gapless.guarantee",
    ]
}
