import Kafka
import Pipeline

/// What the broker says of the groups that read the pipeline's topics, as gauges: also of those whose service is dead and
/// tells nothing itself.
struct BrokerMonitor: Sendable {
    let reader: GroupLagReader

    static let families: [MonitorReadings.Family] = [
        .init(
            name: "tipoff_group_lag_messages",
            labels: ["group", "topic"],
            help: "Messages of a topic that a group has not finished."
        ),
        .init(
            name: "tipoff_group_lag_seconds",
            labels: ["group", "topic"],
            help: "Age of the oldest message of a topic that a group has not finished; 0 when there is none."
        ),
        .init(
            name: "tipoff_group_members",
            labels: ["group"],
            help: "Members of a group; absent with a broker that does not list groups."
        ),
    ]

    func read() async throws -> [String: MonitorReadings.Series] {
        let lags = try await reader.read().groups
        var series: [String: MonitorReadings.Series] = [:]
        var members: [String: Int] = [:]
        for lag in lags {
            let labels = [lag.group, lag.topic]
            series["tipoff_group_lag_messages", default: []].append((labels: labels, value: Double(lag.messages)))
            // What waits and could not be read has no age; nothing that waits has none to speak of.
            if let age = lag.messages == 0 ? 0 : lag.seconds {
                series["tipoff_group_lag_seconds", default: []].append((labels: labels, value: age))
            }
            members[lag.group] = lag.members
        }
        series["tipoff_group_members"] = members.sorted { $0.key < $1.key }.map {
            (labels: [$0.key], value: Double($0.value))
        }
        return series
    }
}
