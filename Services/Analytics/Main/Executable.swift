import Analytics
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run("analytics") { context in
            [
                PhaseService(
                    .init(
                        phase: .analytics,
                        service: "analytics",
                        topics: [.phase3Trigger],
                        processors: AnalyticsProcessors.all,
                        isAudited: true
                    ),
                    context: context
                )
            ]
        }
    }
}
