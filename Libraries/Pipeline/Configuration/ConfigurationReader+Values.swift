public import Foundation

extension ConfigurationReader {
    /// A text; required when there is no default.
    public mutating func string(
        _ name: String,
        default fallback: String? = nil,
        help: String,
        secret: Bool = false,
        example: String = "text"
    ) -> String {
        read(name, default: fallback, isRequired: true, help: help, secret: secret, Self.text(example)) ?? ""
    }

    /// A text that may be absent.
    public mutating func optionalString(
        _ name: String,
        help: String,
        secret: Bool = false,
        example: String = "text"
    ) -> String? {
        read(name, default: nil, isRequired: false, help: help, secret: secret, Self.text(example))
    }

    /// A text in a form of the caller's own; `parse` returns nil to refuse it. Required when there is no default.
    public mutating func value<Value>(
        _ name: String,
        default fallback: Value? = nil,
        expected: String,
        example: String,
        help: String,
        secret: Bool = false,
        redact: (String) -> String = { $0 },
        show: @escaping (Value) -> String = { "\($0)" },
        parse: @escaping (String) -> Value?
    ) -> Value? {
        read(
            name,
            default: fallback,
            isRequired: true,
            help: help,
            secret: secret,
            redact: redact,
            Form(expected: expected, example: example, parse: parse, show: show)
        )
    }

    /// A whole number within the range; required when there is no default.
    public mutating func int(
        _ name: String,
        default fallback: Int? = nil,
        range: ClosedRange<Int> = 0...Int.max,
        help: String
    ) -> Int {
        let example = String(fallback ?? max(range.lowerBound, min(range.upperBound, 1)))
        let expected =
            range.upperBound == .max
            ? "a whole number of at least \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let form = Form<Int>(
            expected: expected,
            example: example,
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } },
            show: { String($0) }
        )
        return read(name, default: fallback, isRequired: true, help: help, secret: false, form) ?? range.lowerBound
    }

    /// A size such as `512`, `64kB`, `10MB` (decimal) or `10MiB` (binary), in bytes; required when there is no default.
    public mutating func byteCount(
        _ name: String,
        default fallback: Int? = nil,
        range: ClosedRange<Int> = 0...Int.max,
        help: String
    ) -> Int {
        let form = Form<Int>(
            expected: "a size of at least \(ByteCountText.format(range.lowerBound))"
                + (range.upperBound == .max ? "" : " and at most \(ByteCountText.format(range.upperBound))"),
            example: "10MB",
            parse: { text in ByteCountText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
            show: ByteCountText.format
        )
        return read(name, default: fallback, isRequired: true, help: help, secret: false, form) ?? range.lowerBound
    }

    /// A length of time such as `250ms`, `10s`, `5m`, `2h` or `1h30m`; required when there is no default.
    public mutating func duration(
        _ name: String,
        default fallback: Duration? = nil,
        range: ClosedRange<Duration> = .zero ... .seconds(366 * 86_400),
        help: String
    ) -> Duration {
        let form = Self.durationForm(range, example: fallback)
        return read(name, default: fallback, isRequired: true, help: help, secret: false, form) ?? range.lowerBound
    }

    /// A length of time that may be absent.
    public mutating func optionalDuration(
        _ name: String,
        range: ClosedRange<Duration> = .zero ... .seconds(366 * 86_400),
        help: String
    ) -> Duration? {
        read(name, default: nil, isRequired: false, help: help, secret: false, Self.durationForm(range, example: nil))
    }

    /// `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`; required when there is no default.
    public mutating func bool(_ name: String, default fallback: Bool? = nil, help: String) -> Bool {
        let form = Form<Bool>(
            expected: "true or false",
            example: "true",
            parse: { text in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: nil
                }
            },
            show: { String($0) }
        )
        return read(name, default: fallback, isRequired: true, help: help, secret: false, form) ?? false
    }

    /// An absolute URL with a host; its password is not shown. Required when there is no default.
    public mutating func url(
        _ name: String,
        default fallback: String? = nil,
        schemes: [String] = ["http", "https"],
        help: String
    ) -> String {
        let form = Self.urlForm(schemes)
        let value = read(
            name,
            default: fallback,
            isRequired: true,
            help: help,
            secret: false,
            redact: CredentialText.redactURL,
            form
        )
        if let value { CredentialText.secrets(inURL: value).forEach { addSecret($0) } }
        return value ?? ""
    }

    /// An absolute URL that may be absent.
    public mutating func optionalURL(
        _ name: String,
        schemes: [String] = ["http", "https"],
        help: String
    ) -> String? {
        let value = read(
            name,
            default: nil,
            isRequired: false,
            help: help,
            secret: false,
            redact: CredentialText.redactURL,
            Self.urlForm(schemes)
        )
        if let value { CredentialText.secrets(inURL: value).forEach { addSecret($0) } }
        return value
    }

    /// One of the cases of an enumeration, by raw value; required when there is no default.
    ///
    /// - Returns: the first case as a placeholder after a problem, nil only for an enumeration without cases.
    public mutating func enumeration<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        default fallback: Value,
        help: String
    ) -> Value where Value.RawValue == String {
        let names = Value.allCases.map(\.rawValue)
        let form = Form<Value>(
            expected: "one of " + names.joined(separator: ", "),
            example: fallback.rawValue,
            parse: { Value(rawValue: $0) ?? Value(rawValue: $0.lowercased()) },
            show: \.rawValue
        )
        return read(name, default: fallback, isRequired: false, help: help, secret: false, form) ?? fallback
    }

    /// Texts separated by commas; blanks around them are dropped, empty ones are refused. Required when there is no default.
    public mutating func list(_ name: String, default fallback: [String]? = nil, help: String) -> [String] {
        let form = Form<[String]>(
            expected: "texts separated by commas",
            example: "first,second",
            parse: { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                return parts.contains("") ? nil : parts
            },
            show: { $0.joined(separator: ",") }
        )
        return read(name, default: fallback, isRequired: true, help: help, secret: false, form) ?? []
    }

    /// `key=value` pairs separated by semicolons. Values whose key mentions password, secret, key or token are not shown.
    public mutating func pairs(_ name: String, help: String) -> [String: String] {
        let form = Form<[String: String]>(
            expected: "key=value pairs separated by semicolons",
            example: "security.protocol=sasl_ssl;sasl.username=tipoff",
            parse: { CredentialText.pairs($0) },
            show: { _ in "" }
        )
        let value = read(
            name,
            default: [:],
            isRequired: false,
            help: help,
            secret: false,
            redact: CredentialText.redactPairs,
            form
        )
        for (key, text) in value ?? [:] where CredentialText.isSecretKey(key) { addSecret(text) }
        return value ?? [:]
    }

    /// An instant such as `2024-01-15T14:00:00Z` that may be absent.
    public mutating func optionalInstant(_ name: String, help: String) -> Date? {
        let form = Form<Date>(
            expected: "an ISO 8601 instant with time zone",
            example: "2024-01-15T14:00:00Z",
            parse: InstantText.parse,
            show: { $0.formatted(.iso8601) }
        )
        return read(name, default: nil, isRequired: false, help: help, secret: false, form)
    }

    private static func text(_ example: String) -> Form<String> {
        Form(
            expected: "a text without control characters",
            example: example,
            parse: { text in text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text },
            show: { $0 }
        )
    }

    private static func durationForm(_ range: ClosedRange<Duration>, example: Duration?) -> Form<Duration> {
        Form(
            expected: "a duration from \(DurationText.format(range.lowerBound)) to "
                + DurationText.format(range.upperBound),
            example: DurationText.format(example ?? max(range.lowerBound, min(range.upperBound, .seconds(10)))),
            parse: { text in DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
            show: DurationText.format
        )
    }

    private static func urlForm(_ schemes: [String]) -> Form<String> {
        Form(
            expected: "a URL that begins with " + schemes.map { "\($0)://" }.joined(separator: " or "),
            example: "\(schemes.first ?? "https")://example.org",
            parse: { text in
                guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
                    schemes.contains(scheme), let host = url.host, !host.isEmpty
                else { return nil }
                return text
            },
            show: { $0 }
        )
    }
}
