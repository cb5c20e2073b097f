import Pipeline

/// Which commands this build of the command line has, and which options they take: its own machine-readable help.
///
/// Read once at the start. What is not there has no panel and no action, instead of one that fails when it is opened.
struct CommandCatalogue: Sendable, Hashable {
    private var options: [[String]: Set<String>] = [:]
    private var lists: Set<[String]> = []

    /// - Parameter help: what `--experimental-dump-help` of the argument parser prints.
    init(help: JSONValue) {
        if let root = help["command"] { add(root, path: []) }
    }

    static func read(_ runner: CommandRunner) async -> CommandCatalogue {
        CommandCatalogue(help: await runner.ask(["--experimental-dump-help"]).json ?? .null)
    }

    private mutating func add(_ command: JSONValue, path: [String]) {
        let names = (command["arguments"]?.arrayValue ?? []).flatMap { argument in
            (argument["names"]?.arrayValue ?? []).filter { $0["kind"]?.stringValue == "long" }
                .compactMap { $0["name"]?.stringValue }
        }
        options[path] = Set(names)
        let isList = (command["arguments"]?.arrayValue ?? []).contains { argument in
            argument["kind"]?.stringValue == "positional" && argument["isRepeating"]?.boolValue == true
        }
        if isList { lists.insert(path) }
        for child in command["subcommands"]?.arrayValue ?? [] {
            guard let name = child["commandName"]?.stringValue, name != "help" else { continue }
            add(child, path: path + [name])
        }
    }

    var isEmpty: Bool { options.isEmpty }

    func has(_ path: [String]) -> Bool { !path.isEmpty && options[path] != nil }

    /// Whether its positional argument may be given several times.
    func takesList(_ path: [String]) -> Bool { lists.contains(path) }

    /// - Parameter option: with or without the dashes.
    func takes(_ option: String, _ path: [String]) -> Bool {
        options[path]?.contains(String(option.drop { $0 == "-" })) ?? false
    }
}
