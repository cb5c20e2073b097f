import Pipeline

/// What a command of the operator's command line answered.
struct CommandAnswer: Sendable, Hashable {
    /// The exit code of a command whose time was over before its end, as timeout(1) has it.
    static let cutCode: Int32 = 124

    /// Without the program's name.
    var arguments: [String]
    /// 0 ok, 1 a problem, 2 wrong usage, 3 database or broker unreachable; or ``cutCode``.
    var code: Int32
    var output: String
    /// What it said goes wrong, and what to do next.
    var errors: String

    /// The document that it printed; nil when it printed none. A command that finds a problem prints one as well.
    var json: JSONValue? { output.isEmpty ? nil : try? JSONValue(parsing: output) }

    /// The same for a terminal.
    var twin: String { CommandText.line(arguments) }
}

/// Command lines as people type them.
enum CommandText {
    /// `tipoff dlq ls --state=new --json`.
    static func line(_ arguments: [String]) -> String {
        (["tipoff"] + arguments).map(quoted).joined(separator: " ")
    }

    /// As a POSIX shell takes it.
    static func quoted(_ argument: String) -> String {
        if argument.wholeMatch(of: /[A-Za-z0-9_.,:=\/@%+\-]+/) != nil { return argument }
        return "'" + argument.replacing("'", with: "'\\''") + "'"
    }
}
