import Barrier
import Pipeline

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run(OrchestratorDefinition.phase2ToPhase3.name) { context in
            [OrchestratorService(.phase2ToPhase3, context: context)]
        }
    }
}
