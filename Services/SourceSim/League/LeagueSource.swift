import Basketball

/// Where the served league comes from.
protocol LeagueSource: Sendable {
    /// `real` or `generated`, as announced when the server is ready.
    var kind: String { get }
    /// The seasons it can serve, oldest first.
    var seasons: [Season] { get }
    /// The season's games with their team totals, in any order.
    func games(of season: Season) throws -> [Game]
    /// The season's player rows by game.
    func playerRows(of season: Season, games: [Game]) throws -> [NBAGameID: [PlayerRow]]
    /// Closing lines by canonical game; games without one are absent.
    func gameLines(of season: Season, book: SeasonBook) throws -> [NBAGameID: GameLine]
    /// Real bookmaker event ids, where known.
    func eventIDs(of season: Season, book: SeasonBook) throws -> [NBAGameID: String]
    /// Players who were with a team but did not play in a game.
    func absentees(game: Game, season: Season) throws -> [Absentee]
}

/// A player listed without playing.
struct Absentee: Sendable {
    let playerID: Int32
    let name: String
    let isHome: Bool
    let comment: String
}
