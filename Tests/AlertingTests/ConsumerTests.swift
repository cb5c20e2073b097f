import Foundation
import Pipeline
import Testing

@testable import Alerting
@testable import Kafka

/// Who reads a topic, from what the broker says of consumer groups.
@Suite struct ConsumerTests {
    private static func group(_ name: String, _ state: String, _ topics: [Topic]) -> KafkaGroup {
        KafkaGroup(
            name: name,
            state: state,
            assignor: "range",
            members: [
                .init(
                    id: "m",
                    clientID: "c",
                    host: "h",
                    assignment: topics.map { KafkaTopicPartition(topic: $0.rawValue, partition: 0) }
                )
            ],
            error: nil
        )
    }

    private static var everyone: [KafkaGroup] {
        let consumers = Dictionary(grouping: Topic.allCases.filter { $0.consumer != nil }) { $0.consumer ?? "" }
        return consumers.map { group($0.key, "Stable", $0.value) }
    }

    @Test func aTopicWithoutALiveMemberNamesWhoShouldReadIt() throws {
        #expect(try Monitor.unread(Self.everyone, prefix: "").isEmpty)
        let withoutRaw = Self.everyone.filter { $0.name != "raw" }
        #expect(try Monitor.unread(withoutRaw, prefix: "").map(\.consumer) == ["raw"])
        var empty = Self.group("raw", "Empty", [])
        empty.members = []
        #expect(try Monitor.unread(withoutRaw + [empty], prefix: "").map(\.consumer) == ["raw"])
        #expect(
            try Monitor.unread(withoutRaw + [Self.group("raw", "Stable", [.phase3Trigger])], prefix: "")
                .first?.topics == [Topic.phase1ScrapersComplete.rawValue],
            "a member of the group that reads something else is none of the topic's"
        )
        #expect(
            try Monitor.unread(withoutRaw + [Self.group("raw", "PreparingRebalance", [])], prefix: "").isEmpty,
            "who divides partitions lives"
        )
    }

    @Test func aGroupThatCannotBeDescribedIsUnknownAndNotMissing() {
        var group = Self.group("raw", "Unknown", [])
        group.error = KafkaError(.timedOut, reason: "no answer")
        let groups = Self.everyone.filter { $0.name != "raw" } + [group]
        #expect(throws: KafkaError.self) { try Monitor.unread(groups, prefix: "") }
    }

    @Test func consumersAreThoseOfTheListOfTopics() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        for entry in try TopicsFile(path: root.appending(path: "topics.yaml").path).entries {
            let topic = try #require(Topic(rawValue: entry.name))
            #expect(entry.consumers == topic.consumer.map { [$0] } ?? [], "\(topic)")
        }
    }
}
