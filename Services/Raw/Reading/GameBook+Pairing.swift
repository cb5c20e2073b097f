import Basketball
import Upstream

extension GameBook {
    /// What the schedule says about two teams of a source on a date.
    enum Pairing: Sendable, Hashable {
        /// It lists the game.
        case listed(LeagueGame)
        /// It has no game of the date at all, so that nothing speaks against the source.
        case unknown
        /// It has other games on the date: the source's is none that counts, such as one before the season.
        case notListed
        /// It has the game the other way round.
        case swapped
    }

    func pairing(on date: GameDate, away: Team, home: Team) -> Pairing {
        if let game = game(on: date, away: away, home: home) { return .listed(game) }
        if game(on: date, away: home, home: away) != nil { return .swapped }
        return games(on: date).isEmpty ? .unknown : .notListed
    }
}

extension PayloadNotes {
    /// The league's id of a source's game; nil where the schedule does not know the date. Throws ``Unwanted`` for a game
    /// that must not be taken over, and notes why.
    ///
    /// - Parameter rows: how many rows of the payload are about the game.
    mutating func admit(
        _ game: GameID,
        by book: GameBook,
        rows: Int = 1
    ) throws(Unwanted) -> NBAGameID? {
        switch book.pairing(on: game.date, away: game.away, home: game.home) {
        case .listed(let listed): return listed.nbaGameID
        case .unknown: return nil
        case .notListed:
            for _ in 0..<rows { drop("not_in_schedule") }
        case .swapped:
            reject(RowRejection("home_away_swapped", "\(game)"))
        }
        throw Unwanted()
    }

    /// A game that is noted and left out.
    struct Unwanted: Error {}
}
