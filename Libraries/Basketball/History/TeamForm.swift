/// How a team comes to a day: rest, load and results of the season before it. A window of N days holds the games with
/// day − N < game < day; rest is the difference of league days, so that 1 is a back-to-back, as for players.
public struct TeamForm: Sendable, Hashable {
    /// Nil before the season's first game.
    public var daysRest: Int?
    public var isBackToBack: Bool?
    public var gamesLast7: Int
    public var gamesLast14: Int
    /// The number of the day's game in the season, from 1.
    public var gameNumber: Int
    /// Games won, or lost, without a break up to the day.
    public var winStreak: Int
    public var lossStreak: Int
    /// Own score minus the opponent's in the last game.
    public var lastMargin: Int?
    public var lastIsWin: Bool?

    public init(_ history: TeamHistory) {
        let dates = history.games.map(\.date)
        func games(days: Int) -> Int { dates.count { history.date - $0 < days } }
        daysRest = history.daysRest
        isBackToBack = daysRest.map { $0 == 1 }
        gamesLast7 = games(days: 7)
        gamesLast14 = games(days: 14)
        gameNumber = dates.count + 1
        winStreak = history.games.reversed().prefix { $0.isWin == true }.count
        lossStreak = history.games.reversed().prefix { $0.isWin == false }.count
        lastMargin = history.games.last?.margin
        lastIsWin = history.games.last?.isWin
    }
}
