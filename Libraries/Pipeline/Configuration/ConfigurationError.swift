/// One setting that cannot be used.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The environment variable.
    public let variable: String
    /// What was given; nil when the variable is not set, `***` when it is a secret.
    public let given: String?
    /// What would be accepted.
    public let expected: String
    /// A value that would be accepted.
    public let example: String

    public var description: String {
        let what = given.map { "is \"\($0)\"" } ?? "is not set"
        return "\(variable) \(what): expected \(expected), for example \(variable)=\(example)"
    }
}

/// Everything that is wrong with the configuration of a process, all at once.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one problem, in the order in which the settings were read.
    public let problems: [ConfigurationProblem]

    public init(problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    public var description: String {
        let noun = problems.count == 1 ? "setting" : "settings"
        return "\(problems.count) \(noun) cannot be used:\n"
            + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
