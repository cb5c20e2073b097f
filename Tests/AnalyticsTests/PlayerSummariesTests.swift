import Basketball
import Foundation
import Testing
import Warehouse

@testable import Analytics

@Suite struct PlayerSummariesTests {
    static let tipoff = Date(timeIntervalSince1970: 1_705_363_200)

    static func box(
        _ lookup: String = "jaysontatum",
        id: Int = 1628369,
        team: String = "BOS",
        game: String = "0022300561",
        line: BoxLine = BoxLine(
            minutes: 36,
            points: 25,
            fieldGoalsMade: 10,
            fieldGoalsAttempted: 20,
            threePointersMade: 2,
            threePointersAttempted: 6,
            freeThrowsMade: 3,
            freeThrowsAttempted: 8,
            turnovers: 3
        )
    ) -> PlayerSummaries.Box {
        .init(nbaGameID: game, nbaPlayerID: id, playerLookup: lookup, fullName: lookup, team: team, line: line)
    }

    static func team(
        attempts: Int? = 90,
        free: Int? = 25,
        turnovers: Int? = 15,
        minutes: Double? = 240,
        win: Bool? = true
    ) -> PlayerSummaries.TeamTotals {
        .init(
            nbaGameID: "0022300561",
            fieldGoalsAttempted: attempts,
            freeThrowsAttempted: free,
            turnovers: turnovers,
            minutes: minutes,
            isWin: win
        )
    }

    static func inputs(
        _ boxes: [PlayerSummaries.Box] = [box()],
        team: PlayerSummaries.TeamTotals? = team(),
        line: Double? = nil
    ) -> PlayerSummaries.Inputs {
        var inputs = PlayerSummaries.Inputs()
        inputs.games = [TeamOffenseTests.game()]
        inputs.boxes = boxes
        inputs.teams["BOS"] = team
        if let line {
            inputs.lines.byPlayer["jaysontatum"] = [
                .init(
                    home: "BOS",
                    away: "TOR",
                    startsAt: tipoff,
                    quote: PointsLineQuote(bookmaker: "draftkings", line: line, seenAt: tipoff.addingTimeInterval(-60))
                )
            ]
        }
        return inputs
    }

    static func row(_ inputs: PlayerSummaries.Inputs) -> PlayerGameSummary? {
        PlayerSummaries.compute(inputs, only: nil).rows.first
    }

    @Test(
        arguments: [
            // analytics 13 and 14, then what overtime makes of 13.
            (20, 8, 3, 36.0, 90, 25, 15, 240.0, 30.4828), (18, 5, 2, 30, 85, 20, 12, 240, 33.5728),
            (20, 8, 3, 36, 90, 25, 15, 265, 33.658), (20, 8, 3, 41, 90, 25, 15, 290, 32.3415),
        ] as [(Int, Int, Int, Double, Int, Int, Int, Double, Double)]
    )
    func usageTakesTheTeamsRealMinutes(
        attempts: Int,
        free: Int,
        turnovers: Int,
        minutes: Double,
        teamAttempts: Int,
        teamFree: Int,
        teamTurnovers: Int,
        teamMinutes: Double,
        usage: Double
    ) {
        let line = BoxLine(
            minutes: minutes,
            points: 20,
            fieldGoalsAttempted: attempts,
            freeThrowsAttempted: free,
            turnovers: turnovers
        )
        let team = Self.team(attempts: teamAttempts, free: teamFree, turnovers: teamTurnovers, minutes: teamMinutes)
        #expect(Self.row(Self.inputs([Self.box(line: line)], team: team))?.usageRate == usage)
    }

    // analytics 15: 132.5 against a team's row that holds half of the team. analytics 16: without minutes.
    @Test func moreThanTheWholeTeamsPlaysIsNoUsage() {
        let line = BoxLine(
            minutes: 12,
            points: 20,
            fieldGoalsAttempted: 15,
            freeThrowsAttempted: 10,
            turnovers: 2
        )
        let inputs = Self.inputs([Self.box(line: line)], team: Self.team(attempts: 50, free: 15, turnovers: 8))
        let result = PlayerSummaries.compute(inputs, only: nil)
        #expect(result.rows[0].usageRate == nil && result.usageRefused == 1)
        #expect(result.rows[0].dataQualityTier == "silver")
        var still = line
        still.minutes = 0
        let without = PlayerSummaries.compute(Self.inputs([Self.box(line: still)]), only: nil)
        #expect(without.rows[0].usageRate == nil && without.usageRefused == 0)
    }

    // analytics §6.6: the sum of usage times minutes is the team's minutes, whoever played how long.
    @Test(arguments: [240.0, 265]) func usageAddsUpToTheTeams(teamMinutes: Double) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let boxes = (0..<9).map { number in
                Self.box(
                    "player\(number)",
                    id: number + 1,
                    line: BoxLine(
                        // Long enough that nobody alone has more than the team's plays.
                        minutes: Double(Int.random(in: 20...40, using: &random)),
                        points: 10,
                        fieldGoalsAttempted: Int.random(in: 4...12, using: &random),
                        freeThrowsAttempted: Int.random(in: 0...6, using: &random),
                        turnovers: Int.random(in: 0...3, using: &random)
                    )
                )
            }
            let sum = BoxLine.sum(boxes.map(\.line))
            let team = Self.team(
                attempts: sum.fieldGoalsAttempted,
                free: sum.freeThrowsAttempted,
                turnovers: sum.turnovers,
                minutes: teamMinutes
            )
            func share(_ boxes: [PlayerSummaries.Box]) throws -> Double {
                let rows = PlayerSummaries.compute(Self.inputs(boxes, team: team), only: nil).rows
                return try rows.reduce(0) {
                    try $0 + (try #require($1.usageRate)) * (try #require($1.minutesPlayed)) / (20 * teamMinutes)
                }
            }
            #expect(abs(try share(boxes) - 1) < 1e-4, "seed \(seed)")
            #expect(try share(Array(boxes.dropLast())) < 0.99, "seed \(seed)")
        }
    }

    // analytics 17
    @Test func threeOfFourGamesWithATeamRowHaveUsage() {
        let pairs = [("BOS", "TOR"), ("DEN", "LAL"), ("MIA", "ATL"), ("GSW", "SAC")]
        var inputs = PlayerSummaries.Inputs()
        for (index, pair) in pairs.enumerated() {
            let game = TeamOffenseTests.game(pair.0, pair.1, id: "002230056\(index)")
            inputs.games.append(game)
            inputs.boxes.append(Self.box("player\(index)", id: index + 1, team: pair.0, game: game.nbaGameID))
            guard index < 3 else { continue }
            var team = Self.team()
            team.nbaGameID = game.nbaGameID
            inputs.teams[pair.0] = team
        }
        let result = PlayerSummaries.compute(inputs, only: nil)
        let usages = result.rows.map(\.usageRate)
        #expect(Double(usages.count { $0 != nil }) / Double(usages.count) == 0.75)
        #expect(result.rows.first { $0.usageRate == nil }?.playerLookup == "player3")
        #expect(result.withoutTeam == ["20240115_SAC_GSW/GSW"])
    }

    @Test func withoutMinutesOrTeamThereIsNoUsageAndTheRowStays() {
        var line = Self.box().line
        line.minutes = 0
        #expect(Self.row(Self.inputs([Self.box(line: line)]))?.usageRate == nil)
        let result = PlayerSummaries.compute(Self.inputs(team: nil), only: nil)
        #expect(result.rows.count == 1 && result.rows[0].usageRate == nil)
        #expect(result.rows[0].dataQualityTier == "silver")
        #expect(result.withoutTeam == ["20240115_TOR_BOS/BOS"])
        // The schedule's score still says who won.
        #expect(result.rows[0].winFlag == true)
        var other = Self.team()
        other.nbaGameID = "0022399999"
        #expect(Self.row(Self.inputs(team: other))?.usageRate == nil)
    }

    @Test func shootingIsAFractionAndAScorelessAttemptIsZero() {
        let row = Self.row(Self.inputs())
        #expect(row?.efgPct == 0.55)
        #expect(row?.tsPct == 0.5315)
        var line = Self.box().line
        line.points = 0
        #expect(Self.row(Self.inputs([Self.box(line: line)]))?.tsPct == 0)
        line.fieldGoalsAttempted = 0
        line.freeThrowsAttempted = 2
        line.points = 2
        #expect(Self.row(Self.inputs([Self.box(line: line)]))?.tsPct == 1.1364)
        #expect(Self.row(Self.inputs([Self.box(line: line)]))?.efgPct == nil)
        line.freeThrowsAttempted = 0
        #expect(Self.row(Self.inputs([Self.box(line: line)]))?.tsPct == nil)
    }

    @Test(arguments: [(24.5, "OVER", 0.5), (25.5, "UNDER", -0.5), (25.0, "PUSH", 0.0)])
    func aLineHitExactlyIsAPush(line: Double, result: String, margin: Double) {
        let row = Self.row(Self.inputs(line: line))
        #expect(row?.overUnderResult == result && row?.margin == margin && row?.pointsLine == line)
        #expect(row?.pointsLineSource == "draftkings" && row?.isLineSynthetic == false)
    }

    @Test func withoutALineThereIsNoResult() {
        let row = Self.row(Self.inputs())
        #expect(row?.pointsLine == nil && row?.overUnderResult == nil && row?.margin == nil)
        #expect(row?.isLineSynthetic == nil)
    }

    @Test func theWinnerComesFromTheTeamRow() {
        #expect(Self.row(Self.inputs(team: Self.team(win: false)))?.winFlag == false)
    }

    @Test func whoIsNoPlayerOfTheGameIsRefused() {
        let nobody = PlayerSummaries.compute(Self.inputs([Self.box("")]), only: nil)
        #expect(nobody.rows.isEmpty && nobody.refused.count == 1, "analytics 9")
        let boxes = [
            Self.box(""), Self.box("nobody", id: 0), Self.box("stranger", team: "LAL"),
            Self.box("elsewhere", game: "0022300999"), Self.box(),
        ]
        let result = PlayerSummaries.compute(Self.inputs(boxes), only: nil)
        #expect(result.rows.map(\.playerLookup) == ["jaysontatum"])
        #expect(result.refused == ["/1628369", "nobody/0", "stranger/1628369"])
        #expect(result.examined == 4)
    }

    @Test func oneNameMakesOneRowAndTheOtherIsReported() {
        var short = Self.box(id: 7)
        short.line.minutes = 5
        for boxes in [[short, Self.box()], [Self.box(), short]] {
            let result = PlayerSummaries.compute(Self.inputs(boxes), only: nil)
            #expect(result.rows.map(\.nbaPlayerID) == [1628369])
            #expect(result.refused == ["jaysontatum/7"])
        }
    }

    @Test func aPartOfThePlayersEqualsThatPartOfAll() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let boxes = (0..<12).map { number in
                Self.box(
                    "player\(number)",
                    id: number + 1,
                    team: Bool.random(using: &random) ? "BOS" : "TOR",
                    line: BoxLine(
                        minutes: Double(Int.random(in: 0...40, using: &random)),
                        points: Int.random(in: 0...40, using: &random),
                        fieldGoalsMade: 3,
                        fieldGoalsAttempted: Int.random(in: 0...20, using: &random),
                        threePointersMade: 1,
                        freeThrowsAttempted: Int.random(in: 0...9, using: &random),
                        turnovers: Bool.random(using: &random) ? 2 : nil
                    )
                )
            }
            let inputs = Self.inputs(boxes, team: Bool.random(using: &random) ? Self.team() : nil)
            let all = PlayerSummaries.compute(inputs, only: nil).rows
            let chosen = Set(boxes.map(\.playerLookup).filter { _ in Bool.random(using: &random) })
            let part = PlayerSummaries.compute(inputs, only: chosen).rows
            #expect(part == all.filter { chosen.contains($0.playerLookup) }, "seed \(seed)")
        }
    }
}

/// A generator whose sequence a seed decides.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
