public import Basketball

/// Why boxes are not absorbed or features not told. The state is as it was before.
public enum PointsStateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The date is not later than the last one that was absorbed.
    case notLater(GameDate, last: GameDate)
    /// More than one date, or season, at once.
    case mixedDates
    /// A season before the one of the last date.
    case earlierSeason(Season)
    /// A game has not exactly two team rows that name each other.
    case notTwoSides(NBAGameID)
    /// A team's side is told in two ways, or in two games of one date.
    case contradictorySides(Team)
    /// A team of a finished game has no player rows.
    case noPlayers(NBAGameID, Team)
    /// A player's row is of a side without a team row.
    case strayPlayer(Int)
    /// A player has more than one row on a date.
    case duplicatePlayer(Int)
    /// Minutes that are negative or no number.
    case badMinutes(NBAGameID, Team)

    public var description: String {
        switch self {
        case .notLater(let date, let last): "\(date) is not later than \(last)"
        case .mixedDates: "rows of more than one date or season"
        case .earlierSeason(let season): "the season \(season) is over"
        case .notTwoSides(let game): "\(game) has not two sides that name each other"
        case .contradictorySides(let team): "\(team) has two sides on one date"
        case .noPlayers(let game, let team): "\(game) has no players of \(team)"
        case .strayPlayer(let player): "player \(player) is of no side with a team row"
        case .duplicatePlayer(let player): "player \(player) has two rows on one date"
        case .badMinutes(let game, let team): "\(game) has minutes of \(team) that cannot be"
        }
    }
}
