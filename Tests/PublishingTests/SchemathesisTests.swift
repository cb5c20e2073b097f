import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// Asks everything that the description allows, and much that it does not: `deploy/check/api.sh` installs the tool.
@Suite("The API as schemathesis sees it", .enabled(if: Schemathesis.isInstalled, "deploy/check/api.sh installs it"))
struct SchemathesisTests {
    @Test func theServiceAnswersAsItsDescriptionSays() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let tests = ResultsDocumentTests()
            for day in ["2024-01-15", "2024-01-16"] {
                let slate = try PublishedSlate(day)
                try await tests.write(slate, harness.pool)
                for processor in ["tonight_document", "results_document", "calendar_document"] {
                    try await tests.publish(harness, slate.date, processor)
                }
            }
            try await harness.serving { address in
                let outcome = try await Schemathesis.run(against: "http://\(address)")
                #expect(outcome.status == 0, "\(outcome.output.suffix(6000))")
                print(outcome.output.split(separator: "\n").suffix(12).joined(separator: "\n"))
            }
        }
    }
}

/// The tool in its own environment.
enum Schemathesis {
    static let path =
        ProcessInfo.processInfo.environment["TIPOFF_SCHEMATHESIS"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".run/check-api/bin/schemathesis").path
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Every check; the stream is left out, because it never ends.
    static func run(against url: String) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                let process = Process()
                process.executableURL = URL(filePath: path)
                process.arguments = [
                    "run", "\(url)\(OpenAPIDocument.path)", "--url", url, "--exclude-path", "/v1/stream", "--checks",
                    "all",
                    "--max-examples", "40", "--seed", "15", "--request-timeout", "20", "--no-color",
                    "--generation-database", "none",
                ]
                let output = Pipe()
                process.standardOutput = output
                process.standardError = output
                process.currentDirectoryURL = FileManager.default.temporaryDirectory
                do { try process.run() } catch { return continuation.resume(throwing: error) }
                let text = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, String(decoding: text, as: UTF8.self)))
            }.start()
        }
    }
}
