/// A calendar day, bound as date.
public struct PostgresDate: Sendable, Hashable, Comparable, PostgresCodable, PostgresArrayElement {
    /// Days since 1970-01-01; negative before.
    public let daysSince1970: Int

    public init(daysSince1970: Int) {
        self.daysSince1970 = daysSince1970
    }

    /// 2000-01-01, PostgreSQL's zero.
    private static let postgresEpoch = 10_957
    /// What the type date holds: 4713 BC up to the year 5874897, in days since 2000.
    private static let range = -2_451_545...2_145_031_948

    public static var postgresType: PostgresType { .date }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        let (days, overflow) = daysSince1970.subtractingReportingOverflow(Self.postgresEpoch)
        guard !overflow, Self.range.contains(days) else { throw .notRepresentable("the date is out of range") }
        buffer.append(integer: Int32(days))
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> PostgresDate {
        guard cell.type == .date else { throw .typeMismatch }
        let days = try cell.integer(Int32.self)
        guard days != .max, days != .min else { throw .notRepresentable("an infinite date") }
        return PostgresDate(daysSince1970: Int(days) + postgresEpoch)
    }

    public static func < (left: PostgresDate, right: PostgresDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }
}

/// A length of time, bound as interval of microseconds (`now() + \(lease)`); fractions of a microsecond are dropped.
extension Duration: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .interval }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { throw .notRepresentable("the duration is out of range") }
        buffer.append(integer: whole &+ attoseconds / 1_000_000_000_000)
        buffer.append(integer: Int32(0))
        buffer.append(integer: Int32(0))
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Duration {
        guard cell.type == .interval else { throw .typeMismatch }
        var reader = CellReader(try cell.required())
        let microseconds = try reader.integer(Int64.self)
        let days = try reader.integer(Int32.self)
        let months = try reader.integer(Int32.self)
        guard days == 0, months == 0 else {
            throw .notRepresentable("an interval of days or months has no fixed length")
        }
        return .microseconds(microseconds)
    }
}
