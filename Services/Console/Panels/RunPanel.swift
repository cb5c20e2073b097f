import Page
import Pipeline

/// `tipoff run show --json`: a run with its phases, its tasks and what may be done about them.
enum RunPanel {
    private static let good: Set<String> = ["success", "no_data", "skipped", "superseded", "running", "pending"]

    static func html(_ run: JSONValue, _ viewing: Viewing) -> HTML {
        let id = run["run_id"]?.stringValue ?? ""
        let isOpen = run["state"]?.stringValue == "open"
        let phases = (run["phases"]?.arrayValue ?? []).compactMap(\.objectValue)
        let tasks = (run["tasks"]?.arrayValue ?? []).compactMap(\.objectValue)
        let requests = (run["requests"]?.arrayValue ?? []).compactMap(\.objectValue)
        return [
            .element(
                "p",
                [.class("strip")],
                StateWord.html(run["state"]?.stringValue ?? ""),
                .element("span", [], .text("\(run["kind"]?.stringValue ?? "") run of ")),
                JSONBody.cell("date", run["date"] ?? .null, viewing),
                .element("span", [], .text(ClockText.duration(run["seconds"]?.doubleValue ?? 0))),
                .when(run["degraded"]?.boolValue == true, StateWord.html("degraded")),
                .element(
                    "a",
                    [.init("href", "/trace?id=\(AddressText.encoded(run["correlation_id"]?.stringValue ?? id))")],
                    .text("Trace")
                ),
                .when(
                    isOpen && viewing.mayAct,
                    .element(
                        "a",
                        [.class("act"), .init("href", "/act/run-cancel?run=\(id)")],
                        .text("Cancel the run…")
                    )
                )
            ),
            .some(run["reason"]?.stringValue) { .element("p", [.class("hint")], .text($0)) },
            JSONBody.table(phases, viewing, caption: "Phases", last: viewing.mayAct ? { force($0, id) } : nil),
            .when(
                !requests.isEmpty,
                JSONBody.table(requests, viewing, caption: "What operators asked for, the newest first")
            ),
            .when(
                !tasks.isEmpty,
                JSONBody.table(
                    tasks,
                    viewing,
                    caption: "\(tasks.count) tasks",
                    last: viewing.mayAct ? { retry($0, id) } : nil
                )
            ),
        ]
    }

    private static func force(_ phase: JSONObject, _ id: String) -> HTML {
        let number = phase["phase"]?.intValue ?? 0
        return .when(
            phase["state"]?.stringValue == "open",
            .element("a", [.class("act"), .init("href", "/act/run-force?run=\(id)&phase=\(number)")], .text("Force…"))
        )
    }

    private static func retry(_ task: JSONObject, _ id: String) -> HTML {
        let processor = task["processor"]?.stringValue ?? ""
        let unit = task["unit"]?.stringValue ?? ""
        let address =
            "/act/task-retry?run=\(id)&processor=\(AddressText.encoded(processor))&unit=\(AddressText.encoded(unit))"
        return .when(
            !good.contains(task["state"]?.stringValue ?? ""),
            .element("a", [.class("act"), .init("href", address)], .text("Retry…"))
        )
    }
}
