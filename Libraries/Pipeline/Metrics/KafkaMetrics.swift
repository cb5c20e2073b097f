import Kafka
import Synchronization

/// The latest statistics of a service's Kafka clients as metrics.
final class KafkaMetrics: Sendable {
    private static let interval = Duration.seconds(10)
    /// By client: `producer`, `consumer`.
    private let latest = Mutex<[String: KafkaStatistics]>([:])

    init(_ registry: MetricsRegistry) {
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (KafkaStatistics) -> Int?) {
            registry.observe(name, kind: .gauge, labels: ["client"], help: help) { [self] in
                statistics.compactMap { client, of in value(of).map { ([client], Double($0)) } }
            }
        }
        gauge("tipoff_kafka_queued_messages", "Messages that wait in the client.") { $0.queuedMessages }
        gauge("tipoff_kafka_brokers_up", "Brokers with a connection in order.") { statistics in
            statistics.brokers.count { $0.state == "UP" }
        }
        gauge("tipoff_kafka_assigned_partitions", "Partitions of the consumer.") { $0.group?.assignedPartitions }
        gauge("tipoff_kafka_rebalances", "Rebalances since the consumer started.") { $0.group?.rebalances }
        registry.observe(
            "tipoff_kafka_consumer_lag_messages",
            kind: .gauge,
            labels: ["topic", "partition"],
            help: "Messages between the committed offset and the end of the partition."
        ) { [self] in
            statistics.flatMap { _, of in
                of.partitions.compactMap { partition in
                    partition.consumerLag.map { ([partition.topic, "\(partition.partition)"], Double($0)) }
                }
            }
        }
        registry.observe(
            "tipoff_kafka_round_trip_p99_seconds",
            kind: .gauge,
            labels: ["client"],
            help: "The slowest broker's 99th percentile of the last interval."
        ) { [self] in
            statistics.compactMap { client, of in
                of.brokers.map(\.roundTripP99Microseconds).max().map { ([client], Double($0) / 1e6) }
            }
        }
    }

    private var statistics: [(client: String, of: KafkaStatistics)] {
        latest.withLock { $0.sorted { $0.key < $1.key }.map { (client: $0.key, of: $0.value) } }
    }

    /// Takes the statistics of one client.
    func handler(_ client: String) -> KafkaStatisticsHandler {
        KafkaStatisticsHandler(interval: Self.interval) { [self] statistics in
            latest.withLock { $0[client] = statistics }
        }
    }
}
