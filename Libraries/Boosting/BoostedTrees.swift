import Synchronization

/// Gradient-boosted regression trees by XGBoost (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", 2016), on
/// one thread: the same rows, parameters and seed give the same model and predictions, bit for bit.
///
/// With a base margin the trees correct a prediction that is already there, row by row; such a model must be given one at
/// every prediction. Without one they start at the labels' weighted mean or, for pseudo-Huber, their weighted median.
///
/// Training and predicting block their thread. A model may be shared between threads, whose predictions take turns.
public final class BoostedTrees: Sendable {
    /// The columns that the model was trained with, in order.
    public let featureNames: [String]
    /// Whether the model was trained on a base margin, and so needs one to predict.
    public let expectsBaseMargin: Bool
    /// The model for ``init(serialized:featureNames:)``: sixteen bytes that tell whether the others are whole, and XGBoost's
    /// Universal Binary JSON.
    public let serialized: [UInt8]

    private let booster: Mutex<Booster>

    /// Loads a model from ``serialized``.
    ///
    /// - Parameters:
    ///   - serialized: the bytes of a model that this type has trained.
    ///   - featureNames: the columns that the caller will predict with, in order.
    /// - Throws: ``BoostingError`` `invalid_model` when the bytes are not as this type has made them, `wrong_shape` when the
    ///   model's columns are others, `library` when XGBoost cannot read it.
    public init(serialized: [UInt8], featureNames: [String]) throws(BoostingError) {
        let booster = try Booster()
        try booster.load(try ModelEnvelope.open(serialized), featureCount: featureNames.count)
        try BoostingError.require(try booster.featureNames(), toBe: featureNames)
        switch try booster.attribute(Self.marginAttribute) {
        case "true": expectsBaseMargin = true
        case "false": expectsBaseMargin = false
        default: throw BoostingError(.invalidModel, "the model does not say whether it needs a base margin")
        }
        self.featureNames = featureNames
        self.serialized = serialized
        self.booster = Mutex(booster)
    }

    /// Trains a model. Ends early, without one, when the task is cancelled.
    ///
    /// - Parameters:
    ///   - matrix: a row an example, at least one; a missing value goes to the side of a split where it fits better.
    ///   - labels: what to predict, one a row, rounded to 32 bits.
    ///   - weights: 0 or more, one a row; nil: all 1. They add up against `minChildWeight` and `lambda`, so keep their mean
    ///     at 1.
    ///   - baseMargin: a prediction to correct, one a row in the label's unit, rounded to 32 bits.
    ///   - parameters: how trees are grown.
    /// - Throws: ``BoostingError`` `invalid_parameter`, `too_few_rows`, `wrong_shape`, `not_finite`, `cancelled` or, with
    ///   XGBoost's message, `library`.
    public static func train(
        _ matrix: FeatureMatrix,
        labels: [Double],
        weights: [Double]? = nil,
        baseMargin: [Double]? = nil,
        parameters: Parameters = Parameters()
    ) throws(BoostingError) -> BoostedTrees {
        try parameters.validate()
        guard matrix.rowCount > 0 else { throw BoostingError(.tooFewRows, "no rows to train on") }
        try BoostingError.require(labels.count, of: "labels", toBe: matrix.rowCount)
        try BoostingError.requireFiniteFloats(labels, "label")
        if let weights {
            try BoostingError.requireWeights(weights, count: matrix.rowCount)
            try BoostingError.requireFiniteFloats(weights, "weight")
        }
        var rows = try NativeMatrix(matrix)
        try rows.set("label", labels)
        if let weights { try rows.set("weight", weights) }
        if let baseMargin {
            try checkMargin(baseMargin, rowCount: matrix.rowCount)
            try rows.set("base_margin", baseMargin)
        }
        let booster = try Booster(training: rows)
        // XGBoost would start at 0.5; a base margin takes the place of this figure.
        let start = baseMargin == nil ? parameters.objective.start(labels, weights) : 0
        try booster.set(parameters.settings + [("base_score", "\(Float(start))")])
        try booster.setFeatureNames(matrix.names)
        try booster.setAttribute(marginAttribute, baseMargin == nil ? "false" : "true")
        for round in 0..<parameters.rounds {
            guard !Task.isCancelled else { throw BoostingError(.cancelled, "before round \(round)") }
            try booster.update(round: round, on: rows)
        }
        // A model is always one that was read from its bytes: what is stored predicts as what was trained, and nothing of
        // the training rows stays in memory.
        return try BoostedTrees(serialized: ModelEnvelope.seal(try booster.save()), featureNames: matrix.names)
    }

    /// Predicts the rows of a matrix, in the label's unit; no rows give no predictions.
    ///
    /// - Parameters:
    ///   - matrix: the columns that the model was trained with, in the same order.
    ///   - baseMargin: what the model corrects, one a row; given if and only if it was trained with one.
    /// - Throws: ``BoostingError`` `wrong_shape` for other columns, or a base margin that is missing, not wanted or of another
    ///   length; `not_finite` for a margin or prediction that is no finite number; or `library`.
    public func predict(_ matrix: FeatureMatrix, baseMargin: [Double]? = nil) throws(BoostingError) -> [Double] {
        try BoostingError.require(matrix.names, toBe: featureNames)
        guard (baseMargin != nil) == expectsBaseMargin else {
            let fault = expectsBaseMargin ? "needs a base margin" : "was trained without a base margin"
            throw BoostingError(.wrongShape, "the model \(fault)")
        }
        if let baseMargin { try Self.checkMargin(baseMargin, rowCount: matrix.rowCount) }
        guard matrix.rowCount > 0 else { return [] }
        var rows = try NativeMatrix(matrix)
        if let baseMargin { try rows.set("base_margin", baseMargin) }
        let predictions = try booster.withLock { (booster) throws(BoostingError) in
            try booster.predict(rows)
        }
        try BoostingError.require(predictions.count, of: "predictions", toBe: matrix.rowCount)
        let widened = predictions.map(Double.init)
        try BoostingError.requireFinite(widened, "prediction")
        return widened
    }

    /// Where the model keeps whether it was trained on a base margin.
    private static let marginAttribute = "base_margin"

    private static func checkMargin(_ margin: [Double], rowCount: Int) throws(BoostingError) {
        try BoostingError.require(margin.count, of: "base margins", toBe: rowCount)
        try BoostingError.requireFiniteFloats(margin, "base margin")
    }
}
