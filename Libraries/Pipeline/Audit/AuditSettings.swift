/// When the nightly audit and the daily guards look, and at how much.
public struct AuditSettings: Sendable, Hashable {
    /// The hour of the league's day from which they look, 0–23.
    public var hour: Int
    /// The latest dates that are over, every night.
    public var recentDates: Int
    /// Random earlier dates of the season, every night.
    public var earlierDates: Int

    public init(hour: Int = 6, recentDates: Int = 2, earlierDates: Int = 3) {
        (self.hour, self.recentDates, self.earlierDates) = (hour, recentDates, earlierDates)
    }

    init(_ reader: inout ConfigurationReader) {
        hour = reader.int(
            "TIPOFF_AUDIT_HOUR",
            default: 6,
            range: 0...23,
            help: "Eastern hour from which the nightly audit and the daily guards look"
        )
        recentDates = reader.int(
            "TIPOFF_AUDIT_RECENT_DATES",
            default: 2,
            range: 0...60,
            help: "latest dates of the nightly audit"
        )
        earlierDates = reader.int(
            "TIPOFF_AUDIT_EARLIER_DATES",
            default: 3,
            range: 0...300,
            help: "random earlier dates of the season in the nightly audit"
        )
    }
}
