import Basketball
import Foundation
import Pipeline

/// Versions for people.
enum PublishText {
    static func versions(_ versions: [PublishedVersion], on day: GameDate) -> [String] {
        var table = TextTable(["DOCUMENT", "VERSION", "READERS", "STATE", "SLATE", "GENERATED", "BY", "WHY"])
        for version in versions {
            table.add([
                version.name.description, String(version.version), version.isShown ? "see it" : "",
                version.state, "\(version.slateDate) \(version.slateState)",
                EasternTime.short(version.generatedAt, on: day),
                version.actor ?? "run \(version.runID.uuidString.lowercased().prefix(8))",
                SafeText.cut(version.reasons.joined(separator: "; "), to: 100),
            ])
        }
        return table.lines
    }

    static func changes(_ changes: [OperatorVersion]) -> [String] {
        var table = TextTable(["DOCUMENT", "READERS SEE", "CONTENT OF", "AS VERSION"])
        for change in changes {
            table.add([
                change.name.description, change.shown.map(String.init) ?? "nothing", String(change.source),
                String(change.version),
            ])
        }
        return table.lines
    }
}
