import Barrier
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run(OrchestratorDefinition.phase4ToPhase5.name) { context in
            [OrchestratorService(.phase4ToPhase5, context: context)]
        }
    }
}
