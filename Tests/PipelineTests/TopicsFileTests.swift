import Foundation
import Pipeline
import Testing

@Suite struct TopicsFileTests {
    private func file() throws -> TopicsFile {
        try TopicsFile(path: Documents.root.appendingPathComponent("topics.yaml").path)
    }

    @Test func fileAndCodeNameTheSameTopicsInTheSameOrder() throws {
        let file = try file()
        #expect(file.entries.map(\.name) == Topic.allCases.map(\.rawValue))
        #expect(Topic.allCases.allSatisfy { $0.deadLetterName == $0.rawValue + file.deadLetterSuffix })
        #expect(file.allTopics.count == 2 * Topic.allCases.count)
    }

    @Test(arguments: Topic.allCases)
    func topicsThatStartAPhaseAreReadByItsService(_ topic: Topic) throws {
        let entry = try #require(try file().entry(topic))
        guard let phase = topic.startsPhase else {
            #expect(entry.consumers.allSatisfy { $0.contains("-to-") }, "only an orchestrator reads a mere completion")
            return
        }
        #expect(entry.consumers == [phase.name])
        #expect(!entry.producers.isEmpty)
    }

    @Test(arguments: Phase.allCases)
    func completionsComeFromThePhasesService(_ phase: Phase) throws {
        guard let topic = Topic.completion(of: phase) else { return }
        #expect(try #require(try file().entry(topic)).producers.contains(phase.name))
    }

    @Test func everyTopicIsWideAndKeptLongEnough() throws {
        for entry in try file().entries {
            #expect(entry.partitions >= 6)
            #expect(entry.retentionHours >= 7 * 24)
            #expect(entry.key == (entry.name == Topic.phase5PredictionRequest.rawValue ? "game_id" : "game_date"))
        }
    }

    @Test(arguments: [
        (
            "version: 1\ndefaults: { partitions: 6, retention_hours: 168, dead_letter_suffix: -dlq }\ntopics: []",
            "empty"
        ),
        (
            """
            version: 1
            defaults: { partitions: 6, retention_hours: 168, dead_letter_suffix: -dlq }
            topics:
              - { name: a, key: k, producers: [], consumers: [], description: d }
              - { name: a, key: k, producers: [], consumers: [], description: d }
            """, "twice"
        ),
        (
            "version: 2\ndefaults: { partitions: 6, retention_hours: 168, dead_letter_suffix: -dlq }\ntopics: []",
            "version 2"
        ),
        (
            """
            version: 1
            defaults: { partitions: 0, retention_hours: 168, dead_letter_suffix: -dlq }
            topics: [{ name: a, key: k, producers: [], consumers: [], description: d }]
            """, "partitions"
        ),
        ("[", "not readable"),
    ])
    func unusableListsAreRefusedWithTheReason(_ text: String, _ reason: String) {
        let error = #expect(throws: TopicsFileError.self) { try TopicsFile(parsing: text) }
        #expect(error?.description.contains(reason) == true)
    }
}
