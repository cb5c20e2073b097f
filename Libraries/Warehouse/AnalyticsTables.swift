public import Pipeline

extension WarehouseTables {
    /// The tables that Phase 3 writes.
    public static let analytics: [TableDefinition] = [
        TeamOffenseGameSummary.table, PlayerGameSummary.table, UpcomingPlayerGameContext.table,
    ]

    /// The tables that Phase 4 writes.
    public static let precompute: [TableDefinition] = [PlayerDailyCache.table, MLFeatureStoreRow.table]
}
