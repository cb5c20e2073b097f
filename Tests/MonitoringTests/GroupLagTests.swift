import Foundation
import Kafka
import KafkaTestKit
import Logging
import Pipeline
import Testing

@testable import Monitoring

@Suite(.timeLimit(.minutes(2))) struct GroupLagTests {
    @Test func theGroupsOfTheCodeAreThoseOfTheList() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "topics.yaml")
        let list = try TopicsFile(path: file.path)
        for topic in Topic.allCases {
            #expect(topic.consumers == list.entry(topic)?.consumers, "\(topic.rawValue)")
        }
    }

    @Test func lagIsCountedInMessagesAndInSecondsOfTheOldest() async throws {
        let topics = try await TestTopics(Topic.allCases.map(\.rawValue))
        let configuration = KafkaConfiguration(brokers: topics.broker.brokers, clientID: "test")
        let admin = try KafkaAdmin(configuration: configuration, logger: Logger(label: "test"))
        defer { admin.close() }
        let reader = GroupLagReader(admin: admin, prefix: topics.prefix)
        let quiet = try await reader.read().groups
        #expect(quiet.count == Topic.allCases.reduce(0) { $0 + $1.consumers.count })
        #expect(quiet.allSatisfy { $0.messages == 0 && $0.seconds == nil })

        let producer = try KafkaProducer(configuration: configuration, logger: Logger(label: "test"))
        let sent = await producer.send(
            (0..<3).map {
                KafkaOutgoing(
                    topic: topics.prefix + Topic.phase2RawComplete.rawValue,
                    key: Array("2024-01-15".utf8),
                    value: Array("\($0)".utf8)
                )
            }
        )
        for result in sent { _ = try result.get() }
        await producer.close(timeout: .seconds(5))
        // An hour later by the reader's clock.
        let lags = try await reader.read(now: Date.now.addingTimeInterval(3600)).groups
        let behind = try #require(lags.first)
        #expect(behind.topic == Topic.phase2RawComplete.rawValue && behind.group == "phase2-to-phase3")
        #expect(behind.messages == 3)
        let seconds = try #require(behind.seconds)
        #expect(seconds >= 3600 && seconds < 3900)
        #expect(lags.dropFirst().allSatisfy { $0.messages == 0 })
    }
}
