public import Pipeline

extension WarehouseTables {
    /// The tables of Phase 5.
    public static let predictions: [TableDefinition] = [
        PlayerPropPrediction.table, PredictionLineEvaluation.table, PredictionAccuracy.table,
        LineEvaluationAccuracy.table,
    ]
}
