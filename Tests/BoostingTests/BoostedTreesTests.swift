import Boosting
import Foundation
import Testing

@Suite struct BoostedTreesTests {
    /// A step, an interaction and noise; a tenth of the values is missing.
    struct Example {
        var matrix: FeatureMatrix
        var labels: [Double]

        init(seed: UInt64, rows: Int = 400) throws {
            var random = SeededGenerator(seed: seed)
            let whole = try FeatureMatrix.normal(rows: rows, columns: 4, using: &random)
            labels = (0..<rows).map { row in
                let (a, b, c) = (whole.column(0)[row], whole.column(1)[row], whole.column(2)[row])
                return 10 + (a > 0 ? 4 : 0) + (b > 0 && c > 0 ? 3 : 0) + 0.3 * random.normal()
            }
            matrix = try FeatureMatrix(
                names: whole.names,
                values: whole.values.map { random.uniform() < 0.1 ? .nan : $0 }
            )
        }
    }

    static let parameters = BoostedTrees.Parameters(eta: 0.3, minChildWeight: 5, lambda: 1, rounds: 30)

    // MARK: - Training

    @Test(arguments: [BoostedTrees.Objective.squaredError, .pseudoHuber(slope: 1)])
    func aFunctionOfStepsIsLearnt(objective: BoostedTrees.Objective) throws {
        let (training, other) = (try Example(seed: 1), try Example(seed: 2))
        var parameters = Self.parameters
        parameters.objective = objective
        let trees = try BoostedTrees.train(training.matrix, labels: training.labels, parameters: parameters)
        let mean = training.labels.reduce(0, +) / Double(training.labels.count)
        let without = meanSquaredError([Double](repeating: mean, count: other.labels.count), other.labels)
        #expect(meanSquaredError(try trees.predict(other.matrix), other.labels) < 0.4 * without)
    }

    /// Rows that no split tells apart get one prediction: the mean of skewed labels, or where 0.7·g(x − 1) = 0.3·g(21 − x)
    /// with g(r) = r / √(1 + r²), close to the median.
    @Test func squaredErrorPredictsTheMeanAndPseudoHuberComesNearTheMedian() throws {
        let matrix = try FeatureMatrix(names: ["a"], values: [Float](repeating: 1, count: 100))
        let labels = (0..<100).map { $0 < 70 ? 1.0 : 21 }
        var parameters = BoostedTrees.Parameters(
            eta: 0.3,
            minChildWeight: 0,
            subsample: 1,
            columnSubsample: 1,
            lambda: 0,
            rounds: 100
        )
        let mean = try BoostedTrees.train(matrix, labels: labels, parameters: parameters).predict(matrix)[0]
        #expect(abs(mean - 7) < 1e-4)
        parameters.objective = .pseudoHuber(slope: 1)
        let low = try BoostedTrees.train(matrix, labels: labels, parameters: parameters).predict(matrix)[0]
        func pull(_ distance: Double) -> Double { distance / (1 + distance * distance).squareRoot() }
        #expect(abs(0.7 * pull(low - 1) - 0.3 * pull(21 - low)) < 1e-4)
        #expect((1.0..<2).contains(low))
    }

    @Test func weightsAreFollowed() throws {
        let matrix = try FeatureMatrix(names: ["a"], values: [1, 1])
        let trees = try BoostedTrees.train(matrix, labels: [0, 8], weights: [3, 1], parameters: Self.parameters)
        #expect(abs(try trees.predict(matrix)[0] - 2) < 1e-5)
    }

    @Test func aBaseMarginIsCorrectedRowByRow() throws {
        let example = try Example(seed: 3)
        // Right but for the step of the first column.
        let margin = zip(example.labels, example.matrix.column(0)).map { $1 > 0 ? $0 - 4 : $0 }
        let trees = try BoostedTrees.train(
            example.matrix,
            labels: example.labels,
            baseMargin: margin,
            parameters: Self.parameters
        )
        #expect(trees.expectsBaseMargin)
        let predictions = try trees.predict(example.matrix, baseMargin: margin)
        #expect(meanSquaredError(predictions, example.labels) < 0.3 * meanSquaredError(margin, example.labels))
        // The margin is an addend and nothing else.
        let moved = try trees.predict(example.matrix, baseMargin: margin.map { $0 + 100 })
        for (left, right) in zip(predictions, moved) { #expect(abs(left + 100 - right) < 1e-4) }
    }

    // MARK: - The same again

    @Test func theSameSeedGivesTheSameModelAndAnotherSeedAnother() throws {
        let example = try Example(seed: 4)
        func train(seed: Int) throws -> BoostedTrees {
            var parameters = Self.parameters
            parameters.seed = seed
            return try BoostedTrees.train(example.matrix, labels: example.labels, parameters: parameters)
        }
        let first = try train(seed: 1)
        let between = try train(seed: 2)
        let again = try train(seed: 1)
        #expect(again.serialized == first.serialized)
        #expect(try again.predict(example.matrix) == first.predict(example.matrix))
        #expect(try between.predict(example.matrix) != first.predict(example.matrix))
    }

    @Test func modelsThatAreTrainedAndAskedSideBySideAreTheSame() async throws {
        let example = try Example(seed: 5, rows: 150)
        let shared = try BoostedTrees.train(example.matrix, labels: example.labels, parameters: Self.parameters)
        let expected = try shared.predict(example.matrix)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let own = try BoostedTrees.train(
                        example.matrix,
                        labels: example.labels,
                        parameters: Self.parameters
                    )
                    return try own.predict(example.matrix) == expected && shared.predict(example.matrix) == expected
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    @Test(arguments: [true, false])
    func aLoadedModelPredictsAsTheTrainedOne(withMargin: Bool) throws {
        let example = try Example(seed: 6)
        let margin = withMargin ? example.labels.map { $0 - 1 } : nil
        let trees = try BoostedTrees.train(
            example.matrix,
            labels: example.labels,
            baseMargin: margin,
            parameters: Self.parameters
        )
        let loaded = try BoostedTrees(serialized: trees.serialized, featureNames: example.matrix.names)
        #expect(loaded.expectsBaseMargin == withMargin)
        #expect(loaded.featureNames == example.matrix.names)
        #expect(loaded.serialized == trees.serialized)
        #expect(
            try loaded.predict(example.matrix, baseMargin: margin) == trees.predict(example.matrix, baseMargin: margin)
        )
        // Rows do not depend on their neighbours.
        let some = [17, 3, 250]
        let alone = try loaded.predict(
            example.matrix.selecting(rows: some),
            baseMargin: margin.map { m in some.map { m[$0] } }
        )
        let all = try loaded.predict(example.matrix, baseMargin: margin)
        #expect(alone == some.map { all[$0] })
    }

    // MARK: - Refusals

    @Test func aModelIsRefusedWhenItWasCutChangedOrHasOtherColumns() throws {
        let example = try Example(seed: 7, rows: 60)
        let trees = try BoostedTrees.train(example.matrix, labels: example.labels, parameters: Self.parameters)
        let (bytes, names) = (trees.serialized, example.matrix.names)
        func code(_ bytes: [UInt8], _ names: [String]) -> BoostingError.Code? {
            BoostingTests.code { _ = try BoostedTrees(serialized: bytes, featureNames: names) }
        }
        for length in [0, 1, 15, 16, 17, bytes.count / 2, bytes.count - 1] {
            #expect(code(Array(bytes.prefix(length)), names) == .invalidModel, "\(length) bytes")
        }
        for index in [0, 12, 40, bytes.count - 1] {
            var changed = bytes
            changed[index] ^= 4
            #expect(code(changed, names) == .invalidModel, "byte \(index)")
        }
        #expect(code(Array("{}".utf8), names) == .invalidModel)
        #expect(code(bytes, Array(names.dropLast())) == .wrongShape)
        #expect(code(bytes, names + ["more"]) == .wrongShape)
        #expect(code(bytes, names.reversed()) == .wrongShape)
        #expect(code(bytes, []) != nil)
        #expect(code(bytes, names) == nil)
    }

    @Test func predictionsNeedTheColumnsAndTheMarginOfTheTraining() throws {
        let example = try Example(seed: 8, rows: 60)
        let matrix = example.matrix
        let plain = try BoostedTrees.train(matrix, labels: example.labels, parameters: Self.parameters)
        let onMargin = try BoostedTrees.train(
            matrix,
            labels: example.labels,
            baseMargin: example.labels,
            parameters: Self.parameters
        )
        #expect(code { _ = try plain.predict(matrix, baseMargin: example.labels) } == .wrongShape)
        #expect(code { _ = try onMargin.predict(matrix) } == .wrongShape)
        #expect(code { _ = try onMargin.predict(matrix, baseMargin: [1]) } == .wrongShape)
        #expect(code { _ = try onMargin.predict(matrix.selecting(rows: [0]), baseMargin: [.nan]) } == .notFinite)
        let swapped = try FeatureMatrix(names: ["b", "a", "c", "d"], values: matrix.values)
        #expect(code { _ = try plain.predict(swapped) } == .wrongShape)
        let narrow = try FeatureMatrix(names: ["a", "b", "c"], values: [1, 2, 3])
        #expect(code { _ = try plain.predict(narrow) } == .wrongShape)
        #expect(try plain.predict(matrix.selecting(rows: [])) == [])
    }

    @Test func whatCannotBeTrainedOnIsRefused() throws {
        let matrix = try FeatureMatrix(names: ["a"], values: [1, 2])
        func code(
            _ labels: [Double],
            weights: [Double]? = nil,
            baseMargin: [Double]? = nil
        ) -> BoostingError.Code? {
            BoostingTests.code {
                _ = try BoostedTrees.train(matrix, labels: labels, weights: weights, baseMargin: baseMargin)
            }
        }
        #expect(code([1]) == .wrongShape)
        #expect(code([1, .nan]) == .notFinite)
        #expect(code([1, 1e300]) == .notFinite)
        #expect(code([1, 2], weights: [1]) == .wrongShape)
        #expect(code([1, 2], weights: [1, -1]) == .invalidParameter)
        #expect(code([1, 2], weights: [0, 0]) == .invalidParameter)
        #expect(code([1, 2], baseMargin: [1]) == .wrongShape)
        #expect(code([1, 2], baseMargin: [1, .infinity]) == .notFinite)
        let none = matrix.selecting(rows: [])
        #expect(BoostingTests.code { _ = try BoostedTrees.train(none, labels: []) } == .tooFewRows)
    }

    @Test(
        arguments: [
            { $0.eta = 0 }, { $0.eta = .nan }, { $0.maxDepth = 0 }, { $0.maxDepth = 17 }, { $0.minChildWeight = -1 },
            { $0.minChildWeight = .infinity }, { $0.subsample = 0 }, { $0.subsample = 1.1 }, { $0.columnSubsample = 0 },
            { $0.lambda = -1 }, { $0.maxBin = 1 }, { $0.rounds = 0 }, { $0.seed = -1 },
            { $0.objective = .pseudoHuber(slope: 0) },
        ] as [@Sendable (inout BoostedTrees.Parameters) -> Void]
    )
    func parametersOutsideTheirRangesAreRefused(change: @Sendable (inout BoostedTrees.Parameters) -> Void) throws {
        let matrix = try FeatureMatrix(names: ["a"], values: [1, 2])
        var parameters = Self.parameters
        change(&parameters)
        #expect(
            code { _ = try BoostedTrees.train(matrix, labels: [1, 2], parameters: parameters) } == .invalidParameter
        )
    }

    @Test func parametersSurviveCoding() throws {
        let parameters = BoostedTrees.Parameters(objective: .pseudoHuber(slope: 0.7), maxDepth: 4, seed: 9)
        #expect(try decoded(parameters) == parameters)
    }

    @Test func trainingEndsWhenItsTaskIsCancelled() async throws {
        let example = try Example(seed: 9, rows: 60)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return code { _ = try BoostedTrees.train(example.matrix, labels: example.labels) }
        }
        #expect(await task.value == .cancelled)
    }
}
