public import Pipeline

extension WarehouseTables {
    /// The tables of Phase 5.
    public static let predictions: [TableDefinition] = [PlayerPropPrediction.table, PredictionLineEvaluation.table]
}

/// The system whose predictions readers are shown.
public enum ShownSystem {
    public static let id = "moving_average"
}
