#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension UUID: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .uuid }

    public func encode(into buffer: inout PostgresBuffer) {
        withUnsafeBytes(of: uuid) { buffer.append(bytes: $0) }
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> UUID {
        guard cell.type == .uuid else { throw .typeMismatch }
        let bytes = try cell.required()
        guard bytes.count == 16 else { throw .malformed("\(bytes.count) bytes for a uuid") }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

/// An instant, bound as timestamptz to the microsecond. Timestamps without a zone are not read as instants.
extension Date: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    /// 2000-01-01T00:00:00Z, PostgreSQL's zero, in Foundation's seconds since 2001-01-01.
    private static let postgresEpoch: Double = -366 * 86_400
    /// The range of timestamptz in microseconds since 2000: 4713 BC up to the year 294276.
    private static let microseconds: ClosedRange<Double> = -211_813_488_000_000_000.0...9_223_371_331_199_999_000.0

    public static var postgresType: PostgresType { .timestamptz }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        let value = ((timeIntervalSinceReferenceDate - Self.postgresEpoch) * 1_000_000).rounded()
        guard Self.microseconds.contains(value) else { throw .notRepresentable("the instant is out of range") }
        buffer.append(integer: Int64(value))
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Date {
        guard cell.type == .timestamptz else { throw .typeMismatch }
        let value = try cell.integer(Int64.self)
        guard value != .max, value != .min else { throw .notRepresentable("an infinite instant") }
        let (seconds, rest) = value.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(timeIntervalSinceReferenceDate: Double(seconds) + postgresEpoch + Double(rest) / 1_000_000)
    }
}

/// Bound as numeric; read from numeric and integers. A numeric of more than 38 digits is refused, not rounded.
extension Decimal: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .numeric }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        try PostgresNumeric(self).encode(into: &buffer)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Decimal {
        switch cell.type {
        case .numeric: return try PostgresNumeric(cell.required()).decimal()
        case .int2, .int4, .int8: return Decimal(try Int.decode(from: cell))
        default: throw .typeMismatch
        }
    }
}
