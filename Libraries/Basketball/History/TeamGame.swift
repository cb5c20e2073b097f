/// One game of a team, as later dates look back at it.
public struct TeamGame: Sendable, Hashable {
    /// The league day of the game.
    public var date: GameDate
    /// Tricode of the other team.
    public var opponent: String
    /// In the team's own arena.
    public var isHome: Bool?
    /// Possessions per 48 minutes.
    public var pace: Double?
    /// Points scored per 100 possessions.
    public var offensiveRating: Double?
    /// Points allowed per 100 possessions of the opponent.
    public var defensiveRating: Double?
    /// From the score.
    public var isWin: Bool?
    /// Own score minus the opponent's.
    public var margin: Int?

    /// One game of a team.
    public init(
        date: GameDate,
        opponent: String,
        isHome: Bool? = nil,
        pace: Double? = nil,
        offensiveRating: Double? = nil,
        defensiveRating: Double? = nil,
        isWin: Bool? = nil,
        margin: Int? = nil
    ) {
        self.date = date
        self.opponent = opponent
        self.isHome = isHome
        self.pace = pace
        self.offensiveRating = offensiveRating
        self.defensiveRating = defensiveRating
        self.isWin = isWin
        self.margin = margin
    }
}

/// What was known of a team before a day: its games of the season strictly before it.
public struct TeamHistory: Sendable, Hashable {
    /// The day that the history describes.
    public let date: GameDate
    /// Oldest first, all before `date`.
    public let games: [TeamGame]

    /// Keeps the games strictly before `date`, oldest first.
    public init(_ games: some Sequence<TeamGame>, before date: GameDate) {
        self.date = date
        self.games = games.filter { $0.date < date }.sorted { $0.date < $1.date }
    }

    /// Days since the last game (1 is a back-to-back); nil without one.
    public var daysRest: Int? { games.last.map { date - $0.date } }

    /// Mean pace of the last ten games.
    public var paceLast10: Double? { SampleStatistics.mean(games.suffix(10).compactMap(\.pace))?.stored }

    /// Mean points per 100 possessions of the last ten games.
    public var offensiveRatingLast10: Double? {
        SampleStatistics.mean(games.suffix(10).compactMap(\.offensiveRating))?.stored
    }

    /// Mean points allowed per 100 possessions of the last fifteen games.
    public var defensiveRatingLast15: Double? {
        SampleStatistics.mean(games.suffix(15).compactMap(\.defensiveRating))?.stored
    }

    /// Mean points allowed per 100 possessions of the last ten games.
    public var defensiveRatingLast10: Double? {
        SampleStatistics.mean(games.suffix(10).compactMap(\.defensiveRating))?.stored
    }

    /// Share of the season's games won; nil below five games.
    public var winShare: Double? {
        let results = games.compactMap(\.isWin)
        return results.count >= 5 ? (Double(results.count { $0 }) / Double(results.count)).stored : nil
    }

    /// Share of the last ten games decided by 15 points or more; nil below five games.
    public var blowoutShareLast10: Double? {
        let margins = games.suffix(10).compactMap(\.margin)
        return margins.count >= 5 ? (Double(margins.count { abs($0) >= 15 }) / Double(margins.count)).stored : nil
    }
}
