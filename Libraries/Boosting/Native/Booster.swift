import CXGBoost

/// Owns an XGBoost booster. Its calls must not overlap, and what a call returns is copied before the next.
struct Booster: ~Copyable {
    private let handle: BoosterHandle

    /// A booster with nothing in it.
    init() throws(BoostingError) {
        var created: BoosterHandle?
        try check(XGBoosterCreate(nil, 0, &created))
        handle = try unwrap(created)
    }

    /// A booster that keeps its sums for the rows of a matrix between rounds.
    init(training matrix: borrowing NativeMatrix) throws(BoostingError) {
        var created: BoosterHandle?
        let matrices: [DMatrixHandle?] = [matrix.handle]
        try check(XGBoosterCreate(matrices, 1, &created))
        handle = try unwrap(created)
    }

    deinit {
        XGBoosterFree(handle)
    }

    func set(_ parameters: [(name: String, value: String)]) throws(BoostingError) {
        for parameter in parameters { try check(XGBoosterSetParam(handle, parameter.name, parameter.value)) }
    }

    /// Adds a tree.
    func update(round: Int, on matrix: borrowing NativeMatrix) throws(BoostingError) {
        try check(XGBoosterUpdateOneIter(handle, CInt(round), matrix.handle))
    }

    /// A prediction a row.
    func predict(_ matrix: borrowing NativeMatrix) throws(BoostingError) -> [Float] {
        let settings = """
            {"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}
            """
        var shape: UnsafePointer<bst_ulong>?
        var dimensions: bst_ulong = 0
        var values: UnsafePointer<Float>?
        try check(XGBoosterPredictFromDMatrix(handle, matrix.handle, settings, &shape, &dimensions, &values))
        guard dimensions == 1, let shape, let values else {
            throw BoostingError(.library, "predictions with \(dimensions) dimensions")
        }
        return Array(UnsafeBufferPointer(start: values, count: Int(shape[0])))
    }
}

extension Booster {
    /// The trees and all that predicting needs, in Universal Binary JSON.
    func save() throws(BoostingError) -> [UInt8] {
        var length: bst_ulong = 0
        var bytes: UnsafePointer<CChar>?
        try check(XGBoosterSaveModelToBuffer(handle, #"{"format": "ubj"}"#, &length, &bytes))
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
    }

    /// Reads what ``save()`` gave, in an empty booster and on one thread.
    func load(_ bytes: ArraySlice<UInt8>, featureCount: Int) throws(BoostingError) {
        try set([("nthread", "1"), ("verbosity", "0"), ("num_feature", "\(featureCount)")])
        // A parameter holds only once a call has configured the booster, which loading does not do: it would start a
        // thread for every processor.
        var count: bst_ulong = 0
        try check(XGBoosterGetNumFeature(handle, &count))
        let status = bytes.withUnsafeBytes {
            XGBoosterLoadModelFromBuffer(handle, $0.baseAddress, bst_ulong($0.count))
        }
        try check(status)
    }

    func featureNames() throws(BoostingError) -> [String] {
        var count: bst_ulong = 0
        var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        try check(XGBoosterGetStrFeatureInfo(handle, "feature_name", &count, &names))
        return UnsafeBufferPointer(start: names, count: Int(count)).map { $0.map { String(cString: $0) } ?? "" }
    }

    func setFeatureNames(_ names: [String]) throws(BoostingError) {
        try withCStrings(names) { (names) throws(BoostingError) in
            try check(XGBoosterSetStrFeatureInfo(handle, "feature_name", names.baseAddress, bst_ulong(names.count)))
        }
    }

    /// A text kept with the model; nil when it has none of the name.
    func attribute(_ name: String) throws(BoostingError) -> String? {
        var value: UnsafePointer<CChar>?
        var found: CInt = 0
        try check(XGBoosterGetAttr(handle, name, &value, &found))
        return found == 0 ? nil : value.map { String(cString: $0) }
    }

    func setAttribute(_ name: String, _ value: String) throws(BoostingError) {
        try check(XGBoosterSetAttr(handle, name, value))
    }
}
