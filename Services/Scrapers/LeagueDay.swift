import Basketball
import Foundation
import HTTPFetch
import Logging
import Pipeline
import Postgres
import Upstream

/// The games of one date as far as they are known: from the schedule table, and from the schedule that this process
/// fetched last, which knows earlier than the table that a game is over.
struct LeagueDay: Sendable, Hashable {
    struct Game: Sendable, Hashable {
        var id: NBAGameID
        var home: Team
        var away: Team
        var isFinal: Bool
        var isPostponed: Bool
        /// Points, once the schedule names them.
        var homeScore: Int?
        var awayScore: Int?
    }

    /// False when nobody knows the schedule of the season: then nothing can be called expected.
    var isKnown: Bool
    var games: [Game]

    /// The games whose box scores are expected. The league keeps the cup final out of its statistics, so that no game
    /// log lists it.
    var finals: [Game] { games.filter { $0.isFinal && !$0.isPostponed && $0.id.seasonType != .cupFinal } }
    var isWithoutGames: Bool { isKnown && games.allSatisfy(\.isPostponed) }
    var isWithoutFinals: Bool { isKnown && finals.isEmpty }

    func includes(_ home: Team, _ away: Team) -> Bool { games.contains { $0.home == home && $0.away == away } }

    /// Both views together: a game is final when either says so.
    func union(_ other: LeagueDay) -> LeagueDay {
        guard isKnown else { return other }
        guard other.isKnown else { return self }
        var byID = Dictionary(games.map { ($0.id, $0) }) { first, _ in first }
        for game in other.games {
            if var known = byID[game.id] {
                known.isFinal = known.isFinal || game.isFinal
                known.isPostponed = known.isPostponed && game.isPostponed
                known.homeScore = game.homeScore ?? known.homeScore
                known.awayScore = game.awayScore ?? known.awayScore
                byID[game.id] = known
            } else {
                byID[game.id] = game
            }
        }
        return LeagueDay(isKnown: true, games: byID.values.sorted { $0.id < $1.id })
    }
}

/// Looks days up.
struct LeagueDays: Sendable {
    let schedule: ScrapeProcessor<NbacScheduleAPI>

    /// What the table says, together with the last schedule that this process has seen.
    func known(_ execution: Execution) async throws -> LeagueDay {
        let table = try await fromTable(execution)
        let url = schedule.source.request(for: execution).http.url
        return table.union(day(await schedule.cache.peek(url)?.content, execution.gameDate))
    }

    /// The same, and the source is asked when its last answer is old. A source that does not answer leaves the
    /// table's word.
    func current(_ execution: Execution) async throws -> LeagueDay {
        let table = try await fromTable(execution)
        do {
            return table.union(day(try await schedule.capture(execution)?.content, execution.gameDate))
        } catch let error as TaskError {
            execution.logger.warning("schedule source not asked", metadata: ["error": "\(error)"])
            return table
        }
    }

    private func day(_ payload: SchedulePayload?, _ date: GameDate) -> LeagueDay {
        guard let payload, !payload.games.isEmpty else { return LeagueDay(isKnown: false, games: []) }
        let games = payload.games.filter { $0.date == date }.map { game in
            LeagueDay.Game(
                id: game.id,
                home: game.gameID.home,
                away: game.gameID.away,
                isFinal: game.status == .final,
                isPostponed: game.isPostponed,
                homeScore: game.homeScore,
                awayScore: game.awayScore
            )
        }
        return LeagueDay(isKnown: true, games: games)
    }

    private func fromTable(_ execution: Execution) async throws -> LeagueDay {
        let date = execution.gameDate
        let season = Int64(Season(containing: date).startYear)
        let rows = try await execution.pool.query(
            """
            SELECT nba_game_id, home_team_tricode, away_team_tricode, game_status, is_postponed, home_team_score,
                away_team_score
            FROM nba_raw.nbac_schedule WHERE game_date = \(date.postgres) AND removed_at IS NULL
            ORDER BY nba_game_id
            """
        )
        var games: [LeagueDay.Game] = []
        for row in rows {
            games.append(
                LeagueDay.Game(
                    id: try NBAGameID(try row.decode("nba_game_id", as: String.self)),
                    home: try Team(tricode: try row.decode("home_team_tricode", as: String.self)),
                    away: try Team(tricode: try row.decode("away_team_tricode", as: String.self)),
                    isFinal: try row.decode("game_status", as: Int64.self) == 3,
                    isPostponed: try row.decode("is_postponed"),
                    homeScore: try row.decode("home_team_score"),
                    awayScore: try row.decode("away_team_score")
                )
            )
        }
        guard games.isEmpty else { return LeagueDay(isKnown: true, games: games) }
        let known = try await execution.pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_schedule
                           WHERE season_year = \(season) AND removed_at IS NULL) AS is_known
            """
        )
        return LeagueDay(isKnown: try known.first?.decode("is_known", as: Bool.self) ?? false, games: [])
    }
}
