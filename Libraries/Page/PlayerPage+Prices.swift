/// What the books offer for a player, and how the line came to where it is.
extension PlayerPage {
    var prices: HTML {
        guard !player.offers.isEmpty else {
            return section("Prices", .element("p", [], .text("No book has posted a line for him yet.")))
        }
        let rows = player.offers.map { offer -> HTML in
            let isShown = offer.line == player.line
            return .element(
                "tr",
                [],
                .element(
                    "th",
                    [.init("scope", "row")],
                    .text(Words.bookmaker(offer.bookmaker)),
                    .when(offer.isSynthetic, .text(" est."))
                ),
                .element("td", [], .text(Figures.decimal(offer.line))),
                .element("td", [], price(offer.overOdds, best: isShown ? bestOver : nil)),
                .element("td", [], price(offer.underOdds, best: isShown ? bestUnder : nil)),
                .element("td", [.class("seen")], offer.seenAt.map(Figures.time) ?? Figures.missing)
            )
        }
        let heads = ["Book", "Line", "Over", "Under", "Seen"].map {
            HTML.element("th", [.init("scope", "col")], .text($0))
        }
        return section(
            "Prices",
            .element(
                "table",
                [.class("plain")],
                .element(
                    "caption",
                    [.class("sr")],
                    .text("American odds of each book at its own line; the best at the projection's line stand out")
                ),
                .element("thead", [], .element("tr", [], .joined(heads))),
                .element("tbody", [], .joined(rows))
            ),
            value,
            LineDrawing(points: player.lineHistory).html
        )
    }

    /// Only offers at the line that is shown can be compared.
    private var comparable: [PublishedSlate.Offer] { player.offers.filter { $0.line == player.line } }
    private var bestOver: Int? { comparable.compactMap(\.overOdds).max(by: Self.pays) }
    private var bestUnder: Int? { comparable.compactMap(\.underOdds).max(by: Self.pays) }

    private static func pays(_ left: Int, _ right: Int) -> Bool { payout(left) < payout(right) }

    private func price(_ odds: Int?, best: Int?) -> HTML {
        guard let odds else { return Figures.missing }
        guard odds == best, comparable.count > 1 else { return .text(Figures.odds(odds)) }
        return .element("strong", [], .text(Figures.odds(odds)), .element("span", [.class("sr")], .text(", best")))
    }

    /// What a winning stake of 1 earns at American odds.
    static func payout(_ odds: Int) -> Double {
        odds > 0 ? Double(odds) / 100 : 100 / Double(odds.magnitude)
    }

    /// The expected gain at the best price of the side that is recommended: p · payout − (1 − p).
    private var value: HTML {
        guard let prediction = player.prediction, let over = prediction.overProbability else { return .empty }
        let isOver = prediction.recommendation == "OVER"
        guard isOver || prediction.recommendation == "UNDER", let odds = isOver ? bestOver : bestUnder else {
            return .empty
        }
        let probability = isOver ? over : 1 - over
        let gain = probability * Self.payout(odds) - (1 - probability)
        return .element(
            "p",
            [.class("hint")],
            .text(
                "\(isOver ? "Over" : "Under") at \(Figures.odds(odds)): expected \(Figures.signed(gain, places: 2)) for each 1 "
                    + "staked, if the probability is right."
            )
        )
    }
}
