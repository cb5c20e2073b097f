import Pipeline
import Scrapers

@main
struct ScrapersMain {
    static func main() async {
        await ServiceRuntime.run("scrapers", settings: { ScrapersSettings(&$0) }) { context, settings in
            ScrapersService.parts(context, settings)
        }
    }
}
