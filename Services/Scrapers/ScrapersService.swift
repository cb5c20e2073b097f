import Alerting
public import Pipeline
public import ServiceLifecycle

/// The scrapers, the planner, and who looks after the watch.
public enum ScrapersService {
    /// The processors of Phase 1, sharing one client.
    public static func processors(_ settings: SourceSettings) -> [any Processor] {
        processors(settings, client: SourceClient(settings))
    }

    private static func processors(_ settings: SourceSettings, client: SourceClient) -> [any Processor] {
        let schedule = ScrapeProcessor(NbacScheduleAPI(settings: settings), client: client)
        let days = LeagueDays(schedule: schedule)
        return [
            schedule,
            ScrapeProcessor(NbacPlayerBoxscore(settings: settings, days: days), client: client),
            ScrapeProcessor(NbacTeamBoxscore(settings: settings), client: client),
            ScrapeProcessor(OddsaEvents(settings: settings, days: days), client: client),
            ScrapeProcessor(OddsaPlayerProps(settings: settings), client: client),
            ScrapeProcessor(OddsaGameLines(settings: settings), client: client),
            ScrapeProcessor(OddsaEventsHis(settings: settings, days: days), client: client),
            ScrapeProcessor(OddsaPlayerPropsHis(settings: settings), client: client),
            ScrapeProcessor(OddsaGameLinesHis(settings: settings), client: client),
            ScrapeProcessor(OddsaTeamPlayers(settings: settings), client: client),
            ScrapeProcessor(NbacPlayerList(settings: settings), client: client),
            ScrapeProcessor(NbacScheduleCDN(settings: settings), client: client),
            ScrapeProcessor(NbacScoreboard(settings: settings, days: days), client: client),
            ScrapeProcessor(NbacPlayByPlay(settings: settings), client: client),
            ScrapeProcessor(BigDataBallDiscovery(settings: settings, days: days), client: client),
            ScrapeProcessor(BigDataBallPlays(settings: settings), client: client),
            ScrapeProcessor(NbacInjuryReport(settings: settings, days: days), client: client),
            ScrapeProcessor(NbacGamebookPDF(settings: settings, days: days), client: client),
            ScrapeProcessor(NbacRefereeAssignments(settings: settings, days: days), client: client),
            ScrapeProcessor(NbacPlayerMovement(settings: settings), client: client),
            ScrapeProcessor(NbacRoster(settings: settings), client: client),
            ScrapeProcessor(BrSeasonRoster(settings: settings), client: client),
            ScrapeProcessor(EspnRoster(settings: settings), client: client),
            ScrapeProcessor(BdlGames(settings: settings, days: days), client: client),
            ScrapeProcessor(BdlBoxScores(settings: settings, days: days), client: client),
            ScrapeProcessor(BdlPlayerBoxScores(settings: settings, days: days), client: client),
            ScrapeProcessor(BdlActivePlayers(settings: settings), client: client),
            ScrapeProcessor(BdlInjuries(settings: settings), client: client),
            ScrapeProcessor(BdlStandings(settings: settings), client: client),
            ScrapeProcessor(EspnScoreboard(settings: settings, days: days), client: client),
            ScrapeProcessor(EspnGameBoxscore(settings: settings), client: client),
            ScrapeProcessor(BpEvents(settings: settings, days: days), client: client),
            ScrapeProcessor(BpPlayerProps(settings: settings, days: days), client: client),
        ]
    }

    /// What the executable runs.
    public static func parts(_ context: ServiceContext, _ settings: ScrapersSettings) -> [any Service] {
        let sources = settings.sources
        let client = SourceClient(sources)
        let service = PhaseService(
            .init(
                phase: .scrapers,
                service: "scrapers",
                topics: [.phase1Trigger],
                processors: processors(sources, client: client),
                workers: context.work.workers
            ),
            context: context
        )
        let roles: [any Service] = [
            service, BackfillRole(context: context),
            DeadManRole(context: context, settings: settings.deadMan, alerts: settings.alerts),
            AlertRole(context: context, settings: settings.alerts),
        ]
        return sources.plans
            ? roles + [
                PlannerRole(context: context, settings: sources, pace: client.pace, budget: client.budget)
            ] : roles
    }
}
