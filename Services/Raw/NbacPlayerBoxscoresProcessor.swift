import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_player_boxscores`: the players who appeared on a date, one row a game.
struct NbacPlayerBoxscoresProcessor: RawReader {
    static let name = "nbac_player_boxscores"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        WriteScope.date(date(location, subject)).headKey
    }

    private func date(_ location: RawInput.Location, _ subject: RawSubject) -> GameDate {
        location.key?.gameDate ?? subject.gameDate
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacPlayerBoxscore> {
        let date = date(location, subject)
        let payload = try GameLogPayload.parse(body, date: date)
        return RawContent(
            rows: payload.lines.map(Self.row),
            scope: .date(date),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount,
            isNothingToExpect: payload.listedCount > 0 && payload.notes.rejectedCount == 0
        )
    }

    private static func row(_ line: PlayerLine) -> NbacPlayerBoxscore {
        let statistics = line.statistics
        return NbacPlayerBoxscore(
            gameID: line.gameID.description,
            nbaGameID: line.game.rawValue,
            gameDate: line.gameID.date,
            seasonYear: line.game.season.startYear,
            seasonType: line.game.seasonType.rawValue,
            nbaPlayerID: line.playerID,
            playerLookup: line.lookup,
            playerFullName: line.name,
            teamID: line.team.id,
            teamAbbr: line.team.tricode,
            opponentTeamAbbr: line.opponent.tricode,
            isHome: line.isHome,
            winLoss: line.winLoss,
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
