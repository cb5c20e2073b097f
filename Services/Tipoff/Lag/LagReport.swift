import Monitoring
import Pipeline

/// The lag of every group, and what is wrong with it.
struct LagReport: Sendable {
    var reading: LagReading
    var limitSeconds: Double

    private var lags: [GroupLag] { reading.groups }

    private var late: [GroupLag] { lags.filter { ($0.seconds ?? 0) > limitSeconds } }
    private var empty: [GroupLag] { lags.filter(\.hasNoMember) }

    var isProblem: Bool { !late.isEmpty || !empty.isEmpty }

    func lines(withPartitions: Bool) -> [String] {
        var table = TextTable(["TOPIC", "GROUP", "PARTITIONS", "MESSAGES", "SECONDS", "MEMBERS", "STATE"])
        for lag in lags {
            table.add([
                lag.topic, lag.group, String(lag.partitions.count), String(lag.messages), Self.seconds(lag.seconds),
                lag.members.map(String.init) ?? "?", lag.state ?? "not told",
            ])
        }
        var lines = table.lines
        if withPartitions {
            var each = TextTable(["PARTITION", "GROUP", "COMMITTED", "END", "MESSAGES", "SECONDS", "MEMBER"])
            for lag in lags {
                for partition in lag.partitions {
                    each.add([
                        "\(lag.topic)[\(partition.id)]", lag.group, partition.committed.map { String($0) } ?? "never",
                        String(partition.high), String(partition.messages), Self.seconds(partition.seconds),
                        partition.member ?? (lag.members == nil ? "not told" : "nobody"),
                    ])
                }
            }
            lines += [""] + each.lines
        }
        let groups = Set(empty.map(\.group)).sorted()
        if !groups.isEmpty {
            lines.append("without members: \(groups.joined(separator: ", "))")
            lines.append("next: start \(groups.count == 1 ? "that service" : "those services"), then tipoff doctor")
        } else if let worst = late.first {
            lines.append("\(worst.group) is \(Self.seconds(worst.seconds)) s behind in \(worst.topic)")
            lines.append("next: tipoff logs \(worst.group) -n 20")
        } else if let reason = reading.membersUnknown {
            lines.append("the broker does not say who reads: \(SafeText.cut(SafeText.escaped(reason), to: 200))")
        }
        return lines
    }

    private static func seconds(_ value: Double?) -> String { value.map { EasternTime.tenths($0) } ?? "-" }

    var json: JSONValue {
        [
            "limit_seconds": .double(limitSeconds),
            "members_unknown": reading.membersUnknown.map { .string($0) } ?? .null,
            "without_members": .array(Set(empty.map(\.group)).sorted().map { .string($0) }),
            "groups": .array(lags.map(Self.json)),
        ]
    }

    private static func json(_ lag: GroupLag) -> JSONValue {
        [
            "topic": .string(lag.topic), "group": .string(lag.group), "messages": .int(lag.messages),
            "seconds": lag.seconds.map { .double($0) } ?? .null,
            "members": lag.members.map { .int(Int64($0)) } ?? .null, "state": lag.state.map { .string($0) } ?? .null,
            "partitions": .array(
                lag.partitions.map {
                    [
                        "partition": .int(Int64($0.id)), "messages": .int($0.messages),
                        "seconds": $0.seconds.map { .double($0) } ?? .null,
                        "committed": $0.committed.map { .int($0) } ?? .null, "end": .int($0.high),
                        "member": $0.member.map { .string($0) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
