public import Pipeline

/// The warehouse tables by phase; each phase lists its own in a file beside its tables.
public enum WarehouseTables {
    /// Every table in the order of the phases.
    public static var all: [TableDefinition] { raw + analytics + precompute + predictions }
}
