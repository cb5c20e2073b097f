import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct LogsTests {
    static func line(_ second: Int, _ message: String, _ correlation: String = "c1") -> String {
        "{\"ts\":\"2024-01-15T14:03:0\(second).000Z\",\"level\":\"info\",\"service\":\"raw\",\"logger\":\"raw\","
            + "\"message\":\"\(message)\",\"correlation_id\":\"\(correlation)\"}\n"
    }

    static func with(_ body: (String) async throws -> Void) async throws {
        try await ObjectTests.temporary { directory in
            try (line(1, "oldest") + line(3, "third")).write(
                to: directory.appendingPathComponent("raw.jsonl.1"),
                atomically: true,
                encoding: .utf8
            )
            try (line(4, "fourth", "c2") + line(6, "sixth \\u001b[2J") + "not json\n").write(
                to: directory.appendingPathComponent("raw.jsonl"),
                atomically: true,
                encoding: .utf8
            )
            try line(5, "fifth").write(
                to: directory.appendingPathComponent("analytics.jsonl"),
                atomically: true,
                encoding: .utf8
            )
            try await body(directory.path)
        }
    }

    @Test func lastLinesOfAServiceReachIntoRotatedFiles() async throws {
        try await Self.with { directory in
            let result = await tipoff("logs", "raw", "-n", "4", environment: ["TIPOFF_LOG_DIR": directory])
            result.expect(0)
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines.contains { $0.contains("09:03:03.000 ET") && $0.contains("third") })
            #expect(!result.output.contains("\u{1B}"))
        }
    }

    @Test func correlationIsFollowedThroughAllServicesInTheOrderOfTime() async throws {
        try await Self.with { directory in
            let result = await tipoff("logs", "--correlation", "c1", environment: ["TIPOFF_LOG_DIR": directory])
            result.expect(0)
            let words = result.output.split(separator: "\n").compactMap { line in
                ["oldest", "third", "fourth", "fifth", "sixth"].first { line.contains($0) }
            }
            #expect(words == ["oldest", "third", "fifth", "sixth"])
        }
    }

    @Test func missingLogSaysWhatToDo() async throws {
        try await Self.with { directory in
            let result = await tipoff("logs", "publishing", environment: ["TIPOFF_LOG_DIR": directory])
            result.expect(1)
            #expect(result.errors.contains("next: "))
        }
        await tipoff("logs", "raw", environment: ["TIPOFF_LOG_DIR": "/nonexistent"]).expect(1)
    }

    @Test func tailReturnsWholeLinesAndSurvivesRotation() async throws {
        try await Self.with { directory in
            var tail = LogTail(path: "\(directory)/raw.jsonl", correlation: nil)
            try tail.skipToEnd()
            #expect(try tail.next() == [])
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(directory)/raw.jsonl"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("whole\nhal".utf8))
            #expect(try tail.next() == ["whole"])
            try handle.write(contentsOf: Data("f\n".utf8))
            #expect(try tail.next() == ["half"])
            try handle.close()
            try "new\n".write(toFile: "\(directory)/raw.jsonl", atomically: true, encoding: .utf8)
            #expect(try tail.next() == ["new"])
        }
    }
}
