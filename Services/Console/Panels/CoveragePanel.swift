import Page
import Pipeline

/// `tipoff coverage --json`: how many of a slate's players get how far, and where most of them are lost.
enum CoveragePanel {
    private static let steps = [
        ("players", "players"), ("expected", "expected"), ("lined", "with lines"), ("featured", "with features"),
        ("predicted", "predicted"), ("graded", "graded"),
    ]

    static func html(_ document: JSONValue, _ viewing: Viewing) -> HTML {
        guard let dates = document["dates"]?.arrayValue, dates.allSatisfy({ $0["players"] != nil }) else {
            return JSONBody.html(document, viewing)
        }
        let games = (document["games"]?.arrayValue ?? []).compactMap(\.objectValue)
        return [
            .when(dates.isEmpty, JSONBody.nothing),
            .joined(dates.prefix(60).map { funnel($0, viewing) }),
            .when(!games.isEmpty, JSONBody.table(games, viewing, caption: "Game by game")),
        ]
    }

    private static func funnel(_ slate: JSONValue, _ viewing: Viewing) -> HTML {
        let widest = max(1, steps.compactMap { slate[$0.0]?.intValue }.max() ?? 1)
        let reasons = slate["reasons"]?.objectValue ?? JSONObject()
        let bars = steps.enumerated().compactMap { place, step -> HTML? in
            guard let count = slate[step.0]?.intValue else { return nil }
            let y = place * 22
            return [
                .element(
                    "rect",
                    [
                        .class("work"), .init("x", 110), .init("y", y + 4), .init("height", 14),
                        .init("width", max(1, Int(Double(count) / Double(widest) * 380))),
                    ]
                ),
                .element("text", [.init("x", 0), .init("y", y + 16)], .text(step.1)),
                .element("text", [.init("x", 500), .init("y", y + 16)], .text(count)),
            ]
        }
        return .element(
            "figure",
            [.class("funnel")],
            .element(
                "figcaption",
                [],
                JSONBody.cell("game_date", slate["game_date"] ?? .null, viewing),
                .text(" "),
                StateWord.html(slate["level"]?.stringValue ?? "unknown"),
                .some(slate["bottleneck"]?.stringValue) { .text(" bottleneck: \(JSONBody.words($0))") },
                .some(slate["coverage_pct"]?.doubleValue) { .text(" coverage \(Int($0.rounded())) %") }
            ),
            .element(
                "svg",
                [
                    .class("bar"), .init("viewBox", "0 0 560 \(steps.count * 22)"), .init("role", "img"),
                    .init(
                        "aria-label",
                        steps.compactMap { step in slate[step.0]?.intValue.map { "\($0) \(step.1)" } }
                            .joined(separator: ", ")
                    ),
                ],
                .joined(bars)
            ),
            .when(
                !reasons.isEmpty,
                .element(
                    "ul",
                    [.class("plain")],
                    .joined(
                        zip(reasons.keys, reasons.values).map { key, value in
                            .element(
                                "li",
                                [],
                                .text("\(value.intValue.map(String.init) ?? "") × \(JSONBody.words(key))")
                            )
                        }
                    )
                )
            )
        )
    }
}
