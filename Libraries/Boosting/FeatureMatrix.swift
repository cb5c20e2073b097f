/// Values of named features, one row an example.
public struct FeatureMatrix: Sendable, Hashable {
    /// The features' names in the order of the columns; no two are equal.
    public let names: [String]
    public let rowCount: Int
    /// Row by row, `rowCount × names.count` of them. Not a number: missing. None is infinite.
    public let values: [Float]

    /// - Parameters:
    ///   - names: one a column, at least one.
    ///   - values: row by row, a multiple of the number of names; NaN where missing. None: a matrix without rows.
    /// - Throws: ``BoostingError`` `wrong_shape` when the values do not fill rows or a name is empty or there twice,
    ///   `not_finite` when a value is infinite.
    public init(names: [String], values: [Float]) throws(BoostingError) {
        guard !names.isEmpty else { throw BoostingError(.wrongShape, "no columns") }
        guard Set(names).count == names.count, !names.contains("") else {
            throw BoostingError(.wrongShape, "names of columns are empty or there twice")
        }
        guard values.count.isMultiple(of: names.count) else {
            throw BoostingError(.wrongShape, "\(values.count) values do not fill rows of \(names.count)")
        }
        if let index = values.firstIndex(where: \.isInfinite) {
            let (row, column) = index.quotientAndRemainder(dividingBy: names.count)
            throw BoostingError(.notFinite, "row \(row), column \(names[column]) is \(values[index])")
        }
        self.init(checkedNames: names, values: values)
    }

    /// Names and values that hold what the type promises.
    init(checkedNames names: [String], values: [Float]) {
        self.names = names
        rowCount = values.count / names.count
        self.values = values
    }

    public var columnCount: Int { names.count }

    /// The values of a row, in the order of the names.
    public subscript(row row: Int) -> ArraySlice<Float> {
        values[row * names.count..<(row + 1) * names.count]
    }

    /// A matrix of some of the rows, in the order of the indices.
    public func selecting(rows: some Collection<Int>) -> FeatureMatrix {
        var selected: [Float] = []
        selected.reserveCapacity(rows.count * names.count)
        for row in rows { selected.append(contentsOf: self[row: row]) }
        return FeatureMatrix(checkedNames: names, values: selected)
    }

    /// The same rows with the columns of another matrix at their end.
    ///
    /// - Throws: ``BoostingError`` `wrong_shape` when the rows are not as many, or a name is in both.
    public func adding(columnsOf other: FeatureMatrix) throws(BoostingError) -> FeatureMatrix {
        try BoostingError.require(other.rowCount, of: "rows", toBe: rowCount)
        guard Set(names).isDisjoint(with: other.names) else {
            throw BoostingError(.wrongShape, "a column is in both matrices")
        }
        var joined: [Float] = []
        joined.reserveCapacity(values.count + other.values.count)
        for row in 0..<rowCount {
            joined.append(contentsOf: self[row: row])
            joined.append(contentsOf: other[row: row])
        }
        return FeatureMatrix(checkedNames: names + other.names, values: joined)
    }
}
