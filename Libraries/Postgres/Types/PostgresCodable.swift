/// A Swift value that can be bound as a parameter, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    /// The parameter type that is declared to the server.
    static var postgresType: PostgresType { get }
    /// Whether the value is SQL's NULL; `encode(into:)` is not called then.
    var isPostgresNull: Bool { get }
    /// Appends the binary representation, without its length.
    /// - Throws: `PostgresCodingError` when the value has no representation (NUL in text, date out of range).
    func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError)
}

extension PostgresEncodable {
    public var isPostgresNull: Bool { false }
}

/// A Swift value that can be read from a result cell in PostgreSQL's binary format.
public protocol PostgresDecodable {
    /// Reads the value of one cell.
    /// - Throws: `PostgresCodingError` when the cell is NULL, of another type, or out of range.
    static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> Self
}

public typealias PostgresCodable = PostgresEncodable & PostgresDecodable

/// Why one value could not be encoded or decoded; the row and the statement wrap it in a `PostgresError`.
public enum PostgresCodingError: Error, Sendable, Hashable {
    /// NULL where the Swift type has no place for it.
    case unexpectedNull
    /// The cell's type is not one that the Swift type reads.
    case typeMismatch
    /// The value exists, but not in the target type: the text says why.
    case notRepresentable(String)
    /// The bytes are not what the type's binary format says.
    case malformed(String)
}

/// Bytes under construction, in network order.
public struct PostgresBuffer: Sendable {
    var bytes: [UInt8] = []

    init() {}

    public mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Appends an integer in network byte order.
    public mutating func append<Value: FixedWidthInteger>(integer value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func append(bytes more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends text in UTF-8.
    /// - Throws: `PostgresCodingError.notRepresentable` when it contains a NUL, which PostgreSQL cannot store.
    public mutating func append(text: String) throws(PostgresCodingError) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(0) {
            bytes.removeSubrange(start...)
            throw .notRepresentable("text contains a NUL byte, which PostgreSQL cannot store")
        }
    }

    /// Appends a length in four bytes and what `content` appends; a negative length stands for NULL.
    mutating func appendSized<Value: PostgresEncodable>(_ value: Value) throws(PostgresCodingError) {
        if value.isPostgresNull {
            append(integer: Int32(-1))
            return
        }
        let place = bytes.count
        append(integer: Int32(0))
        try value.encode(into: &self)
        let length = Int32(bytes.count - place - 4)
        withUnsafeBytes(of: length.bigEndian) { source in
            for index in 0..<4 { bytes[place + index] = source[index] }
        }
    }
}

/// One cell of a result: a type and its binary representation. Valid only inside the `decode(from:)` that gets it.
public struct PostgresCell {
    public let type: PostgresType
    /// The binary representation, or nil for NULL. The memory belongs to the result.
    public let bytes: UnsafeRawBufferPointer?

    init(type: PostgresType, bytes: UnsafeRawBufferPointer?) {
        self.type = type
        self.bytes = bytes
    }

    /// The bytes of a value that must not be NULL.
    @inline(__always)
    public func required() throws(PostgresCodingError) -> UnsafeRawBufferPointer {
        guard let bytes else { throw .unexpectedNull }
        return bytes
    }

    /// The big-endian integer that fills the cell.
    @inline(__always)
    func integer<Value: FixedWidthInteger>(_: Value.Type) throws(PostgresCodingError) -> Value {
        let bytes = try required()
        guard bytes.count == MemoryLayout<Value>.size else {
            throw .malformed("\(bytes.count) bytes for a \(type)")
        }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }
}

/// Reads big-endian fields one after the other, with bounds checks.
struct CellReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws(PostgresCodingError) -> Value {
        let size = MemoryLayout<Value>.size
        guard rest.count >= size else { throw .malformed("the value ends early") }
        let value = Value(bigEndian: rest.loadUnaligned(as: Value.self))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(size))
        return value
    }

    mutating func bytes(_ count: Int) throws(PostgresCodingError) -> UnsafeRawBufferPointer {
        guard count >= 0, rest.count >= count else { throw .malformed("the value ends early") }
        let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return taken
    }
}
