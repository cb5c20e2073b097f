import Page

/// A state as a chip: a word, a sign and a colour say the same, so that none of them is needed alone.
enum StateWord {
    enum Tone: String, Sendable {
        case good, bad, warn, calm, busy

        var sign: String {
            switch self {
            case .good: "✓"
            case .bad: "✗"
            case .warn: "!"
            case .busy: "▸"
            case .calm: "·"
            }
        }
    }

    private static let keys: Set<String> = [
        "state", "status", "verdict", "level", "severity", "result", "pulse", "day_state", "health",
    ]

    static func isState(_ key: String) -> Bool { keys.contains(key) }

    static func tone(_ word: String) -> Tone {
        switch word.lowercased().replacing("_", with: " ") {
        case "ready", "success", "complete", "empty ok", "fresh enough", "alive", "done", "ok", "fresh", "good",
            "replayed", "resolved", "enabled", "healthy":
            .good
        case "failed", "late", "critical", "error", "stale", "missing", "overdue", "broken", "unreachable",
            "quarantined",
            "refused", "failing", "failure", "hung", "over", "p0", "p1":
            .bad
        case "slow", "accepted loss", "degraded", "partial", "warning", "forced", "halted", "new", "waiting for retry",
            "unknown", "expected":
            .warn
        case "open", "running", "claimed", "retrying": .busy
        default: .calm
        }
    }

    static func html(_ word: String) -> HTML {
        let tone = tone(word)
        return .element(
            "span",
            [.class("state \(tone.rawValue)")],
            .element("span", [.init("aria-hidden", "true")], .text("\(tone.sign) ")),
            .text(JSONBody.words(word))
        )
    }
}
