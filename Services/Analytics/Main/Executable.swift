import Analytics
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run("analytics", settings: { SourceOrder(&$0) }) { context, order in
            [
                PhaseService(
                    .init(
                        phase: .analytics,
                        service: "analytics",
                        topics: [.phase3Trigger],
                        processors: AnalyticsProcessors.ordered(by: order),
                        isAudited: true
                    ),
                    context: context
                )
            ]
        }
    }
}
