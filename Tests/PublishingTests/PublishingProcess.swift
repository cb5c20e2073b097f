import Foundation
import KafkaTestKit
import PostgresTestKit
import Synchronization

@testable import Pipeline

/// The built `publishing` executable on a harness's database and broker.
final class PublishingProcess: Sendable {
    private let process: Process
    let log: URL
    private let fault: String?

    /// - Parameters:
    ///   - topics: its own, so that it waits for no member of its group that was killed.
    ///   - fault: `FAULT_POINT` of its life.
    init(
        _ harness: PhaseHarness,
        instance: String,
        clock: String,
        topics: TestTopics,
        fault: String? = nil
    ) throws {
        try FileManager.default.createDirectory(at: harness.directory, withIntermediateDirectories: true)
        self.fault = fault
        log = harness.directory.appending(path: "\(instance).log")
        process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "publishing")
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TIPOFF_") }
        environment.merge([
            "TIPOFF_DATABASE_URL": harness.database.url, "TIPOFF_DATABASE_ROLE": "tipoff_publishing",
            "TIPOFF_KAFKA_BROKERS": topics.broker.brokers, "TIPOFF_TOPIC_PREFIX": topics.prefix,
            "TIPOFF_KAFKA_SETTINGS": "fetch.wait.max.ms=8", "TIPOFF_OBJECT_STORE": harness.directory.path,
            "TIPOFF_INSTANCE": instance, "TIPOFF_HTTP_HOST": "127.0.0.1", "TIPOFF_HTTP_PORT": "0",
            "TIPOFF_LEASE": "2s", "TIPOFF_RESEND_BASE": "1s", "TIPOFF_CLOCK": clock,
            // The embedded broker cannot tell who consumes.
            "TIPOFF_WATCH_CONSUMERS": "false",
        ]) { $1 }
        environment["FAULT_POINT"] = fault
        process.environment = environment
        if !FileManager.default.fileExists(atPath: log.path) {
            FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        Self.running.withLock { _ = $0.insert(process.processIdentifier) }
        _ = Self.endsWithTheTests
    }

    /// Waits until it dies of SIGKILL. Throws with its last words when it does not.
    func waitUntilKilled(seconds: Double = 30) async throws {
        let hasEnded = try await waitUntilEnded(seconds: seconds)
        guard hasEnded, process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGKILL else {
            let words = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").suffix(12)
            let end = hasEnded ? "ended with \(process.terminationStatus)" : "is not dead after \(seconds) s"
            throw StillAlive(description: "\(fault ?? "no fault") \(end):\n\(words.joined(separator: "\n"))")
        }
    }

    struct StillAlive: Error, CustomStringConvertible {
        var description: String
    }

    func end() async throws {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        _ = try await waitUntilEnded(seconds: 10)
    }

    private func waitUntilEnded(seconds: Double) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while process.isRunning {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
        Self.running.withLock { _ = $0.remove(process.processIdentifier) }
        return true
    }

    /// Children must not outlive the test process.
    private static let running = Mutex<Set<Int32>>([])
    private static let endsWithTheTests: Void = {
        atexit { PublishingProcess.running.withLock { $0 }.forEach { kill($0, SIGKILL) } }
    }()
}
