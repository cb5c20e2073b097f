import Pipeline
import Raw

@main
struct RawMain {
    static func main() async {
        await ServiceRuntime.run("raw") { context in RawService.parts(context) }
    }
}
