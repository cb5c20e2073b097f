import Barrier
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run(OrchestratorDefinition.phase3ToPhase4.name) { context in
            [OrchestratorService(.phase3ToPhase4, context: context)]
        }
    }
}
