import Page
import Pipeline

/// `tipoff grid --json` as a grid: a row a date, a column a phase; any other shape as the tables that it holds.
enum GridPanel {
    static func html(_ grid: JSONValue, _ viewing: Viewing) -> HTML {
        guard let dates = grid["dates"]?.arrayValue ?? grid.arrayValue, !dates.isEmpty,
            dates.allSatisfy({ $0["phases"] != nil && $0["date"] != nil })
        else { return JSONBody.html(grid, viewing) }
        let rows = dates.map { row($0) }
        return .element(
            "div",
            [.class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", "Grid")],
            .element(
                "table",
                [.class("grid")],
                .element("caption", [], .text("Arrow keys move, Enter opens the date")),
                .element(
                    "thead",
                    [],
                    .element(
                        "tr",
                        [],
                        .element("th", [.init("scope", "col")], .text("Date")),
                        .joined(
                            (1...6).map { .element("th", [.init("scope", "col")], .text("Phase \($0)")) }
                        )
                    )
                ),
                .element("tbody", [], .joined(rows))
            )
        )
    }

    private static func row(_ entry: JSONValue) -> HTML {
        let date = entry["date"]?.stringValue ?? ""
        let cells = (1...6).map { phase -> HTML in
            let found = cell(entry["phases"] ?? .null, phase)
            guard let state = found?["state"]?.stringValue ?? found?.stringValue else {
                return .element("td", [], .text("–"))
            }
            let count = found?["done"]?.intValue
            let total = found?["total"]?.intValue ?? found?["outputs"]?.intValue
            let figures = [count, total].compactMap { $0 }.map(String.init).joined(separator: "/")
            return .element(
                "td",
                [],
                .element(
                    "a",
                    [.init("href", "/?date=\(AddressText.encoded(date))")],
                    StateWord.html(state),
                    .when(!figures.isEmpty, .text(" \(figures)"))
                )
            )
        }
        let day = entry["day_state"]?.stringValue
        return .element(
            "tr",
            [],
            .element(
                "th",
                [.init("scope", "row")],
                .text(date),
                .some(day) { .element("small", [], .text(" \(JSONBody.words($0))")) }
            ),
            .joined(cells)
        )
    }

    private static func cell(_ phases: JSONValue, _ phase: Int) -> JSONValue? {
        if let list = phases.arrayValue {
            return list.first { $0["phase"]?.intValue == Int64(phase) }
                ?? (list.contains { $0["phase"] != nil }
                    ? nil : list.indices.contains(phase - 1) ? list[phase - 1] : nil)
        }
        return phases[String(phase)]
    }
}
