import Basketball
import Foundation
import Pipeline

/// When something has to be fetched. Every window is an absolute instant that is computed from the games' own tip-offs, so
/// that neither midnight nor a change of the clock moves it against its game. Pure: it gets the games and the time.
enum PlannerRules {
    /// A game as far as the planner is concerned.
    struct Game: Sendable, Hashable {
        var date: GameDate
        /// Nil while the league has not set a time.
        var tipoff: Date?
        var isPostponed: Bool
        /// Whether its box score is in the tables, and no gamebook without figures.
        var isComplete: Bool

        init(date: GameDate, tipoff: Date?, isPostponed: Bool = false, isComplete: Bool = false) {
            self.date = date
            self.tipoff = tipoff
            self.isPostponed = isPostponed
            self.isComplete = isComplete
        }
    }

    /// What kind of day it is.
    enum DayState: String, Sendable, Hashable {
        case gameDay = "game_day"
        /// A day without games in a living season, such as the All-Star break.
        case breakDay = "break"
        case offSeason = "off_season"
        /// The known schedule is too old to be this year's: nothing is looked up until somebody loads a newer one.
        case dormant
    }

    /// One time at which something is due.
    struct Window: Sendable, Hashable {
        /// Unique; opening twice opens once.
        var key: String
        var gameDate: GameDate
        var dueAt: Date
        /// From here on it would be of no use.
        var endsAt: Date
        var kind: RunKind
        /// The scrapers of a delta; the other kinds begin with what the registry says.
        var scrapers: [String] = []
        var reason: String
        /// Games whose box scores make the window needless; empty for one that is always needed.
        var awaits: [Game] = []
    }

    enum Verdict: Sendable, Hashable {
        case run
        case skip(String)
        /// Nobody planned while it would have been of use.
        case missed
    }

    /// The Eastern hour of the morning run.
    static let morningHour = 9
    /// Nothing is polled earlier than this Eastern hour.
    static let firstPollHour = 5
    static let pollsBeforeTip: TimeInterval = 12 * 3600
    static let oddsInterval: TimeInterval = 2 * 3600
    static let injuryInterval: TimeInterval = 3600
    static let refereeInterval: TimeInterval = 2 * 3600
    /// The scrapers that are asked again and again until the last game begins.
    static let polled: [(scraper: String, interval: TimeInterval)] = [
        ("oddsa_events", oddsInterval), ("bp_events", oddsInterval), ("nbac_injury_report", injuryInterval),
        ("nbac_referee_assignments", refereeInterval),
    ]
    /// The last look before a game begins.
    static let lastLook: TimeInterval = 30 * 60
    /// A morning run for a game this early begins this long before it.
    static let earlyGameLead: TimeInterval = 3 * 3600
    /// From tip-off: a short game is over, a long game is over, the slow sources have it.
    static let gameEnds: [TimeInterval] = [2.5 * 3600, 3.5 * 3600, 6 * 3600]
    /// The windows after games are gathered to whole half hours, so that eleven games are not thirty runs.
    static let grid: TimeInterval = 30 * 60
    /// Missing box scores are asked for on this many mornings after the games.
    static let recoveryDays = 2
    static let recoveryHour = 6
    static let recoveryWindow: TimeInterval = 12 * 3600
    /// A break lasts at most this long, in days.
    static let longestBreak = 14
    /// A schedule whose games all lie further back is not this year's, in days.
    static let longestSummer = 150

    /// What kind of day `today` is.
    ///
    /// - Parameters:
    ///   - last: the last day with games before today.
    ///   - next: the next day with games, today included.
    static func state(of today: GameDate, last: GameDate?, next: GameDate?) -> DayState {
        if next == today { return .gameDay }
        if let next, next - today <= longestBreak { return .breakDay }
        if let last, today - last <= longestBreak { return .breakDay }
        if next != nil { return .offSeason }
        if let last, today - last <= longestSummer { return .offSeason }
        return .dormant
    }

    /// The windows of a date, in the order of their times.
    ///
    /// - Parameter scrapers: the scrapers that this build has.
    static func windows(of date: GameDate, games: [Game], scrapers: Set<String>) -> [Window] {
        let games = games.filter { $0.date == date && !$0.isPostponed }
        guard !games.isEmpty else { return [] }
        let tips = games.compactMap(\.tipoff).sorted()
        let midnight = LeagueClock.instant(date.adding(days: 1), hour: 0, minute: 0)
        var windows = [pregame(date, tips, until: tips.last ?? midnight)]
        if let first = tips.first, let last = tips.last {
            let earliest = pollsBegin(on: date, firstTip: first)
            let looks = Set(tips.map { $0.addingTimeInterval(-lastLook) })
            for (scraper, interval) in polled where scrapers.contains(scraper) {
                windows += polls(scraper, date, from: earliest, to: last, every: interval, and: looks)
            }
            windows += postgames(date, games, last)
        }
        windows += recoveries(date, games)
        return windows.sorted { ($0.dueAt, $0.key) < ($1.dueAt, $1.key) }
    }

    /// The look at the schedule on a day without games: play-off games are announced on days off.
    static func lookup(on today: GameDate) -> Window {
        Window(
            key: "plan:schedule:\(today)",
            gameDate: today,
            dueAt: LeagueClock.instant(today, hour: morningHour, minute: 0),
            endsAt: LeagueClock.instant(today.adding(days: 1), hour: 0, minute: 0),
            kind: .delta,
            scrapers: ["nbac_schedule_api"],
            reason: "the schedule on a day without games"
        )
    }

    /// What is to be done about a window that is due.
    static func verdict(on window: Window, now: Date) -> Verdict {
        if now >= window.endsAt { return .missed }
        let missing = window.awaits.filter { !$0.isComplete }.count
        if !window.awaits.isEmpty, missing == 0 {
            return .skip("the box scores of all \(window.awaits.count) games are there")
        }
        return .run
    }

    /// When the morning run of a date with games begins.
    static func morningBegins(on date: GameDate, firstTip: Date?) -> Date {
        let morning = LeagueClock.instant(date, hour: morningHour, minute: 0)
        return min(morning, firstTip?.addingTimeInterval(-earlyGameLead) ?? morning)
    }

    /// When the first poll of a date with games is due.
    static func pollsBegin(on date: GameDate, firstTip: Date) -> Date {
        max(firstTip.addingTimeInterval(-pollsBeforeTip), LeagueClock.instant(date, hour: firstPollHour, minute: 0))
    }

    /// When the last window of a date ends in which missing box scores are asked for.
    static func windowsEnd(of date: GameDate) -> Date {
        LeagueClock.instant(date.adding(days: recoveryDays), hour: recoveryHour, minute: 0)
            .addingTimeInterval(recoveryWindow)
    }

    private static func pregame(_ date: GameDate, _ tips: [Date], until end: Date) -> Window {
        let morning = LeagueClock.instant(date, hour: morningHour, minute: 0)
        let due = morningBegins(on: date, firstTip: tips.first)
        return Window(
            key: "plan:pregame:\(date):\(clock(due))",
            gameDate: date,
            dueAt: due,
            endsAt: end,
            kind: .pregame,
            reason: due < morning ? "three hours before an early game" : "the morning of a day with games"
        )
    }

    private static func polls(
        _ scraper: String,
        _ date: GameDate,
        from first: Date,
        to last: Date,
        every interval: TimeInterval,
        and looks: Set<Date>
    ) -> [Window] {
        var times: [Date] = []
        let regular = stride(from: 0, to: last.timeIntervalSince(first), by: interval).map {
            first.addingTimeInterval($0)
        }
        for time in (regular + looks.filter { $0 >= first }).sorted() {
            // The last look before a game stands for a regular one close to it.
            if let before = times.last, time.timeIntervalSince(before) < grid {
                if looks.contains(time) { times[times.count - 1] = time }
                continue
            }
            times.append(time)
        }
        return times.enumerated().map { index, time in
            Window(
                key: "poll:\(scraper):\(date):\(stamp(time))",
                gameDate: date,
                dueAt: time,
                endsAt: index + 1 < times.count ? times[index + 1] : last,
                kind: .delta,
                scrapers: [scraper],
                reason: looks.contains(time) ? "half an hour before a game" : "poll until the last game begins"
            )
        }
    }

    private static func postgames(_ date: GameDate, _ games: [Game], _ last: Date) -> [Window] {
        let final = last.addingTimeInterval(gameEnds[1])
        var windows: [Date: [Game]] = [:]
        for game in games {
            guard let tip = game.tipoff else { continue }
            for end in gameEnds {
                let due = roundedUp(tip.addingTimeInterval(end))
                windows[due, default: []].append(game)
            }
        }
        // The end of the date is a window of its own.
        windows[final] = nil
        var found = windows.map { due, games in
            Window(
                key: "plan:postgame:\(date):\(stamp(due))",
                gameDate: date,
                dueAt: due,
                endsAt: due.addingTimeInterval(6 * 3600),
                kind: .postgame,
                reason: "\(games.count) of the date's games should be over",
                awaits: games
            )
        }
        found.append(
            Window(
                key: "plan:postgame:\(date):final",
                gameDate: date,
                dueAt: final,
                endsAt: final.addingTimeInterval(24 * 3600),
                kind: .postgame,
                reason: "every game of the date is over"
            )
        )
        return found
    }

    private static func recoveries(_ date: GameDate, _ games: [Game]) -> [Window] {
        (1...recoveryDays).map { day in
            let due = LeagueClock.instant(date.adding(days: day), hour: recoveryHour, minute: 0)
            return Window(
                key: "plan:recovery:\(date):\(day)",
                gameDate: date,
                dueAt: due,
                endsAt: due.addingTimeInterval(recoveryWindow),
                kind: .postgame,
                reason: "the morning \(day == 1 ? "" : "but one ")after, for box scores that are still missing",
                awaits: games
            )
        }
    }

    private static func roundedUp(_ instant: Date) -> Date {
        Date(timeIntervalSince1970: (instant.timeIntervalSince1970 / grid).rounded(.up) * grid)
    }

    /// `09:00` on the Eastern wall.
    private static func clock(_ instant: Date) -> String {
        String(LeagueClock.formatWallClock(instant).dropFirst(11).prefix(5))
    }

    /// `0115T1830Z`: no two instants share it, whatever the wall clock does.
    private static func stamp(_ instant: Date) -> String {
        let text = LeagueClock.formatUTC(instant)
        return text.dropFirst(5).prefix(11).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
