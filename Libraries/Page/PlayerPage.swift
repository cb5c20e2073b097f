/// One player of a slate: his projection, the reasons for and against it, his last games and the books' prices.
public struct PlayerPage: Sendable {
    public var slate: PublishedSlate
    public var player: PublishedSlate.Player
    /// What the reader holds the last games against; nil takes the line.
    public var threshold: Double?

    public static let thresholds = 0.5...79.5

    /// `line` is the parameter as asked for: a number in halves of a point.
    public init(slate: PublishedSlate, player: PublishedSlate.Player, line: String?) {
        self.slate = slate
        self.player = player
        threshold = line.flatMap(Double.init).flatMap { asked in
            asked.isFinite && Self.thresholds.contains(asked) ? (asked * 2).rounded() / 2 : nil
        }
    }

    private var path: String { "/players/\(slate.date)/\(player.lookup)" }
    private var level: Double? { threshold ?? player.line }

    public var html: HTML {
        let query = threshold.map { "?line=\(Figures.decimal($0))" } ?? "?"
        return Layout(
            title: "\(player.name), \(slate.date)",
            current: nil,
            live: .init(topics: "slate:\(slate.date)", part: path + "/live" + query),
            content: part
        ).html
    }

    public var part: HTML {
        [
            head,
            .element("div", [.class("panels")], projection, prices),
            games,
            reasons,
            season,
        ]
    }

    private var head: HTML {
        let game = slate.games.first { $0.gameID == player.gameID }
        return [
            .element(
                "p",
                [.class("crumb")],
                .element(
                    "a",
                    [.init("href", "/slates/\(slate.date)#p-\(player.lookup)")],
                    .text("← \(Figures.longDate(slate.date))")
                )
            ),
            .element(
                "h1",
                [],
                .text(player.name),
                .some(player.injuryStatus) { [.text(" "), Words.injury($0)] }
            ),
            .element(
                "p",
                [.class("sub")],
                .text("\(player.team) \(player.isHome ? "v" : "at") \(player.opponent)"),
                .some(game?.time) { .text(" · \($0)") },
                .some(player.injuryReason) { .text(" · \($0)") }
            ),
            .some(slate.halt) { SlateHeader.note("halted", "Halted", $0.reason, since: $0.since) },
            .when(
                slate.status == "degraded" || slate.status == "late",
                SlateHeader.note(
                    slate.status,
                    slate.status == "late" ? "Late" : "Degraded",
                    slate.reasons.joined(separator: "; ")
                )
            ),
        ]
    }

    // MARK: Projection

    private var projection: HTML {
        guard let prediction = player.prediction else {
            return section("Projection", .element("p", [], .text("No projection has been made for him yet.")))
        }
        return section(
            "Projection",
            .element(
                "p",
                [.class("big")],
                .element("b", [], .text(Figures.decimal(prediction.points))),
                .text(" points "),
                SlateTable.pick(player)
            ),
            RangeDrawing(players: [player])(prediction, line: player.line),
            .element(
                "dl",
                [.class("list")],
                entry(
                    "80 % range",
                    prediction.interval.map {
                        .text("\(Figures.decimal($0.lowerBound)) to \(Figures.decimal($0.upperBound))")
                    }
                ),
                entry(
                    prediction.isLineSynthetic ? "Line (estimated)" : "Line",
                    player.line.map { .text(Figures.decimal($0)) }
                ),
                entry("Edge", prediction.edge.map { .text(Figures.signed($0)) }),
                entry("P(over)", prediction.overProbability.map { .text(Figures.percent($0)) }),
                entry("P(under)", prediction.overProbability.map { .text(Figures.percent(1 - $0)) }),
                entry("Confidence", .text(Figures.percent(prediction.confidence))),
                entry("Model", prediction.modelVersion.map { .text($0) })
            )
        )
    }

    func section(_ title: String, _ content: HTML...) -> HTML {
        .element("section", [.class("panel")], .element("h2", [], .text(title)), .joined(content))
    }

    private func entry(_ name: String, _ value: HTML?) -> HTML {
        .element("div", [], .element("dt", [], .text(name)), .element("dd", [], value ?? Figures.missing))
    }
}
