/// A game with its day.
public protocol DatedGame: Sendable, Hashable {
    /// The league day of the game.
    var date: GameDate { get }
}

/// Games strictly before a day, oldest first. There is no other way to make one, so that the day's own game cannot get
/// into what is computed from it.
public struct GamesBefore<Game: DatedGame>: Sendable, Hashable {
    /// The day that the games lead up to.
    public let date: GameDate
    /// Oldest first, all before `date`.
    public let games: [Game]

    /// Keeps the games strictly before `date`.
    public init(_ games: some Sequence<Game>, before date: GameDate) {
        self.date = date
        self.games = games.filter { $0.date < date }.sorted { $0.date < $1.date }
    }

    /// The last `count` games, or all when there are fewer; oldest first.
    public func last(_ count: Int) -> ArraySlice<Game> { games.suffix(count) }
}
