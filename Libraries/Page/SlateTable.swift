/// The table of a slate: one page of the players that were asked for.
struct SlateTable {
    var slate: PublishedSlate
    var query: SlateQuery
    /// Where the links lead, without a query.
    var path: String

    var html: HTML {
        let found = query.apply(to: slate.players)
        let pages = max(1, (found.count + SlateQuery.rowsPerPage - 1) / SlateQuery.rowsPerPage)
        let page = min(query.page, pages)
        let rows = found.dropFirst((page - 1) * SlateQuery.rowsPerPage).prefix(SlateQuery.rowsPerPage)
        return [
            filters,
            found.isEmpty
                ? nobody : table(Array(rows), of: found.count, first: (page - 1) * SlateQuery.rowsPerPage + 1),
            pager(page, of: pages),
        ]
    }

    // MARK: Filters

    private var filters: HTML {
        let teams = Dictionary(grouping: slate.players, by: \.team).mapValues(\.count).sorted { $0.key < $1.key }
        return .element(
            "form",
            [.class("filters"), .init("action", path), .init("role", "search"), .init("aria-label", "Filter players")],
            .element(
                "label",
                [],
                .text("Player"),
                .void(
                    "input",
                    [
                        .init("type", "search"), .init("name", "q"), .init("value", query.text),
                        .init("maxlength", SlateQuery.maximumTextLength), .init("placeholder", "Name"),
                    ]
                )
            ),
            Self.select(
                "Team",
                "team",
                [("", "All teams (\(slate.players.count))")] + teams.map { ($0.key, "\($0.key) (\($0.value))") },
                chosen: query.team ?? ""
            ),
            Self.select(
                "Pick",
                "side",
                [("", "All")]
                    + SlateQuery.Side.allCases.map { side in
                        (side.rawValue, "\(side.label) (\(slate.players.count { side.matches($0) }))")
                    },
                chosen: query.side?.rawValue ?? ""
            ),
            .when(
                query.sort != .confidence || query.isReversed,
                .void(
                    "input",
                    [
                        .init("type", "hidden"), .init("name", "sort"),
                        .init("value", (query.isReversed ? "-" : "") + query.sort.rawValue),
                    ]
                )
            ),
            .element("button", [.init("type", "submit")], .text("Show")),
            .when(query.isFiltering, .element("a", [.class("reset"), .init("href", path)], .text("Show all")))
        )
    }

    private static func select(
        _ label: String,
        _ name: String,
        _ options: [(value: String, text: String)],
        chosen: String
    ) -> HTML {
        .element(
            "label",
            [],
            .text(label),
            .element(
                "select",
                [.init("name", name)],
                .joined(
                    options.map { option in
                        .element(
                            "option",
                            [.init("value", option.value), .init("selected", if: option.value == chosen)],
                            .text(option.text)
                        )
                    }
                )
            )
        )
    }

    private var nobody: HTML {
        .element(
            "div",
            [.class("empty")],
            .element("h2", [], .text("No player fits")),
            .element(
                "p",
                [],
                .text("None of the slate's \(slate.players.count) players fits the filter. "),
                .element("a", [.init("href", path)], .text("Show all players"))
            )
        )
    }

    // MARK: Rows

    private func table(_ players: [PublishedSlate.Player], of total: Int, first: Int) -> HTML {
        let drawing = RangeDrawing(players: slate.players)
        let which = "Players \(first) to \(first + players.count - 1) of \(total)"
        return .element(
            "div",
            [.class("scroll")],
            .element(
                "table",
                [.class("slate")],
                .element("caption", [], .text("\(which), points")),
                .element(
                    "thead",
                    [],
                    .element(
                        "tr",
                        [],
                        head("Player", .player),
                        head("Game", .game),
                        head("Line", .line),
                        head("Projection and 80 % range", .projection),
                        head("Edge", .edge, "Projection less line; sorted by size on either side"),
                        head("P(over)", .over, "Probability of more points than the line, a push left out"),
                        .element("th", [.init("scope", "col")], .text("Pick")),
                        head("Confidence", .confidence),
                        .element(
                            "th",
                            [
                                .init("scope", "col"),
                                .init("title", "Against tonight's line; without one, his season's mean"),
                            ],
                            .text("Last 10")
                        )
                    )
                ),
                .element("tbody", [], .joined(players.map { row($0, drawing) }))
            )
        )
    }

    private func head(_ label: String, _ column: SlateQuery.Sort, _ title: String? = nil) -> HTML {
        let isSorted = query.sort == column
        let isAscending = column.isAscending != query.isReversed
        var attributes: [HTML.Attribute] = [.init("scope", "col")]
        if isSorted { attributes.append(.init("aria-sort", isAscending ? "ascending" : "descending")) }
        if let title { attributes.append(.init("title", title)) }
        return .element(
            "th",
            attributes,
            .element(
                "a",
                [.init("href", path + query.sorted(by: column).link)],
                .text(label),
                .when(isSorted, .element("span", [.init("aria-hidden", "true")], .text(isAscending ? " ↑" : " ↓")))
            )
        )
    }

    private func row(_ player: PublishedSlate.Player, _ drawing: RangeDrawing) -> HTML {
        let prediction = player.prediction
        func cell(_ name: String, _ content: HTML...) -> HTML {
            .element("td", [.class(name)], .joined(content))
        }
        return .element(
            "tr",
            [.init("id", "p-\(player.lookup)")],
            .element(
                "th",
                [.init("scope", "row")],
                .element("a", [.init("href", "/players/\(slate.date)/\(player.lookup)")], .text(player.name)),
                .some(player.injuryStatus) { [.text(" "), Words.injury($0)] }
            ),
            cell("g", .text("\(player.team) \(player.isHome ? "v" : "at") \(player.opponent)")),
            cell("l", Self.line(player)),
            cell(
                "p",
                .some(prediction) {
                    [.element("b", [], .text(Figures.decimal($0.points))), drawing($0, line: player.line)]
                },
                .when(prediction == nil, Figures.missing)
            ),
            cell("e", prediction?.edge.map { .text(Figures.signed($0)) } ?? Figures.missing),
            cell("v", prediction?.overProbability.map { .text(Figures.percent($0)) } ?? Figures.missing),
            cell("r", Self.pick(player)),
            cell("c", prediction.map { .text(Figures.percent($0.confidence)) } ?? Figures.missing),
            cell("t", GameBars.small(player))
        )
    }

    private static func line(_ player: PublishedSlate.Player) -> HTML {
        guard let line = player.line else { return Figures.missing }
        let isEstimated = player.prediction?.isLineSynthetic ?? player.offers.first?.isSynthetic ?? false
        let offer = player.offers.first { $0.line == line }
        let prices = [offer?.overOdds.map { "o\(Figures.odds($0))" }, offer?.underOdds.map { "u\(Figures.odds($0))" }]
            .compactMap { $0 }
        return [
            .element("b", [], .text(Figures.decimal(line))),
            .when(
                isEstimated,
                .element("abbr", [.init("title", "estimated: nobody offers this line")], .text(" est."))
            ),
            .when(!prices.isEmpty, .element("small", [], .text(prices.joined(separator: " ")))),
        ]
    }

    static func pick(_ player: PublishedSlate.Player) -> HTML {
        guard let prediction = player.prediction else { return Figures.missing }
        let kind =
            switch prediction.recommendation {
            case "OVER": "over"
            case "UNDER": "under"
            default: "pass"
            }
        let chip = HTML.element(
            "span",
            [.class("chip \(kind)")],
            .text(Words.recommendation(prediction.recommendation))
        )
        guard let points = player.actualPoints else { return chip }
        let words = ["WIN": ", won", "LOSS": ", lost", "PUSH": ", push"]
        let result = player.result.flatMap { words[$0] } ?? ""
        return [chip, .element("small", [], .text("\(points) pts\(result)"))]
    }

    // MARK: Pages

    private func pager(_ page: Int, of pages: Int) -> HTML {
        guard pages > 1 else { return .empty }
        let links = (1...pages).map { number -> HTML in
            let link = query.with { $0.page = number }.link
            guard number != page else {
                return .element("span", [.init("aria-current", "page")], .text(number))
            }
            return .element("a", [.init("href", path + link), .init("aria-label", "Page \(number)")], .text(number))
        }
        return .element("nav", [.class("pager"), .init("aria-label", "Pages of players")], .joined(links))
    }
}
