import Basketball
import Foundation
import Pipeline

/// When the day's runs are due. Pure: it gets the games and the time.
enum PlannerRules {
    /// A game as far as the planner is concerned.
    struct Game: Sendable, Hashable {
        var date: GameDate
        /// Nil while the league has not set a time.
        var tipoff: Date?
        var isPostponed: Bool

        init(date: GameDate, tipoff: Date?, isPostponed: Bool = false) {
            self.date = date
            self.tipoff = tipoff
            self.isPostponed = isPostponed
        }
    }

    /// The Eastern hour of the morning run.
    static let morningHour = 9
    /// From a game's tip-off until its box score is there: a long game is over after three hours.
    static let gameLength: TimeInterval = 3.5 * 3600
    /// A schedule whose games all lie further back is not this year's: nothing is looked up then.
    static let longestBreak = 150

    /// The runs that are due at `now`, for today and yesterday; each has a plan key, so opening twice opens once.
    ///
    /// - Parameters:
    ///   - games: the games of today and yesterday.
    ///   - lastGame: the date of the last game that the schedule knows at all.
    static func due(games: [Game], lastGame: GameDate?, now: Date) -> [RunRequest] {
        let today = LeagueClock.gameDate(of: now)
        let yesterday = today.adding(days: -1)
        let isMorning = now >= LeagueClock.instant(today, hour: morningHour, minute: 0)
        var due: [RunRequest] = []
        for date in [yesterday, today] {
            let tips = tips(of: date, games)
            guard let last = tips.max(), now >= last.addingTimeInterval(gameLength) else { continue }
            due.append(request(.postgame, date, "plan:postgame:\(date):final", "every game of the date is over"))
        }
        let open = games.filter { $0.date == today && !$0.isPostponed }
        if isMorning, !open.isEmpty {
            // Once the last game has begun there is nothing left to predict.
            if tips(of: today, games).max().map({ now < $0 }) ?? true {
                let key = "plan:pregame:\(today):\(morningHour < 10 ? "0" : "")\(morningHour):00"
                due.append(request(.pregame, today, key, "the morning of a day with games"))
            }
        } else if isMorning, let lastGame, today - lastGame <= longestBreak {
            // Without this, play-off games that are announced on a day off would never be seen.
            due.append(request(.delta, today, "plan:schedule:\(today)", "the schedule on a day without games"))
        }
        return due
    }

    private static func tips(of date: GameDate, _ games: [Game]) -> [Date] {
        games.filter { $0.date == date && !$0.isPostponed }.compactMap(\.tipoff)
    }

    private static func request(_ kind: RunKind, _ date: GameDate, _ key: String, _ reason: String) -> RunRequest {
        RunRequest(
            kind: kind,
            gameDate: date,
            planKey: key,
            openedBy: "planner",
            reason: reason,
            triggerSource: .scheduler
        )
    }
}
