import Foundation
import Pipeline
import Testing

@testable import Alerting

/// The runbook and the code say the same.
@Suite struct GuideTests {
    @Test func everyKindOfAlertIsInTheRunbook() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let runbook = try String(
            contentsOf: root.appending(path: "docs/runbooks/alerts.md"),
            encoding: .utf8
        )
        for entry in AlertGuide.entries {
            let beginning = entry.prefix.hasSuffix(":") ? String(entry.prefix.dropLast()) : entry.prefix
            #expect(runbook.contains("| `\(beginning)"), "\(entry.prefix)")
        }
        for setting in ["TIPOFF_ALERT_WEBHOOK", "TIPOFF_ALERT_COMMAND", "TIPOFF_RESTART_COMMAND"] {
            #expect(runbook.contains(setting))
        }
        for field in SinkTests.message.json.objectValue?.map(\.0) ?? [] {
            #expect(runbook.contains("`\(field)`"), "the runbook describes \(field)")
        }
    }

    @Test(arguments: [
        ("service:raw", "2024-01-15", nil, "tipoff status 2024-01-15"),
        ("dead_letter:t:r", nil, nil, "tipoff dlq ls"),
        ("phase2-to-phase3:deadline passed:x", "2024-01-15", "r", "tipoff trace r"),
        ("phase2-to-phase3:deadline passed:x", "2024-01-15", nil, "tipoff trace 2024-01-15"),
        ("nobody knows", nil, nil, "tipoff alerts"),
    ])
    func everyAlertHasACommand(_ signature: String, _ date: String?, _ run: String?, _ command: String) {
        #expect(AlertGuide.command(signature, detail: .object([:]), date: date, run: run) == command)
        #expect(AlertGuide.command(signature, detail: ["next": "restart raw"], date: date, run: run) == "restart raw")
    }
}
