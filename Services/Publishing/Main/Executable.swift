import Pipeline
import Publishing

@main
struct Executable {
    static func main() async {
        let signal = ProjectionSignal()
        await ServiceRuntime.run(
            Phase.publishing.name,
            settings: { PublishingSettings(&$0) },
            routes: { pool, _ in DocumentRoutes.all(pool) }
        ) { context, settings in
            [
                PhaseService(PublishingService.definition(context, signal: signal), context: context),
                DocumentProjection(context: context, signal: signal),
                QualityRole(context: context, settings: settings),
            ]
        }
    }
}
