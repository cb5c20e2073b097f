import Basketball
import Foundation

/// Instants and durations for people: Eastern time, few digits.
enum EasternTime {
    /// `06:12 ET`, with the day in front when it is not `day`.
    static func short(_ instant: Date, on day: GameDate) -> String {
        let fields = components(instant)
        let clock = "\(two(fields.hour)):\(two(fields.minute)) ET"
        let own = LeagueClock.gameDate(of: instant)
        return own == day ? clock : "\(own) \(clock)"
    }

    /// `2024-01-15 06:12:09.250 ET`.
    static func precise(_ instant: Date) -> String {
        let fields = components(instant)
        // Rounded down, as the fields beside it are.
        let milliseconds = Int((instant.timeIntervalSince1970 * 1000).rounded(.down)) % 1000
        let fraction = String(abs(milliseconds))
        return "\(LeagueClock.gameDate(of: instant)) \(two(fields.hour)):\(two(fields.minute)):\(two(fields.second))."
            + String(repeating: "0", count: 3 - fraction.count) + "\(fraction) ET"
    }

    /// `in 2 h`, `in 5 min`, `12 s ago`.
    static func relative(_ instant: Date, to now: Date) -> String {
        let seconds = instant.timeIntervalSince(now)
        let size = magnitude(abs(seconds))
        return seconds >= 0 ? "in \(size)" : "\(size) ago"
    }

    /// `0.8 s`, `12 s`, `3 min 20 s`.
    static func duration(_ seconds: Double) -> String {
        if seconds < 0.0995 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.95 { return "\(tenths(seconds)) s" }
        if seconds < 119.5 { return "\(Int(seconds.rounded())) s" }
        let whole = Int(seconds.rounded())
        return "\(whole / 60) min \(whole % 60) s"
    }

    /// A number with one decimal.
    static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded())
        return "\(scaled / 10).\(abs(scaled % 10))"
    }

    /// `12 s`, `5 min`, `2 h`, `3 days`.
    static func magnitude(_ seconds: Double) -> String {
        if seconds < 90 { return "\(Int(seconds.rounded())) s" }
        if seconds < 90 * 60 { return "\(Int((seconds / 60).rounded())) min" }
        if seconds < 36 * 3600 { return "\(Int((seconds / 3600).rounded())) h" }
        return "\(Int((seconds / 86_400).rounded())) days"
    }

    private static func components(_ instant: Date) -> (hour: Int, minute: Int, second: Int) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = LeagueClock.timeZone
        let fields = calendar.dateComponents([.hour, .minute, .second], from: instant)
        return (fields.hour ?? 0, fields.minute ?? 0, fields.second ?? 0)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
