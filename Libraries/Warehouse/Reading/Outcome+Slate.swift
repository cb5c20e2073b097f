public import Pipeline

extension Outcome {
    /// No change waits for the processor: an earlier execution carried it out.
    public static func nothingPending(_ scope: Scope) -> Outcome {
        var outcome = Outcome(.success, scope: scope)
        outcome.skipReason = "nothing_pending"
        return outcome
    }

    /// The schedule agrees that there is nothing; what the table still holds of the date is removed.
    public static func expectedEmpty(_ scope: Scope, reason: String, removing write: TableWrite) -> Outcome {
        var outcome = Outcome(.noData, scope: scope, writes: [write])
        outcome.isExpectedEmpty = true
        outcome.skipReason = reason
        return outcome
    }
}

extension TableWrite {
    /// An incremental write of one date: it speaks for the named entities only, so that one of them that has no row
    /// any more is removed. A full write speaks for the date.
    public init<Row: WarehouseRow>(
        _ rows: [Row],
        date: WriteScope,
        only entities: Set<String>?,
        column: String
    ) {
        guard let entities, case .rows(let conditions) = date else {
            self.init(rows, scope: date)
            return
        }
        self.init(rows, scope: .entities(conditions, column: column, values: entities))
    }
}
