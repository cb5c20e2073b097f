/// A = L·Lᵀ of a symmetric positive definite matrix (Golub and Van Loan, "Matrix Computations", 4.2).
struct Cholesky {
    private let size: Int
    /// L, row by row; what is above the diagonal has no meaning.
    private let lower: [Double]

    /// - Parameter matrix: size × size values, of which those on and below the diagonal are read.
    /// - Throws: ``BoostingError`` `not_positive_definite` when a column depends on those before it: less than 10⁻¹² of its
    ///   diagonal value is its own.
    init(_ matrix: [Double], size: Int) throws(BoostingError) {
        var lower = matrix
        for row in 0..<size {
            for column in 0...row {
                var value = lower[row * size + column]
                for index in 0..<column { value -= lower[row * size + index] * lower[column * size + index] }
                if column < row {
                    lower[row * size + column] = value / lower[column * size + column]
                } else {
                    guard value > 1e-12 * matrix[row * size + row] else {
                        throw BoostingError(.notPositiveDefinite, "column \(row) depends on those before it")
                    }
                    lower[row * size + row] = value.squareRoot()
                }
            }
        }
        self.size = size
        self.lower = lower
    }

    /// x of A·x = b.
    func solve(_ right: [Double]) -> [Double] {
        var solution = right
        for row in 0..<size {
            for index in 0..<row { solution[row] -= lower[row * size + index] * solution[index] }
            solution[row] /= lower[row * size + row]
        }
        for row in (0..<size).reversed() {
            for index in row + 1..<size { solution[row] -= lower[index * size + row] * solution[index] }
            solution[row] /= lower[row * size + row]
        }
        return solution
    }
}
