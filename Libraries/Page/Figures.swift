import Basketball

/// Figures as readers see them. What is missing is a dash that says so to everybody.
enum Figures {
    static let missing: HTML = .element(
        "span",
        [.class("none"), .init("title", "not known")],
        .element("span", [.init("aria-hidden", "true")], .text("–")),
        .element("span", [.class("sr")], .text("not known"))
    )

    /// One decimal: `19.4`.
    static func decimal(_ value: Double, places: Int = 1) -> String {
        let scale = places == 0 ? 1 : places == 1 ? 10 : 100
        let whole = Int((Rounding.halfAway(value.magnitude, places: places) * Double(scale)).rounded())
        let sign = value < 0 && whole > 0 ? "−" : ""
        guard places > 0 else { return sign + String(whole) }
        let fraction = String(whole % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(sign)\(whole / scale).\(zeros)\(fraction)"
    }

    /// `+2.5` or `−1.0`.
    static func signed(_ value: Double, places: Int = 1) -> String {
        let text = decimal(value, places: places)
        return value > 0 ? "+" + text : text
    }

    /// A share as `58 %`.
    static func percent(_ share: Double, places: Int = 0) -> String { decimal(100 * share, places: places) + " %" }

    /// American odds: `+105`, `−110`.
    static func odds(_ value: Int) -> String { value < 0 ? "−\(value.magnitude)" : "+\(value)" }

    static func maybe(_ value: Double?, places: Int = 1) -> HTML {
        value.map { .text(decimal($0, places: places)) } ?? missing
    }

    /// A coordinate of a drawing: at most one decimal, no trailing zero.
    static func coordinate(_ value: Double) -> String {
        let text = decimal(value).replacing("−", with: "-")
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// `2024-01-15T14:03:22.123Z` as `2024-01-15 14:03 UTC`.
    static func minute(_ instant: String) -> String {
        guard instant.utf8.count >= 16, instant.dropFirst(10).hasPrefix("T") else { return instant }
        return "\(instant.prefix(10)) \(instant.dropFirst(11).prefix(5)) UTC"
    }

    static func time(_ instant: String) -> HTML {
        .element("time", [.init("datetime", instant)], .text(minute(instant)))
    }

    /// `Monday, January 15, 2024`.
    static func longDate(_ date: GameDate) -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let day = date.weekday.rawValue
        return "\(day.prefix(1).uppercased())\(day.dropFirst()), \(months[date.month - 1]) \(date.day), \(date.year)"
    }
}
