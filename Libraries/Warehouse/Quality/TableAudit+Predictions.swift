import Pipeline

extension TableAudit {
    static let predictions: [TableAudit] = [
        TableAudit(
            PlayerPropPrediction.table,
            .predictions,
            expected: .readyFeatures,
            counted: "player_lookup",
            [
                ColumnMonitor.of("predicted_points")(mean: 5...30, deviation: 1),
                ColumnMonitor.of("predicted_points", rows: 50)(distinct: 20),
                ColumnMonitor.of("current_points_line", where: .isTrue("has_prop_line"))(nulls: 0, mean: 6...30),
                // One confidence for everybody is a model that was not loaded.
                ColumnMonitor.of("confidence_score", where: .isTrue("has_prop_line"))(mean: 0.45...0.98, distinct: 5),
            ]
        )
    ]
}
