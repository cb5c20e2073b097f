import Pipeline
import Predictions

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run(Phase.predictions.name) { context in
            try await PredictionsService.parts(context)
        }
    }
}
