import Testing

@testable import Models

@Suite struct PropDecisionTests {
    /// Probabilities of the standard normal distribution.
    @Test(arguments: [
        (0.0, 0.5), (1, 0.158655253931457), (-1, 0.841344746068543), (1.959963984540054, 0.025),
        (6, 9.865876450377e-10),
    ])
    func theTailIsTheNormalOne(z: Double, probability: Double) {
        #expect(abs(PropDecision.upperTail(z) - probability) < 1e-12)
    }

    @Test(arguments: [
        (25.0, 5.0, 20.5, Recommendation.over), (16, 5, 20.5, .under), (22, 5, 20.5, .pass), (19, 5, 20.5, .pass),
        // An edge of exactly two points takes no side.
        (22.5, 5, 20.5, .pass), (18.5, 5, 20.5, .pass),
        // A large edge inside a larger scatter does not beat the price.
        (23, 45, 20.5, .pass), (18, 45, 20.5, .pass),
    ])
    func aSideNeedsAnEdgeAndAProbabilityBeyondBreakEven(
        points: Double,
        deviation: Double,
        line: Double,
        expected: Recommendation
    ) {
        let decision = PropDecision(points: points, deviation: deviation, line: line)
        #expect(decision.recommendation == expected)
        #expect(decision.edge == points - line)
    }

    @Test func everyDecisionIsConsistent() throws {
        for points in stride(from: 0.0, through: 60, by: 0.75) {
            for line in stride(from: 0.5, through: 45, by: 0.5) {
                for deviation in [3.0, 6, 12, 40] {
                    let decision = PropDecision(points: points, deviation: deviation, line: line)
                    let over = try #require(decision.overProbability)
                    #expect((0...1).contains(over))
                    #expect((0.5...1).contains(decision.confidence))
                    switch decision.recommendation {
                    case .over: #expect(points - line > 2 && over > PropDecision.breakEven)
                    case .under: #expect(line - points > 2 && 1 - over > PropDecision.breakEven)
                    case .pass: #expect(abs(points - line) <= 2 || decision.confidence <= PropDecision.breakEven)
                    case .noLine: Issue.record("there is a line")
                    }
                }
            }
        }
    }

    @Test func moreExpectedPointsNeverMakeOverLessLikely() {
        for line in [12.5, 20] {
            var last = 0.0
            for points in stride(from: 0.0, through: 60, by: 0.25) {
                let over = PropDecision.overProbability(points: points, deviation: 6, line: line)
                #expect(over >= last)
                last = over
            }
        }
    }

    @Test func aPushIsNobodysWin() {
        // Expectation on a whole line: both sides are equally likely whatever a push takes away.
        #expect(abs(PropDecision.overProbability(points: 20, deviation: 5, line: 20) - 0.5) < 1e-12)
        #expect(abs(PropDecision.overProbability(points: 20.5, deviation: 5, line: 20.5) - 0.5) < 1e-12)
    }

    @Test func aLineFarFromAnythingStillHasAProbability() {
        let decision = PropDecision(points: 0, deviation: 3, line: 500)
        #expect(decision.overProbability == 0)
        #expect(decision.recommendation == .under)
        #expect(decision.confidence == 1)
    }

    @Test func breakEvenIsThePriceOfMinus110() {
        #expect(abs(PropDecision.breakEven - 0.5238) < 1e-4)
    }
}
