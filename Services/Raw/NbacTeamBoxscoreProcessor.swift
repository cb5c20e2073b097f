import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_team_boxscore`: both teams' totals of one game. The payload does not say on which day the game was
/// played; the path does, and else the scrape's input or the run. Its older form does not say either who was at home: the
/// schedule does.
struct NbacTeamBoxscoreProcessor: RawReader {
    static let name = "nbac_team_boxscore"

    func needs(of body: [UInt8]) throws -> RawNeeds { try TeamBoxPayload.isOlderForm(body) ? .games : [] }

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        location.gameScope?.headKey
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacTeamBoxscore> {
        let game = try subject.nbaGameID()
        let date = location.key?.gameDate ?? subject.gameDate
        let payload = try TeamBoxPayload.parse(body, game: game)
        let rows = try payload.lines.map { line in
            guard let isHome = line.isHome else {
                return try Self.row(line, game, try subject.scheduledGame(game))
            }
            let (away, home) = isHome ? (line.opponent, line.team) : (line.team, line.opponent)
            return try Self.row(line, game, try GameID(date: date, away: away, home: home))
        }
        return RawContent(
            rows: rows,
            scope: .game(rows.first?.gameDate ?? date, game.rawValue),
            // One of two teams is not a game.
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.isNotStarted || payload.isOutsideLeague ? payload.notes.droppedCount : 2,
            isNothingToExpect: payload.isOutsideLeague
        )
    }

    private static func row(_ line: TeamLine, _ game: NBAGameID, _ gameID: GameID) throws -> NbacTeamBoxscore {
        let statistics = line.statistics
        guard Set([line.team, line.opponent]) == [gameID.home, gameID.away] else {
            throw PayloadError(.wrongSubject, "\(line.team) and \(line.opponent) in the game \(gameID)")
        }
        return NbacTeamBoxscore(
            gameID: gameID.description,
            nbaGameID: game.rawValue,
            gameDate: gameID.date,
            seasonYear: game.season.startYear,
            teamID: line.team.id,
            teamAbbr: line.team.tricode,
            opponentTeamAbbr: line.opponent.tricode,
            teamName: line.teamName,
            teamCity: line.teamCity,
            isHome: line.team == gameID.home,
            minutes: line.minutes,
            points: statistics.points,
            fieldGoalsMade: statistics.fieldGoalsMade,
            fieldGoalsAttempted: statistics.fieldGoalsAttempted,
            fieldGoalPercentage: statistics.fieldGoalPercentage,
            threePointersMade: statistics.threePointersMade,
            threePointersAttempted: statistics.threePointersAttempted,
            threePointPercentage: statistics.threePointPercentage,
            freeThrowsMade: statistics.freeThrowsMade,
            freeThrowsAttempted: statistics.freeThrowsAttempted,
            freeThrowPercentage: statistics.freeThrowPercentage,
            offensiveRebounds: statistics.offensiveRebounds,
            defensiveRebounds: statistics.defensiveRebounds,
            totalRebounds: statistics.totalRebounds,
            assists: statistics.assists,
            steals: statistics.steals,
            blocks: statistics.blocks,
            turnovers: statistics.turnovers,
            personalFouls: statistics.personalFouls,
            plusMinus: statistics.plusMinus
        )
    }
}
