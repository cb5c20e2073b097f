/// A calendar day of the league, without a time or a zone.
public struct GameDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let daysSince1970: Int

    /// The days that can be represented: the league's first season up to a far future.
    public static let earliest = GameDate(unchecked: daysFromCivil(year: 1946, month: 1, day: 1))
    /// The last day that can be represented.
    public static let latest = GameDate(unchecked: daysFromCivil(year: 2200, month: 12, day: 31))

    init(unchecked days: Int) { daysSince1970 = days }

    /// Makes a day from its number. Throws `GameDateError.outOfRange` outside 1946…2200.
    public init(daysSince1970 days: Int) throws(GameDateError) {
        guard days >= Self.earliest.daysSince1970, days <= Self.latest.daysSince1970 else {
            throw .outOfRange("day \(days)")
        }
        daysSince1970 = days
    }

    /// Makes a day from its parts. Throws when there is no such day or the year is outside 1946…2200.
    public init(year: Int, month: Int, day: Int) throws(GameDateError) {
        guard (1946...2200).contains(year) else { throw .outOfRange("\(year)-\(month)-\(day)") }
        guard (1...12).contains(month), day >= 1, day <= Self.daysInMonth(year: year, month: month) else {
            throw .noSuchDay("\(year)-\(month)-\(day)")
        }
        daysSince1970 = Self.daysFromCivil(year: year, month: month, day: day)
    }

    /// Parses exactly `YYYY-MM-DD` (ASCII digits, nothing around it); words such as TODAY are refused.
    public init(_ text: String) throws(GameDateError) {
        try self.init(digits: text, separated: true)
    }

    /// Parses exactly `YYYYMMDD`.
    public init(compact text: String) throws(GameDateError) {
        try self.init(digits: text, separated: false)
    }

    private init(digits text: String, separated: Bool) throws(GameDateError) {
        let bytes = Array(text.utf8)
        guard bytes.count == (separated ? 10 : 8) else { throw .malformed(text) }
        var numbers: [Int] = []
        var position = 0
        for (index, length) in [4, 2, 2].enumerated() {
            if separated && index > 0 {
                guard bytes[position] == UInt8(ascii: "-") else { throw .malformed(text) }
                position += 1
            }
            var number = 0
            for byte in bytes[position..<position + length] {
                guard byte >= 48, byte <= 57 else { throw .malformed(text) }
                number = number * 10 + Int(byte - 48)
            }
            numbers.append(number)
            position += length
        }
        try self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// The year, for example 2024.
    public var year: Int { civil.year }
    /// The month, 1…12.
    public var month: Int { civil.month }
    /// The day of the month, 1…31.
    public var day: Int { civil.day }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday, index 3 when Monday is 0.
        let index = (daysSince1970 + 3) % 7
        return Weekday.allCases[index < 0 ? index + 7 : index]
    }

    /// `YYYY-MM-DD`.
    public var description: String { format(separator: "-") }
    /// `YYYYMMDD`, as in game codes.
    public var compact: String { format(separator: "") }

    private func format(separator: String) -> String {
        let (year, month, day) = civil
        return "\(year)\(separator)\(month < 10 ? "0" : "")\(month)\(separator)\(day < 10 ? "0" : "")\(day)"
    }

    /// The day `days` later (earlier when negative); clamped to the representable days.
    public func adding(days: Int) -> GameDate {
        let (sum, overflow) = daysSince1970.addingReportingOverflow(days)
        let target = overflow ? (days < 0 ? Int.min : Int.max) : sum
        return GameDate(unchecked: min(max(target, Self.earliest.daysSince1970), Self.latest.daysSince1970))
    }

    /// Days from `right` to `left`.
    public static func - (left: GameDate, right: GameDate) -> Int { left.daysSince1970 - right.daysSince1970 }

    /// Whole years since a day, as an age is counted: a birthday on 29 February is on 1 March in other years.
    public func years(since birth: GameDate) -> Int {
        let isBefore = (month, day) < (birth.month, birth.day)
        return year - birth.year - (isBefore ? 1 : 0)
    }

    /// Earlier days come first.
    public static func < (left: GameDate, right: GameDate) -> Bool { left.daysSince1970 < right.daysSince1970 }
}

/// Days of the week, Monday first.
public enum Weekday: String, Sendable, CaseIterable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// Three lower-case letters, for example `mon`.
    public var abbreviation: String { String(rawValue.prefix(3)) }
}

/// Why a text or number is not a `GameDate`.
public enum GameDateError: Error, Hashable, Sendable {
    /// The text does not have the exact form.
    case malformed(String)
    /// The form is right, the calendar has no such day.
    case noSuchDay(String)
    /// Outside 1946…2200.
    case outOfRange(String)
}

extension GameDate: Codable {
    /// Decodes the `YYYY-MM-DD` string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a calendar day: \(error)")
        }
    }

    /// Encodes the `YYYY-MM-DD` string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension GameDate: Strideable {
    /// Days to `other`.
    public func distance(to other: GameDate) -> Int { other - self }
    /// The day `n` later.
    public func advanced(by n: Int) -> GameDate { adding(days: n) }
}

extension GameDate {
    /// Year, month and day of the proleptic Gregorian calendar (era-based integer arithmetic, no tables).
    private var civil: (year: Int, month: Int, day: Int) {
        // Counting from 0000-03-01 puts the leap day at the end of a year.
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
