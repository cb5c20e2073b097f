public import Foundation

/// Reads settings from the environment and remembers every problem until `finish()`.
///
/// An empty variable counts as unset. A reading method whose setting is missing or wrong records a problem and returns
/// a placeholder, so callers read everything first, call `finish()`, and use the values only afterwards. A secret may
/// also come from a file: `NAME_FILE` names a regular file that other users cannot read.
public struct ConfigurationReader: Sendable {
    let environment: [String: String]
    private(set) var settings: [ConfigurationSetting] = []
    private(set) var problems: [ConfigurationProblem] = []
    /// The secret values read so far, for the log's redaction list.
    public private(set) var secrets: [String] = []
    private var known: Set<String> = []

    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment
    }

    /// The settings read so far.
    public var description: ConfigurationDescription { ConfigurationDescription(settings: settings) }

    /// Ends reading.
    ///
    /// - Throws: one error that lists every problem.
    public func finish() throws(ConfigurationError) {
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    }

    /// Variables with the prefix that no setting has read: most likely misspelt.
    public func unreadVariables(prefix: String = "TIPOFF_") -> [String] {
        environment.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.sorted()
    }

    /// Records a problem that concerns more than the form of one value.
    public mutating func reject(_ variable: String, given: String?, expected: String, example: String) {
        let problem = ConfigurationProblem(variable: variable, given: given, expected: expected, example: example)
        // A setting that others depend on is read more than once.
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// What a setting accepts, for parsing and for messages.
    struct Form<Value> {
        let expected: String
        let example: String
        let parse: (String) -> Value?
        let show: (Value) -> String
    }

    /// Reads one setting. The result is nil when it is unset and has no default, or when it was refused.
    ///
    /// - Parameter redact: turns the given text into what may be shown.
    mutating func read<Value>(
        _ name: String,
        default fallback: Value?,
        isRequired: Bool,
        help: String,
        secret: Bool,
        redact: (String) -> String = { $0 },
        _ form: Form<Value>
    ) -> Value? {
        known.insert(name)
        if secret { known.insert(name + "_FILE") }
        guard let (text, source) = given(name, secret: secret, form.expected, form.example) else { return nil }
        guard let text else {
            if fallback == nil && isRequired {
                reject(name, given: nil, expected: form.expected, example: form.example)
            }
            let shown = fallback.map { secret ? "***" : redact(form.show($0)) } ?? ""
            note(name, shown, .default, help, isSecret: secret)
            return fallback
        }
        let shown = secret ? "***" : redact(text)
        note(name, shown, source, help, isSecret: secret)
        if secret { addSecret(text) }
        guard let value = form.parse(text) else {
            reject(name, given: shown, expected: form.expected, example: form.example)
            return nil
        }
        return value
    }

    mutating func addSecret(_ text: String) {
        if !text.isEmpty && !secrets.contains(text) { secrets.append(text) }
    }

    private mutating func note(
        _ name: String,
        _ value: String,
        _ source: ConfigurationSetting.Source,
        _ help: String,
        isSecret: Bool
    ) {
        settings.removeAll { $0.name == name }
        settings.append(
            ConfigurationSetting(name: name, value: value, source: source, help: help, isSecret: isSecret)
        )
    }

    /// The text of a setting and where it came from; nil after recording a problem with its file.
    private mutating func given(
        _ name: String,
        secret: Bool,
        _ expected: String,
        _ example: String
    ) -> (text: String?, source: ConfigurationSetting.Source)? {
        let direct = environment[name].flatMap { $0.isEmpty ? nil : $0 }
        guard secret, let path = environment[name + "_FILE"], !path.isEmpty else { return (direct, .environment) }
        guard direct == nil else {
            reject(
                name,
                given: "***",
                expected: "either \(name) or \(name)_FILE, not both",
                example: example
            )
            return nil
        }
        switch SecretFile.read(path) {
        case .success(let text): return (text, .file)
        case .failure(let problem):
            reject(
                name + "_FILE",
                given: path,
                expected: "a secret file (\(problem.reason))",
                example: "/run/secrets/\(name.lowercased())"
            )
            return nil
        }
    }
}
