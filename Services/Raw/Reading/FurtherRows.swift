import Basketball
import Pipeline

/// Rows of a payload for another table than its processor's own.
struct FurtherRows: Sendable {
    let write: @Sendable (SnapshotSource, GameDate) -> TableWrite

    init<Row: WarehouseRow>(_ rows: [Row], scope: WriteScope) {
        write = { source, date in TableWrite(rows, scope: scope, source: source, date: date) }
    }
}
