public import Basketball

/// A slate as a page, and the part of it that changes while somebody looks.
public struct SlatePage: Sendable {
    public var slate: PublishedSlate
    public var query: SlateQuery
    public var calendar: SlateCalendar
    /// Whether the reader follows the current slate from day to day.
    public var isCurrent: Bool

    public init(slate: PublishedSlate, query: SlateQuery, calendar: SlateCalendar, isCurrent: Bool) {
        self.slate = slate
        self.query = query
        self.calendar = calendar
        self.isCurrent = isCurrent
    }

    private var path: String { isCurrent ? "/" : "/slates/\(slate.date)" }

    /// The whole page.
    public var html: HTML {
        Layout(
            title: "NBA points, \(slate.date)",
            current: .slate,
            live: .init(
                // The date as well: picks are a document of their own, of the date that the page shows.
                topics: isCurrent ? "slate:current,slate:\(slate.date)" : "slate:\(slate.date)",
                part: "/slates/\(isCurrent ? "current" : slate.date.description)/live" + query.link
            ),
            content: part
        ).html
    }

    /// What a live update replaces.
    public var part: HTML {
        [
            SlateHeader(slate: slate, calendar: calendar).html,
            .when(!slate.games.isEmpty, .some(slate.picks) { PicksTable(picks: $0, date: slate.date).html }),
            slate.players.isEmpty ? empty : SlateTable(slate: slate, query: query, path: path).html,
        ]
    }

    private var empty: HTML {
        if slate.state == "no_games" { return EmptyState.noGames(slate.date, calendar) }
        return EmptyState.box(
            "No players yet",
            [
                .element(
                    "p",
                    [],
                    .text("The games are known; who is expected to play is not. The table appears with the first data.")
                )
            ]
        )
    }
}

/// Pages and parts that have nothing to show, and why.
public enum EmptyState {
    static func box(_ title: String, _ content: HTML) -> HTML {
        .element("div", [.class("empty")], .element("h2", [], .text(title)), content)
    }

    static func noGames(_ date: GameDate, _ calendar: SlateCalendar) -> HTML {
        let resumes = HTML.some(calendar.resumes) { next in
            .text(" Games resume on \(Figures.longDate(next)).")
        }
        let isBreak = (calendar.gapDays ?? 0) >= SlateCalendar.breakDays
        return box(
            isBreak ? "Break in the schedule" : "No games",
            [
                .element(
                    "p",
                    [],
                    .text("No NBA game is scheduled for \(Figures.longDate(date))."),
                    resumes,
                    .when(calendar.resumes == nil, .text(" The schedule holds no later game."))
                ),
                latest(calendar),
            ]
        )
    }

    private static func latest(_ calendar: SlateCalendar) -> HTML {
        .some(calendar.previous) { previous in
            .element(
                "p",
                [],
                .text("The last slate: "),
                .element("a", [.init("href", "/slates/\(previous)")], .text(Figures.longDate(previous)))
            )
        }
    }

    /// The page of a date for which nothing is published.
    public static func unpublished(_ date: GameDate, _ calendar: SlateCalendar) -> HTML {
        let content: HTML =
            calendar.scheduledGames == 0
            ? noGames(date, calendar)
            : box(
                "Not published yet",
                [
                    .element(
                        "p",
                        [],
                        .text(
                            "\(Figures.count(calendar.scheduledGames, "game is", "games are")) scheduled; the slate "
                                + "appears here when its documents are published."
                        )
                    ),
                    latest(calendar),
                ]
            )
        return Layout(
            title: "NBA points, \(date)",
            current: .slate,
            live: .init(topics: "slate:\(date)", part: "/slates/\(date)/live?"),
            content: [.element("h1", [], .text(Figures.longDate(date))), content]
        ).html
    }

    /// The front page before the first slate.
    public static let nothingPublished = Layout(
        title: "NBA points",
        current: .slate,
        live: .init(topics: "slate:current", part: "/slates/current/live?"),
        content: [
            .element("h1", [], .text("NBA points")),
            box(
                "Nothing is published yet",
                .element("p", [], .text("The first slate appears here as soon as its documents are published."))
            ),
        ]
    ).html

    /// What an address leads to that leads nowhere.
    public static func notFound(_ reason: String) -> HTML {
        Layout(
            title: "Not found",
            current: nil,
            live: nil,
            content: [
                .element("h1", [], .text("Not found")),
                box(
                    reason,
                    .element("p", [], .element("a", [.init("href", "/")], .text("To the current slate")))
                ),
            ]
        ).html
    }
}
