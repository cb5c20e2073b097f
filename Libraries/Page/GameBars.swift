/// His last games as bars, the oldest on the left.
enum GameBars {
    /// How the games went against a number.
    struct Tally: Hashable {
        var over = 0
        var under = 0
        var push = 0
        var missed = 0
        /// Games that have no number to be held against.
        var unjudged = 0

        var judged: Int { over + under + push }

        init(_ games: [PublishedSlate.PastGame], against number: (PublishedSlate.PastGame) -> Double?) {
            for game in games {
                guard let points = game.points else {
                    missed += 1
                    continue
                }
                guard let number = number(game) else {
                    unjudged += 1
                    continue
                }
                if Double(points) > number {
                    over += 1
                } else if Double(points) < number {
                    under += 1
                } else {
                    push += 1
                }
            }
        }

        /// `7 of 10 over (70 %), 1 push`; pushes count as games, and for neither side.
        var words: String {
            guard judged > 0 else { return "no game to judge by" }
            var text = "\(over) of \(judged) over (\(Figures.percent(Double(over) / Double(judged))))"
            if push > 0 { text += ", " + Figures.count(push, "push", "pushes") }
            if missed > 0 { text += ", \(missed) not played" }
            return text
        }
    }

    /// Small enough for a table's row: three paths, by side of the line.
    static func small(_ player: PublishedSlate.Player) -> HTML {
        guard !player.recent.isEmpty else { return Figures.missing }
        let line = player.line ?? player.seasonPoints
        let top = max(Double(player.recent.compactMap(\.points).max() ?? 0), line ?? 0, 10)
        var over = ""
        var under = ""
        var missed = ""
        for (place, game) in player.recent.reversed().enumerated() {
            let x = place * 7
            guard let points = game.points else {
                missed += "M\(x + 1) 20h4"
                continue
            }
            let height = Figures.coordinate(max(1, Double(points) / top * 19))
            let bar = "M\(x) 21v-\(height)h5v\(height)z"
            if let line, Double(points) > line { over += bar } else { under += bar }
        }
        func path(_ name: StaticString, _ data: String) -> HTML {
            .when(!data.isEmpty, .element("path", [.class(name.description), .init("d", data)]))
        }
        let level = HTML.some(line) { line in
            .element("path", [.class("tick"), .init("d", "M0 \(Figures.coordinate(21 - line / top * 19))h68")])
        }
        let tally = Tally(player.recent) { _ in line }
        let versus = line.map { " \(Figures.decimal($0))" } ?? ""
        return .element(
            "svg",
            [
                .class("spark"), .init("viewBox", "0 0 68 22"), .init("role", "img"),
                .init("aria-label", "last \(player.recent.count) games against\(versus): \(tally.words)"),
            ],
            path("o", over),
            path("u", under),
            path("x", missed),
            level
        )
    }

    private static let width = 640.0
    private static let height = 220.0
    private static let floor = 178.0

    /// The games in full: points on the bars, each day's own line as a tick, the threshold across.
    static func large(_ player: PublishedSlate.Player, threshold: Double?) -> HTML {
        let games = Array(player.recent.reversed())
        let highest = max(
            Double(games.compactMap(\.points).max() ?? 0),
            threshold ?? 0,
            games.compactMap(\.line).max() ?? 0,
            10
        )
        let top = (highest / 5).rounded(.up) * 5
        let step = (width - 40) / Double(max(games.count, 1))
        func y(_ points: Double) -> Double { floor - points / top * 150 }
        let bars = games.enumerated().map { place, game in
            bar(game, x: 34 + Double(place) * step, step: step, y: y, threshold: threshold)
        }
        let across = HTML.some(threshold) { threshold in
            [
                .element(
                    "path",
                    [.class("across"), .init("d", "M30 \(Figures.coordinate(y(threshold)))H\(Int(width))")]
                ),
                .element(
                    "text",
                    [.init("x", "27"), .init("y", Figures.coordinate(y(threshold) + 4)), .class("end strong")],
                    .text(Figures.decimal(threshold))
                ),
            ]
        }
        let tally = Tally(games) { _ in threshold }
        let versus = threshold.map { " against \(Figures.decimal($0))" } ?? ""
        return .element(
            "svg",
            [
                .class("bars"), .init("viewBox", "-16 0 \(Int(width) + 16) \(Int(height))"), .init("role", "img"),
                .init("aria-label", "points of his last \(games.count) games\(versus): \(tally.words)"),
            ],
            .element("path", [.class("axis"), .init("d", "M30 \(Int(floor))H\(Int(width))")]),
            .joined(bars),
            across
        )
    }

    private static func bar(
        _ game: PublishedSlate.PastGame,
        x: Double,
        step: Double,
        y: (Double) -> Double,
        threshold: Double?
    ) -> HTML {
        let middle = Figures.coordinate(x + step / 2)
        func label(_ at: Double, _ name: String, _ text: String) -> HTML {
            .element(
                "text",
                [.init("x", middle), .init("y", Figures.coordinate(at)), .class(name)],
                .text(text)
            )
        }
        let place = label(floor + 36, "mid small", game.isHome ? "home" : "away")
        guard let points = game.points else { return [label(floor - 6, "mid small", "DNP"), place] }
        let number = Double(points)
        let side = threshold.map { number > $0 ? "o" : number < $0 ? "u" : "p" } ?? "u"
        let top = y(number)
        let ownLine = HTML.some(game.line) { line in
            .element(
                "path",
                [
                    .class("own"),
                    .init(
                        "d",
                        "M\(Figures.coordinate(x + step * 0.1)) \(Figures.coordinate(y(line)))"
                            + "h\(Figures.coordinate(step * 0.8))"
                    ),
                ]
            )
        }
        return [
            .element(
                "rect",
                [
                    .class(side), .init("x", Figures.coordinate(x + step * 0.18)), .init("y", Figures.coordinate(top)),
                    .init("width", Figures.coordinate(step * 0.64)),
                    .init("height", Figures.coordinate(max(1, floor - top))), .init("rx", "3"),
                ]
            ),
            ownLine,
            label(top - 6, "mid strong", String(points)),
            label(floor + 18, "mid small", game.line.map { "line \(Figures.decimal($0))" } ?? "no line"),
            place,
        ]
    }
}
