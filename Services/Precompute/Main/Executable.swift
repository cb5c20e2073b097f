import Precompute
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run("precompute") { context in
            [
                PhaseService(
                    .init(
                        phase: .precompute,
                        service: "precompute",
                        topics: [.phase4Trigger],
                        processors: PrecomputeProcessors.all,
                        isAudited: true
                    ),
                    context: context
                )
            ]
        }
    }
}
