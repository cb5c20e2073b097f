import Basketball
import Foundation
import Models
import Pipeline
import Testing
import Warehouse

@testable import Predictions

/// One predicted player of one game, and what became of him.
struct GradedPlayer: Sendable {
    static let date = SlateFixture.date
    static let game = "20240115_BOS_LAL"
    static let tipoff = LeagueClock.instant(date, hour: 19, minute: 30)

    var predicted = PredictionAccuracy.Predicted(points: 24, confidence: 0.6, recommendation: "NO_LINE")
    /// Status, points and minutes; nil when the box score does not have him.
    var row: GradingRules.SummaryRow? = .init(isActive: true, points: 20, minutes: 30)
    var announced: InjuryStatus?
    var seasonAverage: Double?
    var isFinal = true
    /// Active players of each side beside him.
    var others = 5
    var lines: [GradingMaterial.Line] = []

    static let key = GradingMaterial.PredictionKey(player: "star", gameID: game, system: "s", version: "1")

    static func line(
        _ points: Double,
        _ side: Recommendation,
        over: Int? = -110,
        under: Int? = -110,
        minutesBeforeTipoff: Double = 60,
        bookmaker: String = "draftkings"
    ) -> GradingMaterial.Line {
        .init(
            key: key,
            team: "BOS",
            bookmaker: bookmaker,
            points: points,
            overPrice: over,
            underPrice: under,
            isSynthetic: false,
            capturedAt: tipoff.addingTimeInterval(-60 * minutesBeforeTipoff),
            overProbability: 0.5,
            recommendation: side
        )
    }

    func grades() throws -> DateGrades {
        let recommendation = try #require(Recommendation(rawValue: predicted.recommendation))
        let game = SlateGame(
            gameID: Self.game,
            nbaGameID: "0022300001",
            seasonYear: 2023,
            date: Self.date,
            tipoffAt: Self.tipoff,
            isFinal: isFinal,
            home: "LAL",
            away: "BOS"
        )
        let rest = ["BOS", "LAL"].flatMap { team in
            (0..<others).map { number in
                GradingMaterial.PlayerResult(
                    player: "\(team)\(number)",
                    gameID: Self.game,
                    team: team,
                    row: .init(isActive: true, points: 10, minutes: 24)
                )
            }
        }
        let own = row.map { GradingMaterial.PlayerResult(player: "star", gameID: Self.game, team: "BOS", row: $0) }
        let material = GradingMaterial(
            predictions: [
                .init(
                    key: Self.key,
                    team: "BOS",
                    opponent: "LAL",
                    recommendation: recommendation,
                    predicted: predicted,
                    announced: announced,
                    seasonAverage: seasonAverage
                )
            ],
            lines: lines,
            games: [game],
            results: rest + [own].compactMap { $0 }
        )
        return try DateGrades(material, date: Self.date)
    }

    func grade() throws -> PredictionAccuracy { try #require(try grades().predictions.first) }
}

@Suite("Rules of grading")
struct GradingRulesTests {
    @Test(
        "A side wins above or below its line, a push and no side decide nothing",
        arguments: [
            (21, 20.5, "OVER", "OVER", true), (20, 20.5, "OVER", "UNDER", false), (20, 20.5, "UNDER", "UNDER", true),
            (21, 20.5, "UNDER", "OVER", false), (20, 20, "OVER", "PUSH", nil), (20, 20, "UNDER", "PUSH", nil),
            (25, 20.5, "PASS", "OVER", nil), (0, 0.5, "UNDER", "UNDER", true),
        ] as [(Int, Double, String, String, Bool?)]
    )
    func sides(points: Int, line: Double, side: String, outcome: String, isCorrect: Bool?) throws {
        var player = GradedPlayer()
        player.predicted.line = line
        player.predicted.recommendation = side
        player.row?.points = points
        let grade = try player.grade()
        #expect(grade.lineOutcome == outcome)
        #expect(grade.isCorrect == isCorrect)
    }

    @Test func withoutALineOnlyTheErrorIsJudged() throws {
        let grade = try GradedPlayer().grade()
        #expect(grade.lineOutcome == nil && grade.isCorrect == nil)
        #expect(grade.absoluteError == 4)
    }

    @Test(
        "Who did not play is voided, who played without a point is not",
        arguments: [
            (.init(isActive: true, points: 0, minutes: 12), false),
            (.init(isActive: true, points: 2, minutes: nil), false),
            (.init(isActive: true, points: 2, minutes: 0), false),
            (.init(isActive: false, points: nil, minutes: nil), true),
            (.init(isActive: false, points: 0, minutes: 0), true), (.init(isActive: true, points: 0, minutes: 0), true),
            (.init(isActive: true, points: 0, minutes: nil), true),
            (.init(isActive: true, points: nil, minutes: nil), true),
            (nil, true),
        ] as [(GradingRules.SummaryRow?, Bool)]
    )
    func voids(row: GradingRules.SummaryRow?, isVoided: Bool) throws {
        var player = GradedPlayer()
        player.row = row
        player.predicted.line = 20.5
        player.predicted.recommendation = "UNDER"
        player.lines = [GradedPlayer.line(20.5, .under)]
        let grades = try player.grades()
        let grade = try #require(grades.predictions.first)
        #expect((grade.voidReason != nil) == isVoided)
        let line = try #require(grades.lines.first)
        if isVoided {
            #expect(grade.absoluteError == nil && grade.signedError == nil && grade.actualPoints == nil)
            #expect(grade.isCorrect == nil && grade.lineOutcome == nil)
            #expect(line.outcome == "VOID" && line.isCorrect == nil && line.profitPerUnit == 0 && line.lineError == nil)
        } else {
            #expect(grade.absoluteError == 24 - Double(row?.points ?? -1))
            #expect(grade.isCorrect == true && line.isCorrect == true)
        }
    }

    @Test func whoWasOnTheFloorWithUnknownPointsIsNamedAndNotJudged() throws {
        var player = GradedPlayer()
        player.row = .init(isActive: true, points: nil, minutes: 12)
        player.lines = [GradedPlayer.line(20.5, .under)]
        let grades = try player.grades()
        #expect(grades.predictions.isEmpty && grades.lines.isEmpty)
        #expect(grades.unsettled == ["star"])
    }

    @Test(
        "What was said before tip-off names the reason of a void",
        arguments: [
            (.out, "dnp_injury_confirmed"), (.doubtful, "dnp_injury_confirmed"), (.questionable, "dnp_late_scratch"),
            (.probable, "dnp_late_scratch"), (.available, "dnp_unknown"), (nil, "dnp_unknown"),
        ] as [(InjuryStatus?, String)]
    )
    func voidReasons(announced: InjuryStatus?, reason: String) throws {
        var player = GradedPlayer()
        player.row = nil
        player.announced = announced
        #expect(try player.grade().voidReason == reason)
        #expect(try player.grade().playerStatusBefore == announced?.rawValue)
        player.row = .init(isActive: true, points: 3, minutes: 8)
        #expect(try player.grade().voidReason == nil)
    }

    @Test func theMedianIsJudgedAbsolutelyAndTheMeanWithItsSign() throws {
        var player = GradedPlayer()
        player.predicted.median = 22
        player.predicted.interval = 12...20
        let grade = try player.grade()
        #expect(grade.absoluteError == 2 && grade.signedError == 4)
        #expect(grade.isWithinInterval == true, "the ends belong to the interval")
        player.row?.points = 21
        #expect(try player.grade().isWithinInterval == false)
        player.predicted.interval = nil
        #expect(try player.grade().isWithinInterval == nil)
    }

    @Test func twoLinesOfOnePlayerAreGradedApart() throws {
        var player = GradedPlayer()
        player.row?.points = 25
        player.lines = [GradedPlayer.line(24.5, .over, over: 120), GradedPlayer.line(25, .over, over: -105)]
        let lines = try player.grades().lines
        #expect(lines.map(\.pointsLine) == [24.5, 25])
        #expect(lines.map(\.outcome) == ["OVER", "PUSH"])
        #expect(lines.map(\.isCorrect) == [true, nil])
        #expect(lines.map(\.lineError) == [-0.5, 0])
        #expect(lines.compactMap(\.profitPerUnit) == [1.2, 0])
    }

    @Test(
        "A stake gains what its side's price says",
        arguments: [
            (.over, 21, 150, nil, 1.5), (.over, 20, 150, nil, -1), (.under, 20, nil, -200, 0.5),
            (.under, 21, nil, -200, -1), (.over, 21, nil, -200, nil), (.pass, 21, 150, -200, 0),
        ] as [(Recommendation, Int, Int?, Int?, Double?)]
    )
    func profits(side: Recommendation, points: Int, over: Int?, under: Int?, profit: Double?) throws {
        var player = GradedPlayer()
        player.row?.points = points
        player.lines = [GradedPlayer.line(20.5, side, over: over, under: under)]
        #expect(try player.grades().lines.first?.profitPerUnit == profit)
    }

    @Test func aLineFromTipoffOnIsNeverJudged() throws {
        var player = GradedPlayer()
        player.lines = [1, 0, -5].map { GradedPlayer.line(20.5 + $0, .over, minutesBeforeTipoff: $0) }
        let grades = try player.grades()
        #expect(grades.lines.map(\.pointsLine) == [21.5])
        #expect(grades.linesNotBeforeTipoff == 2)
    }

    @Test func aGameThatIsNotFinalOrHasNoBoxScoreIsNamedAndNotJudged() throws {
        var player = GradedPlayer()
        player.isFinal = false
        var grades = try player.grades()
        #expect(grades.predictions.isEmpty && grades.gamesNotFinal == [GradedPlayer.game] && grades.finalGames.isEmpty)
        player.isFinal = true
        player.others = 4
        grades = try player.grades()
        #expect(grades.predictions.isEmpty && grades.gamesWithoutRows == [GradedPlayer.game])
    }

    @Test(
        "Only what was predicted live and before tip-off counts as such",
        arguments: [
            (.live, -1, true), (.live, 0, false), (.live, 1, false), (.backfill, -1, false), (.backfill, nil, false),
            (.live, nil, nil), (nil, -1, nil), (nil, 1, false), (nil, nil, nil),
        ] as [(Lane?, Double?, Bool?)]
    )
    func provenance(lane: Lane?, minutesAfterTipoff: Double?, expected: Bool?) throws {
        var player = GradedPlayer()
        player.predicted.lane = lane
        player.predicted.at = minutesAfterTipoff.map { GradedPlayer.tipoff.addingTimeInterval(60 * $0) }
        player.lines = [GradedPlayer.line(20.5, .over)]
        let grades = try player.grades()
        #expect(grades.predictions.first?.wasMadeBeforeTipoff == expected)
        #expect(grades.lines.first?.wasMadeBeforeTipoff == expected)
        #expect(grades.lines.first?.lane == lane)
    }

    @Test(
        "A player's tier is his season before the game, whatever he then scored",
        arguments: [
            (20, "star"), (19.99, "starter"), (12, "starter"), (11.99, "rotation"), (6, "rotation"), (5.99, "bench"),
            (0, "bench"), (nil, "unknown"),
        ] as [(Double?, String)]
    )
    func tiers(average: Double?, tier: String) throws {
        var player = GradedPlayer()
        player.seasonAverage = average
        for points in [0, 50] {
            player.row?.points = points
            #expect(try player.grade().seasonAverageTier == tier)
        }
    }

    @Test(arguments: [(0, 1), (0.0999, 1), (0.1, 2), (0.55, 6), (0.99, 10), (1, 10)] as [(Double, Int)])
    func theDecileIsTheTenthOfTheConfidence(confidence: Double, decile: Int) {
        #expect(GradingRules.decile(of: confidence) == decile)
    }
}
