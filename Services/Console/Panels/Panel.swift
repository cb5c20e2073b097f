import Basketball
import Foundation
import Page
import Pipeline

/// A parameter of a panel or an action: a field of the page, an argument of the command.
struct Parameter: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        case date, uuid, flag
        /// A whole number, at most nine digits.
        case number
        /// Lower-case letters, digits and `_ - . / *`.
        case word
        /// One line of at most 500 characters.
        case text
        case choice([String])
    }

    /// In the address and in forms.
    var name: String
    var label: String
    /// Such as `--state`; nil is a positional argument.
    var option: String?
    var form: Form
    var isRequired = false
    /// What the command is given when the page says nothing.
    var fallback: String?

    init(
        _ name: String,
        _ label: String,
        _ option: String?,
        _ form: Form,
        isRequired: Bool = false,
        fallback: String? = nil
    ) {
        self.name = name
        self.label = label
        self.option = option
        self.form = form
        self.isRequired = isRequired
        self.fallback = fallback
    }

    /// Whether a text is a value of this form. What is not never reaches a command.
    func accepts(_ value: String) -> Bool {
        switch form {
        case .date: (try? GameDate(value)) != nil
        case .uuid: value.utf8.count == 36 && UUID(uuidString: value) != nil
        case .flag: value == "1"
        case .number: value.wholeMatch(of: /[0-9]{1,9}/) != nil
        case .word: value.wholeMatch(of: /[A-Za-z0-9_*][A-Za-z0-9_.\/*\-]{0,99}/) != nil
        case .text:
            (1...500).contains(value.count)
                && !value.unicodeScalars.contains { $0.properties.generalCategory == .control }
        case .choice(let values): values.contains(value)
        }
    }

    var expectation: String {
        switch form {
        case .date: "a date as in 2024-01-15"
        case .uuid: "an id as in 6f1d2c3b-…"
        case .flag: "1"
        case .number: "a number"
        case .word: "a name without blanks"
        case .text: "one line of at most 500 characters"
        case .choice(let values): values.joined(separator: ", ")
        }
    }
}

/// Values of parameters, in the parameters' order.
struct ParameterValues: Sendable, Hashable {
    private(set) var values: [String: String] = [:]

    init() {}

    /// - Throws: ``Refusal`` for a value that its parameter does not accept. Empty ones are absent.
    init(_ parameters: [Parameter], from pairs: [(name: String, value: String)]) throws(Refusal) {
        for parameter in parameters {
            guard let value = pairs.first(where: { $0.name == parameter.name })?.value, !value.isEmpty else { continue }
            guard parameter.accepts(value) else {
                throw Refusal(text: "\(parameter.label) is \(parameter.expectation)")
            }
            values[parameter.name] = value
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// For a value that its parameter has accepted.
    mutating func set(_ name: String, _ value: String) { values[name] = value }

    /// The address's query, empty or with its question mark.
    var query: String {
        let pairs = values.sorted { $0.key < $1.key }.map { "\($0.key)=\(AddressText.encoded($0.value))" }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    struct Refusal: Error, Sendable { var text: String }
}

enum AddressText {
    /// A value of a query, percent-encoded.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}

/// One block of a page: a command's answer, drawn.
struct Panel: Sendable {
    typealias Body = @Sendable (JSONValue, Viewing) -> HTML

    /// In addresses.
    var id: String
    var title: String
    /// What it answers.
    var question: String
    /// The command's path, such as `dlq ls`.
    var path: [String]
    /// Arguments that are always given.
    var fixed: [String] = []
    var parameters: [Parameter] = []
    /// Draws the command's document.
    var body: Body = { JSONBody.html($0, $1) }

    /// The command's arguments; nil while something that it needs is not given.
    func arguments(_ values: ParameterValues) -> [String]? {
        guard parameters.allSatisfy({ !$0.isRequired || values[$0.name] != nil }) else { return nil }
        return Self.arguments(path + fixed, parameters, values, further: ["--json"])
    }

    /// Positional values stand behind `--`: whatever they are, none of them is an option.
    static func arguments(
        _ path: [String],
        _ parameters: [Parameter],
        _ values: ParameterValues,
        further: [String]
    ) -> [String] {
        var arguments = path
        var positional: [String] = []
        for parameter in parameters {
            guard let value = values[parameter.name] ?? parameter.fallback else { continue }
            switch (parameter.option, parameter.form) {
            case (nil, _): positional.append(value)
            case (let option?, .flag): arguments.append(option)
            case (let option?, _): arguments.append("\(option)=\(value)")
            }
        }
        arguments += further
        return positional.isEmpty ? arguments : arguments + ["--"] + positional
    }

    func address(_ values: ParameterValues) -> String { "/panel/\(id)\(values.query)" }

    /// What the panel shows of an answer.
    func html(_ answer: CommandAnswer, _ viewing: Viewing) -> HTML {
        let document = answer.json
        // Exit code 1 is also how a command says what it found.
        let isSilent = document != nil && answer.errors.isEmpty
        return [
            .some(document) { body($0, viewing) },
            .when(!isSilent && (answer.code != 0 || document == nil), Self.problem(answer)),
        ]
    }

    static func problem(_ answer: CommandAnswer) -> HTML {
        let text = answer.errors.isEmpty ? answer.output : answer.errors
        return .element(
            "div",
            [.class("note halted"), .init("role", "alert")],
            .element("p", [], .text(answer.code == 3 ? "Not reachable" : "The command did not succeed")),
            .element("pre", [], .text(text.isEmpty ? "exit code \(answer.code)" : text))
        )
    }
}
