import Foundation
import Testing

@testable import Boosting

@Suite struct NormalDistributionTests {
    /// The normal distribution function.
    private func normal(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    @Test(arguments: [(20.0, 6.0), (12, 5), (30, 8)])
    func itsProbabilitiesAreThoseOfTheNormalDistribution(mean: Double, deviation: Double) throws {
        let outcome = try CountDistribution(normalMean: mean, standardDeviation: deviation)
        #expect(outcome.mean == mean && outcome.standardDeviation == deviation)
        #expect(abs(outcome.median - mean) < 1e-9)
        for line in stride(from: mean - 2 * deviation, through: mean + 2 * deviation, by: 0.5) where line > 0 {
            let half = line.rounded(.down) + 0.5
            let expected = 1 - normal((half - mean) / deviation)
            let over = try outcome.probabilities(line: half).over
            // Between two of the 99 quantiles the distribution function is a line.
            #expect(abs(over - expected) < 2e-3, "line \(half)")
        }
    }

    @Test func nothingIsBelowZeroPoints() throws {
        let outcome = try CountDistribution(normalMean: 1, standardDeviation: 5)
        #expect(outcome.cumulative(-0.5) == 0)
        #expect(outcome.quantile(0.01) == 0)
        let atZero = outcome.cumulative(0.5)
        #expect(abs(atZero - normal(-0.1)) < 2e-3)
    }

    @Test func whatIsNoDistributionIsRefused() {
        for (mean, deviation) in [(Double.nan, 5.0), (.infinity, 5), (10, .nan), (10, 0), (10, -1)] {
            #expect(throws: BoostingError.self) {
                try CountDistribution(normalMean: mean, standardDeviation: deviation)
            }
        }
    }
}
