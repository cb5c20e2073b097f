public import Foundation

/// UTC instants as ISO 8601 text with milliseconds.
public enum Instant {
    /// `2024-01-15T13:00:00.250Z`.
    public static func text(_ instant: Date) -> String {
        instant.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads an ISO 8601 instant with or without fractional seconds; nil when it is none.
    public static func parse(_ text: String) -> Date? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            do { return try style.parse(text) } catch { continue }
        }
        return nil
    }
}
