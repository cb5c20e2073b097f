import Foundation
public import Pipeline

/// What to type about an alert, by what its signature begins with. Where the alert itself names a command, that one holds.
///
/// docs/runbooks/alerts.md explains each; a test keeps the two together.
public enum AlertGuide {
    public struct Entry: Sendable, Hashable {
        /// What the signature begins with.
        public var prefix: String
        /// `{run}` and `{date}` stand for the alert's.
        public var command: String
    }

    public static let entries: [Entry] = [
        Entry(prefix: "service:", command: "tipoff status {date}"),
        Entry(prefix: "watch:dead_letters", command: "tipoff dlq ls"),
        Entry(prefix: "watch:decisions", command: "tipoff run open --kind full --date {date} --wait"),
        Entry(prefix: "watch:planner", command: "tipoff logs scrapers -n 50"),
        Entry(prefix: "watch:markers", command: "tipoff run open --kind full --date {date} --wait"),
        Entry(prefix: "watch:errors:", command: "tipoff dlq ls"),
        Entry(prefix: "watch:storm:", command: "tipoff trace {date}"),
        Entry(prefix: "watch:halt", command: "tipoff publish resume --reason \"…\" --yes"),
        Entry(prefix: "watch:overdue:", command: "tipoff grid {date}"),
        Entry(prefix: "watch:picks", command: "tipoff quality --date {date}"),
        Entry(prefix: "watch:monitor:", command: "tipoff doctor"),
        Entry(prefix: "alerts:sink:", command: "tipoff alerts test"),
        Entry(prefix: "alerts:database", command: "tipoff doctor"),
        Entry(prefix: "dead_man:watch", command: "tipoff logs publishing -n 50"),
        Entry(prefix: "dead_man:all_well", command: "tipoff logs publishing -n 50"),
        Entry(prefix: "dead_letter:", command: "tipoff dlq ls"),
        Entry(prefix: "source:", command: "tipoff doctor --sources"),
        Entry(prefix: "odds_api_credits", command: "tipoff alerts --all"),
        Entry(prefix: "unknown_names:", command: "tipoff names ls"),
        Entry(prefix: "predictions:", command: "tipoff predict status --date {date}"),
        Entry(prefix: "publishing:quarantined:", command: "tipoff publish ls"),
        Entry(prefix: "publishing:", command: "tipoff trace {run}"),
        Entry(prefix: "phase", command: "tipoff trace {run}"),
        Entry(prefix: "audit:", command: "tipoff audit ls"),
        Entry(prefix: "guard:", command: "tipoff audit guards"),
        Entry(prefix: "quality:", command: "tipoff quality"),
        Entry(prefix: "quarantine:", command: "tipoff quarantine ls"),
    ]

    /// The command for an alert; the alert's trace where nothing better is known.
    public static func command(_ signature: String, detail: JSONValue, date: String?, run: String?) -> String {
        if let own = detail["next"]?.stringValue, !own.isEmpty { return own }
        let template = entries.first { signature.hasPrefix($0.prefix) }?.command ?? "tipoff trace {run}"
        if template.contains("{run}") {
            guard let subject = run ?? date else { return "tipoff alerts" }
            return template.replacing("{run}", with: subject)
        }
        return template.replacing("{date}", with: date ?? "today")
    }
}
