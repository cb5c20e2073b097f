import Basketball
import Testing

@testable import Models

/// Trained on earlier seasons, judged on a later one, and blind to what happens on the day that it predicts.
@Suite struct PointsEvaluationTests {
    private static let years = 2018...2021
    private static let train = Season(startYear: 2018)...Season(startYear: 2020)
    private static let test = Season(startYear: 2021)

    @Test func everyAppearanceOfTheTestSeasonIsJudgedForEverySystem() throws {
        let league = try SeededSeasons(seed: 7, seasons: Self.years, daysOfSeason: 12)
        let evaluation = try PointsEvaluation(league.days, train: Self.train, test: Self.test)
        let appearances = league.days.flatMap(\.players).filter { $0.side.season == Self.test }.count
        #expect(evaluation.scores.count == 2 * PointsEvaluation.System.allCases.count)
        for score in evaluation.scores where score.population == .all {
            #expect(score.accuracy.count == appearances, "\(score.system)")
        }
        func error(_ system: PointsEvaluation.System) throws -> Double {
            let score = try #require(evaluation.scores.first { $0.system == system && $0.population == .rotation })
            return try #require(score.accuracy.meanAbsoluteError)
        }
        // The league has something to learn: who scores how much a minute.
        let model = try error(.gradientBoosted)
        let last5 = try error(.last5)
        #expect(model < last5)
        let calibrated = try #require(evaluation.calibration.expectedCalibrationError)
        #expect(calibrated < 0.1)
    }

    @Test func whatHappensOnADayChangesNoPredictionOfIt() throws {
        let league = try SeededSeasons(seed: 8, seasons: Self.years, daysOfSeason: 8)
        var random = SeededSeasons.Random(seed: 9)
        let trained = league.days.filter { $0.players.contains { $0.side.season < Self.test } }
        let tested = league.days.filter { $0.players.contains { $0.side.season == Self.test } }
        var state = PointsFeatureState()
        var examples = PointsExamples()
        for day in trained {
            let rows = try state.features(for: day.players.map { PointsRequest(player: $0.player, side: $0.side) })
            for (row, box) in zip(rows, day.players) { examples.append(row, box) }
            try state.absorb(players: day.players, teams: day.teams)
        }
        let model = try PointsModel(training: examples)
        for day in tested {
            let requests = day.players.map { PointsRequest(player: $0.player, side: $0.side) }
            let before = try model.predict(try state.features(for: requests).flatMap(\.values))
            // The day is played otherwise in another world; nothing of it was known.
            var other = state
            var boxes = day.players
            for index in boxes.indices {
                boxes[index].points = Int(random.unit() * 60)
                boxes[index].minutes = (random.unit() * 48).rounded()
            }
            try other.absorb(players: boxes, teams: day.teams)
            let after = try model.predict(try state.features(for: requests).flatMap(\.values))
            #expect(before == after)
            #expect(before.allSatisfy { $0.mean >= PointsModel.lowestMean && $0.median >= 0 })
            try state.absorb(players: day.players, teams: day.teams)
        }
    }

    @Test func aTestSeasonIsAfterTrainingAndHasGames() throws {
        let league = try SeededSeasons(seed: 10, seasons: 2018...2021, daysOfSeason: 2)
        #expect(throws: PointsEvaluationError.testNotAfterTraining) {
            try PointsEvaluation(league.days, train: Self.train, test: Season(startYear: 2020))
        }
        #expect(throws: PointsEvaluationError.noGames(Season(startYear: 2022))) {
            try PointsEvaluation(league.days, train: Self.train, test: Season(startYear: 2022))
        }
        let fewer = Season(startYear: 2019)...Season(startYear: 2020)
        #expect(throws: PointsModelError.tooFewSeasons(2)) {
            try PointsEvaluation(league.days, train: fewer, test: Self.test)
        }
    }
}
