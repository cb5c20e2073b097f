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
        #expect(evaluation.report.systems.map(\.system) == PointsEvaluation.System.allCases)
        for system in evaluation.report.systems {
            #expect(system.count + system.skipped == evaluation.report.appearances)
            for interval in [system.meanAbsoluteError, system.rootMeanSquaredError, system.bias] {
                #expect(interval.low <= interval.value && interval.value <= interval.high, "\(system.system)")
                #expect(interval.low < interval.high, "\(system.system)")
            }
            for slices in [system.tiers, system.months] {
                #expect(slices.reduce(0) { $0 + $1.accuracy.count } == system.count, "\(system.system)")
            }
            #expect((system.calibration == nil) == system.system.isBaseline)
            #expect((system.coverage80 == nil) == system.system.isBaseline)
        }
        func error(_ system: PointsEvaluation.System) throws -> Double {
            let score = try #require(evaluation.scores.first { $0.system == system && $0.population == .rotation })
            return try #require(score.accuracy.meanAbsoluteError)
        }
        // The league has something to learn: who scores how much a minute.
        let model = try error(.gradientBoosted)
        let last5 = try error(.last5)
        #expect(model < last5)
        let boosted = try #require(evaluation.report[.gradientBoosted])
        let calibrated = try #require(boosted.calibration?.expectedCalibrationError)
        #expect(calibrated < 0.1)
        let coverage = try #require(boosted.coverage80)
        #expect(coverage > 0.7 && coverage < 0.9)
        // It is compared with the best baseline there is.
        let baselines = try PointsEvaluation.System.allCases.filter(\.isBaseline).map { ($0, try error($0)) }
        let best = try #require(baselines.min { $0.1 < $1.1 })
        #expect(boosted.absoluteComparison.baseline == best.0)
        #expect(abs(boosted.absoluteComparison.difference.value - (model - best.1)) < 1e-9)

        // Shuffled results of a date change nothing of it, and much after it.
        let probe = evaluation.leakProbe
        #expect(probe.dates > 0 && probe.appearances > 0)
        #expect(probe.changed == 0)
        #expect(probe.changedFollowers > probe.followers / 2)

        let card = PointsModelCard(evaluation, command: "tipoff evaluate").markdown
        for system in PointsEvaluation.System.allCases { #expect(card.contains("| \(system.rawValue) | ")) }
        #expect(card.contains("| 0 changed |"))
    }

    @Test func aShuffledDateKeepsItsPlayersAndShowsAfterwards() throws {
        let league = try SeededSeasons(seed: 12, seasons: 2018...2018, daysOfSeason: 6)
        var walk = LeagueWalk()
        for day in league.days.dropLast(2) { _ = try walk.step(day) }
        let (day, next) = (league.days[4], league.days[5])
        var after = walk
        _ = try after.step(day)
        var probe = LeakProbe()
        try probe.probe(
            day,
            next: next,
            before: walk,
            after: after,
            predictor: PointsPredictor(models: nil),
            seed: 1
        )
        #expect(probe.changed == 0)
        #expect(probe.changedFollowers == probe.followers && probe.followers == next.players.count)
        let shuffled = day.shuffled(seed: 1)
        #expect(shuffled.players.map(\.player) == day.players.map(\.player))
        #expect(shuffled.players.map(\.points) != day.players.map(\.points))
        #expect(shuffled.players.map(\.points).sorted() == day.players.map(\.points).sorted())
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
