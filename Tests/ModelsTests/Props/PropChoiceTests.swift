import Boosting
import Testing

@testable import Models

@Suite struct PropChoiceTests {
    private func prediction(_ mean: Double, deviation: Double = 6) throws -> SystemPrediction {
        SystemPrediction(
            system: .movingAverage,
            mean: mean,
            median: mean,
            minutes: nil,
            outcome: try CountDistribution(normalMean: mean, standardDeviation: deviation),
            terms: []
        )
    }

    @Test func withoutALineNothingIsClaimed() throws {
        let choice = try PropChoice(try prediction(20), line: nil, overPrice: -110, underPrice: -110)
        #expect(choice.recommendation == .noLine && choice.reason == .noLine)
        #expect(choice.edge == nil && choice.overProbability == nil && choice.confidence == nil)
        #expect(choice.over == nil && choice.under == nil)
    }

    @Test func withoutAPriceNothingIsRecommended() throws {
        let choice = try PropChoice(try prediction(30), line: 20.5)
        #expect(choice.recommendation == .pass && choice.reason == .noPrice)
        #expect(choice.edge == 9.5)
        let confidence = try #require(choice.confidence)
        #expect(confidence > 0.9)
        // Nor by the price of the other side.
        let other = try PropChoice(try prediction(30), line: 20.5, underPrice: -110)
        #expect(other.recommendation == .pass && other.reason == .noPrice)
    }

    @Test(arguments: [(30.0, Recommendation.over), (11, .under)])
    func aSideBeyondItsBreakEvenIsRecommended(mean: Double, expected: Recommendation) throws {
        let choice = try PropChoice(try prediction(mean), line: 20.5, overPrice: -110, underPrice: -110)
        #expect(choice.recommendation == expected && choice.reason == .beyondBreakEven)
    }

    @Test func halfALineCannotBePushed() throws {
        let choice = try PropChoice(try prediction(20.5), line: 20.5, overPrice: 100, underPrice: 100)
        let over = try #require(choice.overProbability)
        #expect(choice.pushProbability == 0)
        #expect(abs(over - 0.5) < 1e-9)
        let value = try #require(choice.over?.expectedValue)
        #expect(abs(value) < 1e-9)
        #expect(choice.recommendation == .pass && choice.reason == .smallEdge)
    }

    @Test func aPushReturnsTheStakeAndIsLeftOutOfTheProbability() throws {
        let choice = try PropChoice(try prediction(20), line: 20, overPrice: 100, underPrice: 100)
        let push = try #require(choice.pushProbability)
        #expect(push > 0.06 && push < 0.07)
        let over = try #require(choice.over)
        #expect(abs(over.probability - 0.5) < 1e-9)
        #expect(abs(over.expectedValue) < 1e-9)
        // What is won when it wins, less what is lost: the push is neither.
        let better = try PropChoice(try prediction(22), line: 20, overPrice: 150)
        let priced = try #require(better.over)
        let none = try #require(better.pushProbability)
        let wins = priced.probability * (1 - none)
        #expect(abs(priced.expectedValue - (1.5 * wins - (1 - none - wins))) < 1e-9)
    }

    @Test func breakEvenIsThatOfTheRealPrice() throws {
        let mean = 22.5
        let over = try #require(try PropChoice(try prediction(mean), line: 20.5).overProbability)
        // The prices between which the probability of about 0.63 stops to be beyond break-even by the margin.
        var last: Recommendation = .over
        var changes = 0
        for price in stride(from: -100, through: -300, by: -1) {
            let choice = try PropChoice(try prediction(mean), line: 20.5, overPrice: price)
            let breakEven = Double(-price) / Double(100 - price)
            let isBeyond = over - breakEven >= PropChoice.minimumMargin
            #expect(choice.recommendation == (isBeyond ? .over : .pass), "\(price)")
            #expect(choice.reason == (isBeyond ? .beyondBreakEven : .withinMargin), "\(price)")
            let priced = try #require(choice.over)
            #expect(abs(priced.breakEven - breakEven) < 1e-12)
            #expect((priced.expectedValue > 0) == (over > breakEven), "\(price)")
            if choice.recommendation != last { changes += 1 }
            last = choice.recommendation
        }
        #expect(changes == 1)
    }

    @Test func aProbabilityAtBreakEvenGainsNothing() throws {
        // Even odds at an even chance, and 3 to 1 against at a quarter.
        let even = try #require(try PropChoice(try prediction(20.5), line: 20.5, overPrice: 100).over)
        #expect(abs(even.expectedValue) < 1e-9 && abs(even.margin) < 1e-9)
        let priced = PricedSide(price: 300, probability: 0.25, breakEven: 0.25, expectedValue: 0)
        #expect(priced.margin == 0)
    }

    @Test func theEdgeMustBeLargeEnough() throws {
        // A price so good that any probability is beyond it.
        for (mean, expected) in [(21.4, Recommendation.pass), (21.5, .over), (19.6, .pass), (19.5, .under)] {
            let choice = try PropChoice(try prediction(mean), line: 20.5, overPrice: 400, underPrice: 400)
            #expect(choice.recommendation == expected, "\(mean)")
        }
    }

    @Test func twoBooksAreTwoLines() throws {
        let prediction = try prediction(26.2)
        let half = try PropChoice(prediction, line: 24.5, overPrice: -120, underPrice: 100)
        let whole = try PropChoice(prediction, line: 25.0, overPrice: -105, underPrice: -115)
        #expect(half.edge != whole.edge)
        #expect(half.pushProbability == 0)
        let push = try #require(whole.pushProbability)
        #expect(push > 0.05)
        // Over 25 without 25 itself wins less often than over 24.5.
        let (first, second) = (try #require(half.over), try #require(whole.over))
        #expect(second.probability < first.probability)
    }

    @Test func whatIsNoLineOrNoPriceIsRefused() throws {
        let prediction = try prediction(20)
        #expect(throws: PropChoiceError.badPrice(50)) { try PropChoice(prediction, line: 20.5, overPrice: 50) }
        #expect(throws: PropChoiceError.badPrice(0)) { try PropChoice(prediction, line: 20.5, underPrice: 0) }
        #expect(throws: PropChoiceError.self) { try PropChoice(prediction, line: .nan) }
    }

    @Test func everyReasonSpeaksForTheSideOfItsPoints() throws {
        for seed in 0..<50 {
            var random = SeededGenerator(seed: seed)
            var profile = try PointsProfile.random(&random)
            profile.vacatedPointsChange = Double.random(in: -10...10, using: &random)
            profile.opponentRolePoints = Double.random(in: 0.8...1.2, using: &random)
            var said = try prediction(Double.random(in: 5...30, using: &random))
            said.minutes = Double.random(in: 10...40, using: &random)
            let line = Double(Int.random(in: 5...30, using: &random)) + 0.5
            let choice = try PropChoice(said, line: line, overPrice: -110, underPrice: -110)
            let reasons = PredictionReasons.of(said, profile: profile, line: line, choice: choice)
            #expect(reasons.count >= 3, "seed \(seed)")
            for reason in reasons {
                #expect(reason.value.isFinite)
                guard let points = reason.points else { continue }
                #expect((points > 0) == (reason.isFor == .over), "\(reason.name), seed \(seed)")
                #expect(abs(points) >= PredictionReasons.leastPoints)
            }
            let over = try #require(reasons.first { $0.name == "over_probability" })
            #expect((over.isFor == .over) == (over.value > 110.0 / 210))
            #expect(PredictionReasons.of(said, profile: profile, line: nil, choice: choice).isEmpty)
        }
    }
}
