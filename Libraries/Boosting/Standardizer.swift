/// Puts columns on one scale: (value − training mean) / training sample standard deviation, limited to ±5; a missing value
/// becomes 0, the mean. A column that does not vary in training says nothing and becomes 0 everywhere.
public struct Standardizer: Sendable, Hashable, Codable {
    /// Standard deviations at which a standardised value is cut.
    public static let limit = 5.0

    /// The columns' names, in order.
    public let names: [String]
    /// The means of the training values that are not missing; 0 when all are.
    public let means: [Double]
    /// Their sample standard deviations (n − 1); 0 for a column that does not vary or has fewer than two values.
    public let deviations: [Double]

    /// Learns means and deviations.
    ///
    /// - Throws: ``BoostingError`` `too_few_rows` for a matrix without rows.
    public init(fitting matrix: FeatureMatrix) throws(BoostingError) {
        guard matrix.rowCount > 0 else { throw BoostingError(.tooFewRows, "no rows to standardise by") }
        let columns = matrix.columnCount
        // Sums of differences from a column's first value, so that equal values deviate by exactly 0.
        var firsts = [Float](repeating: .nan, count: columns)
        var counts = [Double](repeating: 0, count: columns)
        var means = [Double](repeating: 0, count: columns)
        var squares = [Double](repeating: 0, count: columns)
        matrix.forEachValue { column, value in
            if firsts[column].isNaN { firsts[column] = value }
            counts[column] += 1
            means[column] += Double(value) - Double(firsts[column])
        }
        for column in 0..<columns where counts[column] > 0 {
            means[column] = Double(firsts[column]) + means[column] / counts[column]
        }
        matrix.forEachValue { column, value in
            let difference = Double(value) - means[column]
            squares[column] += difference * difference
        }
        names = matrix.names
        deviations = zip(squares, counts).map { $1 > 1 ? ($0 / ($1 - 1)).squareRoot() : 0 }
        self.means = means
    }

    /// Decodes and checks that the lists belong together.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        names = try container.decode([String].self, forKey: .names)
        means = try container.decode([Double].self, forKey: .means)
        deviations = try container.decode([Double].self, forKey: .deviations)
        guard !names.isEmpty, means.count == names.count, deviations.count == names.count,
            means.allSatisfy(\.isFinite), deviations.allSatisfy({ $0.isFinite && $0 >= 0 })
        else { throw BoostingError(.invalidModel, "a standardizer's lists do not belong together") }
    }

    /// The matrix on the training data's scale, without missing values.
    ///
    /// - Throws: ``BoostingError`` `wrong_shape` when its columns are not those of the training.
    public func standardize(_ matrix: FeatureMatrix) throws(BoostingError) -> FeatureMatrix {
        try BoostingError.require(matrix.names, toBe: names)
        var values: [Float] = []
        values.reserveCapacity(matrix.values.count)
        forEachRow(of: matrix) { _, standardized in
            for value in standardized { values.append(Float(value)) }
        }
        return FeatureMatrix(checkedNames: names, values: values)
    }

    /// Calls with every row on the training data's scale. The matrix has the training's columns.
    @inline(__always)
    func forEachRow(
        of matrix: FeatureMatrix,
        _ body: (_ row: Int, _ standardized: UnsafeBufferPointer<Double>) -> Void
    ) {
        let columns = names.count
        // A column that does not vary becomes 0.
        let scales = deviations.map { $0 > 0 ? 1 / $0 : 0 }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columns) { standardized in
            matrix.values.withUnsafeBufferPointer { values in
                for row in 0..<matrix.rowCount {
                    for column in 0..<columns {
                        let value = values[row * columns + column]
                        let scaled = (Double(value) - means[column]) * scales[column]
                        standardized[column] = value.isNaN ? 0 : min(max(scaled, -Self.limit), Self.limit)
                    }
                    body(row, UnsafeBufferPointer(standardized))
                }
            }
        }
    }
}

extension FeatureMatrix {
    /// Calls with the column of every value that is not missing, row by row.
    @inline(__always)
    fileprivate func forEachValue(_ body: (_ column: Int, _ value: Float) -> Void) {
        let columns = names.count
        values.withUnsafeBufferPointer { values in
            for row in 0..<rowCount {
                for column in 0..<columns {
                    let value = values[row * columns + column]
                    if !value.isNaN { body(column, value) }
                }
            }
        }
    }
}
