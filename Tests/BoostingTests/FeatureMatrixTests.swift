import Boosting
import Foundation
import Testing

@Suite struct FeatureMatrixTests {
    @Test func rowsAreSelectedInTheOrderOfTheirIndices() throws {
        let matrix = try FeatureMatrix(names: ["a", "b"], values: [1, 2, 3, 4, 5, 6])
        #expect(matrix.rowCount == 3)
        #expect(matrix[row: 1] == [3, 4])
        #expect(matrix.selecting(rows: [2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
        #expect(matrix.selecting(rows: []).rowCount == 0)
    }

    @Test func columnsAreAddedRowByRow() throws {
        let matrix = try FeatureMatrix(names: ["a", "b"], values: [1, 2, 3, 4])
        let more = try FeatureMatrix(names: ["c"], values: [9, 8])
        let joined = try matrix.adding(columnsOf: more)
        #expect(joined.names == ["a", "b", "c"])
        #expect(joined.values == [1, 2, 9, 3, 4, 8])
        #expect(code { _ = try matrix.adding(columnsOf: more.selecting(rows: [0])) } == .wrongShape)
        #expect(code { _ = try matrix.adding(columnsOf: matrix) } == .wrongShape)
    }

    @Test(
        arguments: [
            ([], []), (["a", "a"], [1, 2]), ([""], [1]), (["a", "b"], [1, 2, 3]),
        ] as [([String], [Float])]
    )
    func namesAndValuesThatDoNotBelongTogetherAreRefused(names: [String], values: [Float]) {
        #expect(code { _ = try FeatureMatrix(names: names, values: values) } == .wrongShape)
    }

    @Test func anInfiniteValueIsNamedAndAMissingOneIsNot() throws {
        #expect(throws: BoostingError(.notFinite, "row 1, column b is -inf")) {
            try FeatureMatrix(names: ["a", "b"], values: [1, 2, 3, -.infinity])
        }
        #expect(try FeatureMatrix(names: ["a"], values: [.nan]).rowCount == 1)
    }
}

@Suite struct StandardizerTests {
    /// Constant, missing in places, missing everywhere, and far out at the end.
    static let matrix = Result {
        try FeatureMatrix(
            names: ["constant", "gaps", "missing", "tail"],
            values: [
                0.1, 1, .nan, 0,
                0.1, .nan, .nan, 0,
                0.1, 3, .nan, 0,
                0.1, 5, .nan, 1,
            ]
        )
    }

    @Test func meansAndSampleDeviationsAreThoseOfTheValuesThatAreThere() throws {
        let standardizer = try Standardizer(fitting: Self.matrix.get())
        #expect(standardizer.means == [Double(Float(0.1)), 3, 0, 0.25])
        #expect(standardizer.deviations == [0, 2, 0, 0.5])
    }

    @Test func aMissingValueIsTheMeanAConstantColumnSaysNothingAndTheTailIsCut() throws {
        let standardizer = try Standardizer(fitting: Self.matrix.get())
        let rows = try FeatureMatrix(
            names: standardizer.names,
            values: [7, 5, 3, 2.74, .nan, .nan, .nan, 1_000, 0.1, -1_000, 0, 0.25]
        )
        #expect(try standardizer.standardize(rows).values == [0, 1, 0, 4.98, 0, 0, 0, 5, 0, -5, 0, 0])
    }

    @Test func otherColumnsAndNoRowsAreRefused() throws {
        let matrix = try Self.matrix.get()
        let standardizer = try Standardizer(fitting: matrix)
        let renamed = try FeatureMatrix(names: ["constant", "missing", "gaps", "tail"], values: matrix.values)
        #expect(throws: BoostingError(.wrongShape, "column 1 is missing, expected gaps")) {
            try standardizer.standardize(renamed)
        }
        #expect(code { _ = try Standardizer(fitting: matrix.selecting(rows: [])) } == .tooFewRows)
    }

    @Test func codingKeepsEveryBitAndRefusesListsOfOtherLengths() throws {
        let standardizer = try Standardizer(fitting: Self.matrix.get())
        #expect(try decoded(standardizer) == standardizer)
        let broken = Data(#"{"names": ["a", "b"], "means": [1], "deviations": [1, 2]}"#.utf8)
        #expect(code { _ = try JSONDecoder().decode(Standardizer.self, from: broken) } == .invalidModel)
    }
}
