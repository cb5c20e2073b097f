public import Basketball
public import Foundation
public import Pipeline

/// The settings of the predictions service beside the common ones.
public struct PredictionSettings: Sendable {
    /// A wall-clock time in America/New_York.
    public struct Time: Sendable, Hashable, Comparable, CustomStringConvertible {
        public var hour: Int
        public var minute: Int

        public init(hour: Int, minute: Int) { (self.hour, self.minute) = (hour, minute) }

        /// Reads `HH:MM`; nil for anything else.
        init?(_ text: String) {
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

        public static func < (one: Time, other: Time) -> Bool {
            (one.hour, one.minute) < (other.hour, other.minute)
        }
    }

    /// When predictions are asked for, in order. Each starts a date that nothing has begun; of one that has begun, all but the
    /// first ask for who is missing. Empty: never.
    public var clocks: [Time]

    public static let standardClocks = [
        Time(hour: 6, minute: 0), Time(hour: 6, minute: 15), Time(hour: 6, minute: 30),
    ]

    public init(_ reader: inout ConfigurationReader) {
        clocks =
            reader.value(
                "TIPOFF_PREDICTION_CLOCKS",
                default: Self.standardClocks,
                expected: "off, or times before \(PredictionDeadline.hour):00, the earliest first, separated by commas",
                example: Self.show(Self.standardClocks),
                help: "Eastern times that start what nothing has begun; all but the first ask for who is missing",
                show: Self.show,
                parse: Self.parse
            ) ?? []
    }

    private static func show(_ clocks: [Time]) -> String {
        clocks.isEmpty ? "off" : clocks.map(\.description).joined(separator: ",")
    }

    /// Nil for a text that is refused. A clock at or after the deadline would never act.
    static func parse(_ text: String) -> [Time]? {
        if text.lowercased() == "off" { return [] }
        let times = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Time($0.trimmingCharacters(in: .whitespaces))
        }
        let known = times.compactMap { $0 }
        guard known.count == times.count, known.allSatisfy({ $0.hour < PredictionDeadline.hour }),
            zip(known, known.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return known
    }
}
