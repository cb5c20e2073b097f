import Foundation
import Pipeline
import Testing

/// `docs/messages.md` holds one sample a topic: a heading with the topic's name, then a `json` block.
@Suite struct MessageSamplesTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var topic: String
        var payload: String
        var testDescription: String { topic }
    }

    static func samples() throws -> [Sample] {
        var samples: [Sample] = []
        var topic: String?
        var block: [String]?
        for line in try Documents.text("docs/messages.md").split(separator: "\n", omittingEmptySubsequences: false) {
            if let name = line.wholeMatch(of: /### `([a-z0-9\-]+)`.*/)?.1 {
                topic = String(name)
            } else if line == "```json", topic != nil {
                block = []
            } else if line == "```", let lines = block {
                samples.append(Sample(topic: topic ?? "", payload: lines.joined(separator: "\n")))
                (block, topic) = (nil, nil)
            } else {
                block?.append(String(line))
            }
        }
        return samples
    }

    @Test func everyTopicHasOneSample() throws {
        let topics = try Self.samples().map(\.topic)
        #expect(topics.sorted() == Topic.allCases.map(\.rawValue).sorted())
    }

    @Test func everySampleIsAccepted() throws {
        for sample in try Self.samples() {
            let topic = try #require(Topic(rawValue: sample.topic), "\(sample.topic) is a topic")
            let origin = MessageOrigin(
                cluster: "c",
                topic: sample.topic,
                partition: 0,
                offset: 0,
                timestampMilliseconds: 1_705_320_000_000
            )
            let envelope = try Envelope(decoding: Array(sample.payload.utf8), origin: origin)
            #expect(envelope.unknownFields.isEmpty, "\(sample.topic): \(envelope.unknownFields.keys.sorted())")
            // A completion names a processor; what an orchestrating role sends names the role.
            if Topic.completion(of: envelope.phase) == topic {
                #expect(
                    Registry.standard.resolve(envelope.processorName, in: envelope.phase) != nil,
                    "\(sample.topic): \(envelope.processorName)"
                )
            }
            let again = try Envelope(decoding: envelope.json.encoded, origin: origin)
            #expect(again == envelope, "\(sample.topic) survives a round trip")
        }
    }

    /// The form that producers outside Tipoff write.
    @Test(arguments: Topic.allCases.filter { $0 != .phase6PublishingComplete })
    func oldProducersMessageIsAcceptedOnEveryConsumedTopic(_ topic: Topic) throws {
        let payload = """
            {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics","execution_id":"unique-id",\
            "correlation_id":"trace-id","game_date":"2025-11-29","output_table":"player_game_summary",\
            "output_dataset":"nba_analytics","status":"success","record_count":450,"duration_seconds":28.5,"metadata":{}}
            """
        let envelope = try Envelope(
            decoding: Array(payload.utf8),
            origin: MessageOrigin(
                cluster: "c",
                topic: topic.rawValue,
                partition: 3,
                offset: 17,
                timestampMilliseconds: 1_764_400_000_000
            )
        )
        #expect(envelope.correlationID == "trace-id")
        #expect(envelope.triggerSource == .manual)
        #expect(envelope.recordCount == 450)
        #expect(Registry.standard.resolve(envelope.processorName, in: envelope.phase)?.name == "player_game_summary")
    }
}
