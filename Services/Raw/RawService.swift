public import Pipeline
public import ServiceLifecycle

/// The raw processors.
public enum RawService {
    public static let processors: [any Processor] = [
        NbacScheduleProcessor(), NbacPlayerBoxscoresProcessor(), NbacTeamBoxscoreProcessor(),
        OddsApiPlayerPointsPropsProcessor(), OddsApiGameLinesProcessor(), NbacPlayerListProcessor(),
        NbacPlayByPlayProcessor(),
        BigDataBallPlayByPlayProcessor(),
        NbacInjuryReportProcessor(), NbacGamebookPlayerStatsProcessor(), NbacRefereeGameAssignmentsProcessor(),
        NbacPlayerMovementProcessor(), BrRostersCurrentProcessor(), EspnTeamRostersProcessor(),
        BdlPlayerBoxscoresProcessor(), BdlInjuriesProcessor(), BdlStandingsProcessor(), BdlActivePlayersProcessor(),
        EspnScoreboardProcessor(), EspnBoxscoresProcessor(), BettingProsPlayerPointsPropsProcessor(),
        OperatorPlayerStatusProcessor(),
    ]

    /// What the executable runs. Besides the scrapers' messages it understands an object store's notices.
    public static func parts(_ context: ServiceContext) -> [any Service] {
        var context = context
        let prefix = if case .s3(_, let prefix) = context.configuration.objectStore { prefix } else { "" }
        context.intake.foreign = { (payload, origin) throws(EnvelopeError) in
            try ObjectNotice.envelopes(payload, origin, prefix: prefix)
        }
        let service = PhaseService(
            .init(
                phase: .raw,
                service: "raw",
                topics: [.phase1ScrapersComplete],
                processors: processors,
                workers: context.work.workers
            ),
            context: context
        )
        return [service]
    }
}
