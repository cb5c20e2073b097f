/// Linear regression with a penalty on the squared coefficients (Hoerl and Kennard, "Ridge Regression", 1970): minimises
/// Σ w·(y − b − Σ c·z)² + penalty·Σ c² over standardised columns z, by the normal equations in Double. The intercept b is
/// not penalised.
public struct RidgeRegression: Sendable, Hashable, Codable {
    /// The training data's scale.
    public let standardizer: Standardizer
    /// The label's change for one standard deviation of each column, in the columns' order.
    public let coefficients: [Double]
    /// The prediction for a row whose columns all are at their training means.
    public let intercept: Double

    /// Fits the coefficients.
    ///
    /// - Parameters:
    ///   - matrix: a row an example, at least one; missing values count as the column's mean.
    ///   - labels: what to predict, one a row.
    ///   - weights: 0 or more, one a row; nil: all 1. They add up against the penalty, so keep their mean at 1. The columns
    ///     are standardised without them.
    ///   - penalty: 0 or more, in rows.
    /// - Throws: ``BoostingError`` `too_few_rows`, `wrong_shape`, `not_finite`, `invalid_parameter`, or
    ///   `not_positive_definite` when columns depend on each other, or do not vary, and the penalty is too small to choose.
    public init(
        fitting matrix: FeatureMatrix,
        labels: [Double],
        weights: [Double]? = nil,
        penalty: Double
    ) throws(BoostingError) {
        try BoostingError.require(labels.count, of: "labels", toBe: matrix.rowCount)
        try BoostingError.requireFinite(labels, "label")
        if let weights { try BoostingError.requireWeights(weights, count: matrix.rowCount) }
        guard penalty >= 0, penalty.isFinite else { throw BoostingError(.invalidParameter, "penalty is \(penalty)") }
        standardizer = try Standardizer(fitting: matrix)

        let columns = matrix.columnCount
        // Labels near 0, so that centring them by the sums loses no digits; the standardised columns are there already.
        let shift = labels.reduce(0, +) / Double(labels.count)
        // Columns, then 1, then the label, all times √w: one matrix of sums holds all that the equations need.
        let size = columns + 2
        var gram = GramMatrix(columnCount: size)
        standardizer.forEachRow(of: matrix) { row, standardized in
            let root = weights?[row].squareRoot() ?? 1
            gram.addRow { products in
                for column in 0..<columns { products[column] = standardized[column] * root }
                products[columns] = root
                products[columns + 1] = (labels[row] - shift) * root
            }
        }
        let sums = gram.finish()
        // Finite labels whose squares are not.
        try BoostingError.requireFinite(sums, "sum of products")
        let total = sums[columns * size + columns]
        let means = (0..<size).map { sums[$0 * size + columns] / total }
        func centred(_ row: Int, _ column: Int) -> Double {
            sums[row * size + column] - total * means[row] * means[column]
        }
        var normal = [Double](repeating: 0, count: columns * columns)
        for row in 0..<columns {
            for column in 0..<columns { normal[row * columns + column] = centred(row, column) }
            normal[row * columns + row] += penalty
        }
        let right = (0..<columns).map { centred($0, columns + 1) }
        coefficients = try Cholesky(normal, size: columns).solve(right)
        intercept = shift + means[columns + 1] - zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Decodes and checks that the lists belong together.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        standardizer = try container.decode(Standardizer.self, forKey: .standardizer)
        coefficients = try container.decode([Double].self, forKey: .coefficients)
        intercept = try container.decode(Double.self, forKey: .intercept)
        guard coefficients.count == standardizer.names.count, intercept.isFinite,
            coefficients.allSatisfy(\.isFinite)
        else { throw BoostingError(.invalidModel, "a ridge regression's coefficients do not belong to its columns") }
    }

    /// Predicts the rows of a matrix, in the label's unit.
    ///
    /// - Throws: ``BoostingError`` `wrong_shape` when its columns are not those of the training.
    public func predict(_ matrix: FeatureMatrix) throws(BoostingError) -> [Double] {
        try BoostingError.require(matrix.names, toBe: standardizer.names)
        var predictions: [Double] = []
        predictions.reserveCapacity(matrix.rowCount)
        standardizer.forEachRow(of: matrix) { _, standardized in
            var prediction = intercept
            for (value, coefficient) in zip(standardized, coefficients) { prediction += value * coefficient }
            predictions.append(prediction)
        }
        return predictions
    }
}
