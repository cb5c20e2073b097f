public import Foundation

/// The league's clock, America/New_York: which day an instant belongs to, and which instant a wall-clock time is.
public enum LeagueClock {
    /// America/New_York.
    public static let timeZone: TimeZone = {
        guard let zone = TimeZone(identifier: "America/New_York") else {
            preconditionFailure("the time zone database has no America/New_York: install tzdata")
        }
        return zone
    }()

    /// The Eastern calendar day of an instant (instants outside 1946…2200 are clamped).
    public static func gameDate(of instant: Date) -> GameDate {
        let local = instant.timeIntervalSince1970 + Double(timeZone.secondsFromGMT(for: instant))
        let limit = 1e11
        let days = Int((min(max(local, -limit), limit) / 86_400).rounded(.down))
        return GameDate(unchecked: 0).adding(days: days)
    }

    /// The instant of an Eastern wall-clock time.
    ///
    /// A time that daylight saving skips moves forward by the hour that is missing; a time that occurs twice means the
    /// first of the two.
    public static func instant(_ date: GameDate, hour: Int, minute: Int, second: Int = 0) -> Date {
        let wall = Double(date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second)
        // The offset a day earlier and later brackets any change; the larger (daylight) offset gives the earlier instant.
        let before = Double(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: wall - 86_400)))
        let after = Double(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: wall + 86_400)))
        let early = Date(timeIntervalSince1970: wall - max(before, after))
        if Double(timeZone.secondsFromGMT(for: early)) == max(before, after) { return early }
        let late = Date(timeIntervalSince1970: wall - min(before, after))
        if Double(timeZone.secondsFromGMT(for: late)) == min(before, after) { return late }
        // Neither fits: the skipped hour in spring. The offset before the change moves it forward.
        return Date(timeIntervalSince1970: wall - before)
    }

    /// Reads a field such as nba.com's `gameDateTimeEst`, which is Eastern wall-clock time although it ends in `Z`.
    ///
    /// Accepts `YYYY-MM-DDTHH:MM:SS` with or without the `Z`. Throws `LeagueClockError.malformed` otherwise.
    public static func parseEasternWallClock(_ text: String) throws -> Date {
        let (date, hour, minute, second) = try wallClock(text)
        return instant(date, hour: hour, minute: minute, second: second)
    }

    /// Reads a truly UTC instant `YYYY-MM-DDTHH:MM:SSZ`. Throws `LeagueClockError.malformed` otherwise.
    public static func parseUTC(_ text: String) throws -> Date {
        guard text.hasSuffix("Z") else { throw LeagueClockError.malformed(text) }
        let (date, hour, minute, second) = try wallClock(text)
        return Date(timeIntervalSince1970: Double(date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    /// `YYYY-MM-DDTHH:MM:SSZ` of an instant, in UTC, whole seconds (rounded down).
    public static func formatUTC(_ instant: Date) -> String {
        format(secondsSince1970: Int(instant.timeIntervalSince1970.rounded(.down)))
    }

    /// `YYYY-MM-DDTHH:MM:SSZ` of the wall clock in a zone: the wrongly marked form that nba.com uses.
    public static func formatWallClock(_ instant: Date, in zone: TimeZone = timeZone) -> String {
        format(secondsSince1970: Int(instant.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: instant))
    }

    private static func format(secondsSince1970 seconds: Int) -> String {
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let rest = seconds - days * 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = GameDate(unchecked: days)
        return "\(date)T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    private static func wallClock(_ text: String) throws -> (GameDate, hour: Int, minute: Int, second: Int) {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "Z") { bytes.removeLast() }
        guard bytes.count == 19, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":")
        else { throw LeagueClockError.malformed(text) }
        func number(_ index: Int, below limit: Int) throws -> Int {
            let (tens, ones) = (bytes[index], bytes[index + 1])
            guard (48...57).contains(tens), (48...57).contains(ones) else { throw LeagueClockError.malformed(text) }
            let value = Int(tens - 48) * 10 + Int(ones - 48)
            guard value < limit else { throw LeagueClockError.malformed(text) }
            return value
        }
        let date = try GameDate(String(text.prefix(10)))
        return (date, try number(11, below: 24), try number(14, below: 60), try number(17, below: 60))
    }
}

/// Why a text is not a wall-clock time.
public enum LeagueClockError: Error, Hashable, Sendable {
    /// Not `YYYY-MM-DDTHH:MM:SS[Z]`.
    case malformed(String)
}
