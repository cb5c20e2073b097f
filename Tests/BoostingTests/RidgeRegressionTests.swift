import Foundation
import Testing

@testable import Boosting

@Suite struct RidgeRegressionTests {
    /// z = (−1, 0, 1) and y = (1, 2, 6): Σz² = 2, Σzy = 5, so that c = 5 / (2 + penalty) and b = 3.
    @Test(arguments: [(0.0, 2.5), (3.0, 1.0)])
    func oneColumnIsSolvedAsByHand(penalty: Double, coefficient: Double) throws {
        let matrix = try FeatureMatrix(names: ["x"], values: [10, 20, 30])
        let ridge = try RidgeRegression(fitting: matrix, labels: [1, 2, 6], penalty: penalty)
        #expect(abs(ridge.coefficients[0] - coefficient) < 1e-12)
        #expect(abs(ridge.intercept - 3) < 1e-12)
        let predictions = try ridge.predict(try FeatureMatrix(names: ["x"], values: [20, 40, .nan]))
        for (prediction, expected) in zip(predictions, [3, 3 + 2 * coefficient, 3]) {
            #expect(abs(prediction - expected) < 1e-12)
        }
    }

    /// Weights 1, 2, 1 on z = (−1, 0, 1) and y = (1, 2, 6): the mean of y is 11/4, Σwz² = 2, Σwzy = 5; penalty 3.
    @Test func theInterceptIsTheWeightedOneAndNotPenalised() throws {
        let matrix = try FeatureMatrix(names: ["x"], values: [10, 20, 30])
        let ridge = try RidgeRegression(fitting: matrix, labels: [1, 2, 6], weights: [1, 2, 1], penalty: 3)
        #expect(abs(ridge.coefficients[0] - 1) < 1e-12)
        #expect(abs(ridge.intercept - 2.75) < 1e-12)
    }

    /// The gradient is 0 at the minimum: Σ w·z·(y − ŷ) = penalty·c for every column, Σ w·(y − ŷ) = 0.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func theGradientVanishesAtTheSolution(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Above and below a block of rows and a tile of columns.
        let (rows, columns) = (Int.random(in: 60...400, using: &random), Int.random(in: 1...11, using: &random))
        let matrix = try FeatureMatrix.normal(rows: rows, columns: columns, using: &random)
        let labels = (0..<rows).map { 1_000 + 3 * Double(matrix[row: $0].first ?? 0) + random.normal() }
        let weights = (0..<rows).map { _ in random.uniform(0..<2) }
        let penalty = random.uniform(0..<50)
        let ridge = try RidgeRegression(fitting: matrix, labels: labels, weights: weights, penalty: penalty)
        let predictions = try ridge.predict(matrix)
        let errors = (0..<rows).map { weights[$0] * (labels[$0] - predictions[$0]) }
        #expect(abs(errors.reduce(0, +)) < 1e-7, "seed \(seed)")
        let standardized = try ridge.standardizer.standardize(matrix)
        for column in 0..<columns {
            let slope = zip(standardized.column(column), errors).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(slope - penalty * ridge.coefficients[column]) < 1e-4, "seed \(seed), column \(column)")
        }
    }

    @Test func aRowOfWeightTwoIsTwoRows() throws {
        var random = SeededGenerator(seed: 7)
        let matrix = try FeatureMatrix.normal(rows: 50, columns: 3, using: &random)
        let labels = matrix.column(0).map { $0 + random.normal() }
        // Every row twice, so that the columns' scale is the same.
        let twice = matrix.selecting(rows: (0..<100).map { $0 % 50 })
        let all = try RidgeRegression(fitting: twice, labels: labels + labels, penalty: 4)
        let weighted = try RidgeRegression(
            fitting: twice,
            labels: labels + labels,
            weights: [Double](repeating: 2, count: 50) + [Double](repeating: 0, count: 50),
            penalty: 4
        )
        for (left, right) in zip(all.coefficients, weighted.coefficients) { #expect(abs(left - right) < 1e-10) }
    }

    @Test func columnsThatDependOnEachOtherNeedAPenalty() throws {
        let matrix = try FeatureMatrix(names: ["a", "b"], values: [1, 2, 2, 4, 3, 6, 4, 8])
        let labels = [1.0, 2, 3, 5]
        #expect(code { _ = try RidgeRegression(fitting: matrix, labels: labels, penalty: 0) } == .notPositiveDefinite)
        let ridge = try RidgeRegression(fitting: matrix, labels: labels, penalty: 1)
        #expect(abs(ridge.coefficients[0] - ridge.coefficients[1]) < 1e-12)
    }

    @Test func whatCannotBeFittedIsRefused() throws {
        let matrix = try FeatureMatrix(names: ["a"], values: [1, 2])
        func code(
            _ labels: [Double],
            _ weights: [Double]? = nil,
            penalty: Double = 1
        ) -> BoostingError.Code? {
            BoostingTests.code {
                _ = try RidgeRegression(fitting: matrix, labels: labels, weights: weights, penalty: penalty)
            }
        }
        #expect(code([1, 2]) == nil)
        #expect(code([1]) == .wrongShape)
        #expect(code([1, .nan]) == .notFinite)
        #expect(code([1, 1e200]) == .notFinite)
        #expect(code([1, 2], [1]) == .wrongShape)
        #expect(code([1, 2], [1, -1]) == .invalidParameter)
        #expect(code([1, 2], [0, 0]) == .invalidParameter)
        #expect(code([1, 2], [1, .infinity]) == .notFinite)
        #expect(code([1, 2], penalty: -1) == .invalidParameter)
        #expect(code([1, 2], penalty: .nan) == .invalidParameter)
        let none = matrix.selecting(rows: [])
        #expect(BoostingTests.code { _ = try RidgeRegression(fitting: none, labels: [], penalty: 1) } == .tooFewRows)
        let ridge = try RidgeRegression(fitting: matrix, labels: [1, 2], penalty: 1)
        let other = try FeatureMatrix(names: ["b"], values: [1])
        #expect(BoostingTests.code { _ = try ridge.predict(other) } == .wrongShape)
        #expect(try ridge.predict(none) == [])
    }

    @Test func codingKeepsEveryPrediction() throws {
        var random = SeededGenerator(seed: 3)
        let matrix = try FeatureMatrix.normal(rows: 40, columns: 5, using: &random)
        let ridge = try RidgeRegression(fitting: matrix, labels: matrix.column(1), penalty: 10)
        #expect(try decoded(ridge) == ridge)
        #expect(try decoded(ridge).predict(matrix) == ridge.predict(matrix))
        let broken = try String(decoding: JSONEncoder().encode(ridge), as: UTF8.self)
            .replacing(#""coefficients":["#, with: #""coefficients":[1,"#)
        #expect(code { _ = try JSONDecoder().decode(RidgeRegression.self, from: Data(broken.utf8)) } == .invalidModel)
    }
}

@Suite struct CholeskyTests {
    /// L = (2 0 0; 1 3 0; −1 2 1) and x = (1, −2, 3).
    @Test func aSystemIsSolvedAsByHand() throws {
        let matrix: [Double] = [4, 2, -2, 2, 10, 5, -2, 5, 6]
        let solution = try Cholesky(matrix, size: 3).solve([-6, -3, 6])
        for (value, expected) in zip(solution, [1.0, -2, 3]) { #expect(abs(value - expected) < 1e-12) }
    }

    @Test(arguments: [[1, 2, 2, 4], [1, 2, 2, 1], [0, 0, 0, 1], [.nan, 0, 0, 1]] as [[Double]])
    func aMatrixThatIsNotPositiveDefiniteIsRefused(matrix: [Double]) {
        #expect(code { _ = try Cholesky(matrix, size: 2) } == .notPositiveDefinite)
    }
}
