import Foundation

/// Log lines for people.
public enum LogLine {
    /// `2024-01-15 09:03:22.123 ET WARN  raw  message  key=value …` of one JSON line.
    ///
    /// Text that is no log line is returned as it is. Control characters never reach the terminal: they stay escaped.
    ///
    /// - Parameter color: whether to colour the level with ANSI sequences.
    public static func readable(_ jsonLine: String, color: Bool) -> String {
        let line = jsonLine.trimmingCharacters(in: .whitespacesAndNewlines)
        guard case .success(let value) = Result(catching: { () throws(JSONError) in try JSONValue(parsing: line) }),
            let object = value.objectValue, let message = object["message"]?.stringValue
        else { return plain(line) }

        let level = object["level"]?.stringValue ?? ""
        let name = (level == "warning" ? "WARN" : level.uppercased())
        let padded = plain(name) + String(repeating: " ", count: max(0, 8 - name.count))
        var parts = [
            easternTime(object["ts"]?.stringValue ?? ""),
            color ? "\u{1B}[\(colorCode(level))m\(padded)\u{1B}[0m" : padded,
            plain(object["service"]?.stringValue ?? "-"),
            "",
            plain(message),
        ]
        for (key, value) in object where !LogKeys.reserved.contains(key) {
            parts.append(" \(plain(key))=\(shown(value))")
        }
        if let label = object["logger"]?.stringValue { parts.append(" [\(plain(label))]") }
        return parts.joined(separator: " ")
    }

    private static func easternTime(_ text: String) -> String {
        guard let instant = InstantText.parse(text) else { return plain(text) }
        var calendar = Calendar(identifier: .gregorian)
        // Without time zone data the line says that it is UTC instead of pretending.
        let zone = TimeZone(identifier: "America/New_York")
        calendar.timeZone = zone ?? .gmt
        let fields = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: instant)
        // The milliseconds are taken from the text: a Date rounds them.
        let fraction = text.split(separator: ".").dropFirst().first?.prefix { $0.isNumber } ?? "000"
        let numbers = [fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second]
            .map { value in (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        return numbers[0...2].joined(separator: "-") + " " + numbers[3...5].joined(separator: ":")
            + ".\(fraction) \(zone == nil ? "UTC" : "ET")"
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            let needsQuotes = text.isEmpty || text.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            guard needsQuotes else { return plain(text) }
            return "\"" + plain(text.replacingOccurrences(of: "\"", with: "\\\"")) + "\""
        case .array(let elements): return "[" + elements.map(shown).joined(separator: ",") + "]"
        case .object, .null, .bool, .int, .double:
            // Nothing else is written by Tipoff; a value without JSON form cannot come out of a parsed line.
            guard case .success(let text) = Result(catching: { () throws(JSONError) in try value.text() }) else {
                return "?"
            }
            return plain(text)
        }
    }

    /// The text with control and format characters (which terminals obey or which hide text) written as `\u{…}`.
    private static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where isUnsafe(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Bidirectional overrides; joiners inside emoji stay.
        case .format: scalar.value != 0x200D && scalar.value != 0x200C
        default: false
        }
    }

    private static func colorCode(_ level: String) -> String {
        switch level {
        case "critical", "error": "31"
        case "warning": "33"
        case "notice": "36"
        case "info": "32"
        default: "90"
        }
    }
}
