public import Basketball
public import Foundation
public import Pipeline
package import Postgres

/// A game that counts, as the schedule has it now. Pre-season and All-Star games are not read.
public struct SlateGame: Sendable, Hashable {
    public var gameID: String
    public var nbaGameID: String
    public var seasonYear: Int
    public var seasonType: SeasonType
    public var date: GameDate
    public var tipoffAt: Date?
    public var isFinal: Bool
    public var isPostponed: Bool
    /// Tricode.
    public var home: String
    /// Tricode.
    public var away: String
    public var homeScore: Int?
    public var awayScore: Int?
    /// As the schedule names it.
    public var arenaCity: String?
    /// Nil where the schedule does not say.
    public var isNeutralSite: Bool?

    public init(
        gameID: String,
        nbaGameID: String,
        seasonYear: Int,
        seasonType: SeasonType = .regular,
        date: GameDate,
        tipoffAt: Date? = nil,
        isFinal: Bool = false,
        isPostponed: Bool = false,
        home: String,
        away: String,
        homeScore: Int? = nil,
        awayScore: Int? = nil
    ) {
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.seasonYear = seasonYear
        self.seasonType = seasonType
        self.date = date
        self.tipoffAt = tipoffAt
        self.isFinal = isFinal
        self.isPostponed = isPostponed
        self.home = home
        self.away = away
        self.homeScore = homeScore
        self.awayScore = awayScore
    }

    /// Where it is played. Throws for a home team that is none.
    public func site() throws(TeamError) -> GameSite {
        GameSite(city: arenaCity, isNeutral: isNeutralSite, home: try Team(tricode: home))
    }

    /// Both tricodes, the visitors first.
    public var teams: [String] { [away, home] }

    /// The other team; nil for a team that is not in the game.
    public func opponent(of team: String) -> String? { team == home ? away : team == away ? home : nil }

    /// A team's score; nil before the end or for a team that is not in the game.
    public func score(of team: String) -> Int? { team == home ? homeScore : team == away ? awayScore : nil }

    /// Whether a marker's game name, canonical or the league's own, means this game.
    public func isNamed(_ name: String) -> Bool { name == gameID || name == nbaGameID }
}

/// The kinds of game that count for seasons, averages and predictions. The league keeps the cup final out of all
/// statistics.
public let competitiveSeasonTypes: Set<SeasonType> = [.regular, .playoffs, .playIn]

extension SnapshotReader {
    /// The games of a date that count, in the order of their ids; postponed ones included.
    public func slate(on date: GameDate) async throws -> [SlateGame] {
        let rows = try await query(
            """
            SELECT game_id, nba_game_id, season_year, season_type, tipoff_at, game_status, is_postponed,
                   home_team_tricode, away_team_tricode, home_team_score, away_team_score, arena_city, is_neutral_site
            FROM nba_raw.nbac_schedule
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
                AND season_type = ANY(\(competitiveSeasonTypes.map(\.rawValue).sorted()))
            ORDER BY nba_game_id
            """
        )
        return try rows.map { row in
            let type: String = try row.decode("season_type")
            guard let seasonType = SeasonType(rawValue: type) else {
                throw TaskError(.permanent, type: "unknown_season_type", "season type \(type)")
            }
            var game = SlateGame(
                gameID: try row.decode("game_id"),
                nbaGameID: try row.decode("nba_game_id"),
                seasonYear: try row.decode("season_year"),
                seasonType: seasonType,
                date: date,
                tipoffAt: try row.decode("tipoff_at"),
                isFinal: try row.decode("game_status", as: Int.self) == 3,
                isPostponed: try row.decode("is_postponed"),
                home: try row.decode("home_team_tricode"),
                away: try row.decode("away_team_tricode"),
                homeScore: try row.decode("home_team_score"),
                awayScore: try row.decode("away_team_score")
            )
            game.arenaCity = try row.decode("arena_city")
            game.isNeutralSite = try row.decode("is_neutral_site")
            return game
        }
    }

    /// Whether any of the teams has a final game in the season before a day. Where none has, an empty history is the
    /// truth and not a gap.
    public func hasEarlierGames(_ teams: Set<String>, season: Int, before date: GameDate) async throws -> Bool {
        let rows = try await query(
            """
            SELECT 1 AS found FROM nba_raw.nbac_schedule
            WHERE season_year = \(season) AND game_date < \(PostgresDate(date)) AND game_status = 3
                AND removed_at IS NULL AND season_type = ANY(\(competitiveSeasonTypes.map(\.rawValue).sorted()))
                AND (home_team_tricode = ANY(\(teams.sorted())) OR away_team_tricode = ANY(\(teams.sorted())))
            LIMIT 1
            """
        )
        return !rows.isEmpty
    }
}

extension PostgresDate {
    /// A league day as a parameter.
    package init(_ date: GameDate) { self.init(daysSince1970: date.daysSince1970) }
}

extension GameDate {
    /// A day as the database returned it. Throws outside 1946…2200.
    package init(_ date: PostgresDate) throws { try self.init(daysSince1970: date.daysSince1970) }
}
