import Foundation

/// Durations as people write them in settings.
public enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]

    /// Reads `250ms`, `1.5s`, `10s`, `2h`, `1h30m`; nil for anything else, a number without unit included.
    public static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let unit = units.first(where: { $0.name == name }), number.first != ".", number.last != ".",
                let amount = Decimal(string: String(number), locale: nil), number.filter({ $0 == "." }).count <= 1
            else { return nil }
            let nanoseconds = NSDecimalNumber(decimal: amount * Decimal(unit.nanoseconds)).doubleValue.rounded()
            guard nanoseconds < 9.2e18 else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(Int64(nanoseconds))
            guard !overflow else { return nil }
            total = sum
        }
        return .nanoseconds(total)
    }

    /// The shortest exact text, such as `1h30m` or `250ms`.
    public static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, duration >= .zero else { return "\(seconds)s" }
        var rest = scaled + attoseconds / 1_000_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in units where rest >= unit.nanoseconds {
            text += "\(rest / unit.nanoseconds)\(unit.name)"
            rest %= unit.nanoseconds
        }
        return text
    }
}

/// Sizes as people write them in settings, in bytes.
enum ByteCountText {
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10),
        ("kB", 1_000), ("KB", 1_000), ("B", 1),
    ]

    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
        guard let amount = Int(digits), let unit = name.isEmpty ? 1 : units.first(where: { $0.name == name })?.bytes
        else { return nil }
        let (bytes, overflow) = amount.multipliedReportingOverflow(by: unit)
        return overflow ? nil : bytes
    }

    static func format(_ bytes: Int) -> String {
        for unit in units where bytes >= unit.bytes && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes)B"
    }
}

/// Instants as ISO 8601 texts with an explicit zone.
enum InstantText {
    static func parse(_ text: String) -> Date? {
        let whole = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Each strategy throws for a text in the other's form; that is its only way to say no.
        for style in [whole, fractional] {
            if case .success(let date) = Result(catching: { try style.parse(text) }) { return date }
        }
        return nil
    }
}
