/// Weights of 0 or more with which columns come nearest to a target, such as the predictions of an ensemble's members to
/// what happened: minimises Σ (target − Σ weight·column)².
///
/// Lawson and Hanson, "Solving Least Squares Problems" (1974), chapter 23, on the normal equations (Bro and de Jong, "A fast
/// non-negativity-constrained least squares algorithm", 1997). Meant for a few columns, up to eight.
public enum NonNegativeLeastSquares {
    public enum Constraint: String, Sendable, Hashable, Codable, CaseIterable {
        /// Weights of 0 or more.
        case nonNegative
        /// Weights of 0 or more that sum to 1.
        case sumToOne
    }

    /// The most columns that are accepted.
    public static let mostColumns = 8

    /// The best weights, one a column. Where several are equally good, as with two equal columns, an earlier column gets
    /// the weight.
    ///
    /// - Parameters:
    ///   - columns: 1 … 8 lists as long as the target.
    ///   - target: at least one number.
    ///   - constraint: whether the weights must sum to 1. With it the differences d = column − target are weighed: the
    ///     weights minimise ‖Σ w·d‖² on the simplex. They are those of the problem without the sum for Dw ≈ 0 with a further
    ///     row c·Σw = c, divided by their sum. That is exact for any c > 0: for w = t·z with z on the simplex, the best t
    ///     leaves h·c²/(h + c²) with h = ‖Dz‖², which grows with h alone.
    /// - Throws: ``BoostingError`` `wrong_shape`, `too_few_rows`, `not_finite`, `not_positive_definite` when columns nearly
    ///   depend on each other, `not_converged`.
    public static func weights(
        columns: [[Double]],
        target: [Double],
        constraint: Constraint
    ) throws(BoostingError) -> [Double] {
        guard (1...mostColumns).contains(columns.count) else {
            throw BoostingError(.wrongShape, "\(columns.count) columns, expected 1 to \(mostColumns)")
        }
        guard !target.isEmpty else { throw BoostingError(.tooFewRows, "no rows to weigh by") }
        try BoostingError.requireFinite(target, "target")
        for column in columns {
            try BoostingError.require(column.count, of: "values in a column", toBe: target.count)
            try BoostingError.requireFinite(column, "value")
        }
        let count = columns.count
        let isSimplex = constraint == .sumToOne
        var gram = GramMatrix(columnCount: count + 1)
        for row in target.indices {
            gram.addRow { products in
                for column in 0..<count { products[column] = columns[column][row] - (isSimplex ? target[row] : 0) }
                products[count] = isSimplex ? 0 : target[row]
            }
        }
        let sums = gram.finish()
        // Finite values whose squares are not.
        try BoostingError.requireFinite(sums, "sum of products")
        var normal = (0..<count * count).map { sums[$0 / count * (count + 1) + $0 % count] }
        var right = (0..<count).map { sums[$0 * (count + 1) + count] }
        guard isSimplex else { return try solve(normal, right) }
        // Of the size of the other rows together, for the numbers' sake.
        let trace = (0..<count).reduce(0) { $0 + normal[$1 * (count + 1)] }
        let sumSquared = trace > 0 ? trace / Double(count) : 1
        for index in normal.indices { normal[index] += sumSquared }
        for index in right.indices { right[index] += sumSquared }
        let weights = try solve(normal, right)
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// x ≥ 0 that minimises xᵀ·normal·x / 2 − right·x.
    private static func solve(_ normal: [Double], _ right: [Double]) throws(BoostingError) -> [Double] {
        let count = right.count
        // Columns of length 1, so that one tolerance fits all; one without a length can have no weight.
        let lengths = (0..<count).map { normal[$0 * (count + 1)].squareRoot() }
        let scales = lengths.map { $0 > 0 ? 1 / $0 : 0 }
        let normal = normal.indices.map { normal[$0] * scales[$0 / count] * scales[$0 % count] }
        let right = zip(right, scales).map { $0 * $1 }
        let tolerance = 1e-12 * (right.map(\.magnitude).max() ?? 0)

        var solution = [Double](repeating: 0, count: count)
        var free: [Int] = []
        // Columns that rounding alone made look useful at this solution.
        var barred: [Int] = []
        // Lawson and Hanson's loop ends by itself; rounding could make it repeat.
        for _ in 0..<4 * mostColumns {
            let descents = (0..<count).map { row in
                (0..<count).reduce(right[row]) { $0 - normal[row * count + $1] * solution[$1] }
            }
            let held = (0..<count).filter { !free.contains($0) && !barred.contains($0) }
            guard let steepest = held.max(by: { descents[$0] < descents[$1] }), descents[steepest] > tolerance else {
                return zip(solution, scales).map { $0 * $1 }
            }
            free.append(steepest)
            var best = try solve(normal, right, free: free, count: count)
            guard best[best.count - 1] > 0 else {
                free.removeLast()
                barred.append(steepest)
                continue
            }
            barred = []
            // As far towards the best values of the free columns as none of them falls below 0, until all of them are above.
            while let step = zip(free, best).filter({ $1 <= 0 }).map({ share(of: solution[$0], $1) }).min() {
                for (column, value) in zip(free, best) {
                    // The column that set the step is at 0 but for rounding.
                    let isSpent = value <= 0 && share(of: solution[column], value) <= step
                    solution[column] = isSpent ? 0 : solution[column] + step * (value - solution[column])
                }
                free.removeAll { solution[$0] <= 0 }
                best = try solve(normal, right, free: free, count: count)
            }
            for (column, value) in zip(free, best) { solution[column] = value }
        }
        throw BoostingError(.notConverged, "non-negative least squares of \(count) columns")
    }

    /// Which share of the way from a value above 0 to one that is not leads to 0.
    private static func share(of value: Double, _ target: Double) -> Double { value / (value - target) }

    /// The values of the free columns that are best when all others are 0.
    private static func solve(
        _ normal: [Double],
        _ right: [Double],
        free: [Int],
        count: Int
    ) throws(BoostingError) -> [Double] {
        let system = free.flatMap { row in free.map { normal[row * count + $0] } }
        return try Cholesky(system, size: free.count).solve(free.map { right[$0] })
    }
}
