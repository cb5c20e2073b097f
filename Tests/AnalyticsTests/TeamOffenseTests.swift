import Basketball
import Foundation
import Testing
import Warehouse

@testable import Analytics

@Suite struct TeamOffenseTests {
    static let date = LeagueClock.gameDate(of: Date(timeIntervalSince1970: 1705341600))

    static func game(
        _ home: String = "BOS",
        _ away: String = "TOR",
        homeScore: Int? = 105,
        awayScore: Int? = 96,
        isFinal: Bool = true,
        id: String = "0022300561"
    ) -> SlateGame {
        SlateGame(
            gameID: "20240115_\(away)_\(home)",
            nbaGameID: id,
            seasonYear: 2023,
            date: date,
            isFinal: isFinal,
            home: home,
            away: away,
            homeScore: homeScore,
            awayScore: awayScore
        )
    }

    static func line(
        points: Int = 105,
        attempts: Int = 85,
        free: Int = 25,
        turnovers: Int = 15,
        offensive: Int = 10,
        minutes: Double? = 240
    ) -> BoxLine {
        BoxLine(
            minutes: minutes,
            points: points,
            fieldGoalsMade: 38,
            fieldGoalsAttempted: attempts,
            threePointersMade: 12,
            threePointersAttempted: 30,
            freeThrowsMade: 17,
            freeThrowsAttempted: free,
            offensiveRebounds: offensive,
            defensiveRebounds: 35,
            rebounds: 45,
            assists: 25,
            steals: 8,
            blocks: 4,
            turnovers: turnovers,
            personalFouls: 20
        )
    }

    static func boxes(
        home: BoxLine? = line(),
        away: BoxLine? = line(points: 96, attempts: 80, free: 20, turnovers: 12, offensive: 0)
    ) -> TeamBoxes {
        var boxes = TeamBoxes()
        boxes.teams[.init(nbaGameID: "0022300561", team: "BOS")] = home
        boxes.teams[.init(nbaGameID: "0022300561", team: "TOR")] = away
        return boxes
    }

    @Test func possessionsPaceAndRatings() throws {
        let rows = TeamOffense.compute([Self.game()], Self.boxes()).rows
        #expect(rows.map(\.teamAbbr) == ["TOR", "BOS"])
        let home = rows[1], away = rows[0]
        #expect(home.possessions == 101)
        #expect(away.possessions == 100.8)
        #expect(home.pace == 101)
        #expect(home.offensiveRating == 103.9604)
        #expect(home.defensiveRating == away.offensiveRating)
        #expect(away.defensiveRating == home.offensiveRating)
        #expect(home.tsPct == 0.5469)
        #expect(home.overtimePeriods == 0 && home.teamMinutes == 240)
        #expect(home.winFlag == true && away.winFlag == false)
        #expect(home.marginOfVictory == 9 && away.marginOfVictory == -9)
        #expect(home.homeGame && !away.homeGame)
        #expect(home.opponentPoints == 96 && away.opponentPoints == 105)
        #expect(home.dataQualityTier == "gold" && home.primarySourceUsed == "nbac_team_boxscore")
    }

    @Test(arguments: [
        (240.0, 0, 101.0), (243, 0, 101), (265, 1, 91.4717), (266, 1, 91.4717), (290, 2, 83.5862), (315, 3, 76.9524),
    ])
    func overtimeCountsInPace(minutes: Double, periods: Int, pace: Double) {
        let rows = TeamOffense.compute([Self.game()], Self.boxes(home: Self.line(minutes: minutes))).rows
        #expect(rows[1].overtimePeriods == periods)
        #expect(rows[1].pace == pace)
    }

    @Test func aBoxThatContradictsTheScoreStaysAtBronzeAndTheScoreDecides() {
        let result = TeamOffense.compute([Self.game(homeScore: 90)], Self.boxes())
        #expect(result.rows[1].dataQualityTier == "bronze")
        #expect(result.rows[1].pointsScored == 105)
        #expect(result.rows[1].winFlag == false && result.rows[1].marginOfVictory == -6)
        #expect(result.rows[0].dataQualityTier == "gold")
        #expect(result.mismatches == ["20240115_TOR_BOS/BOS"])
        let unknown = TeamOffense.compute([Self.game(homeScore: nil, awayScore: nil)], Self.boxes())
        #expect(unknown.rows.map(\.dataQualityTier) == ["silver", "silver"])
        #expect(unknown.rows[1].marginOfVictory == 9)
    }

    @Test(arguments: [nil, line(points: 0), line(attempts: 0)] as [BoxLine?])
    func aMissingTeamRowIsSummedFromItsPlayers(home: BoxLine?) {
        var boxes = Self.boxes(home: home)
        let key = TeamBoxes.Key(nbaGameID: "0022300561", team: "BOS")
        boxes.players[key] = (0..<10).map { index in
            Self.line(
                points: index == 0 ? 15 : 10,
                attempts: index < 5 ? 9 : 8,
                free: index < 5 ? 3 : 2,
                turnovers: index < 5 ? 2 : 1,
                offensive: 1,
                minutes: index == 0 ? 25 : 24
            )
        }
        let result = TeamOffense.compute([Self.game()], boxes)
        let row = result.rows[1]
        #expect(row.possessions == 101 && row.pace == 101)
        #expect(row.pointsScored == 105 && row.teamMinutes == 240)
        #expect(row.dataQualityTier == "silver" && row.primarySourceUsed == "nbac_player_boxscores_sum")
        #expect(result.rebuilt == ["20240115_TOR_BOS/BOS"])
        #expect(result.rows[0].defensiveRating == row.offensiveRating)
    }

    @Test func fourPlayersAreNotATeam() {
        var boxes = Self.boxes(home: nil)
        boxes.players[.init(nbaGameID: "0022300561", team: "BOS")] = (0..<4).map { _ in Self.line(points: 30) }
        let result = TeamOffense.compute([Self.game()], boxes)
        #expect(result.rows.map(\.teamAbbr) == ["TOR"])
        #expect(result.missing == ["20240115_TOR_BOS/BOS"])
        #expect(result.rows[0].defensiveRating == nil)
    }

    @Test func anUnknownCountMakesWhatNeedsItUnknown() {
        var line = Self.line()
        line.turnovers = nil
        let row = TeamOffense.compute([Self.game()], Self.boxes(home: line)).rows[1]
        #expect(row.possessions == nil && row.pace == nil && row.offensiveRating == nil)
        #expect(row.tsPct == 0.5469 && row.pointsScored == 105)
        line = Self.line(minutes: nil)
        let timeless = TeamOffense.compute([Self.game()], Self.boxes(home: line)).rows[1]
        #expect(timeless.possessions == 101 && timeless.pace == nil && timeless.overtimePeriods == nil)
    }

    @Test func aGameInProgressHasNoRows() {
        #expect(TeamOffense.compute([Self.game(isFinal: false)], Self.boxes()) == .init())
    }
}
