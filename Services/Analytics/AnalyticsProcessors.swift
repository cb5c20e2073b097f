public import Pipeline

/// The processors of Phase 3.
public enum AnalyticsProcessors {
    public static let all = ordered(by: .standard)

    /// - Parameter order: which source tells of a game, and which stands in for it.
    public static func ordered(by order: SourceOrder) -> [any Processor] {
        [
            TeamOffenseGameSummaryProcessor(order: order), TeamDefenseGameSummaryProcessor(order: order),
            PlayerGameSummaryProcessor(order: order), UpcomingPlayerGameContextProcessor(),
            UpcomingTeamGameContextProcessor(),
        ]
    }
}
