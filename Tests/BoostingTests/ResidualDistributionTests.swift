import Foundation
import Testing

@testable import Boosting

@Suite struct ResidualDistributionTests {
    /// Predictions and counts of a league whose scatter grows with the mean.
    static func poisson(rows: Int, using random: inout SeededGenerator) -> (means: [Double], counts: [Int]) {
        let means = (0..<rows).map { _ in random.uniform(1..<30) }
        return (means, means.map { random.poisson($0) })
    }

    // MARK: - Quantiles

    /// Residuals 0 and 2: half of the mass on −0.5 … 0.5, half on 1.5 … 2.5.
    @Test func massIsSpreadEvenlyOverHalfAPointToEachSide() {
        let quantiles = ResidualDistribution.Bin.quantiles([0, 2])
        for (level, quantile) in zip(ResidualDistribution.levels, quantiles) {
            let expected = level < 0.5 ? 2 * level - 0.5 : 2 * level + 0.5
            // The middle level is exactly where nothing is between the two.
            if abs(level - 0.5) > 1e-9 { #expect(abs(quantile - expected) < 1e-12) }
        }
        #expect((0.5...1.5).contains(quantiles[49]))
    }

    /// Where the distribution function, summed from its definition, reaches a level, there is the quantile.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func theDistributionFunctionAtAQuantileIsItsLevel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let residuals = (0..<Int.random(in: 1...200, using: &random)).map { _ in 3 * random.normal() }.sorted()
        let quantiles = ResidualDistribution.Bin.quantiles(residuals)
        #expect(quantiles.count == 99)
        for (level, quantile) in zip(ResidualDistribution.levels, quantiles) {
            let mass = residuals.reduce(0) { $0 + min(max(quantile - $1 + 0.5, 0), 1) }
            #expect(abs(mass / Double(residuals.count) - level) < 1e-9, "seed \(seed), level \(level)")
        }
    }

    /// Equal means leave one bin, whose quantiles are those of the counts: 0 … 9 equally often is even over −0.5 … 9.5.
    @Test func countsThatAreEquallyLikelyGiveAStraightLine() throws {
        let distribution = try ResidualDistribution(
            means: [Double](repeating: 4.5, count: 1_000),
            counts: (0..<1_000).map { $0 % 10 }
        )
        #expect(distribution.bins.count == 1)
        let outcome = try distribution.outcome(mean: 4.5)
        for line in stride(from: 0.5, through: 8.5, by: 0.5) {
            let probabilities = try outcome.probabilities(line: line)
            let above = (0..<10).count { Double($0) > line }
            let below = (0..<10).count { Double($0) < line }
            #expect(abs(probabilities.over - Double(above) / 10) < 1e-9)
            #expect(abs(probabilities.under - Double(below) / 10) < 1e-9)
            #expect(abs(probabilities.overWithoutPush - Double(above) / Double(above + below)) < 1e-9)
        }
        #expect(abs(outcome.median - 4.5) < 1e-9)
        #expect(abs(outcome.quantile(0.25) - 2) < 1e-9)
        // √(Σ(k − 4.5)²·100 / 999)
        #expect(abs(outcome.standardDeviation - (8_250.0 / 999).squareRoot()) < 1e-9)
        // Counts are 0 or more.
        #expect(outcome.quantile(0) == 0)
        #expect(try outcome.probabilities(line: 0).under == 0)
    }

    @Test func aKnownDistributionIsRecovered() throws {
        let seed: UInt64 = 11
        var random = SeededGenerator(seed: seed)
        let (means, counts) = Self.poisson(rows: 40_000, using: &random)
        let distribution = try ResidualDistribution(means: means, counts: counts)
        #expect(distribution.bins.count == 12)
        for mean in [6.0, 11.3, 18, 25.9] {
            let outcome = try distribution.outcome(mean: mean)
            #expect(abs(outcome.standardDeviation / mean.squareRoot() - 1) < 0.05, "seed \(seed), mean \(mean)")
            var (below, at) = (0.0, exp(-mean))
            for count in 0...40 {
                let probabilities = try outcome.probabilities(line: Double(count))
                #expect(abs(probabilities.under - below) < 0.02, "seed \(seed), mean \(mean), line \(count)")
                #expect(abs(probabilities.over - (1 - below - at)) < 0.02, "seed \(seed), mean \(mean), line \(count)")
                below += at
                at *= mean / Double(count + 1)
            }
        }
    }

    // MARK: - Promises for any distribution

    @Test func probabilitiesFallAsTheLineRisesAndSumToOne() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (means, counts) = Self.poisson(rows: 600, using: &random)
        let distribution = try ResidualDistribution(means: means, counts: counts)
        for mean in [-3, 0, 0.3, 1, 7.7, 15, 29, 60] {
            let outcome = try distribution.outcome(mean: mean)
            var last = LineProbabilities(over: 1, push: 0, under: 0)
            for line in stride(from: -2, through: 80, by: 0.25) {
                let probabilities = try outcome.probabilities(line: line)
                #expect(
                    probabilities.over <= last.over && probabilities.under >= last.under,
                    "seed \(seed), line \(line)"
                )
                #expect(probabilities.overWithoutPush <= last.overWithoutPush, "seed \(seed), line \(line)")
                let sum = probabilities.over + probabilities.push + probabilities.under
                #expect(abs(sum - 1) < 1e-12 && probabilities.push >= 0, "seed \(seed), line \(line)")
                // Only a whole number can be hit.
                if line != line.rounded() {
                    let half = try outcome.probabilities(line: line.rounded(.down) + 0.5)
                    #expect(probabilities.push == 0 && probabilities == half, "seed \(seed), line \(line)")
                }
                last = probabilities
            }
            let quantiles = stride(from: 0, through: 1, by: 0.001).map { outcome.quantile($0) }
            #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(seed)")
            #expect(quantiles.allSatisfy { $0 >= 0 }, "seed \(seed)")
            for probability in stride(from: 0.01, through: 0.99, by: 0.07) where outcome.quantile(probability) > 0 {
                let back = outcome.cumulative(outcome.quantile(probability))
                #expect(abs(back - probability) < 1e-9, "seed \(seed), mean \(mean), probability \(probability)")
            }
        }
    }

    @Test func theOrderOfTheRowsMakesNoDifference() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        // Many equal means, as at a floor.
        let rows = (0..<500).map { _ in
            (max(0.3, random.uniform(-5..<20).rounded()), Int.random(in: 0...9, using: &random))
        }
        let shuffled = rows.shuffled(using: &random)
        let first = try ResidualDistribution(means: rows.map(\.0), counts: rows.map(\.1))
        let second = try ResidualDistribution(means: shuffled.map(\.0), counts: shuffled.map(\.1))
        #expect(first == second, "seed \(seed)")
    }

    @Test func betweenTwoCentresTheScatterIsInBetweenAndOutsideItIsTheOutermost() throws {
        let distribution = try ResidualDistribution(
            means: (0..<40).map { $0 < 20 ? 10 : 20 },
            counts: (0..<40).map { $0 < 20 ? 10 : 20 + ($0.isMultiple(of: 2) ? 4 : -4) },
            bins: 2
        )
        let wide = try distribution.outcome(mean: 20).standardDeviation
        #expect(try distribution.outcome(mean: 10).standardDeviation == 0)
        #expect(try abs(distribution.outcome(mean: 12.5).standardDeviation - wide / 4) < 1e-12)
        #expect(try distribution.outcome(mean: 3).standardDeviation == 0)
        #expect(try distribution.outcome(mean: 99).standardDeviation == wide)
        #expect(try abs(distribution.outcome(mean: 99).median - 99) < 4.6)
    }

    // MARK: - Coding and refusals

    @Test func codingKeepsEveryBitAndRefusesDisorder() throws {
        var random = SeededGenerator(seed: 5)
        let (means, counts) = Self.poisson(rows: 300, using: &random)
        let distribution = try ResidualDistribution(means: means, counts: counts)
        #expect(try decoded(distribution) == distribution)
        let reversed = try JSONEncoder().encode(["bins": Array(distribution.bins.reversed())])
        #expect(code { _ = try JSONDecoder().decode(ResidualDistribution.self, from: reversed) } == .invalidModel)
        var bin = distribution.bins[0]
        bin.quantiles.swapAt(3, 70)
        let falling = try JSONEncoder().encode(["bins": [bin]])
        #expect(code { _ = try JSONDecoder().decode(ResidualDistribution.self, from: falling) } == .invalidModel)
        bin.quantiles = [0]
        let short = try JSONEncoder().encode(["bins": [bin]])
        #expect(code { _ = try JSONDecoder().decode(ResidualDistribution.self, from: short) } == .invalidModel)
    }

    @Test func whatHasNoDistributionIsRefused() throws {
        let means = [Double](repeating: 5, count: 240)
        let counts = [Int](repeating: 5, count: 240)
        let distribution = try ResidualDistribution(means: means, counts: counts)
        #expect(BoostingTests.code { _ = try distribution.outcome(mean: .nan) } == .notFinite)
        #expect(
            BoostingTests.code { _ = try distribution.outcome(mean: 5).probabilities(line: .infinity) } == .notFinite
        )
        func code(_ means: [Double], _ counts: [Int], bins: Int = 12) -> BoostingError.Code? {
            BoostingTests.code { _ = try ResidualDistribution(means: means, counts: counts, bins: bins) }
        }
        #expect(code(means, Array(counts.dropFirst())) == .wrongShape)
        #expect(code(Array(means.dropFirst()), Array(counts.dropFirst())) == .tooFewRows)
        #expect(code([], []) == .tooFewRows)
        #expect(code(means, counts, bins: 0) == .invalidParameter)
        #expect(code(means, counts.map { -$0 }) == .invalidParameter)
        #expect(code([.nan] + means.dropFirst(), counts) == .notFinite)
        #expect(code(means.map { _ in 1e308 }, counts) == .notFinite)
    }
}
