public import Foundation

/// A wall-clock time in America/New_York, to the minute.
public struct EasternTimeOfDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var hour: Int
    public var minute: Int

    public init(hour: Int, minute: Int) { (self.hour, self.minute) = (hour, minute) }

    /// Reads `HH:MM`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        self.init(hour: hour, minute: minute)
    }

    public func instant(on date: GameDate) -> Date { LeagueClock.instant(date, hour: hour, minute: minute) }

    public var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(hour)):\(two(minute))"
    }

    public static func < (one: EasternTimeOfDay, other: EasternTimeOfDay) -> Bool {
        (one.hour, one.minute) < (other.hour, other.minute)
    }
}
