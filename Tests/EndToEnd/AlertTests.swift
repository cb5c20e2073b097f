import Foundation
import Pipeline
import Postgres
import Testing

/// Somebody is told, whatever stands still: the real executables with short limits.
@Suite("Alerts", .serialized)
struct AlertTests {
    /// A sink that appends each message to a file, one line each.
    private struct Mailbox {
        let directory: URL

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-mailbox-\(UUID())")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data().write(to: directory.appending(path: "mail"))
            let file = directory.appending(path: "tell")
            try Data("#!/bin/sh\n{ cat; echo; } >> \"$1\"\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }

        var command: String {
            directory.appending(path: "tell").path + "," + directory.appending(path: "mail").path
        }

        /// What has arrived of a signature, as kinds in order.
        func kinds(_ signature: String) throws -> [String] {
            try messages().filter { $0["signature"]?.stringValue == signature }.compactMap { $0["kind"]?.stringValue }
        }

        func messages() throws -> [JSONValue] {
            try String(contentsOf: directory.appending(path: "mail"), encoding: .utf8)
                .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }

        func wait(for kind: String, of signature: String, seconds: Double = 120) async throws {
            let deadline = ContinuousClock.now + .seconds(seconds)
            while try !kinds(signature).contains(kind) {
                guard ContinuousClock.now < deadline else {
                    throw StackError(description: "no \(kind) of \(signature): \(try messages().map(\.encodedText))")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test("Raw stands still: one alert names it and what to type, so does the status; it goes on: one end")
    func stopped() async throws {
        let calm = try await Undisturbed.shared
        let mailbox = try Mailbox()
        let stack = try await Stack.start(
            settings: [
                "TIPOFF_WATCH_STUCK_AFTER": "10s", "TIPOFF_WATCH_INTERVAL": "500ms", "TIPOFF_ALERT_INTERVAL": "200ms",
                "TIPOFF_ALERT_COMMAND": mailbox.command,
                "TIPOFF_RESTART_COMMAND": "kill -CONT {service}", "TIPOFF_DEAD_MAN_AFTER": "5s",
            ],
            base: calm.base
        )
        stack.signal("raw", SIGSTOP)
        let run = try await stack.open(.full, Undisturbed.slate)
        try await mailbox.wait(for: "first", of: "service:raw")
        let message = try #require(try mailbox.messages().first { $0["signature"] == "service:raw" })
        #expect(message["names"]?.arrayValue?.contains { $0.stringValue?.hasPrefix("nbac_") == true } == true)
        #expect(message["next"] == "kill -CONT raw")
        #expect(message["run_id"] == .string(run.runID.uuidString.lowercased()))

        let status = try await stack.tipoff("status", Undisturbed.slate)
        #expect(status.output.contains("stuck: nbac_"))
        #expect(status.output.contains("next: kill -CONT raw"))
        let alerts = try await stack.tipoff("alerts")
        #expect(alerts.code == 1)
        #expect(alerts.output.contains("raw makes no progress"))
        #expect(alerts.output.contains("next: kill -CONT raw"))

        stack.signal("raw", SIGCONT)
        #expect(try await stack.wait(run) == "complete")
        try await mailbox.wait(for: "resolve", of: "service:raw")
        #expect(try mailbox.kinds("service:raw") == ["first", "resolve"])
        let signsOfLife: SQL = "SELECT count(*) FROM nba_orchestration.alert_message WHERE kind = 'all_well'"
        #expect(try await stack.count(signsOfLife) == 1, "the copied database has had today's already")

        // Nobody watches any more: the other process says so, and takes over telling.
        stack.signal("publishing", SIGSTOP)
        try await mailbox.wait(for: "first", of: "dead_man:watch")
        stack.signal("publishing", SIGCONT)
        try await mailbox.wait(for: "resolve", of: "dead_man:watch")
        #expect(try mailbox.kinds("dead_man:watch") == ["first", "resolve"])

        let trial = try await stack.tipoff("alerts", "test")
        #expect(trial.code == 0)
        #expect(trial.output.contains("command"))
        let check = try await stack.tipoff("alerts", "check")
        #expect(check.code == 0)
        try await stack.stop()
        try FileManager.default.removeItem(at: mailbox.directory)
    }
}
