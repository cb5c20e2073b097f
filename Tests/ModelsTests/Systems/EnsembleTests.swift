import Boosting
import Testing

@testable import Models

@Suite struct EnsembleTests {
    /// Predictions of four members around counts; the noise of each is its own.
    private func league(noise: [Double], rows: Int, seed: Int) -> (means: [[Double]], counts: [Int]) {
        var random = SeededGenerator(seed: seed)
        let counts = (0..<rows).map { _ in Int.random(in: 0...40, using: &random) }
        let means = noise.map { width in
            counts.map { Double($0) + Double.random(in: -width...width, using: &random) }
        }
        return (means, counts)
    }

    private func members(_ means: [Double]) throws -> [SystemPrediction] {
        try zip(PointsEnsemble.members, means).map { system, mean in
            let outcome = try CountDistribution(normalMean: mean, standardDeviation: 5)
            return SystemPrediction(
                system: system,
                mean: mean,
                median: mean - 0.3,
                minutes: system == .gradientBoosted ? 30 : nil,
                outcome: outcome,
                terms: []
            )
        }
    }

    @Test func weightsAreNotNegativeSumToOneAndAreNoWorseThanTheBestMember() throws {
        for seed in 0..<20 {
            var random = SeededGenerator(seed: 100 + seed)
            let noise = (0..<4).map { _ in Double.random(in: 2...12, using: &random) }
            let (means, counts) = league(noise: noise, rows: 600, seed: seed)
            let isWeighed = counts.indices.map { $0 % 3 > 0 }
            let ensemble = try PointsEnsemble(means: means, counts: counts, isWeighed: isWeighed)
            #expect(ensemble.weights.allSatisfy { $0 >= 0 }, "seed \(seed)")
            #expect(abs(ensemble.weights.reduce(0, +) - 1) < 1e-9, "seed \(seed)")
            let rows = counts.indices.filter { isWeighed[$0] }
            func error(_ predict: (Int) -> Double) -> Double {
                let squares = rows.reduce(0) {
                    $0 + (predict($1) - Double(counts[$1])) * (predict($1) - Double(counts[$1]))
                }
                return (squares / Double(rows.count)).squareRoot()
            }
            let best = try #require(means.indices.map { member in error { means[member][$0] } }.min())
            let own = error { row in zip(ensemble.weights, means).reduce(0) { $0 + $1.0 * $1.1[row] } }
            #expect(own <= best + PointsEnsemble.tolerance, "seed \(seed)")
            #expect(ensemble.rows == rows.count)
        }
    }

    @Test func whatGainsTooLittleIsTheBestMemberWithItsMedianAndDistribution() throws {
        // The other three add nothing to the last.
        let (means, counts) = league(noise: [30, 30, 30, 1], rows: 2_000, seed: 1)
        let ensemble = try PointsEnsemble(means: means, counts: counts, isWeighed: counts.map { _ in true })
        #expect(ensemble.soleMember == .gradientBoosted)
        #expect(ensemble.weights == [0, 0, 0, 1])
        let members = try members([10, 12, 14, 20])
        let outcome = try #require(try ensemble.outcome(members).prediction)
        #expect(outcome.system == .ensemble && outcome.mean == 20 && outcome.median == 19.7 && outcome.minutes == 30)
        #expect(outcome.outcome == members[3].outcome)
        #expect(try ensemble.outcome(Array(members.prefix(3))) == .skipped(.init(system: .ensemble, reason: .noMember)))
    }

    @Test func whatGainsIsAMixtureThatSharesTheWeightsOfThoseWhoSayNothing() throws {
        let (means, counts) = league(noise: [8, 8, 8, 8], rows: 2_000, seed: 2)
        let ensemble = try PointsEnsemble(means: means, counts: counts, isWeighed: counts.map { _ in true })
        #expect(ensemble.soleMember == nil)
        #expect(ensemble.memberErrors.allSatisfy { $0 > ensemble.mixtureError + PointsEnsemble.tolerance })
        let members = try members([10, 12, 14, 20])
        let outcome = try #require(try ensemble.outcome(members).prediction)
        let expected = zip(ensemble.weights, [10.0, 12, 14, 20]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(outcome.mean - expected) < 1e-9)
        #expect(outcome.terms.map(\.name) == PointsEnsemble.members.map(\.rawValue))
        let two = try #require(try ensemble.outcome([members[0], members[3]]).prediction)
        let (first, last) = (ensemble.weights[0], ensemble.weights[3])
        #expect(abs(two.mean - (10 * first + 20 * last) / (first + last)) < 1e-9)
    }
}
