import Basketball
import Foundation
import Page
import Pipeline

/// Who looks, as far as it changes what a page says.
struct Viewing: Sendable, Hashable {
    var zone = ClockZone.eastern
    /// Whether links to actions are shown.
    var mayAct = false
}

/// The clock that instants are shown by.
enum ClockZone: String, Sendable, Hashable, CaseIterable {
    case eastern = "et"
    case utc
    /// The browser's own; the page's script writes it, over Eastern time where no script runs.
    case local

    var label: String {
        switch self {
        case .eastern: "ET"
        case .utc: "UTC"
        case .local: "local"
        }
    }
}

/// Instants for people. The machine-readable one is always beside it.
enum ClockText {
    /// `2024-01-15 06:12:09 ET`; nil for what is no instant.
    static func text(_ instant: String, _ zone: ClockZone) -> String? {
        guard instant.utf8.count >= 20, instant.hasSuffix("Z"), instant.dropFirst(10).hasPrefix("T"),
            let date = Instant.parse(instant)
        else { return nil }
        return text(date, zone)
    }

    static func text(_ date: Date, _ zone: ClockZone) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone == .utc ? .gmt : LeagueClock.timeZone
        let fields = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func two(_ value: Int?) -> String { (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        return "\(fields.year ?? 0)-\(two(fields.month))-\(two(fields.day)) \(two(fields.hour)):\(two(fields.minute)):"
            + "\(two(fields.second)) \(zone == .utc ? "UTC" : "ET")"
    }

    /// Nil for what is no instant.
    static func html(_ instant: String, _ zone: ClockZone) -> HTML? {
        text(instant, zone).map { .element("time", [.init("datetime", instant)], .text($0)) }
    }

    /// `0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e9 else { return "\(seconds) s" }
        if seconds < 0.0995 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.95 {
            let tenths = Int((seconds * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int(seconds.rounded())
        if whole < 120 { return "\(whole) s" }
        if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
        return whole < 172_800 ? "\(whole / 3600) h \(whole % 3600 / 60) min" : "\(whole / 86_400) days"
    }
}
