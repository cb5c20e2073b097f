/// What may stand in an array parameter or result: the scalars, optionals of them, and `[UInt8]`.
///
/// `UInt8` conforms too, and makes `[UInt8]` a bytea.
public protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func encodeArray(_ elements: [Self], into buffer: inout PostgresBuffer) throws(PostgresCodingError)
    static func decodeArray(from cell: PostgresCell) throws(PostgresCodingError) -> [Self]
}

extension PostgresArrayElement where Self: PostgresCodable {
    /// The array type of the element's type; types made in the database have none here and are bound as text[].
    public static var postgresArrayType: PostgresType { postgresType.array ?? PostgresType(oid: 1009) }

    public static func encodeArray(
        _ elements: [Self],
        into buffer: inout PostgresBuffer
    ) throws(PostgresCodingError) {
        buffer.append(integer: Int32(elements.isEmpty ? 0 : 1))
        buffer.append(integer: Int32(elements.contains { $0.isPostgresNull } ? 1 : 0))
        buffer.append(integer: postgresType.oid)
        guard !elements.isEmpty else { return }
        buffer.append(integer: Int32(elements.count))
        buffer.append(integer: Int32(1))
        for element in elements {
            try buffer.appendSized(element)
        }
    }

    public static func decodeArray(from cell: PostgresCell) throws(PostgresCodingError) -> [Self] {
        var reader = CellReader(try cell.required())
        // Only arrays have an array type's identifier; checking the header alone would misread other types.
        guard cell.type.isArray || cell.type.isUserDefined else { throw .typeMismatch }
        let dimensions = try reader.integer(Int32.self)
        _ = try reader.integer(Int32.self)
        let element = PostgresType(oid: try reader.integer(UInt32.self))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw .notRepresentable("an array of \(dimensions) dimensions") }
        let count = Int(try reader.integer(Int32.self))
        _ = try reader.integer(Int32.self)
        guard count >= 0 else { throw .malformed("an array of \(count) elements") }
        var elements: [Self] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            let length = Int(try reader.integer(Int32.self))
            let bytes = length < 0 ? nil : try reader.bytes(length)
            elements.append(try Self.decode(from: PostgresCell(type: element, bytes: bytes)))
        }
        return elements
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresCodable & PostgresArrayElement {}

extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytea }

    public static func encodeArray(_ elements: [UInt8], into buffer: inout PostgresBuffer) {
        buffer.append(bytes: elements)
    }

    public static func decodeArray(from cell: PostgresCell) throws(PostgresCodingError) -> [UInt8] {
        guard cell.type == .bytea else { throw .typeMismatch }
        return [UInt8](try cell.required())
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        try Element.encodeArray(self, into: &buffer)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> [Element] {
        try Element.decodeArray(from: cell)
    }
}

/// Arrays of bytea. PostgreSQL's nested arrays are one rectangular value and are not read as arrays of arrays.
extension Array: PostgresArrayElement where Element == UInt8 {}
