import Monitoring
import Pipeline
import Publishing

@main
struct Executable {
    static func main() async {
        let signal = ProjectionSignal()
        let changes = ChangeStream()
        await ServiceRuntime.run(
            Phase.publishing.name,
            settings: { PublishingSettings(&$0) },
            routes: { context, settings in
                try PublicRoutes.all(
                    context.makePool(role: PublicRoutes.role, connections: settings.web.readerConnections),
                    changes: changes,
                    settings: settings.web,
                    logger: context.logger
                )
            }
        ) { context, settings in
            [
                PhaseService(PublishingService.definition(context, signal: signal), context: context),
                ChangeRole(changes: changes, context: context),
                DocumentProjection(context: context, signal: signal),
                QualityRole(context: context, settings: settings),
                MonitoringRole(context: context, settings: settings.monitoring),
            ] + PublishingWatch.parts(context, settings)
        }
    }
}
