import Basketball
import Foundation
import Pipeline
import Testing

@Suite struct EnvelopeSchemaTests {
    private let path = "docs/envelope.schema.json"

    @Test func documentedSchemaIsTheCodes() throws {
        let expected = try EnvelopeSchema.document.text(.indented) + "\n"
        if ProcessInfo.processInfo.environment["TIPOFF_WRITE_DOCS"] != nil {
            try expected.write(to: Documents.root.appendingPathComponent(path), atomically: true, encoding: .utf8)
        }
        let found = try Documents.text(path)
        #expect(found == expected, "write it anew: TIPOFF_WRITE_DOCS=1 swift test --filter EnvelopeSchemaTests")
    }

    @Test func schemaNamesExactlyTheFieldsOfAMessage() throws {
        var envelope = Envelope(
            messageID: UUID(),
            runID: UUID(),
            processorName: "p",
            phase: .raw,
            executionID: "e",
            correlationID: "c",
            gameDate: try GameDate("2024-01-15"),
            status: .success,
            timestamp: .now,
            triggerSource: .manual,
            lane: .live
        )
        envelope.outputDataset = "d"
        envelope.outputTable = "t"
        envelope.durationSeconds = 1
        envelope.parentProcessor = "q"
        envelope.triggerMessageID = "m"
        envelope.entitiesTotal = 1
        envelope.errorType = "x"
        envelope.errorMessage = "y"
        let written = Set(envelope.json.dictionaryValue?.keys.map { $0 } ?? [])
        let documented = Set(EnvelopeSchema.document["properties"]?.dictionaryValue?.keys.map { $0 } ?? [])
        #expect(documented == written.union(EnvelopeSchema.aliases))
    }

    @Test(arguments: EnvelopeSchema.required)
    func requiredFieldsHaveNoDefault(_ name: String) throws {
        var message: [String: JSONValue] = [
            "processor_name": "nbac_schedule", "phase": "phase_2_raw", "game_date": "2024-01-15", "status": "success",
        ]
        let origin = MessageOrigin(cluster: "c", topic: "t", partition: 0, offset: 0, timestampMilliseconds: 0)
        #expect(throws: Never.self) {
            _ = try Envelope(decoding: JSONValue.dictionary(message).encoded, origin: origin)
        }
        message[name] = nil
        #expect(throws: EnvelopeError.missingField(name)) {
            _ = try Envelope(decoding: JSONValue.dictionary(message).encoded, origin: origin)
        }
    }
}
