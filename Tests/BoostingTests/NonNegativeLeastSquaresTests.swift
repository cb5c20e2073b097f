import Boosting
import Testing

@Suite struct NonNegativeLeastSquaresTests {
    struct Problem {
        var columns: [[Double]]
        var target: [Double]
        /// What rounding is judged by.
        var scale: Double

        /// Columns that all tell of the target, more or less well, or have nothing to do with it.
        init(using random: inout SeededGenerator) {
            let rows = Int.random(in: 10...200, using: &random)
            let isRelated = Bool.random(using: &random)
            let target = (0..<rows).map { _ in isRelated ? 10 + 5 * random.normal() : random.normal() }
            columns = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                let (slope, noise) = (isRelated ? random.uniform(0.5..<1.5) : 0, random.uniform(0.1..<8))
                return target.map { slope * $0 + noise * random.normal() }
            }
            self.target = target
            scale = columns.joined().reduce(1) { $0 + $1 * $1 }
        }

        func loss(_ weights: [Double]) -> Double {
            target.indices.reduce(0) { sum, row in
                let error = target[row] - zip(columns, weights).reduce(0) { $0 + $1.0[row] * $1.1 }
                return sum + error * error
            }
        }

        /// −½ of the loss's derivative by each weight.
        func descents(_ weights: [Double]) -> [Double] {
            columns.map { column in
                target.indices.reduce(0) { sum, row in
                    let fitted = zip(columns, weights).reduce(0) { $0 + $1.0[row] * $1.1 }
                    return sum + column[row] * (target[row] - fitted)
                }
            }
        }

    }

    /// Karush, Kuhn and Tucker: no weight below 0; the loss is level in a weight above 0 and rises with one at 0.
    @Test func theConditionsOfAMinimumHold() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var zeros = 0
        for _ in 0..<60 {
            let problem = Problem(using: &random)
            let weights = try NonNegativeLeastSquares.weights(
                columns: problem.columns,
                target: problem.target,
                constraint: .nonNegative
            )
            for (weight, descent) in zip(weights, problem.descents(weights)) {
                #expect(weight >= 0, "seed \(seed)")
                #expect(descent < 1e-9 * problem.scale, "seed \(seed)")
                if weight > 0 { #expect(descent > -1e-9 * problem.scale, "seed \(seed)") } else { zeros += 1 }
            }
        }
        #expect(zeros > 20, "seed \(seed)")
    }

    /// On the simplex the loss falls equally fast with all weights above 0, and not faster with one at 0.
    @Test func theConditionsOfAMinimumHoldOnTheSimplex() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var zeros = 0
        for _ in 0..<60 {
            let problem = Problem(using: &random)
            let weights = try NonNegativeLeastSquares.weights(
                columns: problem.columns,
                target: problem.target,
                constraint: .sumToOne
            )
            #expect(abs(weights.reduce(0, +) - 1) < 1e-12, "seed \(seed)")
            let descents = problem.descents(weights)
            let level = zip(weights, descents).reduce(0) { $0 + $1.0 * $1.1 }
            for (weight, descent) in zip(weights, descents) {
                #expect(weight >= 0, "seed \(seed)")
                #expect(descent < level + 1e-9 * problem.scale, "seed \(seed)")
                if weight > 0 {
                    #expect(abs(descent - level) < 1e-9 * problem.scale, "seed \(seed)")
                } else {
                    zeros += 1
                }
            }
            // The best member alone is on the simplex as well.
            for member in weights.indices {
                let alone = weights.indices.map { $0 == member ? 1.0 : 0 }
                #expect(problem.loss(weights) <= problem.loss(alone) * (1 + 1e-9), "seed \(seed)")
            }
        }
        #expect(zeros > 20, "seed \(seed)")
    }

    /// Columns (1, 0) and (0, 1): each weight is the target's part, cut at 0. On the simplex (2, 1) is nearest at (1, 0).
    @Test func unitColumnsAreSolvedAsByHand() throws {
        func weights(_ target: [Double], _ constraint: NonNegativeLeastSquares.Constraint) throws -> [Double] {
            try NonNegativeLeastSquares.weights(columns: [[1, 0], [0, 1]], target: target, constraint: constraint)
        }
        #expect(try weights([2, -3], .nonNegative) == [2, 0])
        #expect(try weights([-2, -3], .nonNegative) == [0, 0])
        #expect(try weights([0, 0], .nonNegative) == [0, 0])
        let edge = try weights([2, 1], .sumToOne)
        #expect(abs(edge[0] - 1) < 1e-12 && abs(edge[1]) < 1e-12)
        let inside = try weights([1, 0.5], .sumToOne)
        #expect(abs(inside[0] - 0.75) < 1e-12 && abs(inside[1] - 0.25) < 1e-12)
    }

    @Test(arguments: NonNegativeLeastSquares.Constraint.allCases)
    func ofTwoEqualColumnsOneGetsTheWeightAndAColumnOfZerosNone(
        constraint: NonNegativeLeastSquares.Constraint
    ) throws {
        let column: [Double] = [1, 2, 3, 5]
        let weights = try NonNegativeLeastSquares.weights(
            columns: [column, [0, 0, 0, 0], column],
            target: [1, 2.5, 3, 5],
            constraint: constraint
        )
        #expect(weights[0] > 0.9)
        #expect(Array(weights[1...]) == [0, 0])
    }

    @Test(arguments: NonNegativeLeastSquares.Constraint.allCases)
    func aPerfectMemberGetsAllTheWeight(constraint: NonNegativeLeastSquares.Constraint) throws {
        let target: [Double] = [1, 2, 3, 5]
        let weights = try NonNegativeLeastSquares.weights(
            columns: [[2, 1, 1, 0], target, [1, 1, 1, 1]],
            target: target,
            constraint: constraint
        )
        for (weight, expected) in zip(weights, [0.0, 1, 0]) { #expect(abs(weight - expected) < 1e-9) }
    }

    @Test func whatCannotBeWeighedIsRefused() {
        func code(_ columns: [[Double]], _ target: [Double]) -> BoostingError.Code? {
            BoostingTests.code {
                _ = try NonNegativeLeastSquares.weights(columns: columns, target: target, constraint: .sumToOne)
            }
        }
        #expect(code([[1]], [1]) == nil)
        #expect(code([], [1]) == .wrongShape)
        #expect(code([[Double]](repeating: [1], count: 9), [1]) == .wrongShape)
        #expect(code([[1, 2]], [1]) == .wrongShape)
        #expect(code([[]], []) == .tooFewRows)
        #expect(code([[.nan]], [1]) == .notFinite)
        #expect(code([[1]], [.infinity]) == .notFinite)
        #expect(code([[1e200]], [1]) == .notFinite)
    }
}
