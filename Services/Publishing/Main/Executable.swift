import Pipeline
import Publishing

@main
struct Executable {
    static func main() async {
        let signal = ProjectionSignal()
        await ServiceRuntime.run(
            Phase.publishing.name,
            settings: { _ in },
            routes: { pool, _ in DocumentRoutes.all(pool) }
        ) { context, _ in
            [
                PhaseService(PublishingService.definition(context, signal: signal), context: context),
                DocumentProjection(context: context, signal: signal),
            ]
        }
    }
}
