import Page
import Pipeline

/// `tipoff grid DATE --json`: each game against the phases, the first broken one marked; any other shape as it is.
enum GamePanel {
    /// What a cell is called that holds several outputs: by the worst of them.
    private static let worstFirst = [
        "failed", "late", "degraded", "halted", "running", "expected", "accepted_loss", "complete", "empty_ok",
        "not_due",
    ]

    static func html(_ document: JSONValue, _ viewing: Viewing) -> HTML {
        guard let games = document["games"]?.arrayValue, games.allSatisfy({ $0["outputs"]?.arrayValue != nil }) else {
            return JSONBody.html(document, viewing)
        }
        if games.isEmpty { return .element("p", [.class("none")], .text("No games.")) }
        return .element(
            "div",
            [.class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", "Games")],
            .element(
                "table",
                [.class("grid")],
                .element(
                    "thead",
                    [],
                    .element(
                        "tr",
                        [],
                        .element("th", [.init("scope", "col")], .text("Game")),
                        .joined((1...6).map { .element("th", [.init("scope", "col")], .text("Phase \($0)")) })
                    )
                ),
                .element("tbody", [], .joined(games.map(row)))
            )
        )
    }

    private static func row(_ game: JSONValue) -> HTML {
        let outputs = game["outputs"]?.arrayValue ?? []
        let broken = game["first_broken_phase"]?.intValue
        let cells = (1...6).map { phase -> HTML in
            let own = outputs.filter { $0["phase"]?.intValue == Int64(phase) }
            let states = Set(own.compactMap { $0["state"]?.stringValue })
            guard let state = worstFirst.first(where: states.contains) ?? states.min() else {
                return .element("td", [], .text("–"))
            }
            let bad = own.filter { $0["state"]?.stringValue == state && StateWord.tone(state) == .bad }
            return .element(
                "td",
                [],
                StateWord.html(state),
                .when(broken == Int64(phase), .element("b", [.class("bad")], .text(" first broken"))),
                .joined(
                    bad.prefix(4).compactMap { $0["processor"]?.stringValue }
                        .map { .element("small", [], .text($0)) }
                )
            )
        }
        return .element(
            "tr",
            [],
            .element("th", [.init("scope", "row")], .text(game["game"]?.stringValue ?? "whole date")),
            .joined(cells)
        )
    }
}
