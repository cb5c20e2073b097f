import Pipeline

/// A page: an address and the panels on it.
struct ConsolePage: Sendable, Hashable {
    var path: String
    var name: String
    /// The letter after `g` that leads to it; nil for pages that need an id.
    var key: String?
    var panels: [String]

    /// The console's pages in the order of the menu.
    static let all: [ConsolePage] = [
        ConsolePage(path: "/", name: "Tonight", key: "h", panels: ["slate", "alerts", "games", "slate-runs"]),
        ConsolePage(path: "/grid", name: "Grid", key: "g", panels: ["grid", "gaps"]),
        ConsolePage(path: "/runs", name: "Runs", key: "r", panels: ["runs", "slate-runs"]),
        ConsolePage(path: "/run", name: "Run", panels: ["run"]),
        ConsolePage(path: "/trace", name: "Trace", key: "t", panels: ["trace"]),
        ConsolePage(path: "/letters", name: "Dead letters", key: "d", panels: ["letters"]),
        ConsolePage(path: "/letter", name: "Dead letter", panels: ["letter"]),
        ConsolePage(path: "/messages", name: "Messages", key: "e", panels: ["messages"]),
        ConsolePage(path: "/message", name: "Message", panels: ["message"]),
        ConsolePage(path: "/alerts", name: "Alerts", key: "a", panels: ["alerts"]),
        ConsolePage(path: "/published", name: "Published", key: "p", panels: ["freshness", "publish"]),
        ConsolePage(path: "/flow", name: "Flow", key: "f", panels: ["lag", "efficiency"]),
        ConsolePage(
            path: "/sources",
            name: "Sources",
            key: "s",
            panels: ["sources", "errors", "guards", "quarantine", "names"]
        ),
        ConsolePage(
            path: "/quality",
            name: "Quality",
            key: "q",
            panels: ["coverage", "predictions", "missing-predictions", "quality", "overrides"]
        ),
        ConsolePage(path: "/models", name: "Models", key: "m", panels: ["models", "accuracy"]),
        ConsolePage(path: "/backfill", name: "Backfill", key: "b", panels: ["backfill", "backfill-plan"]),
        ConsolePage(path: "/audit", name: "Audit", key: "u", panels: ["actions", "console-actions"]),
    ]

    /// What asks the services rather than the database, or reads much: not every two seconds.
    static let slow: Set<String> = [
        "efficiency", "errors", "sources", "accuracy", "quality", "guards", "lag", "models", "backfill-plan",
    ]
}
