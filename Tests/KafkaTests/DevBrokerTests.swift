import Foundation
import Kafka
import KafkaTestKit
import Logging
import Testing

/// Runs the built executable, as a developer's machine does.
@Suite(.timeLimit(.minutes(2))) struct DevBrokerTests {
    private struct Running {
        var process: Process
        var folder: URL
        var output: Pipe
        var address: URL { folder.appending(path: "run/kafka.address") }
    }

    private func start(
        _ topics: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Running {
        let folder = FileManager.default.temporaryDirectory.appending(path: "devbroker-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "run"),
            withIntermediateDirectories: true
        )
        try Data(topics.utf8).write(to: folder.appending(path: "topics.yaml"))
        let process = Process()
        // The executable is built beside the test bundle.
        let bundle = try #require(Bundle.main.executableURL)
        process.executableURL = bundle.deletingLastPathComponent().appending(path: "devbroker")
        process.arguments =
            ["--topics", folder.appending(path: "topics.yaml").path, "--address-file"]
            + [folder.appending(path: "run/kafka.address").path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return Running(process: process, folder: folder, output: output)
    }

    private func waitForAddress(_ running: Running) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline, running.process.isRunning {
            if FileManager.default.fileExists(atPath: running.address.path) {
                return try String(contentsOf: running.address, encoding: .utf8)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw KafkaError(.timedOut, reason: "no address file")
    }

    static let topics = """
        version: 1
        defaults: { partitions: 6, retention_hours: 168, dead_letter_suffix: -dlq }
        topics:
          - name: nba-phase1-trigger
            key: game_date
            producers: [planner, tipoff]
            consumers: [scrapers]
          - name: nba-phase2-raw-complete
            key: game_date
            partitions: 2
            producers: [raw]
            consumers: [phase2-to-phase3]
        """

    @Test(arguments: [(SIGTERM, [], [6, 2]), (SIGINT, ["--partitions", "3"], [3, 3])])
    func servesTheListedTopicsUntilItIsTold(_ signal: Int32, _ arguments: [String], _ partitions: [Int]) async throws {
        let running = try start(Self.topics, arguments, environment: ["TIPOFF_TOPIC_PREFIX": "p1."])
        defer { if running.process.isRunning { running.process.terminate() } }
        let configuration = KafkaConfiguration(brokers: try await waitForAddress(running), clientID: "test")
        let admin = try KafkaAdmin(configuration: configuration, logger: .quiet)
        let metadata = try await admin.metadata()
        admin.close()
        let name = "p1.nba-phase1-trigger"
        #expect(
            metadata.topics.map(\.name) == [
                name, "\(name)-dlq", "p1.nba-phase2-raw-complete", "p1.nba-phase2-raw-complete-dlq",
            ]
        )
        #expect(metadata.topics.map(\.partitions.count) == [partitions[0], 1, partitions[1], 1])
        try await KafkaProducer.with(configuration) { try await $0.sendAll(numbered(name, 0..<10)) }
        try await KafkaConsumer.with(configuration, group: "g", topics: [name]) { consumer in
            let numbers = Set(try await consumer.collect(10).compactMap(\.number))
            #expect(numbers == Set(0..<10))
        }
        kill(running.process.processIdentifier, signal)
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0 && running.process.terminationReason == .exit)
        #expect(!FileManager.default.fileExists(atPath: running.address.path))
        let output = String(decoding: running.output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(output.contains("limits:") && output.contains("5 MB"))
        try FileManager.default.removeItem(at: running.folder)
    }

    @Test(arguments: [
        "version: 2\ntopics: [{name: a}]", "version: 1\ntopics: []", "topics", "version: 1\ntopics: [{name: a b}]",
        "version: 1\ntopics: [{name: a}, {name: a}]",
    ])
    func aWrongListIsAnErrorBeforeAnythingStarts(_ topics: String) throws {
        let running = try start(topics)
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus != 0 && running.process.terminationReason == .exit)
        #expect(!FileManager.default.fileExists(atPath: running.address.path))
        try FileManager.default.removeItem(at: running.folder)
    }
}
