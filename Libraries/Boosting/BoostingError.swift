/// Why a model cannot be trained, loaded or asked.
public struct BoostingError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// Numbers of rows or columns, or names of columns, that do not belong together.
        case wrongShape = "wrong_shape"
        /// A label, weight, margin or line that is no finite number, or an infinite feature.
        case notFinite = "not_finite"
        /// A parameter or weight outside its range.
        case invalidParameter = "invalid_parameter"
        /// Fewer rows than the model can be built from.
        case tooFewRows = "too_few_rows"
        /// Bytes or coded values that are no model of the kind.
        case invalidModel = "invalid_model"
        /// A linear system without a single solution: columns depend on each other and nothing is penalised.
        case notPositiveDefinite = "not_positive_definite"
        /// An iteration that did not end within its limit.
        case notConverged = "not_converged"
        /// The task was cancelled between two rounds of training.
        case cancelled
        /// XGBoost's own error; the detail is its message.
        case library
    }

    public var code: Code
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail)" }
}

extension BoostingError {
    /// - Throws: ``BoostingError`` `wrong_shape` when a list's length is not the one it has to have.
    static func require(_ count: Int, of what: String, toBe expected: Int) throws(BoostingError) {
        guard count == expected else { throw BoostingError(.wrongShape, "\(count) \(what), expected \(expected)") }
    }

    /// - Throws: ``BoostingError`` `not_finite` with the first index at fault.
    static func requireFinite(_ values: [Double], _ what: String) throws(BoostingError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw BoostingError(.notFinite, "\(what) \(index) is \(values[index])")
    }

    /// Values that stay finite in 32 bits, as XGBoost keeps them.
    ///
    /// - Throws: ``BoostingError`` `not_finite` with the first index at fault.
    static func requireFiniteFloats(_ values: [Double], _ what: String) throws(BoostingError) {
        guard let index = values.firstIndex(where: { !Float($0).isFinite }) else { return }
        throw BoostingError(.notFinite, "\(what) \(index) is \(values[index])")
    }

    /// - Throws: ``BoostingError`` `not_finite`, or `invalid_parameter` when a weight is negative or all are zero.
    static func requireWeights(_ weights: [Double], count: Int) throws(BoostingError) {
        try require(weights.count, of: "weights", toBe: count)
        try requireFinite(weights, "weight")
        if let index = weights.firstIndex(where: { $0 < 0 }) {
            throw BoostingError(.invalidParameter, "weight \(index) is \(weights[index])")
        }
        guard weights.contains(where: { $0 > 0 }) else { throw BoostingError(.invalidParameter, "no weight above 0") }
    }

    /// - Throws: ``BoostingError`` `wrong_shape` naming the first column that differs.
    static func require(_ names: [String], toBe expected: [String]) throws(BoostingError) {
        guard names != expected else { return }
        try require(names.count, of: "columns", toBe: expected.count)
        for (index, (name, expected)) in zip(names, expected).enumerated() where name != expected {
            throw BoostingError(.wrongShape, "column \(index) is \(name), expected \(expected)")
        }
    }
}
