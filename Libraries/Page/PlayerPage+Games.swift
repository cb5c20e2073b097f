extension PlayerPage {
    /// The last games against a number that the reader may move.
    var games: HTML {
        guard !player.recent.isEmpty else {
            return .element(
                "section",
                [.class("panel")],
                .element("h2", [], .text("Last games")),
                .element("p", [], .text("No game of his this season is known yet."))
            )
        }
        let level = threshold ?? player.line ?? player.seasonPoints.map { ($0 * 2).rounded() / 2 }
        return .element(
            "section",
            [.class("panel")],
            .element("h2", [], .text("Last \(player.recent.count) games")),
            control(level),
            GameBars.large(player, threshold: level),
            .element(
                "p",
                [.class("tally")],
                .some(level) { level in
                    [
                        .text("Against \(Figures.decimal(level)): "),
                        .element("b", [], .text(GameBars.Tally(player.recent) { _ in level }.words)),
                        .text(". "),
                    ]
                },
                .text("Against each day's own line: "),
                .element("b", [], .text(GameBars.Tally(player.recent, against: \.line).words)),
                .text(".")
            )
        )
    }

    private func control(_ level: Double?) -> HTML {
        let path = "/players/\(slate.date)/\(player.lookup)"
        func step(_ by: Double, _ text: String, _ name: String) -> HTML {
            .some(level.map { $0 + by }) { next in
                .when(
                    Self.thresholds.contains(next),
                    .element(
                        "a",
                        [.class("step"), .init("href", "\(path)?line=\(next)"), .init("aria-label", name)],
                        .text(text)
                    )
                )
            }
        }
        return .element(
            "form",
            [.class("filters"), .init("id", "threshold"), .init("action", path)],
            .element(
                "label",
                [],
                .text("Threshold"),
                .void(
                    "input",
                    [
                        .init("type", "number"), .init("name", "line"), .init("step", "0.5"),
                        .init("min", Self.thresholds.lowerBound), .init("max", Self.thresholds.upperBound),
                        .init("value", level.map { "\($0)" } ?? ""), .init("inputmode", "decimal"),
                    ]
                )
            ),
            step(-1, "−1", "One point lower"),
            step(1, "+1", "One point higher"),
            .element("button", [.init("type", "submit")], .text("Compare")),
            .when(threshold != nil, .element("a", [.class("reset"), .init("href", path)], .text("Back to the line")))
        )
    }

    var reasons: HTML {
        guard let prediction = player.prediction else { return .empty }
        func list(_ title: String, _ items: [String], _ none: String) -> HTML {
            .element(
                "section",
                [.class("panel")],
                .element("h2", [], .text(title)),
                items.isEmpty
                    ? .element("p", [], .text(none))
                    : .element("ul", [], .joined(items.map { .element("li", [], .text($0)) }))
            )
        }
        let hasSide = prediction.recommendation == "OVER" || prediction.recommendation == "UNDER"
        guard hasSide else {
            return list(
                "Why no side",
                [],
                player.line == nil
                    ? "Without a line there is nothing to be over or under."
                    : "The projection is too close to the line, or too uncertain, to take a side."
            )
        }
        let side = Words.recommendation(prediction.recommendation).lowercased()
        return .element(
            "div",
            [.class("panels")],
            list("For the \(side)", prediction.reasonsFor, "Nothing beyond the projection itself."),
            list("Against it", prediction.reasonsAgainst, "None of the figures that are looked at speaks against it.")
        )
    }

    var season: HTML {
        func entry(_ name: String, _ value: HTML) -> HTML {
            .element("div", [], .element("dt", [], .text(name)), .element("dd", [], value))
        }
        return .element(
            "section",
            [.class("panel")],
            .element("h2", [], .text("Season before this date")),
            .element(
                "dl",
                [.class("facts")],
                entry("Games", .text(player.gamesPlayed)),
                entry("Points", Figures.maybe(player.seasonPoints)),
                entry("Last 5 games", Figures.maybe(player.lastFivePoints)),
                entry("Last 30 days", Figures.maybe(player.last30DaysPoints)),
                entry("Minutes", Figures.maybe(player.seasonMinutes)),
                entry("Days of rest", player.daysRest.map { .text($0) } ?? Figures.missing),
                entry("Back-to-back", player.isBackToBack.map { .text($0 ? "yes" : "no") } ?? Figures.missing),
                entry("Fatigue", player.fatigueLevel.map { .text($0) } ?? Figures.missing)
            )
        )
    }
}
