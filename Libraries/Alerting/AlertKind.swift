/// What a message is for.
public enum AlertKind: String, Sendable, CaseIterable {
    /// An incident begins.
    case first
    /// It got worse.
    case escalation
    /// It happened again, and how often.
    case summary
    /// It is over.
    case resolve
    /// What a backfill has held back, together.
    case digest
    /// The daily sign of life.
    case allWell = "all_well"
    /// An operator tries the sinks.
    case test
}
