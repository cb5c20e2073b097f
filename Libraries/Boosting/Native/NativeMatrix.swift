import CXGBoost

/// XGBoost's own copy of a matrix and of what belongs to its rows.
///
/// Sendable: the handle has one owner, belongs to no thread, and is written to only by mutating methods.
struct NativeMatrix: ~Copyable, @unchecked Sendable {
    let handle: DMatrixHandle

    /// Copies on one thread; not a number is missing.
    init(_ matrix: FeatureMatrix) throws(BoostingError) {
        var created: DMatrixHandle?
        try matrix.values.withUnsafeBufferPointer { (values) throws(BoostingError) in
            try check(
                XGDMatrixCreateFromMat_omp(
                    values.baseAddress,
                    bst_ulong(matrix.rowCount),
                    bst_ulong(matrix.columnCount),
                    .nan,
                    &created,
                    1
                )
            )
        }
        handle = try unwrap(created)
    }

    deinit {
        XGDMatrixFree(handle)
    }

    /// A number a row: `label`, `weight` or `base_margin`.
    mutating func set(_ field: String, _ values: [Double]) throws(BoostingError) {
        let values = values.map { Float($0) }
        try check(XGDMatrixSetFloatInfo(handle, field, values, bst_ulong(values.count)))
    }
}
