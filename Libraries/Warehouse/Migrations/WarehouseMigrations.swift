import Pipeline
public import Postgres

/// Every migration of the product in order.
public enum WarehouseMigrations {
    public static let all: [PostgresMigration] =
        [
            OrchestrationSchema.migration, raw, analytics, precompute, predictions, publishing,
            OrchestrationSchema.operations, roles, hotPath, reference,
        ] + reserved + [injuryReport, gamebook, officialsAndMovement, rosters]

    /// Versions whose tables are not here yet.
    private static let reserved = (11...20).map {
        PostgresMigration(version: $0, name: "reserved", sql: "SELECT 1")
    }
}
