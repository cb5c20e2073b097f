import Basketball
import Foundation
import Pipeline
import Postgres

/// What a reading of a payload needs to know besides the payload.
struct RawNeeds: OptionSet, Sendable {
    let rawValue: Int
    /// The schedule's games around the date.
    static let games = RawNeeds(rawValue: 1)
    /// The other spellings of players' names.
    static let names = RawNeeds(rawValue: 2)
    /// Who plays for which team, for sources that give last names alone.
    static let rosters = RawNeeds(rawValue: 4)
    /// What bookmakers offered before, for the event that the unit names.
    static let offers = RawNeeds(rawValue: 8)
    /// Who is behind the league's player ids.
    static let players = RawNeeds(rawValue: 16)
    /// What the injury reports said before about the games around the date.
    static let injuries = RawNeeds(rawValue: 32)
    /// The league's own list of the season's players, to hold other lists against.
    static let playerList = RawNeeds(rawValue: 64)
    /// What BettingPros' books offered before, for the date.
    static let bettingProsOffers = RawNeeds(rawValue: 128)
}

/// A game of the schedule.
struct LeagueGame: Sendable, Hashable {
    var nbaGameID: NBAGameID
    var gameID: GameID
    var tipoff: Date?
    var isFinal: Bool
    var isPostponed: Bool

    var date: GameDate { gameID.date }
    var home: Team { gameID.home }
    var away: Team { gameID.away }
}

/// The schedule's games around a date: who was at home is the schedule's word, not a payload's.
struct GameBook: Sendable {
    private var games: [LeagueGame] = []

    init(_ games: [LeagueGame] = []) { self.games = games }

    func game(_ id: NBAGameID) -> LeagueGame? { games.first { $0.nbaGameID == id } }

    func game(on date: GameDate, away: Team, home: Team) -> LeagueGame? {
        games.first { $0.date == date && $0.away == away && $0.home == home }
    }

    /// The game of a team on a date; no team plays twice a day.
    func game(on date: GameDate, of team: Team) -> LeagueGame? {
        games.first { $0.date == date && !$0.isPostponed && ($0.home == team || $0.away == team) }
    }

    func games(on date: GameDate) -> [LeagueGame] { games.filter { $0.date == date } }

    /// Reads the games from three days before to seven days after a date, and the one that the unit names.
    static func read(_ reader: SnapshotReader, around date: GameDate, unit: String) async throws -> GameBook {
        let rows = try await reader.query(
            """
            SELECT nba_game_id, game_date, away_team_tricode, home_team_tricode, tipoff_at, game_status, is_postponed
            FROM nba_raw.nbac_schedule
            WHERE removed_at IS NULL AND (nba_game_id = \(unit)
                OR game_date BETWEEN \(date.adding(days: -3).postgres) AND \(date.adding(days: 7).postgres))
            """
        )
        return GameBook(
            try rows.map { row in
                LeagueGame(
                    nbaGameID: try NBAGameID(try row.decode("nba_game_id", as: String.self)),
                    gameID: try GameID(
                        date: try row.gameDate("game_date"),
                        away: try Team(tricode: try row.decode("away_team_tricode", as: String.self)),
                        home: try Team(tricode: try row.decode("home_team_tricode", as: String.self))
                    ),
                    tipoff: try row.decode("tipoff_at"),
                    isFinal: try row.decode("game_status", as: Int64.self) == 3,
                    isPostponed: try row.decode("is_postponed")
                )
            }
        )
    }
}
