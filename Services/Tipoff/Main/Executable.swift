import TipoffCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@main
struct Executable {
    static func main() async {
        exit(await TipoffCommandLine.run(Array(CommandLine.arguments.dropFirst())))
    }
}
