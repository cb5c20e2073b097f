import Pipeline
public import Postgres

/// Every migration of the product in order.
public enum WarehouseMigrations {
    public static let all: [PostgresMigration] = [
        OrchestrationSchema.migration, raw, analytics, precompute, predictions, publishing,
        OrchestrationSchema.operations, roles, hotPath, reference,
        bdlBoxscores, bdlLeague, espnGames, bettingPros,
    ]
}
