public import Pipeline

extension WarehouseTables {
    /// The tables that Phase 3 writes.
    public static let analytics: [TableDefinition] = [
        TeamOffenseGameSummary.table, TeamDefenseGameSummary.table, PlayerGameSummary.table,
        UpcomingPlayerGameContext.table, UpcomingTeamGameContext.table,
    ]

    /// The tables that Phase 4 writes.
    public static let precompute: [TableDefinition] = [
        TeamDefenseZoneAnalysis.table, PlayerShotZoneAnalysis.table, PlayerCompositeFactors.table,
        PlayerDailyCache.table,
        MLFeatureStoreRow.table,
    ]
}
