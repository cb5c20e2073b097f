import Pipeline
import Scrapers

@main
struct ScrapersMain {
    static func main() async {
        await ServiceRuntime.run("scrapers", settings: { SourceSettings(&$0) }) { context, settings in
            ScrapersService.parts(context, settings)
        }
    }
}
