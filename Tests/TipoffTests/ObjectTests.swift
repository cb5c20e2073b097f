import Foundation
import Kafka
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct ObjectTests {
    static func temporary(_ body: (URL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tipoff-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        do { try await body(directory) } catch {
            try FileManager.default.removeItem(at: directory)
            throw error
        }
        try FileManager.default.removeItem(at: directory)
    }

    @Test func ingestedFileIsStoredByteForByteAndAnnounced() async throws {
        let broker = try await Broker()
        try await Self.temporary { directory in
            let file = directory.appendingPathComponent("schedule.json")
            let bytes = Array("{\"a\": 1}\r\n".utf8) + [0xFF]
            try Data(bytes).write(to: file)
            let objects = directory.appendingPathComponent("objects").path
            try FileManager.default.createDirectory(atPath: objects, withIntermediateDirectories: true)
            let environment = broker.environment.merging(["TIPOFF_OBJECT_STORE": objects, "USER": "ann"]) { $1 }
            let result = await tipoff(
                "object",
                "ingest",
                file.path,
                "--scraper",
                "nbac_schedule_api",
                "--date",
                "2024-01-15",
                "--captured-at",
                "2024-01-15T12:00:00Z",
                "--json",
                environment: environment
            )
            result.expect(0)
            let path = try #require(try result.json()["path"]?.stringValue)
            let printed = await tipoff("object", "cat", path, environment: environment)
            printed.expect(0)
            let listed = try await tipoff("object", "ls", "ingest/", "--json", environment: environment).json()
            #expect(listed[0]?["path"]?.stringValue == path)
            #expect(listed[0]?["sha256"]?.stringValue == SHA256.hash(bytes).hex)

            let message = try #require(try await broker.read(.phase1ScrapersComplete, count: 1).first)
            let envelope = try Envelope(
                decoding: message.value ?? [],
                origin: .init(cluster: "c", topic: "t", partition: 0, offset: 0, timestampMilliseconds: 0)
            )
            #expect(envelope.processorName == "nbac_schedule_api")
            #expect(envelope.runID == nil, "raw opens a manual run for it")
            #expect(envelope.objectPath == path)
            #expect(envelope.metadata["sha256"]?.stringValue == SHA256.hash(bytes).hex)
            #expect(envelope.metadata["captured_at"]?.stringValue == "2024-01-15T12:00:00.000Z")
            #expect(envelope.unit == "*")
        }
    }

    @Test(arguments: [("../secret", Int32(1)), ("nothing/here.json", 1), ("/etc/passwd", 1)])
    func badOrMissingPathsAreProblems(_ path: String, _ code: Int32) async throws {
        try await Self.temporary { directory in
            await tipoff("object", "cat", path, environment: ["TIPOFF_OBJECT_STORE": directory.path]).expect(code)
        }
    }
}
