import Testing

@testable import Models

/// A vector of nulls with the given values.
func vector(_ values: [Feature: Double], line: Double? = nil) throws -> ModelInput {
    var all = [Double?](repeating: nil, count: ModelInput.count)
    for (feature, value) in values { all[feature.index] = value }
    return try ModelInput(all, line: line)
}

let history: [Feature: Double] = [
    .pointsAverageLast5: 24, .pointsAverageLast10: 22, .pointsAverageSeason: 20, .pointsDeviationLast10: 6,
]

func predicted(_ values: [Feature: Double], line: Double? = nil) throws -> Prediction {
    switch MovingAverage().predict(try vector(values, line: line)) {
    case .predicted(let prediction): return prediction
    case .skipped(let skip):
        Issue.record("skipped: \(skip)")
        throw ModelInputError.wrongCount(0)
    }
}

@Suite struct MovingAverageTests {
    @Test func theWeightsAreThoseOfTheFormula() throws {
        let prediction = try predicted(history)
        #expect(abs(prediction.points - (0.5 * 24 + 0.3 * 22 + 0.2 * 20)) < 1e-12)
        #expect(prediction.deviation == 6)
        #expect(prediction.decision.recommendation == .noLine)
        #expect(prediction.decision.confidence == 0.5)
        #expect(prediction.decision.edge == nil)
    }

    @Test(arguments: [
        (Feature.fatigueScore, 20.0, -2.5), (.fatigueScore, 29.999, -2.5), (.fatigueScore, 30, -1),
        (.fatigueScore, 49.999, -1), (.fatigueScore, 50, 0), (.fatigueScore, 100, 0),
        (.shotZoneMismatchScore, 4, 1.2), (.shotZoneMismatchScore, -4, -1.2), (.paceScore, 2, 0.6),
        (.usageSpikeScore, 5, 2), (.isBackToBack, 1, -1.5), (.isBackToBack, 0, 0), (.isHome, 1, 0.5),
        (.isHome, 0, -0.5),
    ])
    func aTermAddsItsPointsAndNothingElse(feature: Feature, value: Double, points: Double) throws {
        let base = try predicted(history)
        let with = try predicted(history.merging([feature: value]) { $1 })
        #expect(abs(with.points - base.points - points) < 1e-12)
        #expect(base.missing.contains(feature))
        #expect(!with.missing.contains(feature))
        #expect(abs(with.components.values.reduce(0, +) - with.points) < 1e-9)
    }

    @Test func lessRestNeverRaisesThePrediction() throws {
        var last = -Double.infinity
        for tenth in 0...1000 {
            let points = try predicted(history.merging([.fatigueScore: Double(tenth) / 10]) { $1 }).points
            #expect(points >= last)
            last = points
        }
    }

    @Test(arguments: [Feature.pointsAverageLast5, .pointsAverageLast10, .pointsAverageSeason])
    func moreRecentPointsNeverLowerThePrediction(feature: Feature) throws {
        var last = -Double.infinity
        for value in stride(from: 0.0, through: 80, by: 0.5) {
            let points = try predicted(history.merging([feature: value]) { $1 }).points
            #expect(points >= last)
            #expect(PropDecision.pointsRange.contains(points))
            last = points
        }
    }

    @Test(arguments: MovingAverage().requiredFeatures)
    func withoutARequiredFeatureThereIsNoPrediction(feature: Feature) throws {
        var values = history
        values[feature] = nil
        #expect(MovingAverage().predict(try vector(values)) == .skipped(.insufficientHistory([feature])))
    }

    @Test func withoutAnyHistoryEveryRequiredFeatureIsNamed() throws {
        let result = MovingAverage().predict(try vector([:], line: 20.5))
        #expect(result == .skipped(.insufficientHistory(MovingAverage().requiredFeatures)))
    }

    @Test(arguments: [
        (Feature.pointsAverageLast5, 81.0), (.pointsAverageSeason, -0.1), (.pointsDeviationLast10, -1),
        (.fatigueScore, 100.5), (.fatigueScore, -1), (.paceScore, 9), (.isHome, 2),
    ])
    func aValueThatCannotBeIsRefused(feature: Feature, value: Double) throws {
        let values = history.merging([feature: value]) { $1 }
        #expect(MovingAverage().predict(try vector(values)) == .skipped(.invalidFeatures([feature])))
    }

    @Test func predictionsStayWithinTheRange() throws {
        let high: [Feature: Double] = [
            .pointsAverageLast5: 80, .pointsAverageLast10: 80, .pointsAverageSeason: 80, .pointsDeviationLast10: 5,
        ]
        #expect(try predicted(high).points == 60)
        let low: [Feature: Double] = [
            .pointsAverageLast5: 0, .pointsAverageLast10: 0, .pointsAverageSeason: 0, .pointsDeviationLast10: 0,
            .fatigueScore: 0, .isBackToBack: 1,
        ]
        #expect(try predicted(low).points == 0)
    }

    @Test func equalGamesDoNotLookLikeCertainty() throws {
        let prediction = try predicted(history.merging([.pointsDeviationLast10: 0]) { $1 }, line: 22.5)
        #expect(prediction.deviation == MovingAverage.deviationFloor)
        #expect(prediction.decision.confidence < 0.6)
    }

    @Test func theLineIsNoInput() throws {
        let without = try predicted(history)
        for line in stride(from: 4.5, through: 50, by: 1) {
            #expect(try predicted(history, line: line).points == without.points)
        }
    }
}

@Suite struct ModelInputTests {
    @Test func theSixtyFeaturesHaveUniqueNamesInTheStoresOrder() {
        #expect(ModelInput.count == 60)
        #expect(Set(Feature.allCases.map(\.name)).count == 60)
        #expect(Feature.allCases.map(\.index) == Array(0..<60))
        let fixed: [(Feature, Int, String)] = [
            (.pointsAverageLast5, 0, "points_avg_last_5"), (.fatigueScore, 5, "fatigue_score"),
            (.isHome, 15, "home_away"), (.isBackToBack, 16, "back_to_back"), (.pointsLine, 25, "vegas_points_line"),
            (.minutesAverageLast10, 31, "minutes_avg_last_10"), (.daysRest, 39, "days_rest"),
            (.pointsAverageLast3, 43, "points_avg_last_3"), (.overStreak, 51, "prop_over_streak"),
            (.opponentPaceMismatch, 59, "opponent_pace_mismatch"),
        ]
        for (feature, index, name) in fixed {
            #expect(feature.index == index)
            #expect(feature.name == name)
        }
    }

    @Test(arguments: [0, 1, 59, 61, 64])
    func anotherCountIsRefused(count: Int) {
        #expect(throws: ModelInputError.wrongCount(count)) {
            try ModelInput([Double?](repeating: 1, count: count))
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func aValueThatIsNoNumberIsRefused(value: Double) {
        #expect(throws: ModelInputError.notFinite("fatigue_score")) { try vector([.fatigueScore: value]) }
        #expect(throws: ModelInputError.notFinite("line")) { try vector([:], line: value) }
    }
}
