import Testing

@testable import Models

@Suite struct PointsPredictorTests {
    @Test func withoutModelsThereAreNoLearntSystems() throws {
        let league = try TrainedLeague.shared.get()
        let predictor = PointsPredictor(models: nil)
        #expect(predictor.systems == [.movingAverage, .zoneMatchup, .similarity])
        let rows = try league.rows
        for (row, outcomes) in zip(rows, try predictor.predict(rows)) {
            #expect(outcomes.map(\.system) == predictor.systems)
            for prediction in outcomes.compactMap(\.prediction) {
                // Normal around the mean, with the player's own deviation.
                #expect(prediction.deviation == row.profile.pointsDeviation)
                #expect(abs(prediction.median - prediction.mean) < 1e-9)
                #expect(prediction.minutes == nil)
            }
        }
    }

    @Test func everySystemSaysSomethingOrWhyNot() throws {
        let league = try TrainedLeague.shared.get()
        let predictor = PointsPredictor(models: league.models)
        #expect(predictor.systems == [.ensemble, .gradientBoosted, .movingAverage, .zoneMatchup, .similarity])
        let rows = try league.rows
        let outcomes = try predictor.predict(rows)
        #expect(outcomes.count == rows.count)
        for outcome in outcomes {
            #expect(outcome.map(\.system) == predictor.systems)
            for prediction in outcome.compactMap(\.prediction) {
                let sum = prediction.terms.reduce(0) { $0 + $1.points }
                #expect(abs(sum - prediction.mean) < 1e-6, "\(prediction.system)")
                #expect(prediction.median >= 0 && prediction.deviation > 0)
            }
        }
        let unknown = try #require(try predictor.predict([try league.unknown]).first)
        #expect(unknown[1].prediction != nil)
        for outcome in unknown[2...] {
            #expect(outcome == .skipped(SkippedSystem(system: outcome.system, reason: .noGames)))
        }
    }

    @Test func rowsArePredictedAloneAsTogether() throws {
        let league = try TrainedLeague.shared.get()
        let predictor = PointsPredictor(models: league.models)
        let rows = try league.rows
        let together = try predictor.predict(rows)
        for (row, outcomes) in zip(rows, together).prefix(10) {
            let alone = try predictor.predict([row])
            #expect(alone == [outcomes])
        }
        let none = try predictor.predict([])
        #expect(none.isEmpty)
    }

    @Test func theEnsembleIsNoWorseThanItsBestMemberWhereItLearns() throws {
        let league = try TrainedLeague.shared.get()
        let ensemble = league.models.ensemble
        let best = try #require(ensemble.memberErrors.min())
        #expect(ensemble.mixtureError <= best + 1e-9)
        #expect(ensemble.weights.allSatisfy { $0 >= 0 })
        #expect((ensemble.soleMember == nil) == (best - ensemble.mixtureError > PointsEnsemble.tolerance))
        #expect(league.steps == [.boosted, .distributions, .ensemble])
        #expect(league.models.training.appearances == 3 * 10 * 54)
    }
}
