public import Basketball
public import Foundation

/// When the predictions of a date are due: an Eastern time of its day, the same for whoever waits, publishes or judges.
public struct PredictionDeadline: Sendable, Hashable, CustomStringConvertible {
    public var time: EasternTimeOfDay

    /// 10:00.
    public static let standard = PredictionDeadline(time: EasternTimeOfDay(hour: 10, minute: 0))

    public init(time: EasternTimeOfDay) { self.time = time }

    /// Reads `TIPOFF_PREDICTION_DEADLINE`; settings that depend on it may read it again.
    public init(_ reader: inout ConfigurationReader) {
        time =
            reader.value(
                "TIPOFF_PREDICTION_DEADLINE",
                default: Self.standard.time,
                expected: "an Eastern time HH:MM",
                example: Self.standard.time.description,
                help: "Eastern time at which the predictions of a date are due",
                show: \.description,
                parse: { EasternTimeOfDay($0) }
            ) ?? Self.standard.time
    }

    public func instant(of date: GameDate) -> Date { time.instant(on: date) }

    /// `10:00 ET`.
    public var description: String { "\(time) ET" }
}
