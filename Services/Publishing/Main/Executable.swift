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
            routes: { context, _ in
                DocumentRoutes.all(context.pool) + PageRoutes.all(context.pool) + [changes.route(context.pool)]
            }
        ) { context, settings in
            [
                PhaseService(PublishingService.definition(context, signal: signal), context: context),
                ChangeRole(changes: changes, context: context),
                DocumentProjection(context: context, signal: signal),
                QualityRole(context: context, settings: settings),
            ]
        }
    }
}
