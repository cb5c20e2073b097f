import Pipeline
import Predictions

@main
struct Executable {
    static func main() async {
        await ServiceRuntime.run(Phase.predictions.name, settings: { PredictionSettings(&$0) }) { context, settings in
            try await PredictionsService.parts(context, settings)
        }
    }
}
