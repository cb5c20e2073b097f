import Page
import Pipeline

/// `tipoff status --json`: the slate in one strip, the phases of the run that decides, and what to type next.
enum StatusPanel {
    static func strip(_ status: JSONValue, _ viewing: Viewing) -> HTML {
        let verdict = status["verdict"]?.stringValue ?? "unknown"
        return [
            .element(
                "p",
                [.class("strip")],
                .element("span", [.class("verdict")], StateWord.html(verdict)),
                .joined(parts(status).map { .element("span", [], .text($0)) }),
                .some(status["published_at"]?.stringValue.flatMap { ClockText.html($0, viewing.zone) }) {
                    .element("span", [], .text("published "), $0)
                },
                .some(status["first_tipoff"]?.stringValue.flatMap { ClockText.html($0, viewing.zone) }) {
                    .element("span", [], .text("first tip "), $0)
                }
            ),
            .some(status["next"]?.stringValue) {
                .element("p", [.class("next")], .text("Next: "), .element("code", [], .text($0)))
            },
            .some(leading(status)) { run($0, viewing) },
        ]
    }

    /// The documents and all runs of the date.
    static func rest(_ status: JSONValue, _ viewing: Viewing) -> HTML {
        let documents = (status["documents"]?.arrayValue ?? []).compactMap(\.objectValue)
        let runs = (status["runs"]?.arrayValue ?? []).compactMap(\.objectValue)
        return [
            .when(documents.isEmpty && runs.isEmpty, JSONBody.nothing),
            .when(
                !documents.isEmpty,
                JSONBody.table(
                    documents,
                    viewing,
                    columns: ["kind", "key", "version", "state", "at", "data_as_of", "reasons"],
                    caption: "Published documents"
                )
            ),
            .when(
                !runs.isEmpty,
                JSONBody.table(
                    runs,
                    viewing,
                    columns: [
                        "run_id", "kind", "state", "degraded", "lane", "opened_at", "finished_at", "opened_by",
                        "correlation_id", "reason",
                    ],
                    caption: "Runs of the date, the newest first"
                )
            ),
        ]
    }

    private static func parts(_ status: JSONValue) -> [String] {
        var parts = [status["date"]?.stringValue ?? ""]
        if let games = status["games"]?.intValue {
            parts.append("\(games) \(games == 1 ? "game" : "games")")
        } else {
            parts.append("schedule not loaded")
        }
        for (key, noun) in [
            ("players", "players"), ("predictions", "predictions"), ("open_alerts", "open alerts"),
            ("new_dead_letters", "new dead letters"),
        ] {
            if let count = status[key]?.intValue, count > 0 { parts.append("\(count) \(noun)") }
        }
        return parts
    }

    /// The newest open run, or else the one that reaches furthest: as the command judges.
    private static func leading(_ status: JSONValue) -> JSONValue? {
        let runs = status["runs"]?.arrayValue ?? []
        let slate = runs.filter { $0["kind"]?.stringValue != "delta" }
        return runs.first { $0["state"]?.stringValue == "open" } ?? slate.first { $0["until_phase"]?.intValue == 6 }
            ?? slate.first ?? runs.first
    }

    private static func run(_ run: JSONValue, _ viewing: Viewing) -> HTML {
        let id = run["run_id"]?.stringValue ?? ""
        return [
            .element(
                "p",
                [],
                .text("\(run["kind"]?.stringValue ?? "") run "),
                JSONBody.link("run_id", id) ?? .text(id),
                .text(" "),
                StateWord.html(run["state"]?.stringValue ?? ""),
                .text(" opened by \(run["opened_by"]?.stringValue ?? "") "),
                .some(run["opened_at"]?.stringValue.flatMap { ClockText.html($0, viewing.zone) }) { $0 }
            ),
            phases(run, id, viewing),
        ]
    }

    /// A line a phase: how many processors are done, and the names of those that are not.
    private static func phases(_ run: JSONValue, _ id: String, _ viewing: Viewing) -> HTML {
        let lines = (run["phases"]?.arrayValue ?? []).map { phase -> HTML in
            let number = phase["phase"]?.intValue ?? 0
            let done = phase["done"]?.intValue ?? 0
            let total = phase["total"]?.intValue ?? 0
            let state = phase["state"]?.stringValue ?? ""
            let missing = phase["missing"]?.arrayValue ?? []
            let failed = (phase["failed"]?.arrayValue ?? []).compactMap(\.stringValue)
            let isOpen = state == "open"
            return .element(
                "li",
                [],
                .element("b", [], .text("\(number) \(phase["name"]?.stringValue ?? "")")),
                .text(" "),
                StateWord.html(state),
                .text(" \(done) of \(total) "),
                .element(
                    "progress",
                    [.init("max", max(total, 1)), .init("value", done), .init("aria-label", "phase \(number)")]
                ),
                .when(
                    isOpen,
                    [
                        .text(" deadline "),
                        .some(phase["deadline"]?.stringValue.flatMap { ClockText.html($0, viewing.zone) }) { $0 },
                    ]
                ),
                .when(isOpen && !missing.isEmpty, .element("ul", [], .joined(missing.prefix(30).map(line)))),
                .when(
                    !failed.isEmpty,
                    .element("p", [.class("bad")], .text("failed: \(failed.joined(separator: ", "))"))
                ),
                .joined(
                    (phase["degraded_reasons"]?.arrayValue ?? []).prefix(10).compactMap(\.stringValue)
                        .map { .element("p", [.class("hint")], .text("degraded: \($0)")) }
                ),
                .when(
                    isOpen && viewing.mayAct && number <= 4 && number > 0,
                    .element(
                        "a",
                        [.class("act"), .init("href", "/act/run-force?run=\(id)&phase=\(number)")],
                        .text("Force phase \(number)…")
                    )
                )
            )
        }
        return .element("ol", [.class("phases")], .joined(lines))
    }

    private static func line(_ missing: JSONValue) -> HTML {
        let units = (missing["units"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isWhole = units == ["*"]
        let total = missing["total"]?.intValue ?? 0
        return .element(
            "li",
            [],
            StateWord.html(missing["state"]?.stringValue ?? ""),
            .text(" \(missing["processor"]?.stringValue ?? "")"),
            .when(
                !isWhole,
                .text(
                    " (\(units.count) of \(total): \(units.prefix(5).joined(separator: ", "))"
                        + "\(units.count > 5 ? ", …" : ""))"
                )
            )
        )
    }
}
