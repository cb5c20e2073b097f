/// One game that a player took part in, as later dates look back at it. Took part means more than zero minutes.
public struct PlayerGame: DatedGame {
    /// The league day of the game.
    public var date: GameDate
    /// Tricode of the team he played for.
    public var team: String
    /// Tricode of the other team.
    public var opponent: String
    /// Points scored.
    public var points: Int
    /// Minutes on the floor, more than zero.
    public var minutes: Double
    /// Usage, 0–100; nil when the team's row of that game is missing.
    public var usagePercent: Double?
    /// True shooting as a fraction; nil without an attempt.
    public var trueShooting: Double?
    /// Free throws made.
    public var freeThrowsMade: Int?
    /// The last points line before tip-off; nil when there was none.
    public var pointsLine: Double?

    /// One game of a player.
    public init(
        date: GameDate,
        team: String,
        opponent: String,
        points: Int,
        minutes: Double,
        usagePercent: Double? = nil,
        trueShooting: Double? = nil,
        freeThrowsMade: Int? = nil,
        pointsLine: Double? = nil
    ) {
        self.date = date
        self.team = team
        self.opponent = opponent
        self.points = points
        self.minutes = minutes
        self.usagePercent = usagePercent
        self.trueShooting = trueShooting
        self.freeThrowsMade = freeThrowsMade
        self.pointsLine = pointsLine
    }
}

/// What was known of a player before a day: his games of the season strictly before it.
///
/// Every figure about a player is computed from this type, and there is no other way to make one: the day's own game
/// cannot get in.
public struct PlayerHistory: Sendable, Hashable {
    /// The day that the history describes.
    public let date: GameDate
    /// Oldest first, all before `date`.
    public let games: [PlayerGame]

    /// Keeps the games strictly before `date` in which he played, oldest first.
    public init(_ games: some Sequence<PlayerGame>, before date: GameDate) {
        self.date = date
        var kept = games.filter { $0.date < date && $0.minutes > 0 }
        // Readers deliver rows by day, so that sorting is the exception.
        if !zip(kept, kept.dropFirst()).allSatisfy({ $0.date <= $1.date }) { kept.sort { $0.date < $1.date } }
        self.games = kept
    }

    /// The day of the last game.
    public var lastDate: GameDate? { games.last?.date }

    /// The last `count` games, or all when there are fewer; oldest first.
    public func last(_ count: Int) -> ArraySlice<PlayerGame> { games.suffix(count) }
}
