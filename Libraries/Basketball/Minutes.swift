/// Playing time, in whole seconds.
public struct Minutes: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Seconds played.
    public let seconds: Int

    /// Playing time of `seconds`.
    public init(seconds: Int) { self.seconds = seconds }

    /// Minutes as a number, for example 35.2.
    public var minutes: Double { Double(seconds) / 60 }

    /// `M:SS`.
    public var description: String {
        let rest = seconds % 60
        return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Less time first.
    public static func < (left: Minutes, right: Minutes) -> Bool { left.seconds < right.seconds }

    /// Reads every form the sources use: `35`, `35:12`, `240:00`, `0:35:12`, `PT35M12.00S`, `34.000000:12`.
    ///
    /// nil means "did not play": an absent value, `""`, `-` and `00`. Parts of a second are cut off.
    /// Throws `MinutesError.malformed` for anything else, such as seconds above 59.
    public static func parse(_ text: String?) throws(MinutesError) -> Minutes? {
        guard let text, !text.isEmpty, text != "-", text != "00" else { return nil }
        if text.hasPrefix("PT") { return try parseDuration(text) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            return Minutes(seconds: try whole(parts[0], of: text, below: 10_000) * 60)
        case 2:
            let minutes = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            guard minutes.count == 1 || (minutes.count == 2 && minutes[1].utf8.allSatisfy { $0 == 48 }) else {
                throw .malformed(text)
            }
            return Minutes(
                seconds: try whole(minutes[0], of: text, below: 10_000) * 60 + whole(parts[1], of: text, below: 60)
            )
        case 3:
            let hours = try whole(parts[0], of: text, below: 100)
            return Minutes(
                seconds: hours * 3_600 + (try whole(parts[1], of: text, below: 60)) * 60
                    + (try whole(parts[2], of: text, below: 60))
            )
        default:
            throw .malformed(text)
        }
    }

    private static func parseDuration(_ text: String) throws(MinutesError) -> Minutes {
        guard text.hasSuffix("S"), let mark = text.firstIndex(of: "M") else { throw .malformed(text) }
        let minutes = try whole(text[text.index(text.startIndex, offsetBy: 2)..<mark], of: text, below: 10_000)
        let rest = text[text.index(after: mark)...].dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard rest.count == 1 || (rest.count == 2 && rest[1].utf8.allSatisfy { (48...57).contains($0) }) else {
            throw .malformed(text)
        }
        return Minutes(seconds: minutes * 60 + (try whole(rest[0], of: text, below: 60)))
    }

    private static func whole(_ digits: Substring, of text: String, below limit: Int) throws(MinutesError) -> Int {
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(digits), value < limit else {
            throw .malformed(text)
        }
        return value
    }
}

/// Why a text is not a playing time.
public enum MinutesError: Error, Hashable, Sendable {
    /// None of the known forms.
    case malformed(String)
}
