public import Basketball
public import Foundation

/// When the predictions of a date are due: 10:00 Eastern of its day.
public enum PredictionDeadline {
    /// The hour in America/New_York.
    public static let hour = 10

    public static func instant(of date: GameDate) -> Date { LeagueClock.instant(date, hour: hour, minute: 0) }
}
