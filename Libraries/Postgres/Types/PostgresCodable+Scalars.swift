extension Bool: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .bool }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(self ? 1 : 0)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Bool {
        guard cell.type == .bool else { throw .typeMismatch }
        return try cell.integer(UInt8.self) != 0
    }
}

extension FixedWidthInteger {
    /// Reads any of the server's integers, and refuses what does not fit.
    @inline(__always)
    fileprivate static func decodeInteger(from cell: PostgresCell) throws(PostgresCodingError) -> Self {
        let wide: Int64
        switch cell.type {
        case .int8: wide = try cell.integer(Int64.self)
        case .int4: wide = Int64(try cell.integer(Int32.self))
        case .int2: wide = Int64(try cell.integer(Int16.self))
        case .oid: wide = Int64(try cell.integer(UInt32.self))
        default: throw .typeMismatch
        }
        guard let value = Self(exactly: wide) else { throw .notRepresentable("\(wide) is out of range") }
        return value
    }
}

extension Int16: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .int2 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Int16 {
        try decodeInteger(from: cell)
    }
}

extension Int32: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .int4 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Int32 {
        try decodeInteger(from: cell)
    }
}

extension Int64: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Int64 {
        try decodeInteger(from: cell)
    }
}

/// Bound as int8. Where the server wants int4 (`date + n`, `substr`), bind an `Int32`.
extension Int: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: Int64(self))
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Int {
        try decodeInteger(from: cell)
    }
}

extension Float: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .float4 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: bitPattern)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Float {
        guard cell.type == .float4 else { throw .typeMismatch }
        return Float(bitPattern: try cell.integer(UInt32.self))
    }
}

/// Read from float8, float4 and numeric (nearest value).
extension Double: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .float8 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: bitPattern)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Double {
        switch cell.type {
        case .float8: return Double(bitPattern: try cell.integer(UInt64.self))
        case .float4: return Double(Float(bitPattern: try cell.integer(UInt32.self)))
        case .numeric: return try PostgresNumeric(cell.required()).double()
        default: throw .typeMismatch
        }
    }
}

/// Bound as text; read from text, varchar, char, name, json, jsonb and enumerations.
extension String: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .text }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        try buffer.append(text: self)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> String {
        var bytes = try cell.required()
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .char, .unknown, .json:
            break
        case .jsonb:
            bytes = try PostgresJSON.withoutVersion(bytes)
        case let type where type.isUserDefined:
            // An enumeration or citext is sent as its text. A composite or a range is not: its lengths contain zeros.
            if bytes.contains(0) { throw .typeMismatch }
        default:
            throw .typeMismatch
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed("not UTF-8") }
        return text
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }

    public var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        if let value = self { try value.encode(into: &buffer) }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Wrapped? {
        cell.bytes == nil ? nil : .some(try Wrapped.decode(from: cell))
    }
}

/// `enum State: String, PostgresCodable` needs nothing more.
extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public static var postgresType: PostgresType { RawValue.postgresType }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        try rawValue.encode(into: &buffer)
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Self {
        let raw = try RawValue.decode(from: cell)
        guard let value = Self(rawValue: raw) else { throw .notRepresentable("no such case: \(raw)") }
        return value
    }
}
