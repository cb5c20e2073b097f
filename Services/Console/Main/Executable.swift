import Console

@main
struct Executable {
    static func main() async { await ConsoleRuntime.run() }
}
