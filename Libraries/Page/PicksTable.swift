import Basketball

/// The picks of a slate, each as it was shown first, with what has become of it.
struct PicksTable {
    var picks: PublishedPicks
    var date: GameDate

    var html: HTML {
        .element(
            "section",
            [.class("picks"), .init("aria-labelledby", "picks")],
            .element("h2", [.init("id", "picks")], .text("Best bets")),
            picks.picks.isEmpty ? nothing : table
        )
    }

    private var nothing: HTML {
        .element(
            "p",
            [.class("hint")],
            .text("No pick: no real price is far enough beyond break-even"),
            .some(picks.minimumEdge) {
                .text(" with \(Figures.decimal($0, places: 0)) points or more between projection and line")
            },
            .text(". A slate may have none.")
        )
    }

    private var table: HTML {
        let columns = ["Player", "Pick as shown", "Chance", "Now", "State"]
        return .element(
            "div",
            [.class("scroll")],
            .element(
                "table",
                [],
                .element(
                    "caption",
                    [],
                    .text("Locked as shown first; nothing is removed. Chance: what the price needs stands below it.")
                ),
                .element(
                    "thead",
                    [],
                    .element("tr", [], .joined(columns.map { .element("th", [.init("scope", "col")], .text($0)) }))
                ),
                .element("tbody", [], .joined(picks.picks.map(row)))
            )
        )
    }

    private func row(_ pick: PublishedPicks.Pick) -> HTML {
        .element(
            "tr",
            [.init("id", "k-\(pick.lookup)"), .class(pick.retraction == nil ? "stands" : "retracted")],
            .element(
                "th",
                [.init("scope", "row")],
                .element("a", [.init("href", "/players/\(date)/\(pick.lookup)")], .text(pick.name)),
                .element("small", [], .text("\(pick.team) v \(pick.opponent)"))
            ),
            .element(
                "td",
                [],
                .element(
                    "span",
                    [.class("chip \(pick.side == "OVER" ? "over" : "under")")],
                    .text("\(Words.recommendation(pick.side)) \(Figures.decimal(pick.line))")
                ),
                .element(
                    "small",
                    [],
                    .text("\(Figures.odds(pick.price)) \(Words.bookmaker(pick.bookmaker)), "),
                    Figures.time(pick.shownAt)
                )
            ),
            .element(
                "td",
                [],
                pick.winProbability.map { .element("b", [], .text(Figures.percent($0))) } ?? Figures.missing,
                .some(pick.breakEven) { .element("small", [], .text("needs \(Figures.percent($0))")) }
            ),
            .element("td", [], Self.latest(pick)),
            .element("td", [], Self.state(pick))
        )
    }

    private static func latest(_ pick: PublishedPicks.Pick) -> HTML {
        guard let line = pick.latestLine else { return Figures.missing }
        let hasMoved = line != pick.line
        return [
            hasMoved ? .element("b", [], .text(Figures.decimal(line))) : .text(Figures.decimal(line)),
            .some(pick.latestPrice) { .element("small", [], .text(Figures.odds($0))) },
        ]
    }

    private static func state(_ pick: PublishedPicks.Pick) -> HTML {
        let result = pick.result.map { word -> HTML in
            let words = ["WIN": "Won", "LOSS": "Lost", "PUSH": "Push", "VOID": "Void"]
            let points = pick.actual.map { ", \($0) pts" } ?? ""
            return .text((words[word] ?? word) + points)
        }
        guard let retraction = pick.retraction else { return result ?? .text("Open") }
        let words = [
            "player_out": "he is out", "line_gone": "no line is offered", "game_postponed": "the game is postponed",
            "withdrawn": "withdrawn",
        ]
        let detail = retraction.detail.map { ": \($0)" } ?? ""
        return [
            .element("strong", [], .text("Retracted")),
            .element("small", [], .text((words[retraction.reason] ?? retraction.reason) + detail)),
            .some(result) { .element("small", [], $0) },
        ]
    }
}
