public import Pipeline

/// The processors of Phase 3.
public enum AnalyticsProcessors {
    public static let all: [any Processor] = [
        TeamOffenseGameSummaryProcessor(), TeamDefenseGameSummaryProcessor(), PlayerGameSummaryProcessor(),
        UpcomingPlayerGameContextProcessor(), UpcomingTeamGameContextProcessor(),
    ]
}
