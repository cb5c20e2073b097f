public import Basketball

/// What stands above the table: the date, how far its documents are to be trusted, and its games.
struct SlateHeader {
    var slate: PublishedSlate
    var calendar: SlateCalendar

    var html: HTML {
        [
            .element(
                "div",
                [.class("head")],
                .element("h1", [], .text(Figures.longDate(slate.date))),
                neighbours
            ),
            notice,
            facts,
            games,
        ]
    }

    private var neighbours: HTML {
        func link(_ date: GameDate?, _ text: String, _ relation: String) -> HTML {
            .some(date) { date in
                .element("a", [.init("href", "/slates/\(date)"), .init("rel", relation)], .text(text))
            }
        }
        guard calendar.previous != nil || calendar.next != nil else { return .empty }
        return .element(
            "nav",
            [.class("days"), .init("aria-label", "Other slates")],
            link(calendar.previous, "← \(calendar.previous?.description ?? "")", "prev"),
            link(calendar.next, "\(calendar.next?.description ?? "") →", "next")
        )
    }

    /// Says what is wrong before anything else does; nothing when all is well.
    private var notice: HTML {
        if let halt = slate.halt {
            return Self.note("halted", "Halted", halt.reason, since: halt.since)
        }
        switch slate.status {
        case "degraded": return Self.note("degraded", "Degraded", slate.reasons.joined(separator: "; "))
        case "late": return Self.note("late", "Late", slate.reasons.joined(separator: "; "))
        default: return .empty
        }
    }

    static func note(_ kind: String, _ word: String, _ reason: String, since: String? = nil) -> HTML {
        .element(
            "p",
            [.class("note \(kind)"), .init("role", "status")],
            .element("strong", [], .text(word)),
            .text(" " + reason),
            .some(since) { [.text(", since "), Figures.time($0)] }
        )
    }

    private var facts: HTML {
        func fact(_ name: String, _ value: HTML) -> HTML {
            .element("div", [], .element("dt", [], .text(name)), .element("dd", [], value))
        }
        return .element(
            "dl",
            [.class("facts")],
            fact("State", .text(Words.state(slate.state))),
            fact("Data as of", slate.dataAsOf.map(Figures.time) ?? Figures.missing),
            fact("Generated", Figures.time(slate.generatedAt)),
            fact("Version", .text(slate.version))
        )
    }

    private var games: HTML {
        guard !slate.games.isEmpty else { return .empty }
        return .element(
            "ul",
            [.class("games"), .init("aria-label", "Games")],
            .joined(slate.games.map(Self.game))
        )
    }

    private static func game(_ game: PublishedSlate.Game) -> HTML {
        let score = HTML.some(game.awayScore) { away in
            .some(game.homeScore) { home in .element("b", [.class("score")], .text("\(away)–\(home)")) }
        }
        let time: HTML =
            switch game.status {
            case "final": .text("Final")
            case "in_progress": .text("Under way")
            case "postponed": .text("Postponed")
            default: game.time.map { Self.time($0, game.startsAt) } ?? .text("time not known")
            }
        return .element(
            "li",
            [],
            .element(
                "span",
                [.class("teams")],
                .element("abbr", [], .text(game.away)),
                .text(" at "),
                .element("abbr", [], .text(game.home))
            ),
            score,
            .element("small", [], time)
        )
    }

    private static func time(_ text: String, _ instant: String?) -> HTML {
        guard let instant else { return .text(text) }
        return .element("time", [.init("datetime", instant), .init("data-local", "")], .text(text))
    }
}

/// The slates and games beside a date.
public struct SlateCalendar: Sendable, Hashable {
    /// The published slates before and after.
    public var previous: GameDate?
    public var next: GameDate?
    /// The next date with games in the schedule.
    public var resumes: GameDate?
    /// The last date before this one with games in the schedule.
    public var paused: GameDate?
    /// Games in the schedule of the date itself.
    public var scheduledGames: Int

    public init(
        previous: GameDate? = nil,
        next: GameDate? = nil,
        paused: GameDate? = nil,
        resumes: GameDate? = nil,
        scheduledGames: Int = 0
    ) {
        self.previous = previous
        self.next = next
        self.paused = paused
        self.resumes = resumes
        self.scheduledGames = scheduledGames
    }

    /// Days from the last game day to the next; three or more are a break.
    var gapDays: Int? {
        guard let paused, let resumes else { return nil }
        return resumes.daysSince1970 - paused.daysSince1970
    }

    static let breakDays = 3
}
